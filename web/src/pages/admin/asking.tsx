import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../../core/document";
import { Dialog } from "../../parts/dialog";
import { Button, Form } from "../../parts/form";

/** Something to be done that wants a thought before. */
export interface Question {
  title: string;
  /** What will happen. */
  text: ComponentChildren;
  button: string;
  /** Asks for more, as a text. */
  field?: (value: string, onValue: (value: string) => void, error: unknown) => ComponentChildren;
  act: (value: string) => Promise<unknown>;
}

/** Puts a question in a dialog. */
export function Asking(props: { question: Question | undefined; onClose: () => void; onDone: () => void }) {
  return (
    <Dialog open={!!props.question} title={props.question?.title ?? ""} onClose={props.onClose}>
      {props.question && <Answer question={props.question} onDone={props.onDone} />}
    </Dialog>
  );
}

function Answer({ question, onDone }: { question: Question; onDone: () => void }) {
  const [value, setValue] = useState("");
  const answer = useAction(async () => {
    await question.act(value);
    onDone();
  });
  return (
    <Form onSubmit={answer.run} error={answer.error} fields={["reason"]}>
      <p>{question.text}</p>
      {question.field?.(value, setValue, answer.error)}
      <Button busy={answer.busy}>{question.button}</Button>
    </Form>
  );
}
