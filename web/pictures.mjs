/** Takes the pictures of the README: `node pictures.mjs ADDRESS`, on a served demo; then `docs/*.png` are new. */
import { chromium } from "@playwright/test";

const [address = "http://127.0.0.1:8080"] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"] });
const PICTURES = [
  { file: "coverage.png", hash: "", size: { width: 1200, height: 800 } },
  { file: "sites.png", hash: "#ask=sites", size: { width: 1200, height: 800 } },
];
for (const { file, hash, size } of PICTURES) {
  const page = await browser.newPage({ viewport: size });
  await page.goto(`${address}/${hash}`);
  await page.waitForFunction(() => performance.getEntriesByName("first-picture").length > 0, null, { timeout: 120_000 });
  if (hash) {
    for (const name of ["Middle of the map"]) await page.getByRole("button", { name }).click();
    await page.getByText("would be covered").first().waitFor();
  }
  // Streets and surroundings come after the first picture.
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(4000);
  await page.screenshot({ path: `../docs/${file}` });
  await page.close();
}
await browser.close();
