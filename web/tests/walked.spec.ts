/** What a walk of the page by its readers found to mislead or to be out of reach. */
import { type Page, type Route } from "@playwright/test";
import { barriers, drawn, expect, open, rows, test } from "./support";

type Properties = Record<string, unknown>;

/** Answers as the service does, with something of it changed. */
async function changed<T>(route: Route, change: (body: T) => void): Promise<void> {
  // It is this test that asks, not a page: no page's address goes with it.
  const { origin: _, ...headers } = route.request().headers();
  const response = await route.fetch({ headers });
  const body = (await response.json()) as T;
  change(body);
  await route.fulfill({ response, json: body });
}

/** The place as it would be if nobody had written down whether a hub has a step. */
async function withoutSteps(page: Page): Promise<void> {
  await page.route(/\/collections(\?.*)?$/, (route) =>
    changed<{ collections: { id: string; totals?: Properties }[] }>(route, ({ collections }) => {
      for (const { id, totals } of collections) if (id === "coverage-hub-step-free-15" && totals) Object.assign(totals, { covered_residents: 0, covered_share: 0, minutes_median: null });
    }),
  );
  await page.route(/\/collections\/assets\/items/, (route) =>
    changed<{ features: { properties: Properties }[] }>(route, ({ features }) => {
      for (const { properties } of features) properties.step_free = null;
    }),
  );
}

test("where nobody recorded what a standard asks for the headline says so, and says no nought", async ({ page }) => {
  await withoutSteps(page);
  await open(page, "#standard=hub-step-free-15");
  const summary = page.locator(".summary");
  await expect(summary.locator(".lead")).toContainText(/How many of [\d,]+ residents are covered is not known\. Nobody recorded whether there is a step at any of the \d+ places/);
  await expect(summary.locator("dd").first()).toHaveText("not known");
  await expect(summary).not.toContainText(/no way|\b0%/);
  await expect(page.locator(".patches tbody tr").first()).toContainText("not known");
  await expect(page.locator(".patches tbody")).not.toContainText(/no way|\b0%/);
  await expect(page.locator(".legend .ramp").first()).toContainText("nobody recorded it");
  expect(await barriers(page)).toEqual([]);
});

test("where all is recorded nothing is said to be unknown", async ({ page }) => {
  await open(page, "#standard=hub-step-free-15");
  await expect(page.locator(".summary .lead")).toContainText(/[\d,]+ of [\d,]+ residents are covered/);
  await expect(page.locator(".summary")).not.toContainText(/not known|[Nn]obody recorded/);
});

test("of a standard near my door nobody recorded, the answer is not known, and not no", async ({ page }) => {
  const assets = (await rows(page, "/collections/assets/items?limit=10000")).filter((each) => each.properties.kind === "community_hub" && each.properties.status === "open");
  const [lon, lat] = (assets[0]?.geometry as unknown as { coordinates: [number, number] }).coordinates;
  await page.route(/\/processes\/nearest\/execution/, (route) =>
    changed<{ kinds: { nearest: Properties | null }[]; standards: { standard: string; kept: boolean; nearest: Properties | null }[] }>(route, ({ kinds, standards }) => {
      for (const each of kinds) if (each.nearest) each.nearest.step_free = null;
      for (const each of standards) if (each.standard === "hub-step-free-15") Object.assign(each, { kept: false, nearest: null });
    }),
  );
  await open(page, `#ask=near&here=${lon},${lat}`);
  await expect(page.locator(".kept-standards").getByRole("listitem").filter({ hasText: "without a step" })).toContainText(/^Not known: .*nobody has recorded whether there is a step/);
});

test("the gaps are read on a phone without scrolling sideways", async ({ page }) => {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    for (const state of ["", "#patch=P03"]) {
      await open(page, state);
      const [inner, outer] = await page.locator(".gaps .scroll").evaluate((table) => [table.scrollWidth, table.clientWidth]);
      expect(inner, `${width} ${state}`).toBeLessThanOrEqual(outer ?? 0);
    }
    // What has no column there is below the streets.
    await expect(page.locator(".gaps tbody .narrow").first()).toContainText(/walk [\d.]+ min/);
  }
});

test("the map of money colours a patch by its range, and says when that tells nothing", async ({ page }) => {
  await open(page, "#ask=giving");
  await expect(page.locator(".legend")).toContainText("cannot be told: its range holds the whole place’s");
  await expect(page.locator(".legend")).toContainText("90% range against the whole place");
});

test("the page for trustees says on a phone that it goes on, and its picture keeps its words in dark colours of the reader’s own", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
  await page.goto("/giving");
  await expect(page.locator(".w").first()).toBeVisible();
  for (const wide of await page.locator(".w").all()) {
    await expect(wide).toHaveAttribute("tabindex", "0");
    expect(await wide.evaluate((each) => each.scrollWidth <= each.clientWidth || getComputedStyle(each, "::before").content.includes("sideways"))).toBe(true);
  }
  const drawing = await page.locator("svg").first().evaluate((each) => [getComputedStyle(each).forcedColorAdjust, getComputedStyle(each).backgroundColor]);
  expect(drawing).toEqual(["none", "rgb(255, 255, 255)"]);
});

test("filled and empty hubs are told apart in the legend in colours of the reader’s own", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
  await open(page, "#ask=near");
  const looks = await page.locator(".legend .pin").evaluateAll((all) => all.map((each) => [getComputedStyle(each).backgroundColor, getComputedStyle(each).backgroundImage, each.getBoundingClientRect().width]));
  expect(looks).toHaveLength(2);
  for (const [ground, , width] of looks) expect([ground, Number(width) >= 16]).toEqual(["rgb(255, 255, 255)", true]);
  expect(looks[0]?.[1]).not.toBe(looks[1]?.[1]);
});

test("a row of who is met whose verdict and “still to meet” point two ways says why", async ({ page }) => {
  const all = await rows(page, "/collections/reach-ethnic_group/items?limit=1000&period=all");
  const apart = all.find(({ properties: row }) => /^P\d/.test(String(row.patch_id)) && row.flag === "no difference beyond chance" && row.group !== "all" && Number(row.to_meet) > 1);
  await open(page, `#patch=${String(apart?.properties.patch_id)}`);
  const row = page.locator(".reach tbody tr").filter({ hasText: String(apart?.properties.group_name) });
  await expect(row.locator("th small").first()).toContainText(new RegExp(`Still, ${String(apart?.properties.to_meet)} more are to be met: in this patch`));
  await expect(page.locator(".reach thead").first()).toContainText("for parity in this patch");
});

test("the answer of the front door is on the screen of a laptop, and is reached on a lower one", async ({ browser }) => {
  const page = await browser.newPage({ isMobile: false, hasTouch: false, deviceScaleFactor: 1 });
  for (const height of [768, 640]) {
    await page.setViewportSize({ width: 1366, height });
    await page.goto("about:blank");
    await open(page);
    await expect(page.locator(".door")).toBeVisible();
    const answer = page.locator(".answer h2").first();
    if (height === 640) {
      await page.mouse.move(300, 400);
      await page.mouse.wheel(0, 600);
    }
    await expect(answer).toBeInViewport();
    await expect(page.locator(".canvas")).toBeInViewport();
  }
  await page.close();
});

test("what is called as was typed comes first", async ({ page }) => {
  const names = (await rows(page, "/collections/assets/items?limit=10000")).map((each) => String(each.properties.name));
  const exact = names.find((name) => names.some((other) => other !== name && other.toLowerCase().includes(name.toLowerCase()))) ?? names[0] ?? "";
  await open(page);
  await page.getByLabel("Your street or postcode").fill(exact);
  await expect(page.getByRole("option").first()).toContainText(exact);
  await expect(page.getByRole("option").first()).not.toContainText(/old record/);
});

test("where the page asks for a street, a click on the map answers for that spot", async ({ page }) => {
  await open(page, "#ask=near");
  await drawn(page);
  await page.locator(".canvas").scrollIntoViewIfNeeded();
  // Where a finger lands on a pin the first tap says what it is, and the second asks.
  await expect(async () => {
    await page.locator(".canvas").click();
    await expect(page).toHaveURL(/here=/, { timeout: 2000 });
  }).toPass();
  await expect(page.locator(".kept-standards").getByRole("listitem").first()).toContainText(/^(Yes|No|Not known): /);
});

test("the first number does not wait for the code of the map, nor for that of another question", async ({ page }) => {
  let waiting = true;
  const held: (() => Promise<void>)[] = [];
  await page.route(/\/-\/web\/(draw|Sites|Near|Giving|Patches)-[^/]*\.js$/, async (route) => {
    if (waiting) held.push(() => route.continue());
    else await route.continue();
  });
  await page.goto("/");
  await expect(page.getByText(/\d,\d{3} of \d[\d,]*,\d{3}/).first()).toBeVisible();
  waiting = false;
  for (const go of held) await go();
  await drawn(page);
});

test("where a part of the page does not come, that is said, with what to do", async ({ page }) => {
  test.info().annotations.push({ type: "a request fails" });
  await page.route(/\/-\/web\/Sites-[^/]*\.js$/, (route) => route.abort());
  await page.goto("/#ask=sites");
  await expect(page.getByRole("alert")).toContainText("A part of this page did not come");
  await expect(page.getByRole("button", { name: "Load it again" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});
