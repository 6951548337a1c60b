/** For whom it is asked, which streets to walk, and who is still left out. */
import { type Row, barriers, expect, open, rows, test, whole } from "./support";

test("one choice of a group drives the answer, the patches and the map, and stands in the address", async ({ page }) => {
  await open(page);
  await page.getByLabel("For", { exact: true }).selectOption("disabled");
  await expect(page).toHaveURL(/group=disabled/);
  const patches: Row[] = await rows(page, "/collections/patches/items?limit=1000");
  const totals = patches.reduce((sum, { properties }) => sum + Number(properties.residents_disabled), 0);
  const covered = patches.reduce((sum, { properties }) => sum + Number(properties.hub_15_covered_disabled), 0);
  const [reached, all] = (await page.locator(".summary .lead strong").first().innerText()).match(/[\d,]+/g)?.map((each) => Number(each.replaceAll(",", ""))) ?? [];
  expect(Math.abs((all ?? 0) - totals), "residents of the group").toBeLessThan(patches.length);
  expect(Math.abs((reached ?? 0) - covered), "of them covered").toBeLessThan(patches.length);
  const [first] = patches.toSorted((a, b) => String(a.properties.name).localeCompare(String(b.properties.name), "en-GB"));
  const line = page.getByRole("table", { name: /Choose a patch/ }).getByRole("row").filter({ hasText: String(first?.properties.name) });
  await expect(line).toContainText(whole.format(Number(first?.properties.residents_disabled)));
  await expect(page.locator(".legend")).toContainText("Disabled");
  await expect(page.getByRole("heading", { name: "Each group in each patch" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.reload();
  await expect(page.getByLabel("For", { exact: true })).toHaveValue("disabled");
});

test("a group that is not there is told, and everybody is shown", async ({ page }) => {
  await open(page, "#group=nobody");
  await expect(page.getByText("There is no group “nobody” here")).toBeVisible();
});

test("every street of a gap can be walked: listed once, in days, ticked off for the next visit, and taken along", async ({ page }) => {
  const gaps = (await rows(page, "/collections/gaps-hub-15/items?limit=1000")).toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents));
  const [gap] = gaps;
  await open(page, `#walk=${String(gap?.id)}&show=gaps`);
  const list = page.locator("section.rounds");
  await expect(list.getByRole("listitem").first()).toBeVisible();
  const named = String(gap?.properties.streets).split("; ");
  const all = named.length + Number(/^and (\d+) more$/.exec(named.at(-1) ?? "")?.[1] ?? 1) - 1;
  // Streets without a name are on the list too.
  expect(await list.getByRole("listitem").count()).toBeGreaterThanOrEqual(all);
  await expect(list).toContainText(/Day 1: /);
  const tick = list.getByRole("checkbox").first();
  await tick.check();
  await expect(list).toContainText("1 ticked off");
  const saved = page.waitForEvent("download");
  await list.getByRole("button", { name: /GPX/ }).click();
  expect((await saved).suggestedFilename()).toMatch(/\.gpx$/);
  await page.reload();
  await expect(list.getByRole("checkbox").first()).toBeChecked();
  expect(await barriers(page)).toEqual([]);
  await list.getByText("Nothing of any kind in time").click();
  await expect(page).toHaveURL(/walk=nothing/);
});

test("with a site that is tried, who still is left out is named by patch, group and street", async ({ page }) => {
  const [gap] = (await rows(page, "/collections/gaps-hub-15/items?limit=1000")).toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents));
  const ring = (gap?.geometry as { coordinates: number[][][][] }).coordinates[0]?.[0]?.[0] ?? [];
  await open(page, `#ask=sites&pins=${ring[0]},${ring[1]}&walk=all`);
  const still = page.locator("section.still-out");
  await expect(still.locator(".lead")).toContainText("still cannot walk there in time");
  await expect(still.getByRole("table", { name: "By patch, all of them" }).getByRole("row")).toHaveCount((await rows(page, "/collections/patches/items?limit=1000")).length + 1);
  const left = Number((await still.locator(".lead strong").innerText()).match(/[\d,]+/)?.[0].replaceAll(",", ""));
  const list = page.locator("section.rounds .lead");
  await expect(list).toContainText("not covered with it");
  const walked = Number(/about ([\d,]+) residents/.exec(await list.innerText())?.[1]?.replaceAll(",", ""));
  expect(Math.abs(left - walked), "the list of streets has whom the numbers leave out").toBeLessThanOrEqual(1);
});

test("a postcode of the place is found, and one that is not is told", async ({ page }) => {
  // The refusal of a postcode is an answer the browser notes.
  test.info().annotations.push({ type: "a request fails" });
  await open(page);
  const box = page.getByLabel("Your street or postcode");
  await box.fill("ZZ99 9ZZ");
  await page.getByRole("option", { name: /ZZ99 9ZZ/ }).click();
  await expect(page.getByRole("alert")).toContainText("is not among the");
});

test("what is said of a group and the interval beside it never disagree", async ({ page }) => {
  for (const dimension of ["age", "disability", "ethnic_group"]) {
    for (const { properties: row } of await rows(page, `/collections/reach-${dimension}/items?limit=1000&period=all`)) {
      if (row.flag === null || row.against_low === null || row.against_high === null) continue;
      const [low, high] = [Number(row.against_low), Number(row.against_high)];
      const said = low > 1 ? "met more" : high < 1 ? "met less" : "no difference beyond chance";
      // An end that rounds to 1 may be on either side of it.
      if (low !== 1 && high !== 1) expect(row.flag, String(row.reach_id)).toBe(said);
    }
  }
  const [patch] = await rows(page, "/collections/patches/items?limit=1000");
  await open(page, `#patch=${String(patch?.id)}`);
  await expect(page.locator(".reach table").first()).toContainText(/met [\d.,]+ times as often as everybody else in the whole place \([\d.,]+ to [\d.,]+\): /);
});
