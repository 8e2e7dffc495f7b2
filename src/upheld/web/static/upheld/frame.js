// The workspace's frame: folding the views, drawers on small screens, the way back to the queue.

const narrow = window.matchMedia("(max-width: 56rem)");
const views = document.getElementById("views");
const fold = document.querySelector("[data-fold]");

function setFolded(folded) {
  if (folded) document.body.dataset.views = "folded";
  else delete document.body.dataset.views;
  document.cookie = `views=${folded ? "folded" : "open"}; path=/desk/; max-age=31536000; samesite=lax`;
}

fold?.addEventListener("click", () => {
  if (narrow.matches) return openDrawer(views, fold, !views.classList.contains("is-open"));
  const folded = document.body.dataset.views !== "folded";
  setFolded(folded);
  fold.setAttribute("aria-expanded", String(!folded));
});
if (narrow.matches) fold?.setAttribute("aria-expanded", "false");

function openDrawer(drawer, opener, open) {
  drawer.classList.toggle("is-open", open);
  document.querySelectorAll(`[aria-controls="${drawer.id}"]`).forEach((one) => one.setAttribute("aria-expanded", String(open)));
  if (open) drawer.focus();
  else opener?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-drawer]");
  if (button) {
    const drawer = document.getElementById(button.dataset.drawer);
    const opener = document.querySelector(`.drawer-open[data-drawer="${drawer.id}"]`);
    return openDrawer(drawer, opener, !drawer.classList.contains("is-open"));
  }
  document.querySelectorAll(".views.is-open, .context.is-open").forEach((drawer) => {
    if (!drawer.contains(event.target) && !event.target.closest("[data-fold], dialog")) openDrawer(drawer, null, false);
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(".views.is-open, .context.is-open").forEach((drawer) => openDrawer(drawer, document.querySelector(`[aria-controls="${drawer.id}"]`), false));
});

// The queue that one came from, and its order, so that j and k walk on inside a ticket.
const rows = document.getElementById("rows");
if (rows && document.getElementById("queue")) {
  sessionStorage.setItem("queue", window.location.pathname + window.location.search);
  sessionStorage.setItem("order", JSON.stringify([...rows.querySelectorAll("[data-ticket]")].map((row) => row.dataset.ticket)));
}
const back = document.querySelector("[data-back]");
if (back && sessionStorage.getItem("queue")) back.href = sessionStorage.getItem("queue");
document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
document.addEventListener("click", (event) => {
  const cancel = event.target.closest("dialog [data-close]");
  if (!cancel) return;
  event.preventDefault();
  cancel.closest("dialog").close();
});

// How many are selected
const bulk = document.getElementById("bulk");
function count() {
  const chosen = bulk.querySelectorAll(".row-check input:checked").length;
  bulk.querySelector("[data-bulk-count]").textContent = chosen ? `${chosen} selected` : "Selected";
}
bulk?.addEventListener("change", count);
bulk?.addEventListener("reset", () => setTimeout(count));
