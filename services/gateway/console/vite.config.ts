import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** React Aria brings its words in 34 languages; the console speaks two of them. */
const LANGUAGES = /^(?:de|en)-/;
const LOCALE_FILE = /[/\\]([a-z]{2}-[A-Z]{2})\.[cm]?js$/;

function onlyOurLanguages(): Plugin {
  return {
    name: "only-our-languages",
    enforce: "pre",
    load: {
      filter: { id: /[/\\](?:react-aria|react-aria-components|react-stately)[/\\].*[a-z]{2}-[A-Z]{2}\.[cm]?js$/ },
      handler(id) {
        const locale = LOCALE_FILE.exec(id)?.[1];
        return locale !== undefined && !LANGUAGES.test(locale) ? "export default {};" : null;
      },
    },
  };
}

/** Scripts and styles lie compressed beside themselves, so that the gateway need not do it at every request. */
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir = "" }, files) {
      for (const name of Object.keys(files).filter((one) => /\.(?:js|css)$/.test(one))) {
        const file = join(dir, name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [onlyOurLanguages(), react(), compressed()],
  build: {
    outDir: "../framewell_gateway/entrypoints/http/static/console",
    emptyOutDir: true,
    assetsDir: "static", // `assets` is a page
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licences.md" },
    chunkSizeWarningLimit: 900,
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
  // `npm run dev` shows the sources as they change, beside a mesh that is up.
  server: { proxy: { "/v1": "http://127.0.0.1:7410" } },
});
