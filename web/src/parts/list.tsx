import type { ComponentChildren } from "preact";
import { useAction } from "../core/document";
import type { Listing } from "../core/list";
import { Button } from "./form";
import { Loading, Trouble } from "./page";

interface Shown<T> {
  of: Listing<T>;
  label: string;
  empty: ComponentChildren;
}

/** Shows a listing: what there is, what to do where nothing is, and the way to more. */
export function List<T>(props: Shown<T> & { class?: string; children: (item: T) => ComponentChildren }) {
  return (
    <Listed {...props}>
      {(items) => (
        <ul class={props.class ?? "cards"} aria-label={props.label}>
          {items.map(props.children)}
        </ul>
      )}
    </Listed>
  );
}

/** The same as a table; its last column is of numbers. */
export function Table<T>(props: Shown<T> & { class: string; heads: string[]; children: (item: T, i: number) => ComponentChildren }) {
  return (
    <Listed {...props}>
      {(items) => (
        <table class={"table " + props.class} aria-label={props.label}>
          <thead>
            <tr>
              {props.heads.map((head, i) => (
                <th key={head} scope="col" class={i === props.heads.length - 1 ? "number" : undefined}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{items.map(props.children)}</tbody>
        </table>
      )}
    </Listed>
  );
}

function Listed<T>(props: { of: Listing<T>; empty: ComponentChildren; children: (items: T[]) => ComponentChildren }) {
  const { items, error, hasMore, more } = props.of;
  const next = useAction(more);
  return (
    <>
      <Trouble error={error} />
      {items === undefined && !error && <Loading />}
      {items?.length === 0 && props.empty}
      {items !== undefined && items.length > 0 && props.children(items)}
      {hasMore && (
        <p class="more">
          <Button onClick={next.run} busy={next.busy}>
            Show more
          </Button>
        </p>
      )}
    </>
  );
}
