// @ts-check
// Shows the answer that the element got, without counting another visit.

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {unknown} answer */
const showAnswer = (answer) => {
  part("json").textContent = JSON.stringify(answer, null, 2);
};

document.addEventListener("visitor-count:loaded", (event) => {
  showAnswer(/** @type {CustomEvent} */ (event).detail);
});

document.addEventListener("visitor-count:error", (event) => {
  const { status, problem } = /** @type {CustomEvent} */ (event).detail;
  if (status) showAnswer(problem);
  else part("json").textContent = "no answer";
  part("problem").textContent = (status && problem?.detail) || "The counter does not answer.";
  part("problem").hidden = false;
});
