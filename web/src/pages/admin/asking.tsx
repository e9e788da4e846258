import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../../core/document";
import { Dialog } from "../../parts/dialog";
import { Button, Field, Form } from "../../parts/form";

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

/** Asks for a reason. */
export const reason: NonNullable<Question["field"]> = (value, onValue, error) => (
  <Field
    label="Reason"
    name="reason"
    hint="It is kept with your id."
    value={value}
    onValue={onValue}
    error={error}
    input={{ maxLength: 500, required: true }}
  />
);

/** Gives how a question is put, and the dialog that it is put in. */
export function useQuestion(onDone: () => void) {
  const [question, put] = useState<Question>();
  const close = () => put(undefined);
  const dialog = (
    <Dialog open={!!question} title={question?.title ?? ""} onClose={close}>
      {question && (
        <Answer
          question={question}
          onDone={() => {
            close();
            onDone();
          }}
        />
      )}
    </Dialog>
  );
  return [put, dialog] as const;
}

function Answer({ question, onDone }: { question: Question; onDone: () => void }) {
  const [value, setValue] = useState("");
  const answer = useAction(() => question.act(value).then(onDone));
  return (
    <Form onSubmit={answer.run} error={answer.error} fields={["reason"]}>
      <p>{question.text}</p>
      {question.field?.(value, setValue, answer.error)}
      <Button busy={answer.busy}>{question.button}</Button>
    </Form>
  );
}
