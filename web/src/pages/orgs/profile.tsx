import { useState } from "preact/hooks";
import type { OrgCreateInput, OrgRecord } from "../../api";
import { useAction } from "../../core/document";
import { Button, Field, Form } from "../../parts/form";

const limits = { name: 120, location: 150, description: 1200 };

/** The form of all that an organisation says of itself. What is typed stays as it is, whatever others do meanwhile. */
export function ProfileForm(props: {
  label: string;
  of?: OrgRecord;
  save: (profile: Required<OrgCreateInput>) => Promise<void>;
  button: string;
  onCancel?: () => void;
}) {
  const [profile, setProfile] = useState({
    name: props.of?.name ?? "",
    location: props.of?.location ?? "",
    description: props.of?.description ?? "",
  });
  const save = useAction(() => props.save(profile));
  const field = (name: keyof typeof limits) => ({
    name,
    value: profile[name],
    onValue: (value: string) => setProfile((was) => ({ ...was, [name]: value })),
    hint: counted(profile[name], limits[name]),
    error: save.error,
  });
  return (
    <Form onSubmit={save.run} error={save.error} fields={Object.keys(limits)} label={props.label}>
      <Field label="Name" {...field("name")} input={{ autocomplete: "organization" }} />
      <Field label="Location" {...field("location")} input={{ autocomplete: "off" }} />
      <Field label="Description" {...field("description")} multiline />
      <div class="actions">
        <Button busy={save.busy}>{props.button}</Button>
        {props.onCancel && <Button onClick={props.onCancel}>Cancel</Button>}
      </div>
    </Form>
  );
}

/** How much of a text's room is used. The system counts characters, without space around them. */
function counted(text: string, most: number): string {
  const length = [...text.trim()].length;
  return length > most ? `${length - most} characters more than the ${most} that there is room for` : `${length} of ${most} characters`;
}
