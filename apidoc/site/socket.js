// The WebSocket API: where it is, what can be said, and what is heard.
import { anchor, element } from "./dom.js";
import { schemaView } from "./operation.js";
import { resolve } from "./schema.js";

export const socketTitle = "WebSocket";

export function socketView(root) {
  const channel = Object.values(root.channels)[0];
  const operations = Object.entries(root.operations);
  return element("section", { id: anchor("tag", socketTitle), "aria-labelledby": anchor("heading", socketTitle) },
    element("h2", { id: anchor("heading", socketTitle) }, socketTitle),
    channel.description.split(/(?<=\.) /).reduce(paragraphs, []).map((text) => element("p", {}, text)),
    element("details", {}, element("summary", {}, element("h3", {}, "Addresses and tokens")), element("div", { class: "inside" }, addresses(root))),
    operations.filter(([, o]) => o.action === "receive").map(([, o]) => operationView(root, "you send", o)),
    operations.filter(([, o]) => o.action === "send").map(([, o]) => operationView(root, "you hear", o)));
}

// paragraphs gathers sentences by threes, so that a long description can be read.
function paragraphs(gathered, sentence, i) {
  if (i % 3 === 0) gathered.push(sentence);
  else gathered[gathered.length - 1] += ` ${sentence}`;
  return gathered;
}

function addresses(root) {
  const servers = Object.values(root.servers).flatMap((server) => [
    element("dt", {}, element("code", {}, `${server.protocol}://${server.host}${server.pathname}`)), element("dd", {}, server.description),
  ]);
  const tokens = Object.values(root.components.securitySchemes).flatMap((scheme) => [
    element("dt", {}, element("code", {}, scheme.name ?? "Authorization")), element("dd", {}, scheme.description),
  ]);
  return [element("dl", {}, servers), element("h4", {}, "A token comes in one of"), element("dl", {}, tokens)];
}

function operationView(root, direction, operation) {
  const messages = [...operation.messages, ...(operation.reply?.messages ?? [])].map((ref) => resolve(root, ref)).map((m) => resolve(root, m));
  const heading = element("h3", {}, element("span", { class: `method ${operation.action}` }, direction),
    element("strong", {}, operation.summary));
  const details = element("details", {}, element("summary", {}, heading));
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(element("div", { class: "inside" }, element("p", {}, operation.description),
      messages.map((m, i) => message(root, m, operation.reply && i >= operation.messages.length ? "Answer: " : ""))));
  });
  return details;
}

function message(root, m, role) {
  return element("div", {}, schemaView(root, m.payload, role + m.name), m.summary ? element("p", {}, m.summary) : null);
}
