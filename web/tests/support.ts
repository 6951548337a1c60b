/** What every test of the page holds it to: nothing from elsewhere, no error, no barrier. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Page, test as base, expect } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const test = base.extend<{ watched: void }>({
  watched: [
    async ({ page, baseURL }, use) => {
      const elsewhere: string[] = [];
      const said: string[] = [];
      const own = [baseURL, process.env.PATCHWORK_BUSES, process.env.PATCHWORK_EMPTY, process.env.PATCHWORK_KEPT, process.env.PATCHWORK_VOUCHED, process.env.PATCHWORK_PROVIDER].flatMap((each) => (each ? [new URL(each).origin] : []));
      page.on("request", (request) => {
        const url = new URL(request.url());
        // What the pages of somebody else's provider fetch is theirs to answer for.
        if (process.env.PATCHWORK_PROVIDER && page.url().startsWith(process.env.PATCHWORK_PROVIDER)) return;
        if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && !own.includes(url.origin)) elsewhere.push(request.url());
      });
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type()) && !/GPU stall|GL Driver Message/.test(message.text())) said.push(message.text());
      });
      page.on("pageerror", (error) => said.push(String(error)));
      await use();
      expect(elsewhere, "no request leaves the origin").toEqual([]);
      const expected = test.info().annotations.some((each) => each.type === "a request fails");
      expect(said.filter((each) => !expected || !each.includes("Failed to load resource")), "nothing on the console").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** How long a search may take before it counts as lost: on a slow machine and unoptimised it takes minutes. */
export const SOUGHT = { timeout: 600_000 };

export interface Row {
  id: string;
  properties: Record<string, string | number | boolean | null>;
  geometry: object | null;
}

export async function rows(page: Page, path: string): Promise<Row[]> {
  const answer = await page.request.get(path, { headers: { Accept: "application/geo+json" } });
  return ((await answer.json()) as { features: Row[] }).features;
}

/** Opens the page and waits until the answer and the map stand. */
export async function open(page: Page, hash = ""): Promise<void> {
  await page.goto(`/${hash}`);
  await expect(page.locator(".answer h2").first()).toBeVisible();
  await drawn(page);
}

/** How many pages a PDF has. */
export function pages(pdf: Buffer): number {
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

export async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName("first-picture").length > 0);
}

/** What axe finds against WCAG 2.2 AA. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (of: Document, how: object) => Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> } };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`);
  });
}

export const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** Presses Tab until what is focused answers to the name. */
export async function tabTo(page: Page, name: RegExp, most = 80): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const at = document.activeElement;
      return at ? (at.getAttribute("aria-label") ?? (at as HTMLInputElement).labels?.[0]?.textContent ?? at.textContent ?? "") : "";
    });
    if (name.test(found.trim())) return;
  }
  throw new Error(`Tab never comes to ${String(name)}`);
}

/** Points down the middle of the map until the words beside the pointer fit. */
export async function pointUntil(page: Page, words: RegExp): Promise<void> {
  const map = page.locator(".canvas");
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  if (!box) throw new Error("the map has no box");
  let y = box.y + box.height * 0.3;
  await expect(async () => {
    y += 9;
    await page.mouse.move(box.x + box.width / 2, y);
    await expect(page.locator(".tip")).toContainText(words, { timeout: 500 });
  }).toPass();
}
