import { useList } from "../../core/list";
import { Ago } from "../../parts/ago";

/** How often somebody has signed in, and when last, for a list of facts. Only they themselves may see it. */
export function SignIns({ of }: { of: string }) {
  const record = useList("list-sign-ins", { userId: of }, {}).items?.[0];
  return (
    record && (
      <>
        <dt>Sign-ins</dt>
        <dd>
          {record.count}, the last one <Ago at={record.lastAt} />
        </dd>
      </>
    )
  );
}
