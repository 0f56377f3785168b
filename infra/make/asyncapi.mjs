// Holds the AsyncAPI documents of the mesh and of every service against the specification, by the parser
// that AsyncAPI publishes. What it merely recommends (a newer minor version) passes.
import { Parser } from "@asyncapi/parser";
import { execFileSync } from "node:child_process";

const WARNING = 1; // 0 error, 1 warning, 2 information, 3 hint

const described = (...service) =>
  execFileSync(".venv/bin/framewell", ["events", "describe", ...service, "--json"], { encoding: "utf8", maxBuffer: 1 << 26 });

const parser = new Parser();

async function problems(name, text) {
  const { document, diagnostics } = await parser.parse(text);
  const serious = diagnostics.filter(({ severity }) => severity <= WARNING);
  if (!document && serious.length === 0) return [`${name}: cannot be parsed`];
  return serious.map(({ code, message, path }) => `${name}: ${path.join("/")}: ${message} (${code})`);
}

const mesh = described();
const services = new Set(Object.values(JSON.parse(mesh).operations).flatMap(({ tags }) => tags.map(({ name }) => name)));
const found = await problems("mesh", mesh);
for (const service of services) found.push(...(await problems(service, described(service))));
console.log(found.length ? found.join("\n") : `${services.size + 1} documents are valid`);
process.exitCode = found.length ? 1 : 0;
