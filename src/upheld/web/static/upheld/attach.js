// Files of what one writes: chosen, dropped or pasted; each can be left out again, and too much is said before anything is sent.

const held = new Map(); // kind of form → files; a form that is drawn anew gets them back

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
const tell = (text) => document.dispatchEvent(new CustomEvent("upheld:announce", { detail: text }));
const fieldOf = (form) => form?.querySelector("[data-files]");
const isOver = (form) => form.dataset.most && [...fieldOf(form).files].reduce((sum, file) => sum + file.size, 0) > Number(form.dataset.most);

function put(form, files) {
  const field = fieldOf(form);
  if (!field) return;
  const carrier = new DataTransfer();
  files.forEach((file) => carrier.items.add(file));
  field.files = carrier.files;
  show(form);
}

function show(form) {
  const field = fieldOf(form);
  const list = form.querySelector("[data-chosen]");
  const files = [...field.files];
  held.set(form.dataset.kind, files);
  list.replaceChildren(
    ...files.map((file, at) => {
      const item = document.createElement("li");
      const name = document.createElement("bdi");
      const leave = document.createElement("button");
      item.className = "file";
      name.className = "cut";
      name.textContent = file.name;
      leave.type = "button";
      leave.className = "leave-out";
      leave.setAttribute("aria-label", `Leave out ${file.name}`);
      leave.textContent = "×";
      leave.addEventListener("click", () => {
        put(form, [...field.files].filter((_, other) => other !== at));
        (list.querySelectorAll("button")[Math.min(at, field.files.length - 1)] ?? field).focus();
        tell(`${file.name} is left out`);
      });
      item.append(name, Object.assign(document.createElement("span"), { className: "muted nowrap", textContent: size(file.size) }), leave);
      return item;
    }),
  );
  if (isOver(form)) {
    const all = files.reduce((sum, file) => sum + file.size, 0);
    const over = Object.assign(document.createElement("li"), { className: "over-size", role: "alert" });
    over.textContent = `Together ${size(all)}: at most ${size(Number(form.dataset.most))} can be sent. Leave some out, or send a link.`;
    list.append(over);
  }
}

function add(form, files, { named = (file) => file.name } = {}) {
  if (!files.length) return;
  const fresh = files.map((file) => (named(file) === file.name ? file : new File([file], named(file), { type: file.type })));
  put(form, [...(held.get(form.dataset.kind) ?? []), ...fresh]);
  tell(fresh.length === 1 ? `${fresh[0].name} is attached` : `${fresh.length} files are attached`);
}

// Choosing again adds to what was chosen.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-files]");
  if (!field) return;
  const before = held.get(field.form.dataset.kind) ?? [];
  const fresh = [...field.files].filter((file) => !before.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified));
  put(field.form, [...before, ...fresh]);
});

// -- dropping and pasting --------------------------------------------------------------------------------------------------------

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const openForm = () => document.querySelector("form.compose:not([hidden])");
let leaving = 0;

document.addEventListener("dragover", (event) => {
  const form = openForm();
  if (!form || !hasFiles(event) || !fieldOf(form)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  form.classList.add("is-dropped-on");
  clearTimeout(leaving);
  leaving = setTimeout(() => form.classList.remove("is-dropped-on"), 250);
});
document.addEventListener("drop", (event) => {
  const form = openForm();
  if (!form || !hasFiles(event) || !fieldOf(form)) return;
  event.preventDefault();
  form.classList.remove("is-dropped-on");
  add(form, [...event.dataTransfer.files]);
  form.querySelector("textarea").focus();
});
document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("form.compose");
  const files = [...(event.clipboardData?.files ?? [])];
  if (!form || !files.length || event.clipboardData.getData("text/plain")) return;
  event.preventDefault();
  const now = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  add(form, files, { named: (file) => (/^image\.\w+$/.test(file.name) ? file.name.replace("image", `picture ${now}`) : file.name) });
});

// -- sending ---------------------------------------------------------------------------------------------------------------------

document.addEventListener("submit", stop, true);
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("form.compose");
  if (form && fieldOf(form) && isOver(form)) event.preventDefault();
});
function stop(event) {
  const form = event.target.closest?.("form.compose");
  if (!form || !fieldOf(form) || !isOver(form) || event.submitter?.formNoValidate) return;
  event.preventDefault();
  event.stopPropagation();
  form.querySelector(".over-size")?.scrollIntoView({ block: "nearest" });
  tell(form.querySelector(".over-size")?.textContent ?? "");
}
document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("form.compose");
  if (!form?.querySelector("[data-files]")?.files.length || !event.detail.lengthComputable) return;
  const said = form.querySelector("[data-saved]");
  const share = Math.round((100 * event.detail.loaded) / event.detail.total);
  if (said) said.textContent = share < 100 ? `Sending, ${share} %` : "Checking the files";
});
// What came back with a question keeps its files; what was sent takes them along.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.target.closest?.("form.compose");
  if (form && event.detail.xhr.status < 300 && event.detail.xhr.getResponseHeader("Content-Type")) held.delete(form.dataset.kind);
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id !== "composer") return;
  document.querySelectorAll("form.compose").forEach((form) => held.get(form.dataset.kind)?.length && put(form, held.get(form.dataset.kind)));
});
