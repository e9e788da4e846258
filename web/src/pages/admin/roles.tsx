import { useState } from "preact/hooks";
import { useAction } from "../../core/document";
import { send } from "../../core/http";
import { say } from "../../core/notices";
import { useSearch } from "../../core/search";
import { Button, Choice, Field, Form } from "../../parts/form";
import { Trouble } from "../../parts/page";
import { Search } from "../../parts/search";
import { reason, type Question, useQuestion } from "./asking";
import { Admin, Shown } from "./frame";
import { JobList, useWithJobs } from "./jobs";

type Role = "read" | "write" | "admin";

const roles = [
  ["read", "read", "See what there is."],
  ["write", "write", "Take part."],
  ["admin", "admin", "See and look after all of it."],
] as const;

/** Gives people roles, takes them away, and has people forgotten. */
export function Roles() {
  const [userId, setUserId] = useState("");
  const [role, setRole] = useState<Role>("read");
  const change = useAction(async (isGrant: boolean) => {
    const id = userId.trim();
    await (isGrant ? send("grant-role", { userId: id }, { role }) : send("revoke-role", { userId: id, role }, {}));
    say("good", `${id} ${isGrant ? "has" : "does not have"} the role ${role} from the next sign-in on.`);
  });
  const forgets = useWithJobs(["forget"], async () => undefined);
  const [put, dialog] = useQuestion(forgets.again);
  return (
    <Admin title="Roles" hint="What somebody may do. A change shows when they sign in again.">
      <Somebody onChoose={setUserId} />
      <div class="narrow">
        <Form label="Change a role" onSubmit={() => change.run(true)} error={change.error} fields={["userId", "role"]}>
          <Field
            label="User id"
            name="userId"
            value={userId}
            onValue={setUserId}
            error={change.error}
            input={{ required: true, autocomplete: "off", spellcheck: false }}
          />
          <Choice legend="Role" name="role" value={role} onValue={setRole} options={roles} />
          <div class="actions">
            <Button busy={change.busy} disabled={!userId.trim()}>
              Grant
            </Button>
            <Button kind="danger" onClick={() => change.run(false)} busy={change.busy} disabled={!userId.trim()}>
              Revoke
            </Button>
          </div>
        </Form>
        <div class="actions">
          <Button kind="danger" onClick={() => put(forgetting(userId.trim()))} disabled={!userId.trim()}>
            Forget this user
          </Button>
        </div>
      </div>
      <Shown of={forgets}>{({ jobs }) => <JobList jobs={jobs} />}</Shown>
      {dialog}
    </Admin>
  );
}

function forgetting(subject: string): Question {
  return {
    title: "Forget this user",
    text: `What is personal of ${subject} is lost, for everybody. This cannot be undone.`,
    button: "Forget",
    field: reason,
    act: (reason) => send("forget-person", { subject }, { reason }),
  };
}

/** Finds a user's id by their name, where the system has search. */
function Somebody(props: { onChoose: (userId: string) => void }) {
  const [q, setQ] = useState("");
  const { items, error } = useSearch("search-users", q);
  return (
    <div class="narrow">
      <Search label="Find somebody by name" words={q} onWords={setQ} />
      <Trouble error={error} />
      {items && items.length > 0 && (
        <ul class="log" aria-label="Found">
          {items.map((user) => (
            <li key={user.id} class="user">
              <span>
                {user.name} <span class="mono id hint">{user.id}</span>
              </span>
              <Button onClick={() => props.onChoose(user.id)} label={`Choose ${user.name}`}>
                Choose
              </Button>
            </li>
          ))}
        </ul>
      )}
      <p class="hint" role="status">
        {items?.length === 0 && "Nobody has such a name."}
      </p>
    </div>
  );
}
