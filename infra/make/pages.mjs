// pages.mjs TARGET: put the viewers that the gateway's pages load into a folder, with their licences.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const sources = join(root, "services/gateway/viewer");
const target = resolve(process.argv[2]);

const take = (from, to) => cp(join(root, "node_modules", from), join(target, to));

// The viewer imports the whole parser; viewer/asyncapi.mjs says why only its models come along.
const withoutParser = {
  name: "without-parser",
  setup({ onResolve }) {
    const models = { path: join(sources, "parser.mjs") };
    const validation = { path: join(sources, "validation.mjs") };
    onResolve({ filter: /^@asyncapi\/parser(\/cjs\/document)?$/ }, () => models);
    onResolve({ filter: /^(@asyncapi\/specs|@stoplight\/spectral-core)$/ }, () => validation);
    onResolve({ filter: /^\.\/parser$/ }, ({ importer }) => (importer.includes("react-component") ? models : null));
  },
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

await build({
  entryPoints: [join(sources, "asyncapi.mjs")],
  outfile: join(target, "asyncapi/viewer.js"),
  bundle: true,
  minify: true,
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [withoutParser],
});
await take("@asyncapi/react-component/styles/default.min.css", "asyncapi/viewer.css");
await take("@asyncapi/react-component/LICENSE", "asyncapi/LICENSE");

await take("swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui/viewer.js");
await take("swagger-ui-dist/swagger-ui.css", "swagger-ui/viewer.css");
for (const text of ["swagger-ui-bundle.js.LICENSE.txt", "LICENSE", "NOTICE"]) {
  await take(`swagger-ui-dist/${text}`, `swagger-ui/${text}`);
}
