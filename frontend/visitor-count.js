// @ts-check
// <visitor-count src="https://…/visitorcount"> counts a page view: README.md

/** @typedef {{ state: "loading" | "loaded" | "error", detail?: any }} Outcome */

// Longer than API Gateway's 29 s: until then, a visit may still count.
const TIME_LIMIT = 35_000;
const LONGEST_WAIT = 60_000;

const style = new CSSStyleSheet();
style.replaceSync(`
  :host {
    display: inline-block;
    font-variant-numeric: tabular-nums;
    min-inline-size: var(--visitor-count-width, 6ch);
    text-align: end;
  }
  :host([hidden]) { display: none }
`);

/** @type {Map<string, Promise<Outcome>>} This page view's, by URL. */
const visits = new Map();

/**
 * @param {string} url
 * @param {string} [again] the view to send again
 * @returns {Promise<Outcome>}
 */
async function visit(url, again) {
  // Unlike `randomUUID`, this works without https.
  const view = again ?? crypto.getRandomValues(new Uint8Array(16)).join("-");
  let status;
  try {
    if (!url) throw new TypeError("src is no URL");
    if (/** @type {any} */ (document).prerendering) {
      await new Promise((shown) => document.addEventListener("prerenderingchange", shown));
    }
    const response = await fetch(url + (url.includes("?") ? "&" : "?") + "view=" + view, {
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "strict-origin",
      signal: AbortSignal.timeout(TIME_LIMIT),
    });
    status = response.status;
    const delay = retryDelay(response);
    if (!again && delay <= LONGEST_WAIT) {
      // Spread the retries.
      await new Promise((over) => setTimeout(over, delay + Math.random() * 1000));
      return visit(url, view);
    }
    const body = await response.json();
    return response.ok && Number.isSafeInteger(body.count) && body.count > 0
      ? { state: "loaded", detail: body }
      : { state: "error", detail: { status, problem: body } };
  } catch (error) {
    return { state: "error", detail: { status, problem: { title: String(error) } } };
  }
}

/**
 * Milliseconds, or NaN: only `Retry-After` says that nothing was counted.
 * @param {Response} response
 */
function retryDelay({ status, headers }) {
  const value = headers.get("Retry-After") ?? "";
  if ((status != 429 && status != 503) || !/^\d+$|GMT$/.test(value)) return NaN;
  return isNaN(+value) ? Date.parse(value) - Date.now() : +value * 1000;
}

class VisitorCount extends HTMLElement {
  static observedAttributes = ["src"];

  #root = this.attachShadow({ mode: "open" });
  #internals = this.attachInternals();
  /** @type {Promise<Outcome> | undefined} */
  #visit;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
  }

  connectedCallback() {
    this.#update();
  }

  attributeChangedCallback() {
    this.#update();
  }

  async #update() {
    if (!this.isConnected) return;
    const url = this.#url();
    const current = visits.get(url) ?? visit(url);
    visits.set(url, current);
    if (current == this.#visit) return;
    this.#visit = current;
    this.#show({ state: "loading" });
    const outcome = await current;
    if (current != this.#visit) return;
    if (this.isConnected) {
      this.#show(outcome);
      const event = { bubbles: true, composed: true, detail: outcome.detail };
      this.dispatchEvent(new CustomEvent("visitor-count:" + outcome.state, event));
    } else {
      // Shown when it is back.
      this.#visit = undefined;
    }
  }

  /** Absolute, one for each counter. */
  #url() {
    const src = this.getAttribute("src");
    try {
      return src ? new URL(src, document.baseURI).href.split("#")[0] : "";
    } catch {
      return "";
    }
  }

  /** @param {Outcome} outcome */
  #show({ state, detail }) {
    const content = document.createElement(state == "loaded" ? "span" : "slot");
    if (state == "loaded") {
      content.part.add("count");
      content.textContent = this.#format(detail.count);
    }
    // A page that makes it a live region has the number announced, not the fallback.
    this.#internals.ariaBusy = String(state == "loading");
    this.#root.replaceChildren(content);
    try {
      this.#internals.states.clear();
      this.#internals.states.add(state);
    } catch {
      // Older browsers have none.
    }
  }

  /** @param {number} count */
  #format(count) {
    const lang = this.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang;
    try {
      return count.toLocaleString(lang);
    } catch {
      // No such language.
      return count.toLocaleString();
    }
  }
}

// A page may load the module twice.
customElements.get("visitor-count") ?? customElements.define("visitor-count", VisitorCount);
