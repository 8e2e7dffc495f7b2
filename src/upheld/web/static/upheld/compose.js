// Writing: two tabs that cannot be confused, a field that grows, drafts that are kept, files that are named.

const composer = () => document.getElementById("composer");

function turn(kind, focus = true) {
  const root = composer();
  if (!root) return;
  root.classList.toggle("is-note", kind === "note");
  root.classList.toggle("is-reply", kind !== "note");
  root.querySelectorAll("[data-compose]").forEach((tab) => (tab.dataset.compose === kind ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
  root.querySelectorAll("form.compose").forEach((form) => (form.hidden = form.dataset.kind !== kind));
  const field = root.querySelector(`form[data-kind="${kind}"] textarea`);
  if (focus) field?.focus();
  if (field) grow(field);
}
document.addEventListener("upheld:compose", (event) => turn(event.detail));
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-compose]");
  if (!tab) return;
  event.preventDefault();
  turn(tab.dataset.compose);
});

// The composer grows over the end of the conversation: whoever stood at the end stays there.
const isAtEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 40;
let wasAtEnd = true;
window.addEventListener("scroll", () => (wasAtEnd = isAtEnd()), { passive: true });
const observed = composer();
if (observed) new ResizeObserver(() => wasAtEnd && window.scrollTo(0, document.documentElement.scrollHeight)).observe(observed);

// By rows and not by a style: htmx copies attributes, and the content policy allows no style attribute.
function grow(field) {
  const line = Number.parseFloat(getComputedStyle(field).lineHeight) || 22;
  field.rows = 3;
  field.rows = Math.max(3, Math.min(Math.ceil((field.scrollHeight - 16) / line), Math.floor((window.innerHeight * 0.45) / line)));
}

const timers = new WeakMap();
document.addEventListener("input", (event) => {
  const field = event.target.closest("textarea[data-grow]");
  if (!field) return;
  grow(field);
  const form = field.form;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), 800));
});

// What the server could not take is kept in this browser, for whoever wrote it, until the server has it.
const place = (form) => `unsaved:${form.dataset.whose}:${form.dataset.draft}${form.dataset.kind}`;
const keepHere = (form, text) => {
  try {
    const { cc, bcc } = form.elements;
    if (text.trim()) localStorage.setItem(place(form), JSON.stringify({ text, cc: cc?.value ?? "", bcc: bcc?.value ?? "" }));
    else localStorage.removeItem(place(form));
  } catch {
    // A browser that keeps nothing for us: the page still has it.
  }
};
const forgetHere = (form) => keepHere(form, "");

async function save(form, leaving = false) {
  const said = form.querySelector("[data-saved]");
  const text = form.elements.text.value;
  const body = new URLSearchParams({ text, kind: form.dataset.kind, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: leaving });
    if (answer.redirected || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(answer.status);
    const { saved } = await answer.json();
    if (form.elements.text.value === text) forgetHere(form);
    said.textContent = saved ? `Draft saved ${saved}` : "";
  } catch (problem) {
    keepHere(form, text);
    if (problem instanceof SignedOut) signedOut(form);
    said.textContent = problem instanceof SignedOut ? "Kept in this browser: you are signed out" : "Kept in this browser: no connection";
    if (!leaving && !(problem instanceof SignedOut)) timers.set(form, setTimeout(() => save(form), 15000));
    return;
  }
  timers.delete(form);
}
class SignedOut extends Error {}

function signedOut(form) {
  form.querySelector(".signed-out")?.remove();
  const box = document.createElement("p");
  const link = Object.assign(document.createElement("a"), { href: `/accounts/login/?next=${encodeURIComponent(window.location.pathname)}`, textContent: "Sign in again" });
  box.className = "warned-line signed-out";
  box.setAttribute("role", "alert");
  box.append("You are signed out, so nothing was sent. What you wrote is kept in this browser. ", link, " and it stands here again.");
  form.querySelector(".compose-acts").before(box);
}

function restore(form) {
  const { text: field, cc, bcc } = form.elements;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(place(form)) ?? "{}");
  } catch {
    return;
  }
  if (!field || !kept.text) return;
  if (cc && !cc.value) cc.value = kept.cc ?? "";
  if (bcc && !bcc.value && kept.bcc) (bcc.value = kept.bcc), (bcc.closest("details").open = true);
  if (kept.text === field.value) return;
  field.value = field.value && !kept.text.startsWith(field.value) ? `${field.value}\n\n${kept.text}` : kept.text;
  form.querySelector("[data-saved]").textContent = "Brought back from this browser";
  timers.set(form, setTimeout(() => save(form), 800));
}
document.querySelectorAll("form.compose").forEach(restore);

// Nobody answers past what they have not seen: the answer begins with the first letter, and what stands on the page by then was seen.
document.addEventListener("beforeinput", (event) => {
  const form = event.target.closest?.("form.compose-reply");
  if (!form || event.target.value || !form.elements.mark || !event.target.matches("textarea")) return;
  const newest = (letter) => Math.max(0, ...[...document.querySelectorAll(`#thread .message[id^="${letter}"]`)].map((one) => Number(one.id.slice(1)) || 0));
  const [said, waiting] = form.elements.mark.value.split("-").map(Number);
  form.elements.mark.value = `${Math.max(said, newest("m"))}-${Math.max(waiting, newest("s"))}`;
});

// A session that ended answers with the page for signing in, or refuses: neither may look as if the reply had left.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.target.closest?.("form.compose");
  if (!form) return;
  const { xhr } = event.detail;
  const to = xhr.getResponseHeader("HX-Redirect") || xhr.responseURL || window.location.href;
  const isOut = xhr.status === 403 || new URL(to, window.location.href).pathname.startsWith("/accounts/");
  if (isOut) {
    event.preventDefault();
    keepHere(form, form.elements.text.value);
    signedOut(form);
  } else if (xhr.status < 300) forgetHere(form);
  else keepHere(form, form.elements.text.value);
});
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest?.("form.compose");
  if (!form) return;
  keepHere(form, form.elements.text.value);
  timers.set(form, setTimeout(() => save(form), 5000));
});

window.addEventListener("pagehide", () => document.querySelectorAll("form.compose").forEach((form) => timers.get(form) && save(form, true)));
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("form.compose");
  if (form) clearTimeout(timers.get(form)), timers.delete(form);
});

// What asked may be gone from the page by the time the answer stands there: then the event comes from elsewhere.
const asking = (event) => event.detail.requestConfig?.elt ?? event.target;

// What was sent is over: the focus goes to where it can be undone, else back to the page, so that single keys act again.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = asking(event)?.closest("form.compose");
  if (!form || !event.detail.successful || event.detail.xhr.status === 422) return;
  const wasHere = composer()?.contains(document.activeElement) || document.activeElement === document.body;
  if (wasHere) setTimeout(() => (document.querySelector('[data-key="undo"]') ?? document.getElementById("main"))?.focus({ preventScroll: true }), 30);
});

// What was taken back is what one wants to go on with.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && asking(event)?.closest("[data-undo]")) setTimeout(() => turn("reply"), 30);
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("form.compose textarea");
  if (!field) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form.requestSubmit(field.form.querySelector("button.primary"));
  }
});

// The newest message is what one came for: its beginning if it is long, else the end of the page.
const last = [...document.querySelectorAll("#thread .message")].at(-1);
if (last && !window.location.hash && document.documentElement.scrollHeight > window.innerHeight) {
  if (last.offsetHeight > window.innerHeight - 260) last.scrollIntoView({ block: "start" });
  else window.scrollTo(0, document.documentElement.scrollHeight);
}
if (window.location.hash === "#composer") turn(composer()?.classList.contains("is-note") ? "note" : "reply");
