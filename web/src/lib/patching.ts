/** Plans of patches: what the process `patches` is asked and answers, and what moving a zone by hand does. */

import { type Feature, ask } from "./api";
import { type Job, resultsPath } from "./process";
import * as words from "./words";

export interface Brief {
  repair: boolean;
  /** By how many per cent a patch may differ from the average. */
  within: number;
  /** How many patches; `null` for as many as today. */
  parts: number | null;
  weight: "residents" | "need";
  /** Whether no patch may lie across rivers, railways and motorways. */
  barriers: boolean;
}

export const BRIEF: Readonly<Brief> = { repair: true, within: 10, parts: null, weight: "residents", barriers: false };

/** The narrowest and the widest tolerance that can be asked for, in per cent. */
export const WITHIN: readonly [number, number] = [1, 50];

/** A brief out of the address; what it does not say, or says wrong, is as usual. */
export function readBrief(text: string): Brief {
  try {
    const said = JSON.parse(text || "{}") as Partial<Record<keyof Brief, unknown>>;
    const within = typeof said.within === "number" ? Math.min(WITHIN[1], Math.max(WITHIN[0], said.within)) : BRIEF.within;
    const parts = typeof said.parts === "number" && Number.isInteger(said.parts) && said.parts > 0 ? said.parts : null;
    return { repair: said.repair !== false, within, parts, weight: said.weight === "need" ? "need" : "residents", barriers: said.barriers === true };
  } catch {
    return { ...BRIEF };
  }
}

export function writeBrief(brief: Brief): string {
  return JSON.stringify(Object.fromEntries(Object.entries(brief).filter(([name, value]) => value !== BRIEF[name as keyof Brief])));
}

/** Seconds the service may take. */
const SECONDS = 20;

export function start(brief: Brief): Promise<Job> {
  const { repair, within, parts, weight, barriers } = brief;
  const inputs = { repair, tolerance: within / 100, weight, time_limit: SECONDS, ...(repair || parts === null ? {} : { parts }), ...(barriers ? { not_across: ["barriers"] } : {}) };
  return ask("processes/patches/execution", "POST", { inputs, response: "document" });
}

export interface NewPatch {
  key: string;
  name: string;
  zones: number;
  residents: number;
  weight: number;
}

export interface Plan {
  objective: "moved" | "distance" | "cut-edges" | "distance-and-cut-edges";
  status: "optimal" | "feasible" | "infeasible";
  moved: number | null;
  metres_to_middle: number;
  neighbours_parted: number;
  deviation: number;
  patches: NewPatch[];
  /** The patch of each zone. */
  patch_of: string[];
}

export interface Plans {
  tolerance: number;
  average: number;
  today: NewPatch[] | null;
  zones: string[];
  weights: number[];
  /** The patch in which most people of each zone live today. */
  patch_today: (string | null)[];
  /** Pairs of neighbouring zones, by their places in `zones`. */
  neighbours: [number, number][];
  plans: Plan[];
  curve: { tolerance: number; moved: number | null; at_least: number; proven: boolean }[];
  sentences: string[];
}

export interface Results {
  plans: Plans;
  zones: Feature[];
}

export async function results(id: string): Promise<Results> {
  const { plans, zones } = await ask<{ plans: { value: Plans }; zones: { value: { features: Feature[] } } }>(`${resultsPath(id)}?f=json`);
  return { plans: plans.value, zones: zones.value.features };
}

/** Whether the street file has lines that can be kept to: the process then takes them. */
export async function hasBarriers(): Promise<boolean> {
  const { inputs } = await ask<{ inputs: Record<string, unknown> }>("processes/patches?f=json");
  return "not_across" in inputs;
}

/** What a plan comes to, counted from the patch of each zone. */
export interface Counted {
  patches: NewPatch[];
  /** Residents who are in another patch than today. */
  moved: number;
  /** Residents of each patch who are in another today. */
  came: Map<string, number>;
  parted: number;
  /** The largest share by which a patch misses the average. */
  deviation: number;
  /** Keys of patches whose zones do not hang together. */
  inPieces: string[];
}

/** Counts a plan whose zones have been moved by hand, in one pass. */
export function count(plans: Plans, residents: number[], names: Map<string, string>, patchOf: string[]): Counted {
  const patches = new Map<string, NewPatch>();
  const came = new Map<string, number>();
  let moved = 0;
  for (const [i, key] of patchOf.entries()) {
    const patch = patches.get(key) ?? { key, name: names.get(key) ?? key, zones: 0, residents: 0, weight: 0 };
    patch.zones += 1;
    patch.residents += residents[i] ?? 0;
    patch.weight += plans.weights[i] ?? 0;
    patches.set(key, patch);
    const today = plans.patch_today[i];
    if (today && today !== key) {
      moved += residents[i] ?? 0;
      came.set(key, (came.get(key) ?? 0) + (residents[i] ?? 0));
    }
  }
  const parted = plans.neighbours.filter(([a, b]) => patchOf[a] !== patchOf[b]).length;
  const all = [...patches.values()];
  const deviation = Math.max(0, ...all.map(({ weight }) => off(plans, weight)).map(Math.abs));
  return { patches: all, moved, came, parted, deviation, inPieces: pieces(plans, patchOf) };
}

/** By which share a weight is above the average, or below it. */
export function off({ average }: Plans, weight: number): number {
  return average > 0 ? (weight - average) / average : 0;
}

/** Keys of patches within which one cannot walk from every zone to every other. */
function pieces({ neighbours }: Plans, patchOf: string[]): string[] {
  const root = patchOf.map((_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (root[at] !== at) at = root[at] = root[root[at] ?? at] ?? at;
    return at;
  };
  for (const [a, b] of neighbours) if (patchOf[a] === patchOf[b]) root[find(a)] = find(b);
  const roots = new Map<string, Set<number>>();
  for (const [i, key] of patchOf.entries()) roots.set(key, (roots.get(key) ?? new Set()).add(find(i)));
  return [...roots].filter(([, found]) => found.size > 1).map(([key]) => key);
}

/** Patches beside a zone, other than its own. */
export function beside({ neighbours }: Plans, patchOf: string[], zone: number): string[] {
  const found = neighbours.flatMap(([a, b]) => (a === zone ? [patchOf[b]] : b === zone ? [patchOf[a]] : []));
  return [...new Set(found)].filter((key): key is string => key !== undefined && key !== patchOf[zone]);
}

/** What moving a zone from one patch to another comes to, in words, and the patches that would no longer hang together. */
export function moving(plans: Plans, names: Map<string, string>, now: Counted, after: Counted, from: string, to: string): { says: string; broken: string[] } {
  const name = (key: string): string => names.get(key) ?? key;
  const size = (key: string): string => {
    const patch = after.patches.find((each) => each.key === key);
    if (!patch) return `${name(key)} has nobody left`;
    const share = off(plans, patch.weight);
    return `${name(key)} ${share >= 0 ? "+" : "−"}${(Math.abs(share) * 100).toFixed(1)}%`;
  };
  const broken = after.inPieces.filter((each) => !now.inPieces.includes(each)).map(name);
  return { says: `${size(to)}, ${size(from)}; ${words.count(after.moved)} would change patch`, broken };
}

/** A number for each patch, so that neighbours have different ones as far as so many numbers allow: a greedy colouring. */
export function colours({ neighbours }: Plans, patchOf: string[], most: number): Map<string, number> {
  const near = new Map<string, Set<string>>(patchOf.map((key) => [key, new Set()]));
  for (const [a, b] of neighbours) {
    const [one, other] = [patchOf[a], patchOf[b]];
    if (one === undefined || other === undefined || one === other) continue;
    near.get(one)?.add(other);
    near.get(other)?.add(one);
  }
  const order = [...near].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
  const found = new Map<string, number>();
  for (const [key, others] of order) {
    const taken = new Set([...others].flatMap((other) => found.get(other) ?? []));
    const free = Array.from({ length: most }, (_, i) => i).find((i) => !taken.has(i));
    found.set(key, free ?? found.size % most);
  }
  return found;
}

/** The zones of a plan as a file: each with its patch today and in the plan. */
export function asGeoJson(plans: Plans, zones: Feature[], patchOf: string[], names: Map<string, string>, title: string): string {
  const at = new Map(plans.zones.map((key, i) => [key, i]));
  const features = zones.flatMap((zone) => {
    const i = at.get(String(zone.id));
    const key = i === undefined ? undefined : patchOf[i];
    if (i === undefined || key === undefined) return [];
    const properties = { zone_id: String(zone.id), patch_id: key, patch_name: names.get(key) ?? key, patch_today: plans.patch_today[i] ?? null, residents: zone.properties.residents ?? null };
    return [{ type: "Feature", id: zone.id, geometry: zone.geometry, properties }];
  });
  return JSON.stringify({ type: "FeatureCollection", title, note: "A proposal, not what is in force.", features }, null, 1);
}
