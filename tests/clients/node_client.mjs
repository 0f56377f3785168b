// A client in Node: node node_client.mjs PROTO_FOLDER ADDRESS. Prints what it saw as JSON.
import { createRequire } from "node:module";

const [protoFolder, address, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const definition = loader.loadSync("framewell/oip/v2/open_inference.proto", {
  includeDirs: [protoFolder],
  keepCase: true,
  longs: Number,
});
const { inference } = grpc.loadPackageDefinition(definition);
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());

const call = (method, request) =>
  new Promise((resolve, reject) =>
    client[method](request, { deadline: Date.now() + 30_000 }, (error, answer) => (error ? reject(error) : resolve(answer))),
  );

const request = (id, model = "site/doubling") => ({
  model_name: model,
  id,
  inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], contents: { fp32_contents: [1, 2] } }],
});

const floats = (answer) => {
  const bytes = answer.raw_output_contents[0];
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
};

const streamed = () =>
  new Promise((resolve, reject) => {
    const stream = client.ModelStreamInfer();
    const seen = [];
    stream.on("data", (answer) => seen.push([answer.infer_response.id, Boolean(answer.error_message)]));
    stream.on("error", reject);
    stream.on("end", () => resolve(seen));
    for (const [id, model] of [["a"], ["b", "none"], ["c"]]) stream.write(request(id, model));
    stream.end();
  });

const found = {
  live: (await call("ServerLive", {})).live,
  inputs: (await call("ModelMetadata", { name: "site/doubling" })).inputs.map((one) => [one.name, one.datatype]),
  infer: floats(await call("ModelInfer", request("n"))),
  unknown: await call("ModelInfer", request("n", "none")).catch((error) => error.code),
  stream: await streamed(),
};
console.log(JSON.stringify(found));
client.close();
