/** The public API, as far as the page uses it. Nothing here knows a place, a standard or a group by name. */

import type { Geometry } from "geojson";

export interface Link {
  href: string;
  rel: string;
  type?: string;
  title?: string;
}

export interface Landing {
  title: string;
  description: string;
  attribution: string;
  notices: string[];
  links: Link[];
  /** A map of the owner's own to draw below the answers. */
  base_map?: { tiles: string; attribution: string };
  /** Whom to tell when something is wrong: words or an address. */
  contact?: string;
}

/** Of a standard by bus and on foot: when people set out, and which days the timetable knows. */
export interface Journey {
  days: string[];
  window: string;
  /** By when they are to be there; null where they set out in a window. */
  arrive_by: string | null;
  changes: number;
  walk_minutes: number;
  back_by: string | null;
  timetable_first: string | null;
  timetable_last: string | null;
}

/** The room that a standard asks for, and what there is of it in the whole place. */
export interface Room {
  per_1000: number;
  unit: string;
  there_is: number | null;
  unknown_residents: number | null;
}

export interface Collection {
  id: string;
  title: string;
  description: string;
  notices?: string[];
  sources?: string[];
  attribution?: string;
  license?: string;
  method?: string;
  itemCount: number;
  /** What coverage and gaps are about. */
  standard?: { key: string; title: string; kinds: string[]; within_minutes: number; by?: string; journey?: Journey | null; nth?: number; room?: Room; over?: string; open_after?: string | null; step_free?: boolean | null };
  /** The whole place, under the names that one zone has. */
  totals?: Row;
  /** Kilometres an hour that groups are assumed to walk, where some have a speed of their own. */
  walking_speeds_kmh?: Record<string, number>;
  /** What the records count, where a layer is of them: people, each once, or attendances, where they cannot tell people apart. */
  "x-patchwork-counts"?: "people" | "attendances";
  /** Which kind of layer this is, and what it is about where there are several of the kind. */
  "x-patchwork-kind"?: string;
  "x-patchwork-about"?: "place" | { standard: string } | { dimension: { key: string; label: string } };
  extent?: { spatial?: { bbox: [number, number, number, number][] }; temporal?: { interval: [string | null, string | null][] } };
  links: Link[];
}

/** What a schema says of one property. */
export interface Property {
  title?: string;
  description?: string;
  type?: string;
  "x-ogc-unit"?: string;
  "x-patchwork-role"?: Role;
}

/** What a property is to whoever reads it. */
export interface Role {
  is: "id" | "name" | "patch" | "dimension" | "group" | "period" | "day" | "count" | "mark" | "amount" | "rate" | "low" | "high" | "status" | "cause" | "text";
  /** The property it belongs to, or the stem it shares with its kin. */
  of?: string;
  group?: { dimension: string; dimension_label: string; key: string; label: string };
  standard?: string;
  cause?: string;
}

export type Schema = Record<string, Property>;
export type Value = string | number | boolean | null;
export type Row = Record<string, Value>;

export interface Feature {
  type: "Feature";
  id: string | number;
  geometry: Geometry | null;
  properties: Row;
}

interface Page {
  features: Feature[];
  numberMatched: number;
}

/** The most features a page of the API holds. */
export const PAGE = 10_000;

/** An answer that is no answer, in the server's own words where it has some. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** The address of a resource, whatever path the page stands at. */
export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

const JSON_ANSWERS = "application/json, application/geo+json;q=0.9, application/schema+json;q=0.9";

/** Asks for a resource; `body` is sent as JSON. */
export async function ask<T>(path: string, method = "GET", body?: object): Promise<T> {
  let answer: Response;
  try {
    const sent = body ? { body: JSON.stringify(body), headers: { Accept: JSON_ANSWERS, "Content-Type": "application/json" } } : { headers: { Accept: JSON_ANSWERS } };
    answer = await fetch(address(path), { method, ...sent });
  } catch {
    throw new Trouble("The server does not answer. Check the connection, then try again.", 0);
  }
  if (answer.ok) return (await answer.json()) as T;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new Trouble(problem.detail ?? `The server answered with status ${answer.status}.`, answer.status);
}

/** What went wrong, in words for the reader. */
export function asTrouble(trouble: unknown): Trouble {
  return trouble instanceof Trouble ? trouble : new Trouble("The page could not read the answer. Load it again; if it stays, tell whoever runs the server.", 0);
}

export function landing(): Promise<Landing> {
  return ask("?f=json");
}

/** What stands for the figures as they are now: it changes when others are loaded. `null` where the service does not say. */
export async function edition(): Promise<string | null> {
  const answer = await fetch(address("?f=json"), { method: "HEAD", headers: { Accept: JSON_ANSWERS }, cache: "no-cache" }).catch(() => null);
  return answer?.ok ? answer.headers.get("etag") : null;
}

export async function collections(): Promise<Collection[]> {
  return (await ask<{ collections: Collection[] }>("collections?f=json")).collections;
}

export async function schema(id: string): Promise<Schema> {
  return (await ask<{ properties: Schema }>(`collections/${encodeURIComponent(id)}/schema?f=json`)).properties;
}

/** The path of some features; `more` is further query parameters. */
export function items(id: string, more: Record<string, string> = {}): string {
  const query = new URLSearchParams(more).toString();
  return `collections/${encodeURIComponent(id)}/items${query ? `?${query}` : ""}`;
}

/** All features of a collection, or those with the values asked for, page by page; or the first so many of them. */
export async function features(id: string, filter: Record<string, string> = {}, most = Infinity): Promise<Feature[]> {
  const all: Feature[] = [];
  for (;;) {
    const page = await ask<Page>(items(id, { ...filter, f: "json", limit: String(Math.min(PAGE, most)), offset: String(all.length) }));
    all.push(...page.features);
    if (page.features.length === 0 || all.length >= Math.min(page.numberMatched, most)) return all;
  }
}
