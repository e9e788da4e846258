import { mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Tab } from "./tab";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } as const;
/** What axe looks for in each scheme: they differ in nothing but colours. */
const checks = { light: rules, dark: { type: "rule", values: ["color-contrast"] } } as const;
const schemes = ["light", "dark"] as const;
const longest = 2400; // pixels of a page that pictures show

/** Fails if what is shown keeps somebody out, by what a machine can tell of WCAG 2.2 A and AA, in light and in dark. */
export async function accessible(tab: Tab): Promise<void> {
  const found: string[] = [];
  await tab.page.evaluate(axe);
  for (const colorScheme of schemes) {
    await tab.page.emulateMedia({ colorScheme });
    await painted(tab);
    const { violations } = await tab.page.evaluate(
      (runOnly) => (window as unknown as { axe: { run: (what: object, how: object) => Promise<AxeResults> } }).axe.run(document, { runOnly }),
      checks[colorScheme],
    );
    for (const { id, help, nodes } of violations) {
      found.push(...nodes.map((node) => `${colorScheme}: ${id}: ${help}\n  ${node.html}\n  ${node.failureSummary?.replace(/\n\s*/g, " ")}`));
    }
  }
  await tab.page.emulateMedia({ colorScheme: "light" });
  if (found.length > 0) {
    throw new Error(`Not accessible at ${tab.page.url()}:\n${[...new Set(found)].join("\n")}`);
  }
}

/** Waits until what has changed is to be seen. */
async function painted(tab: Tab): Promise<void> {
  await tab.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Fails if the page scrolls sideways at a width, and says what sticks out. */
export async function fits(tab: Tab, width: number): Promise<void> {
  await tab.page.setViewportSize({ width, height: 800 });
  const out = await tab.page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) {
      return [];
    }
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > edge + 1);
    return wide.slice(0, 8).map((element) => (element.cloneNode() as Element).outerHTML);
  });
  if (out.length > 0) {
    throw new Error(`It scrolls sideways at ${width} pixels, because of ${out.join(", ")} at ${tab.page.url()}`);
  }
}

/** Takes pictures of a page into shots/, as phones and as wide screens have it, in light and in dark. It must fit both. */
export async function shots(tab: Tab, name: string): Promise<void> {
  await mkdir("shots", { recursive: true });
  for (const width of [360, 1280]) {
    await fits(tab, width);
    const height = await tab.page.evaluate((most) => Math.min(most, document.documentElement.scrollHeight), longest);
    for (const colorScheme of schemes) {
      await tab.page.emulateMedia({ colorScheme });
      const clip = { x: 0, y: 0, width, height };
      await tab.page.screenshot({ path: `shots/${name}-${width}-${colorScheme}.png`, fullPage: true, clip, animations: "disabled" });
    }
    await tab.page.emulateMedia({ colorScheme: "light" });
  }
}
