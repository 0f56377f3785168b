// Says what protovalidate itself finds in messages: `node protovalidate.mjs DESCRIPTORS`, with a JSON list of
// [type, protobuf in base64] on stdin; a list of lists of places on stdout.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";

const files = fromBinary(FileDescriptorSetSchema, readFileSync(process.argv[2]));
const registry = createFileRegistry(files);
const validator = createValidator({ registry });
const found = JSON.parse(readFileSync(0, "utf8")).map(([type, bytes]) => {
  const schema = registry.getMessage(type);
  const result = validator.validate(schema, fromBinary(schema, Buffer.from(bytes, "base64")));
  if (result.kind === "error") throw result.error;
  return (result.violations ?? []).map((one) => one.toString());
});
console.log(JSON.stringify(found));
