import { useState } from "preact/hooks";
import type { UserRequestMatchInput } from "../../api";
import { useAction } from "../../core/document";
import { send } from "../../core/http";
import { wrote } from "../../core/live";
import { go } from "../../core/router";
import { Dialog } from "../../parts/dialog";
import { Button, Choice, Form } from "../../parts/form";

type Size = UserRequestMatchInput["size"];

const sizes = [
  ["small", "Small", "3 × 3 boxes: a few minutes, good for a first match"],
  ["medium", "Medium", "5 × 5 boxes: a quarter of an hour, and chains to plan"],
  ["large", "Large", "7 × 7 boxes: half an hour, for those who count ahead"],
] as const;

/** A button, and the dialog behind it that makes a match. */
export function NewMatch(props: { me: string }) {
  const [isOpen, setOpen] = useState(false);
  const [size, setSize] = useState<Size>("small");
  const make = useAction(async () => {
    const { matchId, traceId } = await send("request-match", { userId: props.me }, { size });
    wrote("match-" + matchId, 1, traceId); // its page waits for it
    go("/matches/" + matchId);
  });
  const open = () => {
    make.clear();
    setOpen(true);
  };
  return (
    <>
      <Button kind="main" onClick={open}>
        New match
      </Button>
      <Dialog title="New match" open={isOpen} onClose={() => setOpen(false)}>
        <Form onSubmit={make.run} error={make.error} label="New match">
          <Choice legend="Size of the board" name="size" value={size} onValue={setSize} options={sizes} />
          <p class="hint">Somebody else joins from the list of open matches, or by a link that you send them.</p>
          <Button busy={make.busy}>Make the match</Button>
        </Form>
      </Dialog>
    </>
  );
}
