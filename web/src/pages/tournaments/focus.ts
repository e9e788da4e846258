import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Gives the focus to another element of the page when the part that has it goes away, as by somebody else's doing: else it
 * would be lost. The part is what the reference is given to; the other element is found by a selector.
 */
export function useFocusAfter(selector: string) {
  const part = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = part.current;
    return () => {
      if (element?.contains(document.activeElement)) {
        document.querySelector<HTMLElement>(selector)?.focus();
      }
    };
  }, [selector]);
  return part;
}
