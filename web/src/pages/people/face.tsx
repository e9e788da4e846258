import { useMemo } from "preact/hooks";

/** What a player looks like. */
export interface Looks {
  name: string;
  avatar: string;
  color: string;
}

/** A player's avatar on their colour. The name stands beside it wherever it is shown. */
export function Face(props: { of: Looks | undefined; large?: boolean }) {
  const color = props.of?.color;
  const style = useMemo(() => (color ? { "--player": color } : {}), [color]);
  return (
    <span class={props.large ? "face large" : "face"} style={style} aria-hidden="true">
      {props.of ? mark(props.of) : "?"}
    </span>
  );
}

let canDraw: boolean | undefined;

/** The avatar, or the first letter of the name where there is no font that has it. */
export function mark({ name, avatar }: Looks): string {
  canDraw ??= hasGlyph(avatar);
  return canDraw ? avatar : ([...name][0] ?? "?").toUpperCase();
}

/** Whether a character looks different from one that no font has. */
function hasGlyph(character: string): boolean {
  const pen = document.createElement("canvas").getContext("2d");
  return !pen || pen.measureText(character).width !== pen.measureText("\u{10fffd}").width;
}
