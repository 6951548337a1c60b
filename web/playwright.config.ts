import { defineConfig } from "@playwright/test";

/** `tests/browser.py` starts the program on the demo and sets the address; any running one will do. */
const baseURL = process.env.PATCHWORK_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  testDir: "tests",
  // These tests are about what is shown, not how soon: they end what hangs, on the slowest machine.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  // Drawing on the processor is slow; pages next to each other would wait for each other.
  workers: 1,
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
    },
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    { name: "phone", use: { viewport: { width: 390, height: 844 }, hasTouch: true } },
  ],
});
