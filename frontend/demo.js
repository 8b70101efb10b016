// @ts-check
// Shows what the counter knows, without counting another visit.

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const LANGUAGE = document.documentElement.lang;
const DAY = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "long", timeZone: "UTC" });

/** @param {number} count */
const visits = (count) => `${count.toLocaleString(LANGUAGE)} ${count === 1 ? "visit" : "visits"}`;

/** @param {unknown} answer */
const showAnswer = (answer) => {
  part("json").textContent = JSON.stringify(answer, null, 2);
};

/** @param {number} count */
function showBadge(count) {
  const badge = /** @type {HTMLImageElement} */ (part("badge"));
  badge.src = "visitorcount/badge.svg";
  badge.alt = visits(count);
}

async function showDays() {
  const response = await fetch("visitorcount/history", { cache: "no-store" });
  if (!response.ok) throw new Error(`history: ${response.status}`);
  /** @type {{ days: { day: string, count: number }[] }} */
  const { days } = await response.json();
  const most = Math.max(1, ...days.map(({ count }) => count));
  const all = days.reduce((sum, { count }) => sum + count, 0);
  const bars = days.map(({ day, count }) => {
    const bar = document.createElement("li");
    const text = document.createElement("span");
    bar.title = text.textContent = `${DAY.format(new Date(day))}: ${visits(count)}`;
    bar.style.setProperty("--share", String(count / most));
    bar.append(text);
    return bar;
  });
  part("chart").replaceChildren(...bars);
  part("days").textContent = `The last ${days.length} days`;
  part("summary").textContent = `${visits(all)}, ${(days.at(-1)?.count ?? 0).toLocaleString(LANGUAGE)} today`;
  part("first").textContent = days[0] ? DAY.format(new Date(days[0].day)) : "";
  part("last").textContent = "today";
}

/** The lines that embed this counter, and this very file. */
async function showSnippet() {
  const file = await (await fetch("visitor-count.js")).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-384", file));
  const integrity = `sha384-${btoa(String.fromCharCode(...hash))}`;
  const src = new URL("visitorcount", location.href).href;
  part("snippet").textContent =
    `<script type="module" src="/visitor-count.js" integrity="${integrity}" crossorigin="anonymous"></script>\n\n` +
    `<visitor-count src="${src}" one="visit" other="visits">–</visitor-count>`;
}

part("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(part("snippet").textContent ?? "");
    part("copied").textContent = "Copied.";
  } catch {
    getSelection()?.selectAllChildren(part("snippet"));
    part("copied").textContent = "Selected: copy it with your keyboard.";
  }
});

document.addEventListener("visitor-count:loaded", (event) => {
  const { target, detail } = /** @type {CustomEvent} */ (event);
  const counter = /** @type {any} */ (target);
  if (counter.page !== null) {
    showAnswer(detail);
    // Only now, this visit is among the days.
    void showDays();
  } else if (counter.matches(".large *")) {
    counter.style.setProperty("--length", detail.count.toLocaleString(LANGUAGE).length);
    showBadge(detail.count);
  }
});

document.addEventListener("visitor-count:error", (event) => {
  const { status, problem } = /** @type {CustomEvent} */ (event).detail;
  if (status) showAnswer(problem);
  else part("json").textContent = "no answer";
  part("problem").textContent = (status && problem?.detail) || "The counter does not answer.";
  part("problem").hidden = false;
});

void showSnippet();
