import { type Page } from "@playwright/test";
import { type Row, barriers, expect, open, pages, rows, tabTo, test, whole, pointUntil } from "./support";

const tenth = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** The rows of who was met in a patch in all the time, or in the whole place. */
async function met(page: Page, dimension: string, patch = "all"): Promise<Row[]> {
  return rows(page, `/collections/reach-${dimension}/items?limit=1000&period=all&patch_id=${patch}`);
}

/** A patch where some group's count is hidden. */
async function hiding(page: Page): Promise<Row> {
  const found = (await rows(page, "/collections/reach-age/items?limit=10000&period=all")).find(({ properties }) => properties.status === "confidential" && properties.patch_id !== "all" && properties.group !== "all");
  if (!found) throw new Error("the demo hides nothing");
  return found;
}

const reach = (page: Page) => page.locator(".reach");
/** What a row of a table says in each of its cells. */
async function cells(page: Page, table: string, name: string): Promise<string[]> {
  return reach(page).getByRole("table", { name: table, exact: true }).getByRole("row", { name: new RegExp(`^${name.replaceAll(/[()]/g, "\\$&")}`) }).getByRole("cell").allInnerTexts();
}

test("by mouse: who was met on the map, in a patch, by group, with the interval the service gives", async ({ page }) => {
  await open(page);
  await page.locator(".legend label", { hasText: "Met" }).click();
  await expect(page.locator(".legend")).toContainText("People met for each 1,000 residents");
  await expect(page).toHaveURL(/show=reach/);
  const everybody = (await met(page, "age")).find((each) => each.properties.group === "all")?.properties;
  await expect(reach(page).locator(".lead")).toContainText(`${whole.format(Number(everybody?.met))} met of ${whole.format(Number(everybody?.residents))} residents`);
  // With the map about who was met, the tables about that come first.
  expect(await page.evaluate(() => (document.querySelector(".reach")?.compareDocumentPosition(document.querySelector(".patches") ?? document.body) ?? 0) & Node.DOCUMENT_POSITION_FOLLOWING)).toBeTruthy();
  expect(await barriers(page)).toEqual([]);

  const patches = await rows(page, "/collections/patches/items?limit=1000");
  const chosen = patches[2];
  const name = String(chosen?.properties.name);
  await page.getByRole("table", { name: /Choose a patch/ }).getByRole("button", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeInViewport();
  const groups = (await met(page, "age", String(chosen?.id))).filter((each) => each.properties.group !== "all" && typeof each.properties.rate === "number");
  const first = groups[0]?.properties;
  await expect(async () => {
    const said = (await cells(page, "Age", String(first?.group_name))).join(" ");
    expect(said).toContain(whole.format(Number(first?.met)));
    expect(said).toContain(tenth.format(Number(first?.rate)));
  }).toPass();
  const header = reach(page).getByRole("table", { name: "Age", exact: true }).getByRole("columnheader", { name: /Met per 1,000/ });
  await header.getByRole("button").click();
  await expect(header).toHaveAttribute("aria-sort", "descending");
  const csv = await reach(page).getByRole("link", { name: "All quarters as CSV" }).first().getAttribute("href");
  expect((await page.request.get(`/${csv ?? ""}`)).ok()).toBe(true);
  expect(await barriers(page)).toEqual([]);
});

test("pointing at a patch on the map of who was met says what its table says", async ({ page }) => {
  await open(page, "#show=reach");
  await pointUntil(page, /met of [\d,]+ residents|hidden/);
  const name = (await page.locator(".tip strong").innerText()).trim();
  const row = (await met(page, "age", "all").then(() => rows(page, "/collections/reach-age/items?limit=1000&period=all&group=all"))).find((each) => each.properties.patch_name === name)?.properties;
  await expect(page.locator(".tip")).toContainText(`${whole.format(Number(row?.met))} met of ${whole.format(Number(row?.residents))} residents`);
});

test("by keyboard only: the map of who was met, a patch, a sort, and the page for its review", async ({ page }) => {
  await open(page);
  const name = String((await rows(page, "/collections/patches/items?limit=1000"))[4]?.properties.name);
  // A group of choices is one stop of the Tab key; the arrows go round in it.
  await tabTo(page, /^Share covered/);
  await page.keyboard.press("ArrowUp");
  await expect(page).toHaveURL(/show=reach/);
  await page.evaluate(() => document.getElementById("patch")?.focus());
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  await expect(reach(page).getByRole("table").first()).toBeVisible();
  await tabTo(page, /^Met per 1,000/, 200);
  await page.keyboard.press("Enter");
  await expect(reach(page).locator('th[aria-sort="descending"]').first()).toContainText("Met per 1,000");
  await page.evaluate(() => document.getElementById("answer")?.focus());
  await tabTo(page, /^Page for a review/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/review\//);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
  expect(await barriers(page)).toEqual([]);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
});

test("of a hidden count the page says that it is hidden, and nothing more", async ({ page }) => {
  const { properties } = await hiding(page);
  await open(page, `#patch=${String(properties.patch_id)}&show=reach`);
  await expect(async () => expect((await cells(page, "Age", String(properties.group_name)))[1]?.trim()).toBe("hidden")).toPass();
  for (const details of await page.locator("details > summary").all()) await details.click();
  await expect(page.locator(".themes table")).toBeVisible();
  expect(await page.locator("body").innerText()).not.toMatch(/too few|fewer than|small number/i);
});

test("a patch whose every count is hidden is shown as hidden on the map, in its tip and in words", async ({ page }) => {
  await page.route(/\/collections\/reach-[^/]+\/items/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { features: Row[] };
    for (const { properties } of body.features) {
      if (properties.patch_id !== "P03") continue;
      for (const name of Object.keys(properties)) if (typeof properties[name] === "number" && name !== "residents") properties[name] = null;
      properties.status = "confidential";
    }
    await route.fulfill({ response: answer, json: body });
  });
  await open(page, "#show=reach");
  await expect(page.locator(".legend .ramp")).toContainText("hidden");
  await page.goto("/#show=reach&patch=P03");
  await expect(reach(page).locator(".lead")).toHaveText("How many were met is hidden.");
  expect(await page.locator("body").innerText()).not.toMatch(/too few/i);
  expect(await barriers(page)).toEqual([]);
});

test("what people raised stands beside elsewhere and a year before, and the marks of evidence are not added up", async ({ page }) => {
  await open(page, "#patch=P03");
  const themes = await rows(page, "/collections/themes/items?limit=1000&group=all&patch_id=P03");
  const table = page.getByRole("table", { name: /Themes in the records/ });
  await expect(table.getByRole("rowheader")).toHaveCount(themes.length);
  const most = themes.toSorted((a, b) => Number(b.properties.records) - Number(a.properties.records))[0]?.properties;
  await expect(table.getByRole("row").nth(1)).toContainText(whole.format(Number(most?.records)));
  await expect(table.getByRole("row").nth(1)).toContainText(`${Number(most?.odds_ratio_low).toFixed(2)} to ${Number(most?.odds_ratio_high).toFixed(2)}`);
  const evidence = (await rows(page, "/collections/evidence/items?patch_id=P03"))[0]?.properties;
  const marks = page.getByRole("table", { name: /each mark/ });
  await expect(marks.getByRole("row")).toHaveCount(1 + 6);
  await expect(marks).toContainText(whole.format(Number(evidence?.network)));
  await page.locator(".evidence summary").click();
  const reported = page.getByRole("table", { name: /People, hours, sessions/ });
  const told = Object.keys(evidence ?? {}).filter((each) => each.endsWith("_status"));
  await expect(reported.getByRole("row")).toHaveCount(1 + told.length - 6);
  await expect(reported).toContainText(whole.format(Number(evidence?.hours)));
  await expect(reported).toContainText("New connections per session");
});

test("where no engagement is recorded the panels and the choice on the map are absent", async ({ page }) => {
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: { id: string }[] };
    await route.fulfill({ response: answer, json: { ...body, collections: body.collections.filter((each) => !/^(reach-|themes|evidence)/.test(each.id)) } });
  });
  await open(page, "#patch=P03&show=reach");
  for (const part of [".reach", ".themes", ".evidence"]) await expect(page.locator(part)).toHaveCount(0);
  await expect(page.getByRole("radio", { name: "Met" })).toHaveCount(0);
});

for (const state of ["#show=reach", "#show=reach&patch=P03", "#patch=P05"]) {
  test(`axe finds nothing on ${state} with all of it open`, async ({ page }) => {
    await open(page, state);
    await expect(reach(page).getByRole("table").first()).toBeVisible();
    for (const details of await page.locator("details > summary").all()) await details.click();
    await expect(page.locator(".themes table")).toBeVisible();
    expect(await barriers(page)).toEqual([]);
  });
}

test("who was met fits 320 pixels, which is 400 per cent on a laptop, and two sheets", async ({ page }) => {
  await open(page, "#show=reach&patch=P03");
  await expect(page.locator(".evidence > table")).toBeVisible();
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(pages(await page.pdf({ preferCSSPageSize: true }))).toBeLessThanOrEqual(2);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.setViewportSize({ width: 320, height: 256 });
  await open(page, "#show=reach&patch=P03");
  await expect(page.locator(".evidence > table")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  expect(await barriers(page)).toEqual([]);
});
