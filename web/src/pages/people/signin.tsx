import { useState } from "preact/hooks";
import { send } from "../../core/http";
import { useAction } from "../../core/document";
import { enter } from "../../core/enter";
import { go, parameters, path, to, type PathParameters } from "../../core/router";
import { Button, Field, Form } from "../../parts/form";
import { Page } from "../../parts/page";

/** Signs somebody in, and goes on to where they wanted to be. */
export function SignIn({ why }: PathParameters) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const isHere = path.value === "/sign-in"; // and not in place of another page, which comes by itself
  const wanted = isHere ? parameters.value.get("to") ?? undefined : path.value;
  const signIn = useAction(async () => {
    enter(await send("log-in", {}, { email, password }), "password");
    if (isHere) {
      go(wanted ?? "/", "replace");
    }
  });
  return (
    <Page title="Sign in" hint={why || "To play, to run tournaments, and to see your wallet."}>
      <div class="narrow">
        <Form onSubmit={signIn.run} error={signIn.error} fields={["email", "password"]} label="Sign in">
          <Field
            label="E-mail"
            name="email"
            value={email}
            onValue={setEmail}
            error={signIn.error}
            input={{ type: "email", autocomplete: "username" }}
          />
          <Field
            label="Password"
            name="password"
            value={password}
            onValue={setPassword}
            error={signIn.error}
            input={{ type: "password", autocomplete: "current-password" }}
          />
          <Button busy={signIn.busy}>Sign in</Button>
        </Form>
        <p>
          Here for the first time? <a href={to("/sign-up", { to: wanted })}>Sign up</a>.
          <br />
          For an organisation, or to work for one: <a href={to("/sign-in/code", { to: wanted })}>sign in with a code</a>.
        </p>
      </div>
    </Page>
  );
}
