// Lets the minutes of commitment chips run between two answers of the server. The words are those of upheld/web/times.py.

const skew = Date.now() - Date.parse(document.documentElement.dataset.now || new Date().toISOString());
const offset = Math.abs(skew) > 2000 ? skew : 0;

export function span(seconds) {
  const all = Math.max(1, Math.floor(seconds / 60));
  const hours = Math.floor(all / 60);
  const minutes = all % 60;
  if (hours >= 48) return `${Math.floor(hours / 24)} d`;
  if (hours) return minutes && hours < 10 ? `${hours} h ${minutes} m` : `${hours} h`;
  return `${minutes} m`;
}

function run(chip, now) {
  const due = Number(chip.dataset.due);
  const left = (due - now) / 1000;
  const time = chip.querySelector("[data-time]");
  const said = left > 0 ? span(left) : `${span(-left)} late`;
  if (time && time.lastChild.data !== said) time.lastChild.data = said;
  chip.classList.toggle("late", left <= 0);
  chip.classList.toggle("soon", left > 0 && now >= Number(chip.dataset.soon));
  const bar = chip.querySelector("[data-bar]");
  if (!bar) return;
  const share = Number(chip.dataset.share);
  const seen = Number((chip.dataset.seen ||= String(now)));
  const part = due > seen ? (now - seen) / (due - seen) : 1;
  bar.setAttribute("width", String(left > 0 ? Math.round((share + (1 - share) * part) * 1000) / 10 : 100));
}

function runAll() {
  const now = Date.now() - offset;
  document.querySelectorAll(".chip[data-due]").forEach((chip) => run(chip, now));
}

runAll();
setInterval(runAll, 5000);
document.addEventListener("visibilitychange", () => document.hidden || runAll());
document.addEventListener("htmx:afterSettle", runAll);
document.addEventListener("upheld:shown", runAll);
