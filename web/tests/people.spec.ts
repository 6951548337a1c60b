import { type Page, barriers, expect, tabTo, test } from "./support";

/** A workspace with a small demo in it, served by `tests/browser.py`. */
const kept = process.env.PATCHWORK_KEPT;

async function asOwner(page: Page): Promise<string> {
  if (!kept) throw new Error("no workspace is served: run tests/browser.py");
  await page.goto(kept);
  await page.getByRole("button", { name: "Come in as the owner" }).click();
  return new URL(kept).origin;
}

/** What holds for every page of people: no barrier, and nothing wider than the window. */
async function holds(page: Page, what: string): Promise<void> {
  if (process.env.PATCHWORK_PICTURES) {
    await page.screenshot({ path: `${process.env.PATCHWORK_PICTURES}/${what.replace(/\W+/g, "-")}-${page.viewportSize()?.width}.png`, fullPage: true });
  }
  expect(await barriers(page), what).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${what} fits`).toBeLessThanOrEqual(0);
}

const password = "seven blue tables";

test("an owner invites somebody, who comes in by keyboard alone, makes a token, and is closed out", async ({ page, browser }, info) => {
  info.annotations.push({ type: "a request fails" });
  const base = await asOwner(page);
  await page.goto(`${base}/account`);
  await holds(page, "account by the owner's link");
  await page.goto(`${base}/people`);
  await holds(page, "people, nobody yet");
  await page.getByRole("button", { name: "Make a link for them" }).click();
  await expect(page.getByRole("alert")).toContainText("A name has 2 to 60 letters");
  await expect(page.getByLabel("Name they sign in with")).toHaveAttribute("aria-invalid", "true");
  await holds(page, "people, without a name");
  const name = `Jean ${info.project.name}`;
  await page.getByLabel("Name they sign in with").fill(name);
  await page.getByRole("combobox", { name: "Role" }).selectOption("coordinator");
  await page.getByLabel("Only those that are ticked").check();
  await page.getByLabel("Fulmar Thwaite").check();
  await page.getByRole("button", { name: "Make a link for them" }).click();
  await expect(page.getByRole("status")).toContainText(`Send ${name} this link`);
  await holds(page, "people, with a link");
  const link = (await page.getByRole("status").locator("code").textContent()) ?? "";

  const context = await browser.newContext({ viewport: page.viewportSize() });
  const theirs = await context.newPage();
  await theirs.goto(link);
  await holds(theirs, "invitation");
  await tabTo(theirs, /password/i);
  await theirs.keyboard.type("short");
  await theirs.keyboard.press("Enter");
  await expect(theirs.getByRole("alert")).toContainText("at least 12");
  await holds(theirs, "invitation, too short");
  await tabTo(theirs, /password/i);
  await theirs.keyboard.type(password);
  await theirs.keyboard.press("Tab");
  await theirs.keyboard.type(password);
  await theirs.keyboard.press("Enter");
  await expect(theirs.getByRole("heading", { level: 1 })).toHaveText("Bring a file");

  await theirs.goto(`${base}/account`);
  await tabTo(theirs, /^What is it for/);
  await theirs.keyboard.type("QGIS on my laptop");
  await theirs.keyboard.press("Enter");
  await expect(theirs.getByRole("status")).toContainText("It is shown this once");
  await holds(theirs, "account with a token");
  const token = (await theirs.getByRole("status").locator("code").first().textContent()) ?? "";
  const asked = await page.request.get(`${base}/versions?f=html`, { headers: { Authorization: `Bearer ${token}`, Cookie: "" } });
  expect(asked.status()).toBe(200);
  for (const path of ["/people", "/settings", "/audit"]) {
    await theirs.goto(`${base}${path}`);
    await expect(theirs.getByText("this is not among what you may do")).toBeVisible();
    await holds(theirs, `not for her ${path}`);
  }
  await tabTo(theirs, /^Sign in$/);
  await theirs.goto(`${base}/account`);
  await tabTo(theirs, /^Sign out \(/);
  await theirs.keyboard.press("Enter");
  await expect(theirs).toHaveURL(`${base}/`);
  await theirs.goto(`${base}/sign-in`);
  await tabTo(theirs, /^Name/);
  await theirs.keyboard.type(name);
  await theirs.keyboard.press("Tab");
  await theirs.keyboard.type("another word");
  await theirs.keyboard.press("Enter");
  await expect(theirs.getByRole("alert")).toContainText("do not belong together");
  await holds(theirs, "sign in, wrong");
  await tabTo(theirs, /^Password/);
  await theirs.keyboard.type(password);
  await theirs.keyboard.press("Enter");
  await expect(theirs.getByRole("heading", { level: 1 })).toHaveText("Bring a file");

  await page.goto(`${base}/people`);
  await page.getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByLabel("Fulmar Thwaite")).toBeChecked();
  await holds(page, "person");
  await page.getByRole("button", { name: "Make a new link, and end all stays and tokens" }).click();
  await expect(page.getByRole("status")).toContainText("It is shown this once");
  await holds(page, "person with a new link");
  await theirs.goto(`${base}/account`);
  await expect(theirs.getByRole("heading", { level: 1 })).toHaveText("Sign in first");
  await holds(theirs, "signed out by a reset");
  await page.getByLabel("May they come in?").selectOption("no");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await expect(page.getByRole("status")).toContainText("Changed.");
  await page.goto(`${base}/people`);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("closed");
  await context.close();
});

test("who may see what is decided by keyboard, holds at once, and stands in the record of who did what", async ({ page, browser }, info) => {
  info.annotations.push({ type: "a request fails" });
  const base = await asOwner(page);
  await page.goto(`${base}/settings`);
  await holds(page, "settings");
  await tabTo(page, /^Who may see this place/);
  await page.keyboard.press("ArrowDown");
  await tabTo(page, /^Keep it/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toBeVisible();
  await holds(page, "settings, decided");
  const context = await browser.newContext({ viewport: page.viewportSize() });
  const stranger = await context.newPage();
  await stranger.goto(`${base}/`);
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText("Sign in first");
  await holds(stranger, "a closed place");
  await stranger.getByRole("link", { name: "Sign in" }).click();
  await holds(stranger, "sign in");
  await context.close();
  await page.goto(`${base}/settings`);
  await page.getByRole("combobox").first().selectOption("anonymous");
  await tabTo(page, /^Keep it/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toBeVisible();
  await page.goto(`${base}/audit`);
  await expect(page.getByRole("cell", { name: "who may see what" }).first()).toBeVisible();
  await holds(page, "audit");
  await page.getByRole("searchbox").or(page.getByRole("textbox")).first().fill("no such word anywhere");
  await page.keyboard.press("Enter");
  await page.waitForURL(/word=no(\+|%20)such/);
  await holds(page, "audit, nothing found");
  await page.goto(`${base}/audit?word=who may see`);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /CSV|table/i }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
});
