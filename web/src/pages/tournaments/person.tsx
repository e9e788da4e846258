import { useDocument } from "../../core/document";

/** Somebody's name, as soon as it is known. Not everybody has given one. */
export function Person(props: { id: string; before: string }) {
  const { value, error } = useDocument("get-user", { userId: props.id }, "user-" + props.id);
  const name = value?.name ?? (error ? "somebody without a name" : "…");
  return (
    <>
      {props.before}
      {name}
    </>
  );
}
