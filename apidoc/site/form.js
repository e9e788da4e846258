// The form that sends a request, and shows what comes back.
import { anchor, block, element } from "./dom.js";
import { example } from "./schema.js";

const token = () => document.getElementById("token").value.trim();

let api;

// locate takes the API's address from the configuration, which may say it relative to itself.
export function locate(config) {
  api = new URL(config.api, new URL("../config.json", document.baseURI)).href.replace(/\/$/, "");
}

const address = (path) => new URL(api + path);

export function form(root, method, path, operation, parameters, body) {
  const fields = parameters.map((parameter) => ({ parameter, input: field(operation, parameter) }));
  const text = body && element("textarea", { id: anchor("try", operation.operationId, "body"), rows: "8", spellcheck: "false" });
  if (text) text.value = JSON.stringify(example(root, body), null, 2);
  const answer = element("div", { class: "answer", "aria-live": "polite" });
  const send = element("button", {}, "Send");
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.replaceChildren(await exchange(method, path, operation, fields, text));
    send.disabled = false;
  };
  return element("form", { submit, "aria-label": `Try ${operation.summary}`, autocomplete: "off" },
    element("h4", {}, "Try it"),
    fields.map(({ parameter, input }) => labelled(parameter.name, input)),
    text ? labelled("Body", text) : null,
    send, answer);
}

function labelled(name, input) {
  return element("div", { class: "field" }, element("label", { for: input.id }, name), input);
}

function field(operation, parameter) {
  const attributes = { id: anchor("try", operation.operationId, parameter.in, parameter.name), required: parameter.required };
  if (parameter.schema.type === "boolean") {
    return element("select", attributes, ["", "true", "false"].map((value) => element("option", { value }, value || "left out")));
  }
  return element("input", { ...attributes, spellcheck: "false", placeholder: parameter.required ? null : "left out" });
}

// request puts together what is sent. What was left empty is left out.
function request(method, path, operation, fields, text) {
  const headers = new Headers();
  const query = new URLSearchParams();
  for (const { parameter, input } of fields) {
    const value = input.value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value && parameter.in === "query") query.set(parameter.name, value);
    else if (value) headers.set(parameter.name, value);
  }
  if (operation.security.length && token()) headers.set("Authorization", `Bearer ${token()}`);
  if (text) headers.set("Content-Type", "application/json");
  const url = address(path);
  url.search = query;
  return { url, options: { method: method.toUpperCase(), headers, body: text ? text.value : undefined, cache: "no-store" } };
}

async function exchange(method, path, operation, fields, text) {
  try {
    const { url, options } = request(method, path, operation, fields, text);
    const begun = performance.now();
    const response = await fetch(url, options);
    const body = await response.text();
    return answerView(url, response, body, Math.round(performance.now() - begun));
  } catch (error) {
    return element("p", { class: "status bad" }, `Nothing came back: ${error.message}`);
  }
}

function answerView(url, response, body, took) {
  const shown = document.createDocumentFragment();
  const headers = ["etag", "location", "content-type", "retry-after", "www-authenticate"]
    .filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`);
  shown.append(
    element("p", { class: response.status < 400 ? "status good" : "status bad" }, `${response.status} ${response.statusText} in ${took} ms`),
    block([url.pathname + url.search, ...headers].join("\n"), "Request and headers"));
  const value = parsed(body);
  if (body) shown.append(block(value === undefined ? body : JSON.stringify(value, null, 2), "Answer"));
  if (typeof value?.token === "string") shown.append(use(value.token));
  return shown;
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // not every answer is JSON
  }
}

// use offers a token that was answered for the requests to come.
function use(granted) {
  const click = (event) => {
    document.getElementById("token").value = granted;
    event.target.textContent = "This token is in use";
    event.target.disabled = true;
  };
  return element("button", { type: "button", click }, "Use this token");
}
