/** Numbers and pictures that once misled, each by its kind. What is read out of pasted text is in `reading.spec.ts`. */
import { type Page } from "@playwright/test";
import { SOUGHT, barriers, expect, open, rows, test } from "./support";

const number = (text: string): number => Number(/-?[\d,]+/.exec(text.replace("−", "-"))?.[0].replaceAll(",", ""));
const lead = (page: Page) => page.locator(".summary .lead").first();

/** Changes what the catalogue says of its collections, on the way to the page. */
async function say(page: Page, change: (each: Record<string, unknown> & { id: string }) => void): Promise<void> {
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: (Record<string, unknown> & { id: string })[] };
    body.collections.forEach(change);
    await route.fulfill({ response: answer, json: body });
  });
}

/** A spot that no hub covers. */
async function bare(page: Page): Promise<string> {
  const gaps = (await rows(page, "/collections/gaps-hub-15/items?limit=1000")).toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents));
  const [lon, lat] = (gaps[0]?.geometry as { coordinates: number[][][][] }).coordinates[0]?.[0]?.[0] ?? [];
  return `${lon},${lat}`;
}

test("what is asked twice is answered twice the same, and a plan’s sites count the same as pins", async ({ page }) => {
  test.slow();
  const brief = encodeURIComponent(JSON.stringify({ sites: 2, streets: 500 }));
  const said: string[] = [];
  for (let i = 0; i < 2; i++) {
    await page.goto("about:blank");
    await open(page, `#ask=sites&by=find&brief=${brief}`);
    await expect(page.getByRole("heading", { level: 2, name: /2 new sites, best for these numbers/ })).toBeVisible(SOUGHT);
    said.push(await page.locator(".answer").innerText());
  }
  expect(said[0]).toBe(said[1]);
  // How sure the choice is stands in a sentence beside the heading, not only in a column.
  await expect(page.locator(".summary.plan")).toContainText(/chosen again (at least )?in \d+ of 20 runs/);
  const planned = number(/it would be ([\d,]+)/.exec(await page.locator(".summary.plan .lead").innerText())?.[1] ?? "");
  await page.getByRole("button", { name: "Try these sites as pins" }).click();
  await expect(lead(page)).toContainText("would be covered");
  expect(number(await lead(page).innerText())).toBe(planned);
});

test("a map that is shaded says by what, and of whom", async ({ page }) => {
  await open(page, "#ask=near");
  await expect(page.locator(".legend .classes")).toContainText(/Share of each zone’s residents covered today: .*walk/);
  await expect(page.locator(".legend .ramp li").first()).toBeVisible();
  await open(page, "#show=walk&group=disabled");
  await expect(page.locator(".legend .classes")).toContainText(/everybody, not the group “Disabled/);
  await open(page, "#show=walk");
  await expect(page.locator(".legend .classes")).not.toContainText("everybody, not");
});

test("a street that is still being looked up is not said to be nowhere", { annotation: { type: "a request fails" } }, async ({ page }) => {
  const held = /collections\/\w+\/items\?.*filter=/;
  let answer: () => void = () => undefined;
  const wait = new Promise<void>((done) => (answer = done));
  await page.route(held, async (route) => {
    await wait;
    await route.continue();
  });
  await open(page);
  const box = page.getByLabel("Your street or postcode");
  const list = page.getByRole("listbox", { name: "Streets and places" });
  await box.pressSequentially("road");
  await expect(list).toContainText("Looking …");
  await page.waitForTimeout(400);
  await expect(list).not.toContainText("Nothing here");
  answer();
  await expect(list.getByRole("option").first()).toContainText(/road/i);
  await page.unroute(held);
  await page.route(held, (route) => route.abort());
  await box.fill("lane");
  await expect(list).toContainText("could not be looked up");
  await page.unroute(held);
  await box.fill("zzzz");
  await expect(list).toContainText("Nothing here has this in its name");
});

test("a share of residents who live somewhere is not called a share of coverage", async ({ page }) => {
  await open(page);
  const figures = page.locator(".summary .figures");
  await expect(figures).toContainText("Live in the most deprived fifth");
  await expect(figures).not.toContainText("In the most deprived");
  await expect(page.locator(".summary")).toContainText("it is no share of coverage");
});

test("a difference that comes from an assumed speed is called an assumption, with both speeds", async ({ page }) => {
  await say(page, (each) => {
    if (each.id.startsWith("coverage-")) each.walking_speeds_kmh = { disabled: 3.6, everybody_else: 4.8 };
  });
  await open(page);
  await expect(page.locator("section", { has: page.getByRole("heading", { name: /Who lives here/ }) })).toContainText(/An assumption, not a finding:.*3\.6 km\/h.*4\.8 km\/h/);
  await page.getByLabel("For", { exact: true }).selectOption("disabled");
  await expect(page.locator(".summary .assumption")).toContainText("3.6 km/h");
});

test("scenarios side by side are never cut in the middle of a number", async ({ page }) => {
  const spot = await bare(page);
  const kept = encodeURIComponent(JSON.stringify(["The first of three with a long name", "Two", "Three"].map((name) => [name, spot, ""])));
  await open(page, `#ask=sites&pins=${spot}&kept=${kept}`);
  await expect(page.getByRole("row", { name: /Residents covered/ })).not.toContainText("…");
  const cut = await page.locator(".kept .scroll").evaluate((box) => {
    const edge = box.getBoundingClientRect().right;
    return [...box.querySelectorAll("td, th, input")].filter((cell) => cell.getBoundingClientRect().width > 0 && cell.getBoundingClientRect().right > edge + 1).map((cell) => cell.textContent);
  });
  expect(cut).toEqual([]);
});

test("attendances are not called people", async ({ page }) => {
  await say(page, (each) => {
    if (each.id.startsWith("reach-")) each["x-patchwork-counts"] = "attendances";
  });
  await open(page, "#show=reach");
  const reach = page.locator("section.reach");
  await expect(reach.locator(".lead").first()).toContainText(/[\d,]+ attendances beside [\d,]+ residents/);
  await expect(reach).toContainText("Attendances, not people");
  await expect(reach).not.toContainText(/\bmet of\b/);
  await expect(page.locator(".legend")).toContainText("Attendances, not people, for each 1,000 residents");
  expect(await barriers(page)).toEqual([]);
});

test("“and so many more” is what the list does not show", async ({ page }) => {
  const gaps = (await rows(page, "/collections/gaps-hub-15/items?limit=1000")).toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents));
  const listed = String(gaps[0]?.properties.streets).split("; ");
  const all = listed.length - 1 + number(listed.at(-1) ?? "");
  await open(page, `#show=gaps&gap=${String(gaps[0]?.id)}`);
  const line = await page.locator("tr.chosen th .link").innerText();
  expect(line.split(", ").length + 0 + number(/and ([\d,]+) more/.exec(line)?.[1] ?? "0")).toBe(all);
  const detail = await page.locator("tr.detail .facts dd").last().innerText();
  const [names = "", rest = "0"] = detail.split(/ and ([\d,]+) more/);
  expect(names.split(", ").length + number(rest)).toBe(all);
});

test("shutting a hub says who loses", async ({ page }) => {
  const zones = await rows(page, "/collections/coverage-hub-15/items?limit=5000");
  const used = zones.find((each) => Number(each.properties.covered_residents) > 0)?.properties.nearest_asset_id;
  await open(page, `#ask=sites&shut=${String(used)}`);
  await expect(page.getByRole("heading", { name: "Who loses, by group" })).toBeVisible();
  await expect(page.getByRole("heading", { name: /Who gains/ })).toHaveCount(0);
});

test("a patch there is none of is told, and the map is whole", async ({ page }) => {
  await open(page, "#patch=P99");
  await expect(page.getByText("There is no patch “P99” here; this is the whole place.")).toBeVisible();
  await expect(page.getByRole("table", { name: /Choose a patch/ })).toBeVisible();
});

test("the classes of the map of money mark the cold spots the list names", async ({ page }) => {
  await open(page, "#ask=giving");
  await expect(page.locator(".legend")).toContainText("likely cold spot");
  await expect(page.locator(".legend")).toContainText(/against the whole place \(£/);
});

test("a group that is chosen is counted where sites are tried, too", async ({ page }) => {
  await open(page, `#ask=sites&group=disabled&pins=${await bare(page)}`);
  await expect(page.locator(".of-group")).toContainText(/of the group “Disabled.*would be covered.*[+−]?[\d,]+|no change/);
});

test("streets without a name are called after what is near them", async ({ page }) => {
  await page.route(/\/collections\/gaps-hub-15\/items/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { features: { properties: Record<string, unknown> }[] };
    for (const each of body.features) each.properties.streets = null;
    await route.fulfill({ response: answer, json: body });
  });
  await open(page);
  const names = await page.getByRole("table", { name: /gaps?: stretches/ }).getByRole("rowheader").allInnerTexts();
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) expect(name).toMatch(/Unnamed streets (beside|in the|[\d.]+ km (north|south|east|west))/);
  await expect(page.getByText(/No named street/)).toHaveCount(0);
});
