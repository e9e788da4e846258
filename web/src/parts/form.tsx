import type { ComponentChildren, JSX } from "preact";
import { Refusal, wordsFor } from "../core/problem";
import { useId } from "./id";
import { Trouble } from "./page";

/** A form that says at the field what is wrong with it, and elsewhere what is wrong with all. */
export function Form(props: { onSubmit: () => void; error: unknown; fields?: string[]; children: ComponentChildren; label?: string }) {
  const isOfField = props.error instanceof Refusal && props.fields?.includes(props.error.field);
  return (
    <form
      class="form"
      noValidate
      aria-label={props.label}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      {props.children}
      <Trouble error={!isOfField && props.error} />
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  error?: unknown;
  multiline?: boolean;
  options?: readonly (readonly [value: string, label: string])[];
  input?: JSX.InputHTMLAttributes<HTMLInputElement>;
}

/** A field with its label, a hint, and what is wrong with it. It is a select when there are options. */
export function Field(props: FieldProps) {
  const id = useId();
  const wrong = props.error instanceof Refusal && props.error.field === props.name ? wordsFor(props.error) : "";
  const common = {
    id,
    name: props.name,
    "aria-invalid": wrong ? true : undefined,
    "aria-describedby": [props.hint && id + "-hint", wrong && id + "-wrong"].filter(Boolean).join(" ") || undefined,
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.hint && (
        <p class="hint" id={id + "-hint"}>
          {props.hint}
        </p>
      )}
      {props.options ? (
        <select {...common} value={props.value} onChange={(e) => props.onValue(e.currentTarget.value)}>
          {props.options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      ) : props.multiline ? (
        <textarea {...common} rows={5} value={props.value} onInput={(e) => props.onValue(e.currentTarget.value)} />
      ) : (
        <input {...common} {...(props.input ?? {})} value={props.value} onInput={(e) => props.onValue(e.currentTarget.value)} />
      )}
      {wrong && (
        <p class="trouble" id={id + "-wrong"} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

/** A button that shows that it is at work, and cannot be pressed meanwhile. */
export function Button(props: {
  children: ComponentChildren;
  onClick?: () => void;
  busy?: boolean;
  disabled?: boolean;
  kind?: "main" | "plain" | "danger";
  label?: string;
}) {
  return (
    <button
      type={props.onClick ? "button" : "submit"}
      class={"button " + (props.kind ?? (props.onClick ? "plain" : "main"))}
      aria-busy={props.busy}
      aria-disabled={props.busy || props.disabled}
      aria-label={props.label}
      onClick={(event) => {
        if (props.busy || props.disabled) {
          event.preventDefault();
          return;
        }
        props.onClick?.();
      }}
    >
      {props.children}
    </button>
  );
}

/** Several choices in a row, of which one is taken. */
export function Choice<V extends string>(props: {
  legend: string;
  name: string;
  value: V;
  onValue: (value: V) => void;
  options: readonly (readonly [value: V, label: string, hint?: string])[];
}) {
  return (
    <fieldset class="choice">
      <legend>{props.legend}</legend>
      {props.options.map(([value, label, hint]) => (
        <label key={value}>
          <input type="radio" name={props.name} value={value} checked={props.value === value} onChange={() => props.onValue(value)} />
          <span>
            {label}
            {hint && <small>{hint}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
