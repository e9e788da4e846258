import { Badge } from "../../parts/badge";
import { Data } from "./telling";

/** A state, member by member, with what an event changed in it. Of lists only that is told. */
export function Difference({ was, is }: { was: unknown; is: unknown }) {
  const names = [...new Set([...Object.keys(membersOf(is)), ...Object.keys(membersOf(was))])];
  const members = names.map((name) => ({ name, was: membersOf(was)[name], is: membersOf(is)[name] }));
  const told = Array.isArray(is) ? members.filter((m) => kindOf(m.was, m.is)) : members;
  return (
    <ul class="members">
      {told.map((member) => (
        <Member key={member.name} {...member} />
      ))}
      {told.length < names.length && <li class="hint">As before: {names.length - told.length}</li>}
    </ul>
  );
}

function Member({ name, was, is }: { name: string; was: unknown; is: unknown }) {
  const kind = kindOf(was, is);
  const isDeep = kind === "changed" && isWhole(was) && isWhole(is);
  return (
    <li class={isDeep ? "" : kind}>
      <code>{name}</code> {kind && <Badge tone={tones[kind]}>{kind}</Badge>}{" "}
      {isDeep ? (
        <Difference was={was} is={is} />
      ) : (
        <>
          {kind && was !== undefined && (
            <>
              <span class="unseen">from</span>{" "}
              <del>
                <Value of={was} />
              </del>{" "}
            </>
          )}
          {kind === "changed" && <span aria-hidden="true">→ </span>}
          {is !== undefined && <Value of={is} isNews={!!kind} />}
        </>
      )}
    </li>
  );
}

const tones = { added: "good", changed: "wait", gone: "bad" } as const;

/** A value on its line; one with more in it is opened on demand, unless it is news. */
function Value({ of, isNews }: { of: unknown; isNews?: boolean }) {
  const text = JSON.stringify(of);
  if (text.length < 80 || !isWhole(of)) {
    return <code class="value">{text}</code>;
  }
  return (
    <details open={isNews}>
      <summary>{Object.keys(of).length} in it</summary>
      <Data of={of} />
    </details>
  );
}

function kindOf(was: unknown, is: unknown): keyof typeof tones | "" {
  if (was === undefined) {
    return "added";
  }
  return is === undefined ? "gone" : JSON.stringify(was) === JSON.stringify(is) ? "" : "changed";
}

/** Whether a value has members of its own. */
function isWhole(value: unknown): value is object {
  return typeof value === "object" && !!value;
}

function membersOf(value: unknown): Record<string, unknown> {
  return isWhole(value) ? (value as Record<string, unknown>) : {};
}
