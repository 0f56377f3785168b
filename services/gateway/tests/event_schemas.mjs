// Compiles every schema on standard input as a TypeScript consumer would (Ajv, JSON Schema 2020-12), and validates
// each example with the schema of its type.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const ajv = new Ajv2020.default({ strict: false, allErrors: true });
formats.default(ajv);
const problems = [];
for (const { schema, example, wrong } of JSON.parse(readFileSync(0))) {
  const validate = ajv.compile(schema);
  if (!validate(example)) problems.push([schema.$id, validate.errors]);
  if (validate(wrong)) problems.push([schema.$id, "takes what it must not"]);
}
console.log(JSON.stringify(problems));
