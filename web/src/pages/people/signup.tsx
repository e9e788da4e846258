import { useState } from "preact/hooks";
import { useAction } from "../../core/document";
import { enter } from "../../core/enter";
import { send } from "../../core/http";
import { go, parameters, to } from "../../core/router";
import { Button, Field, Form } from "../../parts/form";
import { Page } from "../../parts/page";
import { createUser, NameField } from "./naming";

/** Makes an account, signs in with it, and gives the player a name. What fails on the way begins again where it failed. */
export function SignUp() {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [done] = useState({ registered: false, entered: false });
  const wanted = parameters.value.get("to") ?? undefined;
  const signUp = useAction(async () => {
    if (!done.registered) {
      await send("register", {}, { email, password });
      done.registered = true;
    }
    if (!done.entered) {
      enter(await send("log-in", {}, { email, password }), "password");
      done.entered = true;
    }
    await createUser(name);
    go(wanted ?? "/", "replace");
  });
  return (
    <Page title="Sign up" hint="A name, and something to sign in with.">
      <div class="narrow">
        <Form onSubmit={signUp.run} error={signUp.error} fields={["name", "email", "password"]} label="Sign up">
          <NameField value={name} onValue={setName} error={signUp.error} />
          <Field
            label="E-mail"
            name="email"
            value={email}
            onValue={setEmail}
            error={signUp.error}
            input={{ type: "email", autocomplete: "username" }}
          />
          <Field
            label="Password"
            hint="8 to 128 characters."
            name="password"
            value={password}
            onValue={setPassword}
            error={signUp.error}
            input={{ type: "password", autocomplete: "new-password" }}
          />
          <Button busy={signUp.busy}>Sign up</Button>
        </Form>
        <p>
          Already signed up? <a href={to("/sign-in", { to: wanted })}>Sign in</a>.
        </p>
      </div>
    </Page>
  );
}
