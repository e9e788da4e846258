import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import packed from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

let launched: Promise<Browser> | undefined;

/** The browser that all tests share; each tab has its own cookies and storage in it. */
export function browser(): Promise<Browser> {
  launched ??= launch();
  return launched;
}

export async function closeBrowser(): Promise<void> {
  await (await launched)?.close();
}

async function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] || ofTheMachine() || (await packed.executablePath());
  try {
    return await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });
  } catch (error) {
    if (String(error).includes("error while loading shared libraries")) {
      throw new Error("The browser lacks libraries. On Debian and Ubuntu: apt-get install --yes libnss3 libnspr4", { cause: error });
    }
    throw error;
  }
}

function ofTheMachine(): string | undefined {
  const places = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return candidates.flatMap((name) => places.map((place) => join(place, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
