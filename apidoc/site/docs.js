// The page reads the two descriptions, and where the API is, and shows them.
import { anchor, element } from "./dom.js";
import { locate } from "./form.js";
import { operationId, operationView } from "./operation.js";
import { socketTitle, socketView } from "./socket.js";

async function read(name) {
  const response = await fetch(`../${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response.json();
}

// tagged gives the operations of a tag as [method, path, operation].
function tagged(root, tag) {
  return Object.entries(root.paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([, operation]) => operation.tags.includes(tag.name))
    .map(([method, operation]) => [method, path, operation]));
}

function tagView(root, tag) {
  return element("section", { id: anchor("tag", tag.name), "aria-labelledby": anchor("heading", tag.name) },
    element("h2", { id: anchor("heading", tag.name) }, tag.name), tag.description ? element("p", {}, tag.description) : null,
    tagged(root, tag).map(([method, path, operation]) => operationView(root, method, path, operation)));
}

function contents(root) {
  const link = (to, ...inside) => element("a", { href: `#${to}` }, ...inside);
  const list = (tag) => element("ul", {}, tagged(root, tag).map(([, , operation]) => element("li", {}, link(operationId(operation), operation.summary))));
  return element("ul", {},
    root.tags.map((tag) => element("li", {}, link(anchor("tag", tag.name), tag.name), list(tag))),
    element("li", {}, link(anchor("tag", socketTitle), socketTitle)));
}

// open shows the operation that the address names.
function open() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName !== "DETAILS") return;
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary").focus();
}

async function show() {
  const content = document.getElementById("content");
  try {
    const [http, socket, config] = await Promise.all([read("openapi.json"), read("asyncapi.json"), read("config.json")]);
    locate(config);
    document.title = `${http.info.title} API`;
    document.getElementById("title").textContent = `${http.info.title} API`;
    document.getElementById("overview").textContent = http.info.description;
    document.getElementById("contents").append(contents(http));
    content.replaceChildren(...http.tags.map((tag) => tagView(http, tag)), socketView(socket));
    open();
    window.addEventListener("hashchange", open);
  } catch (error) {
    document.getElementById("state").textContent = `The descriptions could not be read: ${error.message}`;
  }
}

show();
