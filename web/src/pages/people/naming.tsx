import { useState } from "preact/hooks";
import { useAction, write } from "../../core/document";
import { Button, Field, Form } from "../../parts/form";

/** Asks somebody who has none for a name, right where it is needed. */
export function Naming(props: { why: string }) {
  const [name, setName] = useState("");
  const give = useAction(() => createUser(name));
  return (
    <section class="section card">
      <h2>Choose a name</h2>
      <p>{props.why}</p>
      <Form onSubmit={give.run} error={give.error} fields={["name"]} label="Choose a name">
        <NameField value={name} onValue={setName} error={give.error} />
        <Button busy={give.busy}>Take this name</Button>
      </Form>
    </section>
  );
}

export function NameField(props: { value: string; onValue: (name: string) => void; error: unknown }) {
  return (
    <Field
      {...props}
      label="Name"
      name="name"
      hint="As other players see you: 1 to 50 characters."
      input={{ autocomplete: "nickname", maxLength: 50, required: true }}
    />
  );
}

/** Makes the player of whoever is signed in. */
export async function createUser(name: string): Promise<void> {
  await write("user", "create-user", {}, { name });
}
