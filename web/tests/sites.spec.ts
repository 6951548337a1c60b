import { type Page } from "@playwright/test";
import { SOUGHT, barriers, expect, open, pages, rows, tabTo, test } from "./support";

/** A spot in the demo borough that no hub covers. */
async function bare(page: Page): Promise<{ lon: number; lat: number; street: string }> {
  const gaps = await rows(page, "/collections/gaps-hub-15/items?limit=1000");
  const largest = gaps.toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents))[0];
  const street = String(largest?.properties.streets).split("; ")[0] ?? "";
  const [stretch] = await rows(page, `/collections/streets/items?limit=1&name=${encodeURIComponent(street)}`);
  const [lon = 0, lat = 0] = (stretch?.geometry as { coordinates: [number, number][] }).coordinates[0] ?? [];
  return { lon, lat, street };
}

const gained = /[+−][\d,]+/;
const lead = (page: Page) => page.locator(".summary .lead").first();

test("by mouse: drop a pin, drag it, keep it, and read who gains", async ({ page }) => {
  await open(page, "#ask=sites");
  await expect(lead(page)).toContainText(/residents are covered/);
  await page.getByRole("button", { name: "Middle of the map" }).click();
  await expect(lead(page)).toContainText(/would be covered/);
  const pin = page.getByRole("button", { name: /^Site A/ });
  await pin.scrollIntoViewIfNeeded();
  const box = await pin.boundingBox();
  if (!box) throw new Error("the pin has no box");
  const before = await lead(page).innerText();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 70, box.y - 40, { steps: 8 });
  await page.mouse.up();
  await expect(lead(page)).not.toHaveText(before);
  await expect(lead(page)).toContainText(gained);
  await expect(page).toHaveURL(/pins=/);
  await expect(page.getByRole("heading", { name: "Who gains, by group" })).toBeVisible();
  await expect(page.getByRole("table", { name: /Share of residents covered/ })).toBeVisible();

  await page.getByRole("button", { name: "Keep to compare" }).click();
  await expect(page.getByRole("heading", { name: "Scenarios side by side" })).toBeVisible();
  await expect(page.getByRole("row", { name: /Residents covered/ })).not.toContainText("…");
  expect(await barriers(page)).toEqual([]);
});

test("by keyboard only: put a pin at coordinates, move it with the arrows, remove it", async ({ page }) => {
  const { lon, lat } = await bare(page);
  await open(page, "#ask=sites");
  await tabTo(page, /^Put it at/);
  await page.keyboard.type(`${lat}, ${lon}`);
  await expect(page.getByRole("option", { name: /coordinates/ })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(lead(page)).toContainText(gained);
  const before = await page.locator(".tried li").first().innerText();
  await page.getByRole("button", { name: /^Site A/ }).focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
  await expect(page.locator(".tried li").first()).not.toHaveText(before);
  await expect(page).toHaveURL(/pins=/);
  await page.keyboard.press("Delete");
  await expect(lead(page)).toContainText(/residents are covered/);
});

test("a click on the map is enough: no dragging is needed to place or to move", async ({ page }) => {
  await open(page, "#ask=sites");
  await page.getByRole("button", { name: "Click on the map" }).click();
  const box = await page.locator(".canvas").boundingBox();
  if (!box) throw new Error("the map has no box");
  await page.locator(".canvas").click({ position: { x: box.width * 0.5, y: box.height * 0.4 } });
  await expect(page.locator(".tried li")).toHaveCount(1);
  const before = await page.locator(".tried li").first().innerText();
  await page.getByRole("button", { name: /Move site A/ }).click();
  await page.locator(".canvas").click({ position: { x: box.width * 0.5, y: box.height * 0.6 } });
  await expect(page.locator(".tried li").first()).not.toHaveText(before);
});

test("a street is found by its name, and becomes a pin that bears it", async ({ page }) => {
  const { street } = await bare(page);
  await open(page, "#ask=sites");
  await page.getByRole("combobox", { name: "Put it at" }).fill(street.slice(0, -1));
  await page.getByRole("option", { name: `${street} street`, exact: true }).click();
  await expect(page.locator(".tried li").first()).toContainText(street);
  await expect(lead(page)).toContainText(gained);
});

test("a site of today can be tried shut, and the link shows it again", async ({ page }) => {
  await open(page, "#ask=sites");
  await page.locator(".hubs summary").click();
  const counted = await rows(page, "/collections/coverage-hub-15/items?limit=5000");
  const used = counted.find((each) => Number(each.properties.covered_residents) > 0)?.properties.nearest_asset_name;
  await page.getByRole("checkbox", { name: new RegExp(String(used)) }).first().uncheck();
  await expect(lead(page)).toContainText(/−[\d,]+/);
  const words = await lead(page).innerText();
  await page.reload();
  await expect(lead(page)).toHaveText(words);
});

test("the best sites are asked for, watched, explained, and tried", async ({ page }) => {
  test.slow();
  await open(page, "#ask=sites&by=find");
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("spinbutton", { name: "New sites" }).fill("2");
  await page.getByRole("button", { name: "Find the best sites" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: /2 new sites/ })).toBeVisible(SOUGHT);
  const table = page.getByRole("table", { name: /why it is there/ });
  await table.getByRole("rowheader").first().getByRole("button").click();
  await expect(page.locator("tr.detail")).toContainText("newly covered");
  expect(await barriers(page)).toEqual([]);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(pages(await page.pdf({ preferCSSPageSize: true }))).toBe(1);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.getByRole("button", { name: "Try these sites as pins" }).click();
  await expect(page.locator(".tried li")).toHaveCount(2);
  await expect(lead(page)).toContainText(gained);
});

test("a search can be stopped, and a brief that cannot be met is explained", async ({ page }) => {
  test.slow();
  test.info().annotations.push({ type: "a request fails" });
  await open(page, "#ask=sites&by=find");
  await page.getByRole("button", { name: "Find the best sites" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped.")).toBeVisible();

  await page.getByText("Fairness, candidates and budget").click();
  await page.getByRole("button", { name: "Add a floor for a group" }).click();
  await page.getByRole("spinbutton", { name: /at least/ }).fill("100");
  await page.getByRole("button", { name: "Find the best sites" }).click();
  await expect(page.getByRole("alert")).toContainText(/100|floor|group/, SOUGHT);
  expect(await barriers(page)).toEqual([]);
});

test("paper: what is tried, on one page", async ({ page }) => {
  const { lon, lat } = await bare(page);
  await open(page, `#ask=sites&pins=${lon},${lat},High%20Street`);
  await expect(lead(page)).toContainText(gained);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(pages(await page.pdf({ preferCSSPageSize: true }))).toBe(1);
});

test("sites fit 320 pixels, which is 400 per cent on a laptop", async ({ page }) => {
  const { lon, lat } = await bare(page);
  await page.setViewportSize({ width: 320, height: 256 });
  const kept = encodeURIComponent(JSON.stringify([["One", `${lon},${lat}`, ""], ["Two", `${lon},${lat}`, ""]]));
  for (const by of ["try", "find"]) {
    await open(page, `#ask=sites&by=${by}&pins=${lon},${lat}&kept=${kept}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(await barriers(page)).toEqual([]);
  }
});
