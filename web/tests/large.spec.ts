import { type Page } from "@playwright/test";
import { barriers, expect, open, rows, test, pointUntil } from "./support";

/** Makes the catalogue tell of more zones than come in one answer, as that of a county does. */
async function enlarge(page: Page): Promise<string[]> {
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(request.url()));
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: { id: string; itemCount: number }[] };
    for (const each of body.collections) if (each.id.startsWith("coverage-")) each.itemCount = 50_000;
    await route.fulfill({ response: answer, json: body });
  });
  return asked;
}

test("a place of very many zones is drawn from tiles, and its tables come without shapes", async ({ page }) => {
  const asked = await enlarge(page);
  await open(page);
  expect(asked.filter((each) => /\/tiles\/coverage-/.test(each)).length).toBeGreaterThan(0);
  for (const each of asked.filter((each) => /\/collections\/(coverage|gaps)-[^/]+\/items/.test(each))) expect(each).toContain("skipGeometry=true");
  await pointUntil(page, /covered; middle walk/);
  await page.locator(".legend label", { hasText: "Middle walk" }).click();
  await expect(page.locator(".legend")).toContainText("Walk of the resident in the middle");
  expect(await barriers(page)).toEqual([]);
});

test("there a gap is found on the map, and what a pin would change is coloured", async ({ page }) => {
  const asked = await enlarge(page);
  const gaps = await rows(page, "/collections/gaps-hub-15/items?limit=1000&patch_id=P03&sortby=-residents");
  await open(page, `#patch=P03&show=gaps&gap=${String(gaps[0]?.id)}`);
  await expect(page.locator("tr.detail")).toContainText(String(gaps[0]?.properties.nearest_asset_name));
  await page.waitForRequest(/\/tiles\/gaps-hub-15\//, { timeout: 10_000 }).catch(() => undefined);
  expect(asked.some((each) => /\/tiles\/gaps-hub-15\//.test(each))).toBe(true);

  await open(page, "#ask=sites");
  await page.getByRole("button", { name: "Middle of the map" }).click();
  await expect(page.locator(".summary .lead").first()).toContainText(/[+−][\d,]+/);
  await expect(page.locator(".legend")).toContainText("newly covered");
});
