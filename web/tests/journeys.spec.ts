/** What people come for, in as few steps as it may take, on a desktop and a phone. */
import { SOUGHT, barriers, expect, open, pointUntil, rows, tabTo, test } from "./support";

/** A street of the demo on which somebody lives. */
async function street(page: Parameters<typeof rows>[0]): Promise<string> {
  const gaps = (await rows(page, "/collections/gaps-hub-15/items?limit=1000")).toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents));
  return String(gaps[0]?.properties.streets).split("; ")[0] ?? "";
}

test("the three plain questions are answered from the front door in two steps and under a minute", async ({ page }) => {
  const name = await street(page);
  const started = Date.now();
  await open(page);
  // Step one: type the street. Step two: choose it.
  await page.getByLabel("Your street or postcode").fill(name);
  await page.getByRole("option", { name: `${name} street`, exact: true }).click();
  // Can I walk to a hub?
  await expect(page.locator(".kept-standards").getByRole("listitem").first()).toContainText(/^(Yes|No): /);
  // When is it open? In words, not in a notation.
  const nearest = page.locator("section", { has: page.getByRole("heading", { name: "The nearest of each kind" }) });
  await expect(nearest).toContainText(/Open (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|every day|at all hours)|Its hours are not on record/);
  await expect(nearest).not.toContainText(/\b(Mo|Tu|We|Th|Fr|Sa|Su)[-,; ]/);
  // Who says so, how old, whom do I tell?
  const who = page.locator("section", { has: page.getByRole("heading", { name: "Who says so, and how old is it?" }) });
  await expect(who).toContainText(/comes from .+; it describes \d+ \w+ \d{4}/);
  await expect(who).toContainText("Is something wrong?");
  expect(Date.now() - started, "milliseconds for the machine’s part").toBeLessThan(30_000);
  expect(await barriers(page)).toEqual([]);
});

test("the same by keyboard alone", async ({ page }) => {
  const name = await street(page);
  await open(page);
  await tabTo(page, /^Your street or postcode$/);
  await page.keyboard.type(name);
  await expect(page.getByRole("option", { name: `${name} street`, exact: true })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator(".kept-standards").getByRole("listitem").first()).toContainText(/^(Yes|No): /);
});

test("the first hub of a kind is asked for where there is none yet", async ({ page }) => {
  test.slow();
  await open(page, "#ask=sites&by=find");
  await page.getByLabel("Of", { exact: true }).selectOption("first");
  await page.getByLabel("Its name").fill("Warm space");
  await page.getByRole("spinbutton", { name: "New sites" }).fill("1");
  await page.getByText("Fairness, candidates and budget").click();
  await page.getByRole("spinbutton", { name: "Metres between candidates" }).fill("1000");
  await page.getByRole("button", { name: "Find the best sites" }).click();
  await expect(page.getByRole("heading", { level: 2, name: /1 new site/ })).toBeVisible(SOUGHT);
  await expect(page.locator(".summary.plan")).toContainText("The first Warm space, within 15 minutes");
  await expect(page.locator(".summary.plan .lead")).toContainText(/Today 0 of [\d,]+ residents/);
  await expect(page.locator(".legend")).toContainText("there is none yet");
  await expect(page.getByRole("button", { name: "Try these sites as pins" })).toHaveCount(0);
  expect(await barriers(page)).toEqual([]);
});

test("a kind there is already is not taken for a new one", async ({ page }) => {
  test.info().annotations.push({ type: "a request fails" });
  await open(page, `#ask=sites&by=find&brief=${encodeURIComponent(JSON.stringify({ first: "community hub" }))}`);
  await expect(page.getByRole("alert")).toContainText(/there (is one|are \d+) of the kind/);
});

test("after a plan every street that stays uncovered can be walked", async ({ page }) => {
  test.slow();
  await open(page, `#ask=sites&by=find&walk=all&brief=${encodeURIComponent(JSON.stringify({ sites: 1, streets: 500 }))}`);
  await expect(page.getByRole("heading", { level: 2, name: /1 new site/ })).toBeVisible(SOUGHT);
  const still = Number((await page.locator("section.still-out .lead strong").innerText()).match(/[\d,]+/)?.[0].replaceAll(",", ""));
  const list = page.locator("section.rounds .lead");
  await expect(list).toContainText("not covered with it");
  const walked = Number(/about ([\d,]+) residents/.exec(await list.innerText())?.[1]?.replaceAll(",", ""));
  expect(Math.abs(still - walked)).toBeLessThanOrEqual(1);
});

test("as few sites as it takes to cover a share of all are asked for", async ({ page }) => {
  test.slow();
  await open(page, "#ask=sites&by=find");
  await page.getByText("Fairness, candidates and budget").click();
  await page.getByRole("spinbutton", { name: "Metres between candidates" }).fill("1000");
  await page.getByLabel("As few as it takes to cover").check();
  await page.getByRole("spinbutton", { name: "Per cent of all residents" }).fill("50");
  await page.getByRole("button", { name: "Find the best sites" }).click();
  await expect(page.getByRole("heading", { level: 2, name: /\d+ new sites?, best/ })).toBeVisible(SOUGHT);
  await expect(page.locator(".summary.plan")).toContainText(/fewest|fewer|as few/i);
});

test("water, parks and names of the place’s own street file are on the map, and are found by name", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await open(page);
  await expect(page.locator(".legend")).toContainText("Park or wood");
  await page.waitForRequest(/\/tiles\/surroundings\//, { timeout: 10_000 }).catch(() => undefined);
  expect(asked.some((path) => path.includes("/tiles/surroundings/"))).toBe(true);
  const parks = await rows(page, "/collections/surroundings/items?limit=1000&class=green");
  const name = String(parks.find((each) => each.properties.name)?.properties.name);
  await page.getByLabel("Your street or postcode").fill(name);
  await page.getByRole("option", { name: `${name} park or wood` }).first().click();
  await expect(page.locator(".kept-standards").getByRole("listitem").first()).toContainText(/^(Yes|No): /);
});

test("a nation opens filled: by patch from afar, by zone from near", async ({ page }) => {
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: { id: string; itemCount: number }[] };
    for (const each of body.collections) if (each.id.startsWith("coverage-")) each.itemCount = 50_000;
    await route.fulfill({ response: answer, json: body });
  });
  await page.route(/\/tiles\/coverage-[^/]+\/tilejson\.json/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), minzoom: 14 } });
  });
  await open(page);
  await expect(page.locator(".legend")).toContainText("each patch as a whole");
  await pointUntil(page, /of its residents covered/);
  // An address that says where to look moves the map of an open page as well.
  const [west = 0, south = 0, east = 0, north = 0] = ((await (await page.request.get("/collections/patches?f=json")).json()) as { extent: { spatial: { bbox: number[][] } } }).extent.spatial.bbox[0] ?? [];
  await page.goto(`/#at=${(west + east) / 2},${(south + north) / 2},15`);
  await expect(page.locator(".legend")).not.toContainText("each patch as a whole");
});

test("an open page says that newer figures were loaded", async ({ page }) => {
  let edition = '"first"';
  await page.route(/\/\?f=json$/, async (route) => {
    if (route.request().method() !== "HEAD") return route.continue();
    await route.fulfill({ status: 200, headers: { etag: edition } });
  });
  // What the page does every minute it does five times a second here.
  await page.addInitScript(() => {
    const usual = window.setInterval.bind(window);
    window.setInterval = ((what: () => void, every?: number) => usual(what, every === 60_000 ? 200 : every)) as typeof window.setInterval;
  });
  await open(page);
  await page.waitForRequest((request) => request.method() === "HEAD");
  await page.waitForTimeout(1000);
  await expect(page.getByText("Newer figures have been loaded")).toHaveCount(0);
  edition = '"second"';
  await expect(page.getByText("Newer figures have been loaded")).toBeVisible();
  await expect(page.getByRole("button", { name: "Show them" })).toBeVisible();
});

test("each group in each patch prints as a table when it is asked for", async ({ page }) => {
  await open(page, "#group=disabled");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("heading", { name: "Each group in each patch" })).toBeVisible();
  await expect(page.getByRole("table", { name: /Share of each group covered/ })).toBeVisible();
});

test("in forced colours the legend, the bars and the chosen tab can still be told", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open(page);
  const colours = await page.locator(".legend .ramp .swatch").evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor));
  expect(new Set(colours).size).toBe(colours.length);
  const borders = await page.locator(".legend fieldset label span").evaluateAll((all) => all.map((each) => getComputedStyle(each).borderTopWidth));
  expect(new Set(borders).size, "the chosen tab has another border").toBe(2);
  expect(await page.locator("td.barred .bar > span").first().evaluate((bar) => getComputedStyle(bar).forcedColorAdjust)).toBe("none");
});

const PAGES = ["/collections?f=html", "/collections/patches?f=html", "/collections/patches/items?f=html&limit=20", "/collections/patches/schema?f=html", "/collections/gaps-hub-15/items?f=html&limit=20", "/collections/surroundings/items?f=html&limit=20", "/conformance?f=html", "/api?f=html", "/processes?f=html", "/processes/hubs?f=html", "/processes/coverage?f=html", "/jobs?f=html", "/tiles?f=html", "/tileMatrixSets?f=html", "/-/issues?f=html", "/giving", "/review/P03", "/docs", "/docs/methods", "/docs/glossary", "/no-such-page"];

test("axe finds nothing on the pages beside the map, and none is wider than the screen", async ({ page }) => {
  test.slow();
  test.info().annotations.push({ type: "a request fails" });
  for (const path of PAGES) {
    await page.goto(path);
    for (const details of await page.locator("details:not([open]) > summary").all()) await details.click();
    expect(await barriers(page), path).toEqual([]);
    const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(wide, path).toBeLessThanOrEqual(screen ?? 0);
  }
});
