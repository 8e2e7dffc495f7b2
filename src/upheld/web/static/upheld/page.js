// What every page shares: one dialog, menus, messages that leave, the focus after a form came back with errors.

const announcer = document.getElementById("announcer");
let announced = 0;

/** Say something to screen readers once, politely; what is said within a moment is said together. */
document.addEventListener("upheld:announce", (event) => {
  if (!announcer) return;
  announcer.textContent = announced && Date.now() - announced < 1500 ? `${announcer.textContent} ${event.detail}` : event.detail;
  announced = Date.now();
});

// -- dialog: a link with data-dialog opens its page in the dialog; without a script it is followed ------------------------

const dialog = document.getElementById("dialog");
let opener = null;

async function openDialog(link) {
  const answer = await fetch(link.dataset.dialog || link.href, { headers: { "HX-Request": "true", "HX-Target": "dialog-body" } });
  if (!answer.ok || answer.redirected) return void window.location.assign(link.href);
  const body = document.getElementById("dialog-body");
  body.innerHTML = await answer.text();
  const heading = body.querySelector("[data-dialog-title]");
  document.getElementById("dialog-title").textContent = heading ? heading.textContent : link.textContent.trim();
  opener = link;
  dialog.showModal();
  window.htmx?.process(body);
  document.dispatchEvent(new CustomEvent("upheld:shown", { detail: body }));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || !dialog || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openDialog(link).catch(() => window.location.assign(link.href));
});

if (dialog) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    document.getElementById("dialog-body").replaceChildren();
    const back = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
    back?.focus();
  });
}

// -- menus: details that close on Escape, on a click outside, and walk with the arrows ------------------------------------

const openMenus = () => document.querySelectorAll("details[data-menu][open]");
const items = (menu) => [...menu.querySelectorAll(".menu-list :is(a, button, input, select):not([disabled])")].filter((item) => item.offsetParent);

document.addEventListener("click", (event) => openMenus().forEach((menu) => menu.contains(event.target) || (menu.open = false)));
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (event.key === "Escape") {
    openMenus().forEach((open) => {
      open.open = false;
      if (open.contains(document.activeElement)) open.querySelector("summary").focus();
      event.stopPropagation();
    });
  }
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || event.target.matches("input, select, textarea")) return;
  menu.open = true;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[event.key];
  all[(next + all.length) % all.length]?.focus();
  event.preventDefault();
});

// -- messages leave by themselves unless they are errors; forms that came back take the focus ------------------------------

function settle(root) {
  root.querySelectorAll("[data-message]:not(.error)").forEach((message) => {
    let timer = setTimeout(() => message.remove(), 6000);
    message.addEventListener("pointerenter", () => clearTimeout(timer));
    message.addEventListener("pointerleave", () => (timer = setTimeout(() => message.remove(), 3000)));
  });
  (root.matches?.("[data-focus]") ? root : root.querySelector("[data-focus]"))?.focus();
}
settle(document);
document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && settle(event.detail.elt));
document.addEventListener("htmx:sendError", () => tell("That did not reach us. Nothing was changed; please try again."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  tell(status === 404 ? "That is not there any more." : status === 403 ? "This page is too old. Reload it and try again." : "That did not work. Nothing was changed; please try again.");
});

function tell(text) {
  const box = document.createElement("div");
  box.className = "notice error";
  box.dataset.message = "";
  box.append(document.createElement("span"), text);
  box.addEventListener("click", () => box.remove());
  document.getElementById("messages")?.replaceChildren(box);
}

// -- a field that sends its form when it is changed -------------------------------------------------------------------------

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-submit]");
  if (field) field.form.requestSubmit();
});

// -- what an address points at is opened ------------------------------------------------------------------------------------------

function openTarget() {
  const target = window.location.hash.length > 1 && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  target?.querySelectorAll?.(":scope > details").forEach((part) => (part.open = true));
}
openTarget();
window.addEventListener("hashchange", openTarget);
