import { type Page } from "@playwright/test";
import { SOUGHT, barriers, expect, open, rows, tabTo, test, whole } from "./support";

const lead = (page: Page) => page.locator(".summary .lead").first();

/** Mends the patches of the demo and waits for the plan. */
async function mend(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Mend the patches" }).click();
  await expect(page.getByRole("heading", { level: 2, name: /^The plan/ })).toBeVisible(SOUGHT);
}

/** Looks for a zone at the border of its patch and draws it into the patch beside it, on the map; gives the words told while it is held. */
async function drawOver(page: Page): Promise<string> {
  const map = page.locator(".canvas");
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  if (!box) throw new Error("the map has no box");
  const tip = page.locator(".tip");
  for (let part = 0.25; part < 0.8; part += 0.03) {
    const [x, y] = [box.x + box.width * 0.45, box.y + box.height * part];
    await page.mouse.click(x, y);
    if (!(await page.locator(".offers button").count())) continue;
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (const [right, down] of [[30, 0], [-30, 0], [0, 30], [0, -30], [60, 0], [-60, 0], [0, 60], [0, -60]] as const) {
      await page.mouse.move(x + right, y + down, { steps: 3 });
      const told = (await tip.count()) ? await tip.innerText() : "";
      if (!told.includes("would change patch")) continue;
      await page.mouse.up();
      return told;
    }
    await page.keyboard.press("Escape");
    await page.mouse.up();
  }
  throw new Error("no zone could be drawn over another patch");
}

test("today: every patch with its residents, and how many are near the average", async ({ page }) => {
  await open(page, "#ask=patches");
  await expect(lead(page)).toContainText(/\d+ of \d+ patches/);
  const table = page.getByRole("table", { name: /Residents of each patch today/ });
  const [first] = await rows(page, "/collections/patches/items?limit=1");
  await expect(table.getByRole("row", { name: new RegExp(String(first?.properties.name)) })).toContainText(whole.format(Number(first?.properties.residents)));
  expect(await barriers(page)).toEqual([]);
});

test("by mouse: mend, look at three plans, move a zone by hand, keep it, and take the file", async ({ page }) => {
  test.slow();
  await open(page, "#ask=patches");
  await page.getByRole("slider", { name: "Each within" }).fill("20");
  await expect(page.getByText("20% of the average", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Mend the patches" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: /^The plan: Fewest people/ })).toBeVisible(SOUGHT);
  await expect(lead(page)).toContainText(/residents would be in another patch than today/);
  const plans = page.getByRole("table", { name: /Choose one to see it/ });
  await expect(plans.getByRole("rowheader")).toHaveCount(3);
  await expect(page.getByRole("heading", { name: "What balance costs" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);

  // The third plan beside the first.
  const before = await lead(page).innerText();
  await plans.getByRole("rowheader").nth(2).getByRole("button").click();
  await expect(page.getByRole("heading", { level: 2, name: /^The plan/ })).not.toContainText("Fewest people");
  await plans.getByRole("rowheader").first().getByRole("button").click();
  await expect(lead(page)).toHaveText(before);

  // A zone at the edge of its patch has a patch beside it.
  await page.locator(".canvas").scrollIntoViewIfNeeded();
  const box = await page.locator(".canvas").boundingBox();
  if (!box) throw new Error("the map has no box");
  const zone = page.getByRole("combobox", { name: "Zone" });
  // Somewhere down the middle there is a zone, and no river.
  let part = 0.3;
  await expect(async () => {
    part += 0.04;
    await page.locator(".canvas").click({ position: { x: box.width * 0.5, y: box.height * part } });
    await expect(zone).not.toHaveValue("", { timeout: 3000 });
  }).toPass();
  const offers = page.locator(".offers button");
  for (const each of await rows(page, "/collections/zones/items?limit=1000")) {
    if (await offers.count()) break;
    await zone.fill(each.id);
    await zone.press("Enter");
  }
  await expect(page.locator(".offers li").first()).toContainText(/would change patch/);
  await offers.first().click();
  await expect(page.getByRole("heading", { level: 2, name: "The plan: Moved by hand" })).toBeVisible();
  await expect(lead(page)).not.toHaveText(before);
  await page.getByRole("button", { name: "Undo the last move" }).click();
  await expect(lead(page)).toHaveText(before);
  expect(await drawOver(page)).toMatch(/[+−][\d.]+%, .+[+−][\d.]+%; [\d,]+ would change patch/);
  await expect(page.getByRole("heading", { level: 2, name: "The plan: Moved by hand" })).toBeVisible();
  await page.getByRole("button", { name: "Undo the last move" }).click();
  await expect(lead(page)).toHaveText(before);
  await offers.first().click();
  await page.getByRole("button", { name: "Keep this plan beside the others" }).click();
  await expect(plans.getByRole("rowheader", { name: "By hand 1" })).toBeVisible();

  const taken = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the zones (CSV)" }).click();
  expect((await taken).suggestedFilename()).toBe("patches-plan.csv");
  expect(await barriers(page)).toEqual([]);
});

test("by keyboard only: draw anew with a number of patches", async ({ page }) => {
  test.slow();
  await open(page, "#ask=patches");
  await tabTo(page, /Mend today/);
  await page.keyboard.press("ArrowRight");
  await tabTo(page, /^Each within/);
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
  await tabTo(page, /^Patches/);
  await page.keyboard.type("4");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: /^The plan: Shortest/ })).toBeVisible(SOUGHT);
  await expect(page).toHaveURL(/redraw=/);
});

test("a link to a plan shows it again, and a question can be stopped", async ({ page }) => {
  test.slow();
  await open(page, "#ask=patches");
  await mend(page);
  const words = await lead(page).innerText();
  // The board's paper: what is asked and what is moved by hand is left out.
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("heading", { name: "Plans side by side" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Move a zone by hand" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Mend the patches" })).toBeHidden();
  await expect(page.getByRole("img", { name: "The map as it stands on the screen" })).toBeVisible();
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.reload();
  await expect(page.getByRole("heading", { level: 2, name: /^The plan/ })).toBeVisible(SOUGHT);
  await expect(lead(page)).toHaveText(words);
  await page.getByRole("slider", { name: "Each within" }).fill("2");
  await page.getByRole("button", { name: "Mend the patches" }).click();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped.")).toBeVisible();
});

test("patches fit 320 pixels, which is 400 per cent on a laptop", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open(page, "#ask=patches");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  expect(await barriers(page)).toEqual([]);
});
