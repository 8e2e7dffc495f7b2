// The editor of a policy's files: line numbers beside the text, and links that select the line that they name.

for (const editor of document.querySelectorAll("[data-editor]")) {
  const area = editor.querySelector("textarea");
  const gutter = editor.querySelector("[data-gutter]");

  const number = () => {
    const count = area.value.split("\n").length;
    if (gutter.childElementCount === 0 && gutter.dataset.count === String(count)) return;
    gutter.dataset.count = String(count);
    gutter.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
  };
  const follow = () => (gutter.scrollTop = area.scrollTop);
  number();
  area.addEventListener("input", number);
  area.addEventListener("scroll", follow);

  const select = (line, column = 1) => {
    const lines = area.value.split("\n");
    if (!(line >= 1 && line <= lines.length)) return;
    const start = lines.slice(0, line - 1).reduce((total, one) => total + one.length + 1, 0);
    area.focus();
    area.setSelectionRange(start + Math.min(column - 1, lines[line - 1].length), start + lines[line - 1].length);
    const height = parseFloat(getComputedStyle(area).lineHeight);
    area.scrollTop = Math.max(0, (line - 1) * height - area.clientHeight / 3);
    follow();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link || document.querySelectorAll("[data-editor]").length > 1) return;
    event.preventDefault();
    select(Number(link.dataset.line), Number(link.dataset.column));
  });
  const named = /^#line-(\d+)$/.exec(window.location.hash);
  if (named) select(Number(named[1]));
  if (editor.dataset.find) {
    const at = area.value.split("\n").findIndex((line) => line.startsWith(editor.dataset.find));
    if (at >= 0) area.scrollTop = at * parseFloat(getComputedStyle(area).lineHeight) - 40;
    follow();
  }
}
