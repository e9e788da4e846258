// Schemas are shown as an example, and as a list of their members.

// resolve follows references within a document.
export function resolve(root, value) {
  for (let hops = 0; value && value.$ref && hops < 20; hops++) {
    value = value.$ref.slice(2).split("/").reduce((at, step) => at?.[decode(step)], root);
  }
  return value ?? {};
}

const decode = (step) => step.replaceAll("~1", "/").replaceAll("~0", "~");

// example makes a value that fits a schema. A type that has itself among its parts ends at null.
export function example(root, schema, above = []) {
  if (schema?.$ref) {
    if (above.includes(schema.$ref)) return null;
    above = [...above, schema.$ref];
  }
  const s = resolve(root, schema);
  if (s.const !== undefined) return s.const;
  if (s.enum) return s.enum[0];
  if (s.examples) return s.examples[0];
  if (s.default !== undefined) return s.default;
  if (s.anyOf || s.oneOf) return example(root, (s.anyOf ?? s.oneOf)[0], above);
  return ofType(root, s, above);
}

function ofType(root, s, above) {
  switch (s.type) {
    case "string":
      return s.format === "date-time" ? "2026-01-31T12:00:00Z" : "text";
    case "integer":
    case "number":
      return s.minimum ?? 0;
    case "boolean":
      return false;
    case "array":
      return [example(root, s.items, above)];
    case "object":
      return ofObject(root, s, above);
    default:
      return {};
  }
}

function ofObject(root, s, above) {
  const made = {};
  for (const [name, member] of Object.entries(s.properties ?? {})) made[name] = example(root, member, above);
  if (typeof s.additionalProperties === "object") made.key = example(root, s.additionalProperties, above);
  return made;
}

// members lists what an object holds, parts of parts included, as {path, type, required, notes}.
export function members(root, schema, prefix = "", above = []) {
  if (schema?.$ref) {
    if (above.includes(schema.$ref)) return [];
    above = [...above, schema.$ref];
  }
  const s = resolve(root, schema);
  if (s.type === "array") return members(root, s.items, prefix + "[]", above);
  if (s.anyOf || s.oneOf) return (s.anyOf ?? s.oneOf).flatMap((option) => members(root, option, prefix, above));
  const listed = [];
  for (const [name, member] of Object.entries(s.properties ?? {})) {
    const path = prefix ? `${prefix}.${name}` : name;
    listed.push({ path, type: type(root, member), required: (s.required ?? []).includes(name), notes: notes(root, member) });
    listed.push(...members(root, member, path, above));
  }
  if (typeof s.additionalProperties === "object") {
    const path = prefix ? `${prefix}.*` : "*";
    listed.push({ path, type: type(root, s.additionalProperties), required: false, notes: notes(root, s.additionalProperties) });
    listed.push(...members(root, s.additionalProperties, path, above));
  }
  return listed;
}

// type names what a value may be.
export function type(root, schema) {
  const s = resolve(root, schema);
  if (s.const !== undefined) return JSON.stringify(s.const);
  if (s.enum) return s.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (s.anyOf || s.oneOf) return (s.anyOf ?? s.oneOf).map((option) => type(root, option)).join(" or ");
  if (s.type === "array") return `array of ${type(root, s.items)}`;
  return s.format ?? s.type ?? "any";
}

// notes are what else is to be known of a value.
export function notes(root, schema) {
  const s = resolve(root, schema);
  const said = [range(s.minimum, s.maximum), range(s.minLength, s.maxLength, " characters"), s.default === undefined ? "" : `else ${s.default}`];
  return [schema.description ?? s.description, said.filter(Boolean).join(", ")].filter(Boolean).join(" ");
}

function range(from, to, of = "") {
  if (from === undefined && to === undefined) return "";
  if (to === undefined) return `${from}${of} or more`;
  return from === undefined ? `up to ${to}${of}` : `${from} to ${to}${of}`;
}
