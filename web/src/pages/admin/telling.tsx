import { to } from "../../core/router";
import { exactly } from "../../core/time";

/** The address of a stream, as it was at a version if one is given. */
export function streamAt(stream: string, version?: number): string {
  return to("/admin/streams/" + encodeURIComponent(stream), { version: version ? String(version) : undefined });
}

/** A link to a stream, as it was at a version if one is given. */
export function StreamLink(props: { stream: string; version?: number | undefined }) {
  return (
    <a class="mono id" href={streamAt(props.stream, props.version)}>
      {props.stream}
      {props.version && `@${props.version}`}
    </a>
  );
}

/** A time with seconds and zone, for machines too. */
export function Moment(props: { at: string }) {
  return <time dateTime={props.at}>{exactly(props.at)}</time>;
}

/** Where something comes from: when, by whom, and in which trace. Ids are told by their ends, which tell those of one moment apart. */
export function Origin({ of }: { of: { time: string; invoker?: string; traceId: string } }) {
  return (
    <p class="hint">
      <Moment at={of.time} /> by{" "}
      {of.invoker ? (
        <span class="mono end" title={of.invoker}>
          …{of.invoker.slice(-12)}
        </span>
      ) : (
        "somebody not signed in"
      )}
      , <TraceLink id={of.traceId} />
    </p>
  );
}

/** A link to a trace. */
export function TraceLink({ id }: { id: string }) {
  return (
    <a class="mono end" href={to("/admin/traces/" + encodeURIComponent(id))} title={id}>
      trace …{id.slice(-12)}
    </a>
  );
}

/** What something holds, to be read by people. Without anything it is private. */
export function Data({ of }: { of: unknown }) {
  return of === undefined ? <p class="hint">What this holds is private, and shown to nobody.</p> : <pre class="json">{pretty(of, "")}</pre>;
}

const width = 60; // characters of what fits a line

/** JSON in which what is short stands on one line. */
function pretty(value: unknown, indent: string): string {
  const short = JSON.stringify(value);
  if (short.length <= width || typeof value !== "object" || !value) {
    return short;
  }
  const deeper = indent + "  ";
  const isList = Array.isArray(value);
  const lines = Object.entries(value).map(([name, member]) => `\n${deeper}${isList ? "" : `"${name}": `}${pretty(member, deeper)}`);
  return short[0] + lines.join() + "\n" + indent + short.at(-1);
}
