import type { ComponentChildren } from "preact";
import { path, to } from "../../core/router";
import { Loading, Page, Trouble } from "../../parts/page";
import type { Polled } from "./watch";

const areas = ["Events", "Streams", "Traces", "Views", "Parked", "Timers", "Roles"];

/** A page for admins, with the way to the others. */
export function Admin(props: { title: string; hint: string; children: ComponentChildren }) {
  return (
    <Page title={props.title} hint={props.hint} wide>
      <nav class="areas" aria-label="Admin">
        {areas.map((area, i) => {
          const at = "/admin" + (i ? "/" + area.toLowerCase() : "");
          const isHere = path.value === at || (i > 0 && path.value.startsWith(at + "/"));
          return (
            <a key={at} href={to(at)} aria-current={isHere ? "page" : undefined}>
              {area}
            </a>
          );
        })}
      </nav>
      {props.children}
    </Page>
  );
}

/** Shows what was read, as soon as it is there, and what is wrong. */
export function Shown<T>(props: { of: Polled<T>; missing?: string; children: (found: T) => ComponentChildren }) {
  const { found, error } = props.of;
  return (
    <>
      <Trouble error={error} missing={props.missing ?? ""} />
      {found ? props.children(found) : !error && <Loading />}
    </>
  );
}
