import { Unreachable } from "./problem";

/** Where the API is: config.json, which is served beside the page. */
interface Config {
  api: string;
  webSocket: string;
  issuer: string;
}

let read: Promise<Config> | undefined;

/** Reads the config once. A failure is not kept: the next call tries again. */
export function config(): Promise<Config> {
  read ??= fetch("config.json")
    .then((answer) => (answer.ok ? (answer.json() as Promise<Config>) : Promise.reject(new Error(`config.json answered ${answer.status}`))))
    .catch((error) => {
      read = undefined;
      throw new Unreachable(error);
    });
  return read;
}

/** A URL below the API's base, which may be relative to the page. */
export async function apiUrl(path: string): Promise<string> {
  const base = new URL((await config()).api, document.baseURI).href;
  return base.replace(/\/$/, "") + path;
}

/** The URL of the WebSocket API. */
export async function socketUrl(): Promise<string> {
  const url = new URL((await config()).webSocket, document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}
