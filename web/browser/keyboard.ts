import type { Tab } from "./tab";

interface Walk extends Window {
  /** What can be operated, and what of it the Tab key has led to; and what it led to without showing that. */
  walk: { controls: Element[]; reached: Set<Element>; unseen: string[] };
}

/** So many controls are walked to; what a page has more of are rows like those before. */
const most = 80;

/** Fails if the Tab key does not lead to everything that can be operated, or does not show where it is. */
export async function reachable(tab: Tab): Promise<void> {
  const steps = await tab.page.evaluate(prepare, most);
  for (let step = 0; step < steps; step++) {
    await tab.page.keyboard.press("Tab");
  }
  const { missed, unseen } = await tab.page.evaluate(() => {
    const { controls, reached, unseen: hidden } = (window as unknown as Walk).walk;
    return { missed: controls.filter((control) => !reached.has(control)).map((control) => control.outerHTML.slice(0, 200)), unseen: hidden };
  });
  if (missed.length > 0 || unseen.length > 0) {
    throw new Error(`By the keyboard at ${tab.page.url()}, not reached: ${missed.join(", ") || "-"}; reached, but nothing shows that: ${unseen.join(", ") || "-"}`);
  }
}

/** Finds what can be operated, and notes from then on what has the focus. It gives how often Tab must be pressed at most. */
function prepare(count: number): number {
  const all = [...document.querySelectorAll<HTMLElement | SVGElement>("a[href], button, input, select, textarea, summary, [tabindex]")];
  const controls: Element[] = all
    .filter((element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]"))
    .filter((element) => (element as HTMLInputElement).type !== "radio" || (element as HTMLInputElement).checked) // arrow keys lead to the others
    .slice(0, count);
  const walk: Walk["walk"] = { controls, reached: new Set(), unseen: [] };
  (window as unknown as Walk).walk = walk;
  const isShown = (element: Element) =>
    element instanceof SVGElement ||
    [element, ...element.querySelectorAll("*"), element.nextElementSibling, element.parentElement].some((near) => {
      const style = near && getComputedStyle(near);
      return style && style.outlineStyle !== "none" && style.outlineWidth !== "0px";
    });
  document.addEventListener("focusin", ({ target }) => {
    walk.reached.add(target as Element);
    if (controls.includes(target as Element) && !isShown(target as Element)) {
      walk.unseen.push((target as Element).outerHTML.slice(0, 200));
    }
  });
  (document.activeElement as HTMLElement | null)?.blur();
  getSelection()?.setPosition(document.body, 0);
  return controls.length + 3;
}
