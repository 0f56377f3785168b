// Sends one programme to Framewell over Kafka, and follows it until it is analysed or rejected.
//
//   node index.mjs file:///media/inbox/abendschau.mxf "Abendschau"
//
// Nothing here knows protobuf or a schema registry: requests and results are CloudEvents in JSON.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Kafka, Partitioners, logLevel } from "kafkajs";

const REQUESTS = "framewell.ingest.requested.v1";
const RESULTS = "framewell.results.v1";
const ENDS = new Set(["framewell.asset.analysed.v1", "framewell.asset.rejected.v1"]);
const { env } = process;

const [uri, title = ""] = process.argv.slice(2);
if (!uri) {
  console.error("usage: node index.mjs URI [TITLE]");
  process.exit(2);
}

const secured = env.FRAMEWELL_KAFKA_USER && {
  ssl: env.FRAMEWELL_KAFKA_CA ? { ca: [readFileSync(env.FRAMEWELL_KAFKA_CA)] } : true,
  sasl: { mechanism: "scram-sha-512", username: env.FRAMEWELL_KAFKA_USER, password: env.FRAMEWELL_KAFKA_PASSWORD },
};
const kafka = new Kafka({
  clientId: "framewell-example",
  brokers: (env.FRAMEWELL_KAFKA ?? "127.0.0.1:7400").split(","),
  logLevel: logLevel.NOTHING, // what ends this program is printed below
  ...secured,
});

// The asset's id is ours to choose; without one it is made from the event's source and id.
const assetId = randomUUID();
const request = {
  specversion: "1.0",
  id: `kafkajs/${assetId}`, // sent twice under the same source and id, it takes effect once
  source: "/examples/kafkajs",
  type: REQUESTS,
  time: new Date().toISOString(),
  data: {
    asset_id: assetId,
    uri,
    ...(title && { programme: { title } }),
    labels: { job: env.JOB ?? "4711" }, // come back with every stage of the asset, and its end
  },
};

async function send() {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  const headers = { "content-type": "application/cloudevents+json" };
  await producer.send({ topic: REQUESTS, messages: [{ key: assetId, value: JSON.stringify(request), headers }] });
  await producer.disconnect();
}

// Reads results from where this group was last time, the first time from the oldest that is kept, so that
// none is missed between sending and reading. A result may come twice: what was seen is known by its id.
async function follow(onResult) {
  const consumer = kafka.consumer({ groupId: env.RESULTS_GROUP ?? "results.kafkajs-example" });
  await consumer.connect();
  await consumer.subscribe({ topic: RESULTS, fromBeginning: true });
  const end = await new Promise((resolve, reject) => {
    const seen = new Set();
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
    const eachMessage = async ({ message }) => {
      const event = JSON.parse(message.value);
      if (event.subject !== assetId || seen.has(event.id)) return;
      seen.add(event.id);
      onResult(event);
      if (ENDS.has(event.type)) resolve(event);
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return end;
}

function print({ time, type, data }) {
  const labels = Object.entries(data.work?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  console.log(time, type, ...labels);
}

try {
  await send();
  console.log(`sent, the asset is ${assetId}`);
  const end = await follow(print);
  console.log(JSON.stringify(end.data, null, 2));
  process.exitCode = end.type === "framewell.asset.analysed.v1" ? 0 : 1;
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 3;
}
