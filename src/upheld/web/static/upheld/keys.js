// Everything by keyboard. Letters act only where nobody is typing; the list of them is the page behind `?`.

const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
const go = (path) => window.location.assign(`/desk/${path}`);
const press = (name) => document.querySelector(`[data-key="${name}"]`)?.click();
const focusOn = (id) => {
  const field = document.getElementById(id);
  if (!field) return;
  const drawer = field.closest(".context");
  if (drawer && getComputedStyle(drawer).visibility === "hidden") document.querySelector(".drawer-open")?.click();
  field.focus();
  field.select?.();
};

const places = { m: "queue/mine/", u: "queue/unassigned/", l: "queue/late/", o: "queue/open/", w: "queue/waiting/", r: "queue/resolved/", n: "notices/", c: "accounts/", p: "people/", y: "policy/" };
let waitingForPlace = 0;

// -- rows -----------------------------------------------------------------------------------------------------------------------

const rows = () => [...document.querySelectorAll(".rows .row-ticket")];
const current = () => document.activeElement?.closest?.(".row-ticket");

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
  next.querySelector(".row-link").focus({ preventScroll: true, focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
}

function stepTicket(by) {
  const here = document.querySelector("article.ticket").dataset.ticket;
  const order = JSON.parse(sessionStorage.getItem("order") || "[]");
  const next = order[order.indexOf(here) + by];
  if (order.includes(here) && next) go(`tickets/${next}/`);
}

const inQueue = {
  x: () => current()?.querySelector(".row-check input")?.click(),
  f: () => focusOn("filter-text"),
  Escape: () => document.getElementById("bulk")?.reset(),
};
const onTicket = {
  r: () => compose("reply"),
  n: () => compose("note"),
  a: () => focusOn("p-assignee"),
  p: () => focusOn("p-priority"),
  z: () => press("undo"),
  i: () => press("mine"),
  e: () => press("resolve"),
  w: () => press("wait"),
  s: () => press("escalate"),
  m: () => press("milestone"),
  d: () => press("why"),
};
const compose = (kind) => document.dispatchEvent(new CustomEvent("upheld:compose", { detail: kind }));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return focusOn("search");
  }
  if (event.ctrlKey || event.metaKey) return;
  if (typing(event.target)) return void (event.key === "Escape" && event.target.blur());
  if (document.querySelector("dialog[open]")) return;
  const ticket = document.querySelector("article.ticket");
  const key = event.key;
  let act;
  if (Date.now() - waitingForPlace < 1500) {
    waitingForPlace = 0;
    if (key === "q") act = () => window.location.assign(sessionStorage.getItem("queue") || "/desk/");
    else if (places[key]) act = () => go(places[key]);
  } else if (key === "g") act = () => (waitingForPlace = Date.now());
  else if (key === "/") act = () => focusOn("search");
  else if (key === "?") act = () => document.querySelector('a[data-dialog$="/keys/"]')?.click();
  else if (key === "c") act = () => go("tickets/new/");
  else if (key === "j" || key === "k") act = () => (ticket ? stepTicket(key === "j" ? 1 : -1) : step(key === "j" ? 1 : -1));
  else act = (ticket ? onTicket : inQueue)[key];
  if (!act) return;
  event.preventDefault();
  act();
});
