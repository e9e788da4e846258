import { to } from "../../core/router";

const places = [
  ["/tournaments", "Tournaments"],
  ["/teams", "Teams"],
] as const;

/** The way between tournaments and teams. */
export function Sub(props: { at: "/tournaments" | "/teams" | "" }) {
  return (
    <nav class="sub" aria-label="Tournaments and teams">
      {places.map(([place, label]) => (
        <a key={place} href={to(place)} aria-current={place === props.at ? "page" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
