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

async function save(form, leaving = false) {
  const said = form.querySelector("[data-saved]");
  const body = new URLSearchParams({ text: form.elements.text.value, kind: form.dataset.kind, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { Accept: "application/json" }, keepalive: leaving });
    if (!answer.ok) throw new Error(answer.status);
    const { saved } = await answer.json();
    said.textContent = saved ? `Draft saved ${saved}` : "";
  } catch {
    said.textContent = "Draft not saved: no connection";
  }
  timers.delete(form);
}
window.addEventListener("pagehide", () => document.querySelectorAll("form.compose").forEach((form) => timers.get(form) && save(form, true)));
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("form.compose");
  if (form) clearTimeout(timers.get(form)), timers.delete(form);
});

// What was taken back is what one wants to go on with.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.closest?.("[data-undo]")) turn("reply");
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-files]");
  if (!field) return;
  const names = [...field.files].map((file) => file.name);
  field.form.querySelector("[data-chosen]").textContent = names.length > 2 ? `${names.length} files` : names.join(", ");
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
