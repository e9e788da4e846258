import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Refusal, wordsFor } from "../core/problem";

let isFirst = true;

/** A page with its heading, which takes the focus when somebody comes to it, so that a screen reader says where they are. */
export function Page(props: {
  title: string;
  /** What the browser's tab says, if more than the heading. */
  tab?: string;
  hint?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  wide?: boolean;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const tab = props.tab ?? props.title;
  useEffect(() => {
    document.title = `${tab} · Foldstream`;
  }, [tab]);
  useEffect(() => {
    if (!isFirst) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst = false;
  }, []);
  return (
    <div class={props.wide ? "page wide" : "page"}>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1} ref={heading}>
            {props.title}
          </h1>
          {props.hint && <p class="hint">{props.hint}</p>}
        </div>
        {props.actions && <div class="actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

/** What is shown while something is read for the first time. */
export function Loading(props: { what?: string }) {
  return (
    <p class="loading" role="status">
      {props.what ?? "Loading …"}
    </p>
  );
}

/** What is shown where there is nothing yet, with what can be done about that. */
export function Empty(props: { children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{props.children}</p>
      {props.action}
    </div>
  );
}

/** Says what went wrong. */
export function Trouble(props: { error: unknown; missing?: string }) {
  if (!props.error) {
    return null;
  }
  const isMissing = props.error instanceof Refusal && props.error.status === 404 && props.missing;
  return (
    <p class="trouble" role="alert">
      {isMissing ? props.missing : wordsFor(props.error)}
    </p>
  );
}
