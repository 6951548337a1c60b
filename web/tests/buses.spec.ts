/** A place with a timetable: what is said of access by bus, and where hubs go for who comes by bus or needs room. */
import { SOUGHT, barriers, expect, test } from "./support";

const buses = process.env.PATCHWORK_BUSES;
const brief = (more: object): string => encodeURIComponent(JSON.stringify({ sites: 1, streets: 800, ...more }));

test("by bus the page says when people set out, how often it will do and which days the timetable knows", async ({ page }) => {
  await page.goto(`${buses}/#standard=hub-evening-by-bus-30`);
  await expect(page.getByRole("heading", { name: "Over the day" })).toBeVisible();
  await expect(page.getByRole("img", { name: /Share of residents covered by hour/ })).toBeVisible();
  await expect(page.locator("main")).toContainText(/18:30/);
  await expect(page.locator("main")).toContainText(/timetable/i);
  await page.getByText("Hour by hour").click();
  await expect(page.getByRole("row", { name: /^18:00/ })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});

test("the best site for who comes by bus is found, with what it counts by", async ({ page }) => {
  test.slow();
  await page.goto(`${buses}/#ask=sites&by=find&standard=hub-evening-by-bus-30&brief=${brief({})}`);
  await expect(page.getByLabel("Best at").getByRole("option", { name: /least walking/i })).toHaveCount(0);
  await page.getByRole("button", { name: "Find the best sites" }).last().click();
  await expect(page.getByRole("heading", { level: 2, name: /1 new site/ })).toBeVisible(SOUGHT);
  await expect(page.locator(".summary.plan")).toContainText("within 30 minutes by bus and on foot of a community hub");
  await expect(page.locator(".answer")).toContainText("each resident counts by the share of the 60 departures");
  expect(await barriers(page)).toEqual([]);
});

test("where a standard asks for room the room of a new site is asked for, and the plan says who has some", async ({ page }) => {
  test.slow();
  await page.goto(`${buses}/#ask=sites&by=find&standard=hub-room-15`);
  await page.getByLabel(/Room at each new site, in places/).fill("100");
  await page.getByRole("spinbutton", { name: "New sites" }).fill("1");
  await page.getByText("Candidates and budget").click();
  await page.getByRole("spinbutton", { name: "Metres between candidates" }).fill("800");
  await page.getByRole("button", { name: "Find the best sites" }).last().click();
  await expect(page.getByRole("heading", { level: 2, name: /1 new site/ })).toBeVisible(SOUGHT);
  await expect(page.locator(".summary.plan")).toContainText("have room enough within 15 minutes");
  await expect(page.locator(".answer")).toContainText("sent to where there is some");
  expect(await barriers(page)).toEqual([]);
});
