// Keeps the queue and the open ticket as they are now: hears what changed, fetches the parts anew, and touches only what differs.

const where = document.body.dataset.live;
const seen = { pointer: 0, keys: 0 };
document.addEventListener("pointermove", (event) => event.target.closest?.("#rows") && (seen.pointer = Date.now()), { passive: true });
document.addEventListener("keydown", () => (seen.keys = Date.now()));

// -- hearing: one tab of a browser holds the connection and tells the others -------------------------------------------------

const channel = "BroadcastChannel" in window ? new BroadcastChannel("upheld-live") : null;

function hear(changes) {
  document.dispatchEvent(new CustomEvent("upheld:changes", { detail: changes }));
}

function connect() {
  const source = new EventSource(where);
  const both = (changes) => (hear(changes), channel?.postMessage(changes));
  source.addEventListener("changes", (event) => both(JSON.parse(event.data)));
  source.addEventListener("afresh", () => both([]));
  source.addEventListener("open", () => (document.body.dataset.connected = "true"));
  source.addEventListener("error", () => (document.body.dataset.connected = "false"));
  window.addEventListener("pagehide", () => source.close());
}

if (where) {
  channel?.addEventListener("message", (event) => hear(event.data));
  if (navigator.locks && channel) navigator.locks.request("upheld-live", () => new Promise(connect)).catch(() => {});
  else connect();
}

// -- touching only what differs -----------------------------------------------------------------------------------------------

/** Bring the children of `old` to those of `fresh`, matched by id or place. Keeps what is the same, what is open, and where the focus is. */
export function reconcile(old, fresh, { hold = () => false } = {}) {
  const active = document.activeElement;
  const focused = old.contains(active) ? active.id : "";
  const known = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
  const wanted = [...fresh.children];
  const added = [];
  let at = old.firstElementChild;
  for (const child of wanted) {
    const same = child.id ? known.get(child.id) : at && !at.id && at.tagName === child.tagName ? at : null;
    if (!same) {
      if (hold(child)) continue;
      old.insertBefore(child, at);
      added.push(child);
      window.htmx?.process(child);
      continue;
    }
    known.delete(child.id);
    if (same !== at) old.insertBefore(same, at);
    at = same.nextElementSibling;
    if (plain(same) === plain(child)) continue;
    keepState(same, child);
    same.replaceWith(child);
    window.htmx?.process(child);
  }
  while (at) {
    const gone = at;
    at = at.nextElementSibling;
    if (!wanted.includes(gone)) gone.remove();
  }
  known.forEach((gone) => gone.isConnected && gone.parentElement === old && !wanted.includes(gone) && gone.remove());
  if (focused && document.activeElement !== active) document.getElementById(focused)?.focus({ preventScroll: true });
  return added;
}

const classes = / ?\b(is-new|htmx-[a-z]+|is-current)\b/g;

/** What a node says, without what scripts and clocks put into it. */
function plain(node) {
  return node.outerHTML.replace(/(<span class="chip-time"[^>]*>)(<span[^>]*>[^<]*<\/span>)?[^<]*/g, "$1").replace(classes, "").replace(/ class=""/g, "").replace(/ (data-seen|data-share|data-soon)="[^"]*"/g, "").replace(/(<rect data-bar=""[^>]*) width="[^"]*"/g, "$1").replace(/<input type="hidden" name="csrf[^>]*>/g, "").replace(/ (open|checked)=""/g, "");
}

function keepState(old, fresh) {
  if (old.classList.contains("is-current")) fresh.classList.add("is-current");
  const pick = '[data-keep], input[type="checkbox"][name="ticket"]';
  const olds = old.matches(pick) ? [old, ...old.querySelectorAll(pick)] : [...old.querySelectorAll(pick)];
  for (const one of olds) {
    const twin = one.dataset.keep ? fresh.querySelector(`[data-keep="${one.dataset.keep}"]`) : fresh.querySelector(`input[name="ticket"][value="${one.value}"]`);
    if (!twin) continue;
    if (one.tagName === "DETAILS") twin.open = one.open;
    else twin.checked = one.checked;
  }
}

// -- fetching, at most once in a while, at once when it was quiet -----------------------------------------------------------------

const PAUSE = 400;
let last = 0;
let timer = 0;
let running = false;

function refreshSoon() {
  if (timer) return;
  timer = setTimeout(refresh, Math.max(0, last + PAUSE - Date.now()));
}

async function refresh() {
  timer = 0;
  if (running) return void refreshSoon();
  running = true;
  last = Date.now();
  try {
    const target = document.getElementById("queue") ? "queue" : "live";
    const answer = await fetch(window.location.pathname + window.location.search, { headers: { "HX-Request": "true", "HX-Target": target } });
    if (answer.ok && !answer.redirected) place(await answer.text());
  } catch {
    // Offline: the stream says so when it is back, and then everything is looked at afresh.
  } finally {
    running = false;
  }
}

const busy = () => Date.now() - Math.max(seen.pointer, seen.keys) < 1500;
let held = 0;

function place(html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  const find = (id) => page.content.getElementById(id);
  const rows = document.getElementById("rows");
  const fresh = find("rows");
  if (rows && fresh) placeRows(rows, fresh, find("queue"));
  for (const id of ["views-list", "ticket-head", "thread", "context"]) placePart(id, find(id));
  const bell = document.getElementById("bell");
  if (bell && find("bell") && bell.textContent !== find("bell").textContent) bell.replaceWith(find("bell"));
  const count = document.querySelector('#views-list [aria-current="page"] .view-count')?.firstChild?.data.trim();
  if (rows) document.title = document.title.replace(/^(\([^)]*\) )?/, count ? `(${count}) ` : "");
  document.dispatchEvent(new CustomEvent("upheld:shown", { detail: document.body }));
}

/** New tickets go to their place at once, unless somebody is just pointing or typing there: then when they have stopped. */
function placeRows(rows, fresh, queue) {
  const wasEmpty = !rows.children.length;
  if (wasEmpty !== !fresh.children.length) {
    document.getElementById("queue").replaceWith(queue);
    return;
  }
  let later = 0;
  const added = reconcile(rows, fresh, { hold: () => busy() && ++later });
  added.forEach((row) => row.classList.add("is-new"));
  if (added.length) say(added.length === 1 ? `New ticket: ${added[0].querySelector(".row-link").textContent}` : `${added.length} new tickets`);
  clearTimeout(held);
  if (later) held = setTimeout(refreshSoon, 1600);
}

function placePart(id, fresh) {
  const old = document.getElementById(id);
  if (!old || !fresh) return;
  const typing = id === "context" && old.contains(document.activeElement) && document.activeElement.matches("input, select");
  if (typing) return;
  const before = id === "thread" ? old.querySelectorAll(".message").length : 0;
  const atEnd = window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 160;
  reconcile(old, fresh);
  if (id !== "thread") return;
  const messages = old.querySelectorAll(".message");
  if (messages.length > before) {
    say(messages[messages.length - 1].getAttribute("aria-label"));
    if (atEnd) messages[messages.length - 1].scrollIntoView({ block: "nearest" });
  }
}

function say(text) {
  document.dispatchEvent(new CustomEvent("upheld:announce", { detail: text }));
}

const shown = document.querySelector("article.ticket")?.dataset.ticket;
const isQueue = () => document.getElementById("queue");

document.addEventListener("upheld:changes", (event) => {
  const changes = event.detail;
  const mine = changes.length === 0 || changes.some(({ subject }) => subject.startsWith("person:") || (isQueue() ? /^(ticket|account|policy):/.test(subject) : shown && subject === `ticket:${shown}`));
  if (mine) refreshSoon();
});

// What htmx answers to an act of one's own goes the same way: only what differs is touched.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!["thread", "context", "views-list", "ticket-head"].includes(target.id)) return;
  event.detail.shouldSwap = false;
  const fresh = fragment.firstElementChild || fragment;
  const before = target.querySelectorAll(".message").length;
  reconcile(target, fresh);
  const messages = target.querySelectorAll(".message");
  if (target.id === "thread" && messages.length > before) messages[messages.length - 1].scrollIntoView({ block: "nearest" });
  document.dispatchEvent(new CustomEvent("upheld:shown", { detail: target }));
});
