import { type Row, barriers, drawn, expect, open, pages, rows, tabTo, test, whole } from "./support";

const STANDARD = "hub-15";
const COLUMN = "hub_15";

/** A patch with some residents covered and some not, so that all parts of the page have something to show. */
function mixed(patches: Row[]): Row {
  const found = patches.find(({ properties }) => Number(properties[`${COLUMN}_covered_share`]) > 0.2 && Number(properties[`${COLUMN}_covered_share`]) < 0.9);
  if (!found) throw new Error("the demo has no patch that is partly covered");
  return found;
}

test("by mouse: from the whole place to a patch, a gap and its streets", async ({ page }) => {
  await open(page);
  const patches = await rows(page, "/collections/patches/items?limit=1000");
  const chosen = mixed(patches);
  const name = String(chosen.properties.name);

  const list = page.getByRole("table", { name: /Choose a patch/ });
  const names = await list.getByRole("rowheader").allInnerTexts();
  expect(names.map((each) => each.trim()), "patches stand in the order of their names").toEqual(names.map((each) => each.trim()).toSorted((a, b) => a.localeCompare(b, "en-GB")));
  await list.getByRole("button", { name, exact: true }).click();

  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  const { properties } = chosen;
  const covered = Number(properties[`${COLUMN}_covered_residents`]);
  await expect(page.locator(".summary .lead")).toContainText(`${whole.format(covered)} of ${whole.format(Number(properties.residents))} residents`);
  await expect(page.locator(".figures")).toContainText(`${whole.format(Number(properties[`${COLUMN}_covered_share`]) * 100)}%`);

  const gaps = (await rows(page, `/collections/gaps-${STANDARD}/items?limit=1000&patch_id=${chosen.id}`)).toSorted((a, b) => Number(b.properties.residents) - Number(a.properties.residents));
  const first = gaps[0]?.properties;
  const street = String(first?.streets).split("; ")[0] ?? "";
  await page.getByRole("table", { name: /gaps?: stretches/ }).getByRole("button", { name: new RegExp(`^${street}`) }).click();
  await expect(page.getByText("Nearest that counts", { exact: true })).toBeVisible();
  await expect(page.locator("tr.detail")).toContainText(String(first?.nearest_asset_name));
  await expect(page.getByRole("radio", { name: "Gaps", exact: true })).toBeChecked();
  expect(page.url()).toContain(`patch=${chosen.id}`);
  expect(await barriers(page)).toEqual([]);

  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("How are the patches doing?");
});

test("a patch is chosen on the map itself, and pointing at it tells what the table tells", async ({ page }) => {
  await open(page);
  const map = page.locator(".canvas");
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  if (!box) throw new Error("the map has no box");
  // The first spot on the way down the middle where there is a zone and no pin.
  const x = box.x + box.width / 2;
  let y = box.y + box.height * 0.3;
  await expect(async () => {
    y += 9;
    await page.mouse.move(x, y);
    await expect(page.locator(".tip")).toContainText(/covered; middle walk/, { timeout: 500 });
  }).toPass();
  const pointed = (await page.locator(".tip strong").innerText()).trim();
  await page.mouse.click(x, y);
  await expect(page.getByRole("heading", { level: 2, name: pointed })).toBeVisible();
  await page.getByText(/zones? of /).click();
  await page.getByRole("button", { name: /show it on the map/ }).first().focus();
  await expect(page.getByRole("table", { name: /Zones whose residents/ })).toBeVisible();
});

test("by keyboard only: choose a standard and a patch, sort, open a gap", async ({ page }) => {
  await open(page);
  const patches = await rows(page, "/collections/patches/items?limit=1000");
  const name = String(mixed(patches).properties.name);

  await tabTo(page, /^Standard/);
  await page.keyboard.press("ArrowDown");
  await expect(page).toHaveURL(/standard=hub-evening-15/);
  await page.keyboard.press("ArrowUp");
  await expect(page).toHaveURL(new RegExp(`standard=${STANDARD}$`));

  await tabTo(page, /^Patch/);
  await page.keyboard.type(name.slice(0, -1));
  await expect(page.getByRole("option", { name })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();

  await tabTo(page, /^Residents/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("columnheader", { name: /Residents/ }).first()).toHaveAttribute("aria-sort", "ascending");
  // A phone has the walk below the streets, not in a column of its own.
  await tabTo(page, test.info().project.name === "phone" ? /^Cause/ : /^Walk/);
  await tabTo(page, /\w/);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Nearest that counts", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/gap=/);
});

test("a link restores what was looked at", async ({ page }) => {
  const chosen = mixed(await rows(page, "/collections/patches/items?limit=1000"));
  await open(page, `#standard=library-20&patch=${chosen.id}&show=walk&gaps=cause`);
  await expect(page.getByRole("combobox", { name: "Standard" })).toHaveValue("library-20");
  await expect(page.getByRole("combobox", { name: "Patch" })).toHaveValue(String(chosen.properties.name));
  await expect(page.getByRole("radio", { name: "Middle walk" })).toBeChecked();
  await expect(page.locator('.gaps th[aria-sort="ascending"]')).toContainText("Cause");
});

test("the sum of residents by cause is the number not covered", async ({ page }) => {
  const chosen = mixed(await rows(page, "/collections/patches/items?limit=1000"));
  await open(page, `#patch=${chosen.id}`);
  const counts = (await page.locator(".causes strong").allInnerTexts()).map((words) => Number(/: ([\d,]+) resident/.exec(words)?.[1]?.replaceAll(",", "")));
  const uncovered = Number(chosen.properties.residents) - Number(chosen.properties[`${COLUMN}_covered_residents`]);
  // Each number is rounded to a whole person by itself.
  expect(Math.abs(counts.reduce((sum, each) => sum + each, 0) - uncovered)).toBeLessThanOrEqual(counts.length + 1);
});

for (const state of ["", "#show=walk", "#show=gaps", "#patch=P03", "#patch=P03&show=gaps&gap=P03-1", "#patch=nowhere&standard=none"]) {
  test(`axe finds nothing on ${state || "the whole place"}`, async ({ page }) => {
    await open(page, state);
    for (const details of await page.locator("details > summary").all()) await details.click();
    expect(await barriers(page)).toEqual([]);
  });
}

test("nothing is cut off at 320 pixels, which is 400 per cent on a laptop", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await open(page, "#patch=P03&show=gaps");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  expect(await barriers(page)).toEqual([]);
});

test("the notice that the place is made up stands in every view, and on paper", async ({ page }) => {
  for (const state of ["", "#patch=P03"]) {
    await open(page, state);
    await expect(page.getByText(/is made up/).first()).toBeInViewport();
  }
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText(/is made up/).first()).toBeVisible();
});

test("paper: coverage with the map on the first sheet, who is met on the second", async ({ page }) => {
  for (const state of ["", "#patch=P05&standard=hub-evening-15"]) {
    await open(page, state);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await expect(page.locator(".still")).toHaveAttribute("src", /^data:image\/png/);
    expect(pages(await page.pdf({ preferCSSPageSize: true, ...(state ? { path: "test-results/paper.pdf" } : {}) })), state).toBe(2);
  }
});

test("the tables come as CSV, for the patch alone", async ({ page }) => {
  await open(page, "#patch=P03");
  const href = await page.getByRole("link", { name: "These gaps as CSV" }).getAttribute("href");
  const csv = await (await page.request.get(`/${href ?? ""}`)).text();
  const shown = await rows(page, `/collections/gaps-${STANDARD}/items?limit=1000&patch_id=P03`);
  expect(csv.trim().split("\n")).toHaveLength(1 + shown.length);
});

test("a standard this page has never heard of appears by itself", async ({ page }) => {
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: { id: string; title: string; standard?: object }[] };
    const known = body.collections.find((each) => each.id === `coverage-${STANDARD}`);
    body.collections.push({ ...known, id: "coverage-bench", title: "Coverage", standard: { ...known?.standard, key: "bench", title: "A bench within 5 minutes" } });
    await route.fulfill({ response: answer, json: body });
  });
  await page.route(/coverage-bench/, async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace("coverage-bench", `coverage-${STANDARD}`) }) }));
  await open(page, "#standard=bench");
  await expect(page.locator(".question")).toHaveText("A bench within 5 minutes");
  await expect(page.getByRole("heading", { name: /Gaps, and/ })).toHaveCount(0);
  await expect(page.getByRole("radio", { name: "Gaps" })).toHaveCount(0);
});

test("with no standard the page says what to do", async ({ page }) => {
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: { id: string }[] };
    await route.fulfill({ response: answer, json: { ...body, collections: body.collections.filter((each) => ["patches", "zones", "assets", "streets"].includes(each.id)) } });
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No standard to show" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});

test("a server that fails is said to, and can be asked again", async ({ page }) => {
  test.info().annotations.push({ type: "a request fails" });
  let fails = true;
  await page.route(/\/collections\/patches\/items/, async (route) =>
    fails ? route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ detail: "The place is being read. Ask again in a moment." }) }) : route.continue(),
  );
  await page.goto("/");
  await expect(page.getByRole("alert")).toContainText("The place is being read.");
  expect(await barriers(page)).toEqual([]);
  fails = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toBeVisible();
});

test("while it waits the page says so, and streets come after the first picture", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await open(page);
  const picture = asked.findIndex((path) => path.includes("/streets/"));
  await page.waitForRequest(/\/streets\//, { timeout: 10_000 }).catch(() => undefined);
  expect(asked.findIndex((path) => path.includes("/coverage-"))).toBeLessThan(picture < 0 ? asked.length : picture);
  await drawn(page);
});
