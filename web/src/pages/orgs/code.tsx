import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../core/document";
import { enter } from "../../core/enter";
import { send } from "../../core/http";
import { Refusal } from "../../core/problem";
import { go, parameters, to } from "../../core/router";
import { system } from "../../core/system";
import { left, now, when } from "../../core/time";
import { Button, Choice, Field, Form } from "../../parts/form";
import { Page } from "../../parts/page";
import { countries, likelyCountry, mostTries, request, useChallenge, type Challenge, type Country, type Role } from "./challenge";

/** Signs in an organisation or a worker by a code that is sent to them. */
export function SignInByCode() {
  const [challenge, setChallenge] = useChallenge();
  const wanted = parameters.value.get("to") ?? undefined;
  return (
    <Page title="Sign in with a code" hint="No password: a code is sent to you, and whoever knows it is signed in.">
      <div class="narrow">
        {challenge ? <Verify of={challenge} onChange={setChallenge} wanted={wanted} /> : <Ask onAsked={setChallenge} />}
        <p>
          You have a password? <a href={to("/sign-in", { to: wanted })}>Sign in with it</a>.
        </p>
      </div>
    </Page>
  );
}

function Ask({ onAsked }: { onAsked: (challenge: Challenge) => void }) {
  const [role, setRole] = useState<Role>("org");
  const [country, setCountry] = useState<Country>(likelyCountry);
  const [primary, setPrimary] = useState("");
  const ask = useAction(async () => onAsked(await request({ role, country, primary })));
  const isOrg = role === "org";
  return (
    <Form onSubmit={ask.run} error={ask.error} fields={["primary", "country", "role"]} label="Ask for a code">
      <Choice
        legend="Sign in as"
        name="role"
        value={role}
        onValue={(chosen) => {
          setRole(chosen);
          setPrimary("");
          ask.clear();
        }}
        options={[
          ["org", "Organisation", "by e-mail"],
          ["worker", "Worker", "by phone"],
        ]}
      />
      <Field
        label="Country"
        name="country"
        value={country}
        onValue={(chosen) => setCountry(chosen as Country)}
        error={ask.error}
        options={Object.entries(countries).sort(([, one], [, other]) => (one < other ? -1 : 1))}
      />
      <Field
        key={role}
        label={isOrg ? "E-mail" : "Mobile phone"}
        hint={isOrg ? "Your organisation’s address." : "As it is dialled in the country, or with + in front."}
        name="primary"
        value={primary}
        onValue={setPrimary}
        error={ask.error}
        input={isOrg ? { type: "email", autocomplete: "email" } : { type: "tel", autocomplete: "tel" }}
      />
      <Button busy={ask.busy}>Send me a code</Button>
    </Form>
  );
}

function Verify(props: { of: Challenge; onChange: (challenge: Challenge | undefined) => void; wanted: string | undefined }) {
  const { of, onChange, wanted } = props;
  const [code, setCode] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const { role, country, primary, key } = of;
  const verify = useAction(async () => {
    try {
      enter(await send("verify-otp", {}, { role, country, primary, key, code: code.trim() }), "code");
    } catch (error) {
      throw atTheCode(error, of, onChange);
    }
    onChange(undefined);
    go(wanted ?? (role === "org" ? "/orgs" : "/"), "replace");
  });
  const again = useAction(async () => {
    verify.clear();
    onChange(await request({ role, country, primary }));
    setCode("");
  });
  return (
    <>
      <p role="status">
        A code is on its way to <strong>{primary}</strong>. It is good until {when(of.expiresAt)}, once.
        {system.value?.stage === "local" && " On this machine messages are not sent, but written to the folder outbox of the data."}
      </p>
      <Form onSubmit={verify.run} error={verify.error ?? again.error} fields={["code"]} label="Enter the code">
        <Field
          label="Code"
          hint={`The 5 digits that were sent. ${triesLeft(of.tries)}`}
          name="code"
          value={code}
          onValue={setCode}
          error={verify.error}
          input={{ inputMode: "numeric", autocomplete: "one-time-code", maxLength: 5, class: "code", ref: field }}
        />
        <Button busy={verify.busy}>Sign in</Button>
      </Form>
      <div class="actions">
        <Again at={of.againAt} busy={again.busy} onClick={again.run} />
        <Button onClick={() => onChange(undefined)}>Use another address</Button>
      </div>
    </>
  );
}

function Again(props: { at: string; busy: boolean; onClick: () => void }) {
  const isEarly = Date.parse(props.at) > now.value;
  return (
    <Button onClick={props.onClick} busy={props.busy} disabled={isEarly}>
      {isEarly ? `Send another code in ${left(props.at)}` : "Send another code"}
    </Button>
  );
}

function triesLeft(tries: number): string {
  const most = mostTries - tries;
  if (most <= 0) {
    return "You have no try left; send another code.";
  }
  return `You have ${most === 1 ? "one try" : `${most} tries`}${tries > 0 ? " left" : ""}.`;
}

const ofTheCode = ["WrongCode", "OtpExpired", "OtpUsed", "OtpTooManyTries", "NoSuchOtp"];

/** Says at the field what is wrong with a code, and counts the tries. */
function atTheCode(error: unknown, of: Challenge, onChange: (challenge: Challenge) => void): unknown {
  if (!(error instanceof Refusal && ofTheCode.includes(error.code))) {
    return error;
  }
  onChange({ ...of, tries: error.code === "WrongCode" ? of.tries + 1 : mostTries });
  return new Refusal(error.status, { code: error.code, detail: error.message, field: "code", traceId: error.traceId });
}
