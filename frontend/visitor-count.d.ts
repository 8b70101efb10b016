/** What the counter answers. A number that is only read has no `counted`. */
export interface VisitorCountAnswer {
  /** Visits of the site, or where a page's number is only read, of the page. */
  count: number;
  counted?: boolean;
  /** Why the visit wasn't counted: there may be others. */
  reason?: "crawler" | "prefetch" | (string & {});
  page?: { path: string; count: number } | null;
}

/** Why there is no number. */
export interface VisitorCountFailure {
  /** Missing if there was no answer. */
  status?: number;
  /** The counter's problem, or a `title` alone that names another failure. */
  problem: { title?: string; detail?: string; requestId?: string } | null;
}

/** The attributes. The counter's docs describe them. */
export interface VisitorCountAttributes {
  /** The counter's URL. */
  src?: string | null;
  /** The path of the page to count. Empty: the location's. */
  page?: string | null;
  /** Counts a browser once. */
  once?: "day" | "session" | null;
  /** Shows the number, and never counts. */
  display?: boolean;
  /** The word after the number, by the number's plural category. */
  zero?: string;
  one?: string;
  two?: string;
  few?: string;
  many?: string;
  other?: string;
}

export interface VisitorCountElement extends HTMLElement {
  src: string | null;
  page: string | null;
  once: "day" | "session" | null;
  display: boolean;
}

interface Events {
  "visitor-count:loaded": CustomEvent<VisitorCountAnswer>;
  "visitor-count:error": CustomEvent<VisitorCountFailure>;
}

/** In JSX, beside what all elements have. */
interface JsxAttributes extends VisitorCountAttributes {
  children?: any;
  class?: string;
  className?: string;
  hidden?: boolean;
  id?: string;
  key?: string | number | null;
  lang?: string;
  ref?: any;
  role?: string;
  slot?: string;
  style?: any;
}

interface JsxElements {
  "visitor-count": JsxAttributes;
}

declare global {
  interface HTMLElementTagNameMap {
    "visitor-count": VisitorCountElement;
  }
  interface HTMLElementEventMap extends Events {}
  interface DocumentEventMap extends Events {}
  interface WindowEventMap extends Events {}
  namespace JSX {
    interface IntrinsicElements extends JsxElements {}
  }
}

// @ts-ignore: not every project has React.
declare module "react" {
  namespace JSX {
    interface IntrinsicElements extends JsxElements {}
  }
}

// @ts-ignore: nor Preact.
declare module "preact" {
  namespace JSX {
    interface IntrinsicElements extends JsxElements {}
  }
}
