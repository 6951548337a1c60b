import { type Page } from "@playwright/test";
import { barriers, expect, open, pages, rows, tabTo, test } from "./support";

const pounds = (value: unknown): string => Number(value).toLocaleString("en-GB", { style: "currency", currency: "GBP", minimumFractionDigits: 2 });

async function patches(page: Page) {
  return rows(page, "/collections/giving/items?limit=1000");
}

test("by mouse: money, its range and its evidence, from the place to a patch and its grants", async ({ page }) => {
  await open(page, "#ask=giving");
  const first = (await patches(page))[0];
  const name = String(first?.properties.name);
  await page.getByRole("table", { name: /grants behind its number/ }).getByRole("button", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  await expect(page.locator(".lead")).toContainText(pounds(first?.properties.money_per_resident_year));
  await expect(page.locator(".lead")).toContainText(pounds(first?.properties.money_per_resident_year_high));
  await page.locator(".grants summary").click();
  await expect(page.getByRole("table", { name: /Grants to organisations/ })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});

test("patches where people are met but little money goes are named, and lead to the patch", async ({ page }) => {
  await open(page, "#ask=giving");
  const beside = await rows(page, "/collections/giving-beside/items?limit=1000");
  const name = String(beside.find((each) => each.properties.beside === "people met but little money")?.properties.name);
  const item = page.getByRole("region", { name: "Money beside people met" }).getByRole("listitem").filter({ hasText: "People are met, but little money" });
  await item.getByRole("button", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Money beside people met" })).toHaveCount(0);
});

test("by keyboard only: choose a patch, and come back by the whole place", async ({ page }) => {
  const name = String((await patches(page))[1]?.properties.name);
  await open(page, "#ask=giving");
  await tabTo(page, /^Patch$/);
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Cold spots" })).toBeVisible();
});

test("every state is free of barriers, fits 320 pixels and one sheet", async ({ page }) => {
  for (const state of ["", "&patch=P03"]) {
    await open(page, `#ask=giving${state}`);
    for (const details of await page.locator("details > summary").all()) await details.click();
    expect(await barriers(page)).toEqual([]);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(pages(await page.pdf({ preferCSSPageSize: true })), state).toBe(1);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  }
  await page.setViewportSize({ width: 320, height: 256 });
  await open(page, "#ask=giving");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});

test("where no grants are loaded the question is absent", async ({ page }) => {
  await page.route(/\/collections(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { collections: { id: string }[] };
    await route.fulfill({ response: answer, json: { ...body, collections: body.collections.filter((each) => !/^(giving|grants)/.test(each.id)) } });
  });
  await open(page, "#ask=giving");
  await expect(page.getByRole("link", { name: "Where does giving reach?" })).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1, name: "How are the patches doing?" })).toBeVisible();
});
