/**
 * A value that pages show, or that others listen to. When it changes, the page is drawn anew from its root, once for however
 * many changes; Preact finds what differs. So a component reads it like a variable.
 */
export interface Signal<T> {
  value: T;
  /** Tells the value at once and with each change. It gives the way to stop. */
  subscribe: (listener: (value: T) => void) => () => void;
}

let draw: (() => void) | undefined;
let isDue = false;

/** Says how the page is drawn, and draws it. */
export function drawBy(drawing: () => void): void {
  draw = drawing;
  drawing();
}

/** Has the page drawn anew in a moment. */
export function redraw(): void {
  if (!isDue) {
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      draw?.();
    });
  }
}

export function signal<T>(first: T): Signal<T> {
  let value = first;
  const listeners = new Set<(value: T) => void>();
  return {
    get value() {
      return value;
    },
    set value(changed) {
      if (changed !== value) {
        value = changed;
        listeners.forEach((listener) => listener(value));
        redraw();
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(value);
      return () => listeners.delete(listener);
    },
  };
}

/** A value that follows from others. */
export function computed<T>(of: () => T): { readonly value: T } {
  return {
    get value() {
      return of();
    },
  };
}
