import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type Plugin, defineConfig } from "vite";

/** The program whose data `npm run dev` shows. */
const served = process.env.PATCHWORK_URL ?? "http://127.0.0.1:8080";

const proxy = Object.fromEntries(["/collections", "/conformance", "/api", "/processes", "/jobs", "/tiles", "/review", "/giving", "/-/issues", "/-/style.css", "^/\\?f=json"].map((path) => [path, served]));

/** Writes out the licences of what is bundled, as they ask for. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle() {
      const found = new Set<string>(["@fontsource-variable/source-sans-3"]);
      for (const id of this.getModuleIds()) {
        const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
        if (name) found.add(name);
      }
      const texts = [...found].sort().flatMap((name) => {
        const folder = join("node_modules", name);
        return readdirSync(folder)
          .filter((file) => /^licen[cs]e/i.test(file))
          .map((file) => `${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
      });
      this.emitFile({ type: "asset", fileName: "-/web/licences.txt", source: texts.join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}

/** The policy the program sends with the page (`src/http/web.rs`), so that a preview is held to it as well. */
const policy = "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

export default defineConfig({
  plugins: [svelte(), licences()],
  // The page stands at `/` or below a proxy's path; its files are beside it, where the program serves them.
  base: "./",
  build: {
    assetsDir: "-/web",
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { output: { entryFileNames: "-/web/[name]-[hash].js", chunkFileNames: "-/web/[name]-[hash].js" } },
  },
  server: { proxy },
  preview: { proxy, headers: { "Content-Security-Policy": policy } },
});
