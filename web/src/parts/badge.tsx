import type { ComponentChildren } from "preact";

/** A word about how something stands. The tone is said by colour too, never by colour alone. */
export function Badge(props: { tone: "plain" | "accent" | "good" | "bad" | "wait"; children: ComponentChildren }) {
  return <span class={"badge " + props.tone}>{props.children}</span>;
}
