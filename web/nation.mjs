/**
 * The page on a very large place, in a real browser: `node nation.mjs [address] [folder]`.
 *
 * Says when the first view is filled, when the first numbers stand, how long a search takes from the last key to its
 * list, and how long a frame takes while the map is dragged; writes a picture of each into the folder.
 */

import { mkdirSync } from "node:fs";
import { chromium } from "@playwright/test";

const address = process.argv[2] ?? process.env.PATCHWORK_URL ?? "http://127.0.0.1:8080";
const folder = process.argv[3] ?? "pictures";
const WORDS = ["church", "high st", "wren"];
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const said = [];
let bytes = 0;
let asked = 0;
page.on("console", (message) => {
  if (message.type() === "error") said.push(message.text());
});
page.on("pageerror", (error) => said.push(String(error)));
page.on("requestfinished", async (request) => {
  asked += 1;
  bytes += (await request.sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize;
});
await page.addInitScript(() => {
  new MutationObserver((_, watch) => {
    if (!document.querySelector(".answer .lead")) return;
    performance.mark("first-numbers");
    watch.disconnect();
  }).observe(document, { childList: true, subtree: true });
});
const at = (name) => page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN, name);
const took = (what, ms) => console.log(`${what}: ${ms.toFixed(0)} ms`);

await page.goto(`${address}/`);
await page.waitForFunction(() => performance.getEntriesByName("first-picture").length > 0, null, { timeout: 300_000 });
await page.waitForFunction(() => performance.getEntriesByName("first-numbers").length > 0, null, { timeout: 300_000 });
took("first numbers", await at("first-numbers"));
took("first view filled", await at("first-picture"));
console.log(`${asked} answers, ${(bytes / 1e6).toFixed(2)} MB until then`);
await page.screenshot({ path: `${folder}/first-view.png` });

const canvas = await page.locator(".canvas").boundingBox();
if (canvas) {
  const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2];
  await page.mouse.move(x, y);
  await page.evaluate(() => {
    const frames = (window.frameTimes = []);
    let last = performance.now();
    const next = (now) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await page.mouse.down();
  for (let i = 0; i < 60; i++) await page.mouse.move(x + 150 * Math.sin(i / 8), y + 100 * Math.cos(i / 8));
  await page.mouse.up();
  const frames = (await page.evaluate(() => window.frameTimes)).toSorted((a, b) => a - b);
  const part = (share) => frames[Math.min(frames.length - 1, Math.floor(share * frames.length))];
  console.log(`frame while the map is dragged: median ${part(0.5).toFixed(0)} ms, p95 ${part(0.95).toFixed(0)} ms, n ${frames.length}`);
  await page.waitForTimeout(1000);
  await page.screenshot({ path: `${folder}/dragged.png` });
}

await page.goto(`${address}/#ask=near`);
const here = page.locator("#here");
await here.waitFor({ timeout: 120_000 });
for (const words of WORDS) {
  await here.fill("");
  await here.pressSequentially(words);
  const began = Date.now();
  await page.locator("[role=option]").first().waitFor({ timeout: 60_000 }).catch(() => said.push(`nothing is offered for ${words}`));
  took(`search for "${words}"`, Date.now() - began);
}
await page.screenshot({ path: `${folder}/search.png` });
const option = page.locator("[role=option]").first();
if (await option.count()) {
  const began = Date.now();
  await option.click();
  await page.locator(".summary .question").waitFor({ timeout: 60_000 });
  took("what is near the place found", Date.now() - began);
  await page.waitForTimeout(3000);
  await page.screenshot({ path: `${folder}/near.png` });
}
for (const line of said) console.log(`said: ${line}`);
await browser.close();
process.exit(said.length > 0 ? 1 : 0);
