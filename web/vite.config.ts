import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** The program whose data `npm run dev` shows. */
const served = process.env.PATCHWORK_URL ?? "http://127.0.0.1:8080";

const proxy = Object.fromEntries(["/collections", "/conformance", "/api", "/-/issues", "/-/style.css", "^/\\?f=json"].map((path) => [path, served]));

export default defineConfig({
  plugins: [svelte()],
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
  preview: { proxy },
});
