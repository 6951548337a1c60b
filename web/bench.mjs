/**
 * How fast the page is in a real browser, against a running program: `npm run bench -- [address]`.
 *
 * Prints when something useful stands, how long a frame takes while the map is moved, and the time from a move of a
 * pin to the numbers that answer it. On a machine without a graphics card the map is drawn by the processor, which
 * is most of every frame.
 */

import { chromium } from "@playwright/test";

const address = process.argv[2] ?? process.env.PATCHWORK_URL ?? "http://127.0.0.1:8080";
const MOVES = 60;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});

function summary(name, times, unit = "ms") {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part) => (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(0);
  console.log(`${name}: median ${at(0.5)} ${unit}, p95 ${at(0.95)} ${unit}, n ${sorted.length}`);
}

async function fresh(hash) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${address}/${hash}`);
  await page.waitForFunction(() => performance.getEntriesByName("first-picture").length > 0, null, { timeout: 120_000 });
  return page;
}

const numbers = [];
const pictures = [];
for (let i = 0; i < 5; i++) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(() => {
    new MutationObserver((_, watch) => {
      if (!document.querySelector(".answer .lead")) return;
      performance.mark("first-numbers");
      watch.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${address}/`);
  await page.waitForFunction(() => performance.getEntriesByName("first-picture").length > 0, null, { timeout: 120_000 });
  const at = (name) => page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN, name);
  numbers.push(await at("first-numbers"));
  pictures.push(await at("first-picture"));
  await page.close();
}
summary("first numbers", numbers);
summary("first picture of the map", pictures);

const page = await fresh("");
await page.waitForTimeout(3000);
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
  for (let i = 0; i < MOVES; i++) await page.mouse.move(x + 150 * Math.sin(i / 8), y + 100 * Math.cos(i / 8));
  await page.mouse.up();
  summary("frame while the map is moved", await page.evaluate(() => window.frameTimes));
}

const sites = await fresh("#ask=sites");
const middle = sites.getByRole("button", { name: "Middle of the map" });
if (await middle.count()) {
  await middle.click();
  await sites.locator(".gain").first().waitFor();
  await sites.waitForTimeout(1000);
  const box = await sites.locator(".spots button").boundingBox();
  if (box) {
    await sites.evaluate(() => {
      const times = (window.pinTimes = []);
      let moved = null;
      addEventListener("pointermove", (event) => { if (event.buttons) moved ??= event.timeStamp; }, true);
      // From the first move that is not yet answered to the frame after the numbers changed.
      new MutationObserver(() => {
        const from = moved;
        moved = null;
        if (from !== null) requestAnimationFrame(() => times.push(performance.now() - from));
      }).observe(document.querySelector(".summary .lead") ?? document.body, { childList: true, characterData: true, subtree: true });
    });
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await sites.mouse.move(x, y);
    await sites.mouse.down();
    for (let i = 0; i < MOVES; i++) {
      await sites.mouse.move(x + 120 * Math.sin(i / 6), y + 80 * (1 - Math.cos(i / 6)));
      await sites.waitForTimeout(150);
    }
    await sites.mouse.up();
    summary("from the move of a pin to new numbers", await sites.evaluate(() => window.pinTimes));
  }
}
await browser.close();
