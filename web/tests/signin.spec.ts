import { type Page, barriers, expect, tabTo, test } from "./support";

/** `tests/browser.py` serves a workspace for whose people a real provider (`tests/provider`) vouches, with a certificate
 * of a private authority. Any name signs in there; what groups it is in stands in `provider.mjs`. */
const [vouched, provider] = [process.env.PATCHWORK_VOUCHED, process.env.PATCHWORK_PROVIDER];

test.use({ ignoreHTTPSErrors: true });

function base(): string {
  if (!vouched || !provider) throw new Error("no provider is served: run tests/browser.py");
  return new URL(vouched).origin;
}

/** The provider's own pages, which fetch a typeface from elsewhere: it is left out. */
async function atProvider(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test.beforeEach(async ({ page }) => {
  await page.route(/fonts\.g/, (route) => route.fulfill({ contentType: "text/css", body: "" }));
});

test("a coordinator comes in by the council's account, by keyboard here, and signs out here and there", async ({ page }) => {
  await page.goto(`${base()}/sign-in`);
  expect(await barriers(page)).toEqual([]);
  await tabTo(page, /^Sign in with Gridton Council/);
  await page.keyboard.press("Enter");
  await atProvider(page, "carla");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Bring a file");
  await page.goto(`${base()}/account`);
  await expect(page.getByText("You are carla Smith, coordinator, for the patches P01.")).toBeVisible();
  await expect(page.getByLabel("Present password")).toHaveCount(0);
  expect(await barriers(page)).toEqual([]);
  const people = await page.request.get(`${base()}/people`, { headers: { "Sec-Fetch-Mode": "cors" } });
  expect(people.status()).toBe(403);
  await tabTo(page, /^Sign out \(/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("You are signed out here.");
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link", { name: "sign out there too" }).click();
  await page.getByRole("button", { name: /Yes/ }).click();
  await expect(page).toHaveURL(`${base()}/sign-in`);
  await page.getByRole("link", { name: "Sign in with Gridton Council" }).click();
  await expect(page.getByPlaceholder("Enter any login"), "the provider asks again").toBeVisible();
});

test("a stranger of the council is told whom to ask, and an owner of it decides", async ({ page }) => {
  test.info().annotations.push({ type: "a request fails" });
  await page.goto(`${base()}/sign-in`);
  await page.getByRole("link", { name: "Sign in with Gridton Council" }).click();
  await atProvider(page, "pat");
  await expect(page.getByRole("alert")).toContainText("Gridton Council knows you as pat Smith, and none of your groups there gives access here. Ask the partnership office, room 4.");
  expect(await barriers(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), "it fits").toBeLessThanOrEqual(0);
  await page.context().clearCookies();
  await page.goto(`${base()}/sign-in/provider`);
  await atProvider(page, "olive");
  await page.goto(`${base()}/people`);
  await expect(page.getByRole("rowheader", { name: "olive Smith" })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: "pat Smith" })).toHaveCount(0);
});

test("an answer that this browser did not ask for lets nobody in", async ({ page }) => {
  test.info().annotations.push({ type: "a request fails" });
  await page.goto(`${base()}/sign-in/provider`);
  await atProvider(page, "vera");
  await page.waitForURL(`${base()}/`);
  await page.goto(`${base()}/account`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account");
  await page.context().clearCookies();
  await page.goto(`${base()}/sign-in/back?code=any&state=any&iss=${encodeURIComponent(String(provider))}`);
  await expect(page.getByRole("alert")).toContainText("came to nothing");
  expect(await barriers(page)).toEqual([]);
  await page.goto(`${base()}/account`);
  await expect(page.getByRole("heading", { name: "Sign in first" })).toBeVisible();
});
