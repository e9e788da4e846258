import { useEffect, useState } from "preact/hooks";
import { useSearchable } from "../core/search";
import { Field } from "./form";

const pause = 200; // milliseconds without a key, which is when somebody looks up

/** A field to search by, where there is a search. It tells the words when the typing pauses. */
export function Search(props: { label: string; words: string; onWords: (words: string) => void; hint?: string }) {
  const [typed, setTyped] = useState(props.words);
  useEffect(() => setTyped((was) => (was.trim() === props.words ? was : props.words)), [props.words]);
  useEffect(() => {
    const words = typed.trim();
    if (words === props.words) {
      return undefined;
    }
    const timer = setTimeout(() => props.onWords(words), pause);
    return () => clearTimeout(timer);
  }, [typed]);
  if (!useSearchable()) {
    return null;
  }
  return (
    <div role="search">
      <Field
        label={props.label}
        name="q"
        value={typed}
        onValue={setTyped}
        {...(props.hint ? { hint: props.hint } : {})}
        input={{ type: "search", autocomplete: "off", maxLength: 200, enterkeyhint: "search" }}
      />
    </div>
  );
}
