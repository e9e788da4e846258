import { useState } from "preact/hooks";
import type { UserProfile } from "../../api";
import { useAction, write } from "../../core/document";
import { say } from "../../core/notices";
import { go } from "../../core/router";
import { session, signOut } from "../../core/session";
import { exactly, left } from "../../core/time";
import { Button, Form } from "../../parts/form";
import { Loading, Page, Trouble } from "../../parts/page";
import { SignIns } from "../orgs/signins";
import { Face } from "./face";
import { useMe } from "./me";
import { NameField, Naming } from "./naming";

/** Who is signed in, and what others see of them. */
export function Profile() {
  const me = useMe();
  const leave = () => {
    signOut();
    go("/");
  };
  return (
    <Page title="Profile" actions={<Button onClick={leave}>Sign out</Button>}>
      {me.isNameless ? <Naming why="To play, you need a name that others see." /> : <Trouble error={me.error} />}
      {!me.value && !me.error && <Loading />}
      {me.value && <Looks key={me.value.name} of={me.value} />}
      <Account />
    </Page>
  );
}

function Looks({ of }: { of: UserProfile }) {
  const [name, setName] = useState(of.name);
  const change = useAction(async () => {
    await write("user", "set-user-name", { userId: of.id }, { name });
    say("good", "Your name is changed. Matches that you are in already keep the old one.");
  });
  return (
    <section class="section card">
      <header class="player">
        <Face of={of} large />
        <div>
          <h2>{of.name}</h2>
          <p class="hint">The picture and the colour were drawn by lot.</p>
        </div>
      </header>
      <div class="narrow">
        <Form onSubmit={change.run} error={change.error} fields={["name"]} label="Change your name">
          <NameField value={name} onValue={setName} error={change.error} />
          <Button busy={change.busy} disabled={name.trim() === of.name}>
            Change the name
          </Button>
        </Form>
      </div>
    </section>
  );
}

function Account() {
  const who = session.value;
  return (
    who && (
      <section class="section card">
        <h2>Account</h2>
        <dl class="facts">
          <dt>Id</dt>
          <dd class="mono">{who.userId}</dd>
          <dt>Roles</dt>
          <dd>{who.roles.join(", ") || "none"}</dd>
          <dt>Signed in</dt>
          <dd>{who.by === "code" ? "with a code" : "with e-mail and password"}</dd>
          <dt>Until</dt>
          <dd>
            {exactly(who.expiresAt)} ({left(who.expiresAt)} left)
          </dd>
          <SignIns of={who.userId} />
        </dl>
      </section>
    )
  );
}
