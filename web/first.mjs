/**
 * How soon the first number stands, beside an earlier program in the same run: `npm run first -- ADDRESS [EARLIER]`.
 *
 * Both pages are opened in turn, each time in a browser that knows nothing of them: as the machine is, with its processor
 * slowed four times, and over 400 kbit a second with 400 ms there and back. Prints the median of the seconds until "96,488 of
 * 216,000 residents" stands in the page, and how many kilobytes came until then.
 */

import { chromium } from "@playwright/test";

const addresses = process.argv.slice(2);
if (addresses.length === 0) addresses.push("http://127.0.0.1:8080");
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const WAYS = [
  { name: "as it is" },
  { name: "processor slowed four times", slowed: 4 },
  { name: "400 kbit/s, 400 ms", net: { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 } },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});

/** Seconds until the first number of one page, and the kilobytes that came. */
async function first(address, { slowed, net }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.dataReceived", (event) => (bytes += event.encodedDataLength));
  if (slowed) await session.send("Emulation.setCPUThrottlingRate", { rate: slowed });
  if (net) await session.send("Network.emulateNetworkConditions", net);
  await page.addInitScript(() => {
    new MutationObserver((_, watch) => {
      if (!/\d,\d{3} of \d[\d,]*,\d{3}/.test(document.body?.textContent ?? "")) return;
      performance.mark("first-number");
      watch.disconnect();
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await page.goto(`${address}/`, { timeout: 180_000, waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("first-number").length > 0, null, { timeout: 180_000 });
  const at = await page.evaluate(() => performance.getEntriesByName("first-number")[0]?.startTime ?? NaN);
  await context.close();
  return [at / 1000, bytes / 1000];
}

const median = (of) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? NaN;
for (const way of WAYS) {
  const found = addresses.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [nth, address] of addresses.entries()) found[nth]?.push(await first(address, way));
  }
  for (const [nth, address] of addresses.entries()) {
    const all = found[nth] ?? [];
    console.log(`${way.name}: ${address}: first number after ${median(all.map(([at]) => at)).toFixed(2)} s, ${median(all.map(([, kb]) => kb)).toFixed(0)} kB`);
  }
}
await browser.close();
