import { Component } from "preact";

/** Lengths of a board are in units of its drawing, which is as wide for few boxes as for many. */
const width = 300;
const margin = 12;
export const side = width + 2 * margin;

/** Where a number of cells ends, of so many in a row. */
export const at = (steps: number, cells: number) => margin + (steps * width) / cells;

interface LineProps {
  id: string;
  cells: number;
  x: number;
  y: number;
  isRight: boolean;
  /** Classes: how it stands, and whose it is. */
  look: string;
  label: string;
  /** Whether the Tab key leads here. */
  isStop: boolean;
  isDisabled: boolean;
}

/** One line, with the room around it where a tap means it. It is drawn anew only when something about it changes. */
export class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    return (Object.keys(next) as (keyof LineProps)[]).some((name) => next[name] !== this.props[name]);
  }

  render({ id, cells, x, y, isRight, look, label, isStop, isDisabled }: LineProps) {
    const [x1, y1] = [at(x, cells), at(y, cells)];
    const [x2, y2] = isRight ? [at(x + 1, cells), y1] : [x1, at(y + 1, cells)];
    const stretch = `M${x1} ${y1}L${x2} ${y2}`;
    return (
      <g class={"line " + look} role="button" tabindex={isStop ? 0 : -1} aria-label={label} aria-disabled={isDisabled} data-line={id}>
        <path class="hit" d={around((x1 + x2) / 2, (y1 + y2) / 2, isRight, width / cells)} />
        <path class="halo" d={stretch} />
        <path class="ink" d={stretch} />
        <path class="core" d={stretch} />
      </g>
    );
  }
}

/** The rhombus around a line's middle: nearly as much as can be had without its neighbours' share. */
function around(x: number, y: number, isRight: boolean, pitch: number): string {
  const [along, across] = [0.48 * pitch, 0.46 * pitch];
  const [dx, dy] = isRight ? [along, across] : [across, along];
  return `M${x - dx} ${y}L${x} ${y - dy}L${x + dx} ${y}L${x} ${y + dy}Z`;
}
