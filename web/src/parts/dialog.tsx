import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useId } from "./id";

/** A dialog over the page while it is open. The browser keeps the focus in it, and gives it back. */
export function Dialog(props: { open: boolean; title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (props.open) {
      dialog.current?.showModal();
    } else {
      dialog.current?.close();
    }
  }, [props.open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === dialog.current) {
          dialog.current?.close();
        }
      }}
    >
      {props.open && (
        <div class="dialog">
          <header>
            <h2 id={id}>{props.title}</h2>
            <button type="button" class="close" aria-label="Close" onClick={() => dialog.current?.close()}>
              ×
            </button>
          </header>
          {props.children}
        </div>
      )}
    </dialog>
  );
}
