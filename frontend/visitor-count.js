// <visitor-count src="https://…/visitorcount"> counts a page view and shows the number: README.md

const NAME = "visitor-count";
const ATTRIBUTES = ["src", "page", "once", "display"];

/** By URL, the current page view: its id, its page and its outcomes. */
const views = new Map();

/** Whether this browser only shows. */
let isOff;

/** Resolves when a left page is back. */
let back;

const sleep = (time) => new Promise((over) => setTimeout(over, time));
const next = (target, event) =>
  new Promise((resolve) => target.addEventListener(event, resolve, { once: true }));

/** Browsers may refuse. */
const attempt = (action) => {
  try {
    return action();
  } catch {}
};

const isLocal = ({ protocol, hostname }) =>
  /^file:|:(127\.0\.0\.1|\[::1]|(.+\.)?local(host)?)$/.test(protocol + hostname);

function readHash() {
  const wish = location.hash.split("#visitor-count=")[1];
  if (wish) attempt(() => (localStorage[NAME] = wish));
  isOff = (wish ?? attempt(() => localStorage[NAME])) == "off";
  if (isOff) console.info(NAME + " is off in this browser: #visitor-count=on");
  else if (wish) console.info(NAME + " is on in this browser");
}

/** Counts a page view, or only reads the number. */
function outcomeOf(url, page, isDisplay, once) {
  url.hash = "";
  const { href } = url;
  const key = NAME + " " + href;
  const add = (query) => (url.search += (url.search && "&") + query);
  const today = new Date().toISOString().slice(0, 10);
  const [storage, since] = once == "day" ? ["localStorage", today] : ["sessionStorage", ""];

  let view = views.get(href);
  // An element without a page belongs to any view.
  if (view && (page ?? view.page) != (view.page ?? page)) view = null;
  if (page != null) add("page=" + encodeURIComponent(page));
  if (
    isDisplay ||
    isOff ||
    (isLocal(location) && !isLocal(url)) ||
    (!view && once != null && attempt(() => window[storage][key] >= since))
  ) {
    url.pathname = url.pathname.replace(/\/?$/, "/current");
    return ask(url, "default");
  }

  // Unlike `randomUUID`, this works without https.
  view ??= { id: crypto.getRandomValues(new Uint8Array(16)).join("-") };
  view.page ??= page;
  views.set(href, view);
  add("view=" + view.id);
  const outcome = (view["of " + page] ??= ask(url, "no-store"));
  if (once != null) {
    outcome.then(({ detail }) => detail.counted && attempt(() => (window[storage][key] = today)));
  }
  return outcome;
}

async function ask(url, cache, isAgain) {
  const lastBack = back;
  let status;
  try {
    const response = await fetch(url, {
      cache,
      credentials: "omit",
      referrerPolicy: "strict-origin",
      // A visit may count for the 29 s of API Gateway.
      signal: AbortSignal.timeout(35_000),
    });
    status = response.status;
    // Only then, nothing was counted.
    const seconds = parseInt(response.headers.get("Retry-After"));
    if (!isAgain && seconds >= 0 && seconds <= 60) {
      // Spread the retries.
      await sleep((seconds + Math.random()) * 1000);
      return ask(url, cache, true);
    }
    const body = await response.json();
    const { count } = body.page === undefined ? body : (body.page ?? {});
    return response.ok && Number.isSafeInteger(count) && count >= 0
      ? { count, detail: body }
      : { detail: { status, problem: body } };
  } catch (error) {
    const online = navigator.onLine || next(window, "online");
    // WebKit aborts before `pagehide`.
    await sleep(100);
    if (back != lastBack) await back;
    else if (online == true) return { detail: { status, problem: { title: String(error) } } };
    else await online;
    // A view that is sent again counts once.
    return ask(url, cache, isAgain);
  }
}

// Servers that render pages have no elements.
class VisitorCount extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ATTRIBUTES;

  #root = this.attachShadow({ mode: "open" });
  #internals = this.attachInternals();
  #observer = new MutationObserver(() => this.#show());
  #outcome = {};
  #turn;
  #asked;
  #told;

  constructor() {
    super();
    this.#show();
    // Set early, they hide the properties.
    const early = { ...this };
    for (const name in early) delete this[name];
    Object.assign(this, early);
  }

  connectedCallback() {
    for (let root = this.getRootNode(); root; root = root.host?.getRootNode()) {
      this.#observer.observe(root, { attributeFilter: ["lang"], subtree: true });
    }
    this.#update();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  attributeChangedCallback() {
    this.#asked = null;
    this.#update();
  }

  async #update() {
    const turn = (this.#turn = {});
    const isOver = () => turn != this.#turn || !this.isConnected;
    // By then, attributes that change together have changed.
    await (document.prerendering && next(document, "prerenderingchange"));
    if (isOver()) return;
    // A moved element asks nothing again.
    const asked = (this.#asked ??= this.#ask());
    if (asked == this.#told) return;
    this.#show({});
    const outcome = await asked;
    if (isOver()) return;
    this.#told = asked;
    const event = { bubbles: true, composed: true, detail: outcome.detail };
    this.dispatchEvent(new CustomEvent(NAME + ":" + this.#show(outcome), event));
  }

  #ask() {
    const { src, page, display, once } = this;
    const url = src && attempt(() => new URL(src, this.baseURI));
    return url
      ? outcomeOf(url, page == "" ? location.pathname : page, display, once)
      : { detail: { problem: { title: "TypeError: src is no URL" } } };
  }

  #show(outcome = this.#outcome) {
    this.#outcome = outcome;
    const { count, detail } = outcome;
    const isLoaded = count != null;
    const state = isLoaded ? "loaded" : detail ? "error" : "loading";
    const content = document.createElement(isLoaded ? "span" : "slot");
    let word, lang;
    if (isLoaded) {
      for (let at = this; at && !lang; at = at.getRootNode().host) {
        lang = at.closest("[lang]:not([lang=''])")?.getAttribute("lang");
      }
      // No such language: the browser's.
      lang = attempt(() => Intl.getCanonicalLocales(lang)[0]);
      word = this.getAttribute(new Intl.PluralRules(lang).select(count)) ?? this.getAttribute("other");
      content.part = "count";
      content.style.fontVariantNumeric = "tabular-nums";
      content.textContent = count.toLocaleString(lang);
    }
    this.#root.replaceChildren(content, word ? " " + word : "");
    // So a live region says the number, not the fallback.
    this.#internals.ariaBusy = state == "loading";
    attempt(() => {
      this.#internals.states.clear();
      this.#internals.states.add(state);
    });
    return state;
  }
}

for (const name of ATTRIBUTES) {
  Object.defineProperty(VisitorCount.prototype, name, {
    get() {
      return name == "display" ? this.hasAttribute(name) : this.getAttribute(name);
    },
    set(value) {
      if (value == null || value === false) this.removeAttribute(name);
      else this.setAttribute(name, value === true ? "" : value);
    },
  });
}

// A page may load the module twice.
if (globalThis.customElements && !customElements.get(NAME)) {
  readHash();
  addEventListener("hashchange", readHash);
  addEventListener("pagehide", () => (back = next(window, "pageshow")));
  customElements.define(NAME, VisitorCount);
}
