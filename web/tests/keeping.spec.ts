import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { type Page, SOUGHT, barriers, expect, tabTo, test } from "./support";

/** `tests/browser.py` serves two workspaces: an empty one, and a small demo in one; and says their owners' links. */
const [empty, kept] = [process.env.PATCHWORK_EMPTY, process.env.PATCHWORK_KEPT];

async function comeIn(page: Page, link: string | undefined): Promise<string> {
  if (!link) throw new Error("no workspace is served: run tests/browser.py");
  await page.goto(link);
  await page.getByRole("button", { name: /Come in/ }).click();
  return new URL(link).origin;
}

/** Waits until a draft was looked at; its page asks again by itself. */
async function lookedAt(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "What it became" })).toBeVisible(SOUGHT);
}

const codes = [1, 2, 3, 4].map((n) => `E0100000${n}`);
const square = (key: string, code: string, n: number, wide: number): object => ({
  type: "Feature",
  properties: { [key]: code, name: `Area ${n}` },
  geometry: { type: "Polygon", coordinates: [[[n * 0.005, 51], [n * 0.005 + wide, 51], [n * 0.005 + wide, 51.01], [n * 0.005, 51.01], [n * 0.005, 51]]] },
});
const layer = (features: object[]): Buffer => Buffer.from(JSON.stringify({ type: "FeatureCollection", features }));
/** A little borough as it is downloaded: four small areas, a ward, who lives there, two libraries, and a sheet nobody can tell. */
const heap: { name: string; mimeType: string; buffer: Buffer }[] = [
  { name: "lsoa21.geojson", mimeType: "application/geo+json", buffer: layer(codes.map((code, n) => square("LSOA21CD", code, n, 0.005))) },
  { name: "wards_2024.geojson", mimeType: "application/geo+json", buffer: layer([square("wd24_code", "E05000001", 0, 0.02)]) },
  { name: "ethnic_group.csv", mimeType: "text/csv", buffer: Buffer.from(`LSOA21CD,White,Asian,All usual residents\n${codes.map((code, n) => `${code},${700 + n},300,${1000 + n}`).join("\n")}\n`) },
  { name: "our libraries.csv", mimeType: "text/csv", buffer: Buffer.from("name,latitude,longitude\nCentral,51.005,0.004\nEast,51.005,0.018\n") },
  { name: "halls.csv", mimeType: "text/csv", buffer: Buffer.from("what,lat,lon\nOld Hall,51.004,0.011\n") },
];

/** The files in a zip, below a folder, as a computer packs them. */
function zip(files: { name: string; buffer: Buffer }[]): Buffer {
  const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
  const crc = (bytes: Buffer): number => (bytes.reduce((c, byte) => (table[(c ^ byte) & 255] ?? 0) ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
  const [parts, ends]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, buffer } of files) {
    const [path, packed] = [Buffer.from(`downloads/${name}`), deflateRawSync(buffer)];
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0); head.writeUInt16LE(8, 4); head.writeUInt32LE(crc(buffer), 10); head.writeUInt32LE(packed.length, 14); head.writeUInt32LE(buffer.length, 18); head.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), head, path, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    ends.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), head, tail, path]));
    parts.push(local);
    at += local.length;
  }
  const all = Buffer.concat(ends);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06"); end.writeUInt16LE(files.length, 8); end.writeUInt16LE(files.length, 10); end.writeUInt32LE(all.length, 12); end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, all, end]);
}

test("an empty workspace says so, and how a place begins", async ({ page }) => {
  test.info().annotations.push({ type: "a request fails" });
  const base = await comeIn(page, empty);
  await expect(page.getByRole("heading", { level: 1, name: "Begin a place" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Look at them" }).click();
  await expect(page.getByRole("alert")).toContainText("Say what the place is called");
  await expect(page.getByRole("alert")).toContainText("Choose the files");
  expect(await barriers(page)).toEqual([]);
  await page.goto(`${base}/`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing is published yet");
});

for (const packed of [false, true]) {
  test(`from ${packed ? "a zip" : "files chosen together"} to a place that can be published, asked about what could not be told`, async ({ page }) => {
    await comeIn(page, empty);
    await page.getByLabel("What is the place called?").fill("Littleborough");
    await page.getByLabel("Its files, or a zip with them").setInputFiles(packed ? [{ name: "downloads.zip", mimeType: "application/zip", buffer: zip(heap) }] : heap);
    await page.getByRole("button", { name: "Look at them" }).click();
    await lookedAt(page);
    const card = (name: string) => page.locator(".cards li", { has: page.getByRole("heading", { name, exact: true }) });
    await expect(card("lsoa21.geojson")).toContainText("the small areas in which residents are counted");
    await expect(card("wards_2024.geojson")).toContainText("the patches");
    await expect(card("ethnic_group.csv")).toContainText("residents by ethnic group");
    await expect(card("our libraries.csv")).toContainText("library");
    await expect(card("halls.csv"), "what cannot be told is not used, and asked about").toContainText("Not used");
    expect(await barriers(page)).toEqual([]);

    await card("halls.csv").getByLabel("What is it?").selectOption({ label: "Places to reach, of the kind below" });
    await card("halls.csv").getByLabel("Dimension or kind").fill("community_hall");
    await page.getByRole("button", { name: "Look again with these answers" }).click();
    await lookedAt(page);
    await expect(card("halls.csv")).toContainText("Used as places to reach");
    await expect(page.getByRole("rowheader", { name: "Residents", exact: true }).locator("..")).toContainText("4,006");
    await expect(page.getByRole("table", { name: "Counts" }), "a first version changes nothing").not.toContainText(/changes|Now/);
    await expect(page.getByText("layers stay as they are")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Publish: everybody sees it" })).toBeVisible();
    await page.getByRole("button", { name: "Give this draft up" }).click();
  });
}

test("a sheet that is brought is given back with remedies, published, and taken back", async ({ page }) => {
  const base = await comeIn(page, kept);
  await page.getByLabel("File, or several of one kind").setInputFiles({ name: "libraries of October.csv", mimeType: "text/csv", buffer: Buffer.from("name,latitude,longitude,opening hours\nNew Reading Room,54.195,1.10,Tues & Thurs 10am - 4pm\nNo place,,,\n") });
  await page.getByRole("button", { name: "Bring it and look at it" }).click();
  await lookedAt(page);
  await expect(page.getByText("New: 1.")).toBeVisible();
  await expect(page.getByRole("table", { name: "In the files of this draft" })).toContainText("has no usable coordinates");
  expect(await barriers(page)).toEqual([]);
  const [sheet] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /libraries of October.csv with the problem/ }).click()]);
  expect(readFileSync(await sheet.path()).subarray(0, 2).toString()).toBe("PK");
  const digest = async (): Promise<string | null> => (await page.request.get(`${base}/?f=json`)).headers().etag ?? null;
  const before = await digest();
  await page.getByRole("button", { name: "Publish: everybody sees it" }).click();
  await expect(page.getByRole("status")).toContainText("is published");
  expect(await barriers(page)).toEqual([]);
  expect(await digest()).not.toBe(before);
  await page.getByRole("button", { name: /Undo: back to version/ }).click();
  await expect(page.getByRole("status")).toContainText("in force again");
  expect(await digest(), "the version before is back, to the byte").toBe(before);
});

test("by keyboard alone: a record is written and a place is corrected", async ({ page }) => {
  const base = await comeIn(page, kept);
  await page.goto(`${base}/records/new`);
  expect(await barriers(page)).toEqual([]);
  await tabTo(page, /^Where/);
  await page.keyboard.press("ArrowDown");
  await tabTo(page, /^What you did/);
  await page.keyboard.type("Door knocking");
  await tabTo(page, /^How many/);
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Saved");
  await page.goto(`${base}/corrections`);
  expect(await barriers(page)).toEqual([]);
  await tabTo(page, /^What do you want to correct/);
  await page.keyboard.press("ArrowDown");
  await tabTo(page, /^Show it/);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("In use?")).toBeVisible();
  await tabTo(page, /^In use/);
  await page.keyboard.type("closed");
  expect(await barriers(page)).toEqual([]);
  await tabTo(page, /^Save/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Saved");
  for (const each of ["/drafts", "/versions", "/versions/1", "/scenarios", "/audit"]) {
    await page.goto(`${base}${each}`);
    expect(await barriers(page), each).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${each} fits`).toBeLessThanOrEqual(0);
  }
});

test("from the map to where people work on the place, and a scenario is saved from what is tried", async ({ page }) => {
  const base = await comeIn(page, kept);
  const { extent } = (await (await page.request.get(`${base}/collections/patches?f=json`)).json()) as { extent: { spatial: { bbox: number[][] } } };
  const [west = 0, south = 0, east = 0, north = 0] = extent.spatial.bbox[0] ?? [];
  await page.goto(`${base}/#ask=sites&by=try&pins=${(west + east) / 2},${(south + north) / 2},Middle`);
  await expect(page.getByRole("link", { name: "Work on this place" })).toBeVisible();
  await page.getByRole("link", { name: "Save as a scenario" }).first().click();
  await expect(page.getByLabel("Address of the map page")).toHaveValue(/#.*pins=/);
  await page.getByLabel("Name").fill("A hub by the shore");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "A hub by the shore" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
});

test("scenarios are ticked by keyboard, stand side by side, print on two sides, and come as files", async ({ page }) => {
  test.slow();
  const base = await comeIn(page, kept);
  const { extent } = (await (await page.request.get(`${base}/collections/patches?f=json`)).json()) as { extent: { spatial: { bbox: number[][] } } };
  const [west = 0, south = 0, east = 0, north = 0] = extent.spatial.bbox[0] ?? [];
  for (const [name, part] of [["Side by side one", 0.4], ["Side by side two", 0.6]] as const) {
    await page.goto(`${base}/scenarios?view=${encodeURIComponent(`${base}/#ask=sites&by=try&pins=${west + (east - west) * part},${south + (north - south) * part}`)}`);
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(page.getByRole("row", { name: /Covered with it/ }).first()).toBeVisible();
  }
  await page.goto(`${base}/scenarios`);
  expect(await barriers(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  for (const name of ["Side by side one", "Side by side two"]) {
    await page.getByRole("checkbox", { name }).first().focus();
    await page.keyboard.press("Space");
  }
  await page.getByRole("button", { name: "See them side by side" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Side by side one");
  await expect(page.getByRole("img")).toHaveCount(2);
  await expect(page.getByRole("table", { name: "Covered in each patch" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g)?.length).toBeLessThanOrEqual(2);
  for (const [form, begins] of [["docx", "PK"], ["xlsx", "PK"]] as const) {
    const { href } = await page.getByRole("link", { name: new RegExp(form, "i") }).evaluate((link: HTMLAnchorElement) => ({ href: link.href }));
    expect((await (await page.request.get(href)).body()).toString("latin1", 0, 2)).toBe(begins);
  }
  await page.goto(`${base}/scenarios`);
  await page.getByRole("button", { name: "Duplicate Side by side one" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Copy of Side by side one" })).toBeVisible();
});
