// Everything on the page is made here, as elements and text: no string is ever read as HTML.

// element makes an element. Attributes that are null are left out, functions listen to events; children are elements or text.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// block is preformatted text that the keyboard can scroll.
export function block(text, label) {
  return element("pre", { tabindex: "0", role: "region", "aria-label": label }, element("code", {}, text));
}

// anchor makes an id of any words.
export const anchor = (...words) => words.join("-").replace(/[^A-Za-z0-9]+/g, "-").toLowerCase();
