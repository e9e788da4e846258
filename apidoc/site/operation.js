// One operation of the HTTP API: what it takes, what it answers, and a form to try it.
import { anchor, block, element } from "./dom.js";
import { example, members, notes, resolve, type } from "./schema.js";
import { form } from "./form.js";

export const operationId = (operation) => anchor("http", operation.operationId);

export function operationView(root, method, path, operation) {
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(root, parameter));
  const body = operation.requestBody?.content["application/json"]?.schema;
  const heading = element("h3", {},
    element("span", { class: `method ${method}` }, method.toUpperCase()),
    element("span", { class: "path" }, path), element("span", { class: "name" }, operation.summary));
  const details = element("details", { id: operationId(operation) }, element("summary", {}, heading));
  // An operation is drawn when it is opened first: there are many, and most stay closed.
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(element("div", { class: "inside" },
      element("p", {}, operation.description),
      parameters.length ? parameterView(root, parameters) : null,
      body ? schemaView(root, body, "Body") : null,
      responsesView(root, operation.responses),
      form(root, method, path, operation, parameters, body)));
  });
  return details;
}

function parameterView(root, parameters) {
  return element("section", {}, element("h4", {}, "Parameters"), rows(parameters.map((p) => ({
    path: p.name, type: `${type(root, p.schema)}, in ${p.in}`, required: p.required,
    notes: [p.description, notes(root, p.schema)].filter(Boolean).join(" "),
  }))));
}

// schemaView shows a schema as an example and a list of members.
export function schemaView(root, schema, title) {
  const listed = members(root, schema);
  return element("section", {}, element("h4", {}, title),
    block(JSON.stringify(example(root, schema), null, 2), `${title}, an example`),
    listed.length ? element("details", { class: "members" }, element("summary", {}, "Members"), rows(listed)) : null);
}

function rows(listed) {
  return element("dl", {}, listed.flatMap((row) => [
    element("dt", {}, element("code", {}, row.path), row.required ? element("span", { class: "required" }, "required") : null),
    element("dd", {}, element("span", { class: "type" }, row.type), row.notes ? ` ${row.notes}` : null),
  ]));
}

function responsesView(root, responses) {
  const answers = [], refusals = [];
  for (const [status, given] of Object.entries(responses)) {
    const response = resolve(root, given);
    (status < "400" ? answers : refusals).push([status, response]);
  }
  return element("section", {}, element("h4", {}, "Responses"),
    answers.map(([status, response]) => answerView(root, status, response)),
    element("details", { class: "members" }, element("summary", {}, `Refusals: ${refusals.map(([status]) => status).join(", ")}`),
      element("dl", {}, refusals.flatMap(([status, response]) => [
        element("dt", {}, element("code", {}, status)), element("dd", {}, response.description),
      ]))));
}

function answerView(root, status, response) {
  const schema = response.content?.["application/json"]?.schema;
  const headers = Object.keys(response.headers ?? {});
  const note = element("p", {}, element("strong", {}, status), ` ${response.description}`,
    headers.length ? ` Headers: ${headers.join(", ")}.` : "");
  return element("div", {}, note, schema ? schemaView(root, schema, `Answer ${status}`) : null);
}
