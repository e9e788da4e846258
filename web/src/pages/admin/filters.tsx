import { useEffect, useState } from "preact/hooks";
import { go, parameters, to } from "../../core/router";
import { Button, Field, Form } from "../../parts/form";

/** Fields of what is asked for: their names in the address, labels, and either examples or what can be chosen. */
export type Fields = readonly (readonly [name: string, label: string, example: string | (readonly [value: string, label: string])[]])[];

/** What the address asks for. */
export function useAsked(fields: Fields): Record<string, string> {
  return Object.fromEntries(fields.map(([name]) => [name, parameters.value.get(name) ?? ""]).filter(([, value]) => value));
}

/** Asks for something else. The address says it, so that it can be gone back to and passed on. */
export function Filters(props: { fields: Fields; at: string; asked: Record<string, string>; button: string }) {
  const { fields, asked } = props;
  const [draft, setDraft] = useState(asked);
  useEffect(() => setDraft(asked), [JSON.stringify(asked)]); // the back button changes it too
  return (
    <div class="card filters">
      <Form
        label={props.button}
        error={undefined}
        onSubmit={() => go(to(props.at, Object.fromEntries(Object.entries(draft).map(([name, value]) => [name, value.trim()]))))}
      >
        {fields.map(([name, label, example]) => (
          <Field
            key={name}
            label={label}
            name={name}
            value={draft[name] ?? ""}
            onValue={(value) => setDraft({ ...draft, [name]: value })}
            {...(typeof example === "string"
              ? { input: { placeholder: example, autocomplete: "off", spellcheck: false } }
              : { options: example })}
          />
        ))}
        <div class="actions">
          <Button>{props.button}</Button>
          {Object.keys(asked).length > 0 && <Button onClick={() => go(props.at)}>Show all</Button>}
        </div>
      </Form>
    </div>
  );
}
