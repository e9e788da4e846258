import { ago, exactly } from "../core/time";

/** How long ago something was; the time itself for who asks, and for programs. */
export function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at)}
    </time>
  );
}
