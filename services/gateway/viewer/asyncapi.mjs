// Shows an AsyncAPI document with the viewer that AsyncAPI publishes.
//
// The published bundles, also the one "without parser", compile JSON Schemas to code when they load, which
// the pages' security policy forbids. Bundled here, with `parser.mjs` in the parser's place, nothing does.
// The viewer then takes a document whose references are already followed; whether it is valid is a matter of
// `make check`.
import AsyncApi from "@asyncapi/react-component/lib/esm/without-parser.js";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

/** The same document with every `$ref` replaced by what it refers to. */
function followed(document) {
  const seen = new Set();
  // No name in our documents holds a `/` or `~`, so a pointer is its steps.
  const at = (reference) => reference.slice(2).split("/").reduce((part, step) => part[step], document);
  const target = (part) => (typeof part?.$ref === "string" ? target(at(part.$ref)) : part);
  // A field's own description beside the message it holds: `{description, allOf: [message]}`.
  const whole = (part) =>
    part?.allOf?.length === 1 && part.description ? { ...target(part.allOf[0]), description: part.description } : part;
  const follow = (part) => {
    if (part === null || typeof part !== "object" || seen.has(part)) return;
    seen.add(part);
    for (const name of Object.keys(part)) {
      part[name] = whole(target(part[name]));
      follow(part[name]);
    }
  };
  follow(document);
  return document;
}

/** The document with what AsyncAPI's parser notes in it, by which the viewer names its parts. */
function noted(document) {
  for (const parts of [document.channels, document.operations, document.components.messages]) {
    for (const [name, part] of Object.entries(parts)) part["x-parser-unique-object-id"] = name;
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) schema["x-parser-schema-id"] = name;
  return { ...document, "x-parser-spec-parsed": true, "x-parser-api-version": 3 };
}

async function show(slot) {
  const answer = await fetch(slot.dataset.document);
  if (!answer.ok) throw new Error(`${slot.dataset.document} answers ${answer.status}`);
  const schema = noted(followed(await answer.json()));
  const config = { show: { sidebar: true }, sidebar: { showServers: "hidden", showOperations: "byOperationsTags" } };
  createRoot(slot).render(createElement(AsyncApi, { schema, config }));
}

const slot = document.getElementById("document");
show(slot).catch((error) => {
  slot.textContent = `The events cannot be shown: ${error.message}.`;
});
