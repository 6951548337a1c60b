/** What there is to ask, read from the catalogue: a new standard or group appears without code here. */

import type { Collection, Feature, Journey, Row, Schema, Room } from "./api";
import { figure, inOrder } from "./words";

export interface Standard {
  key: string;
  title: string;
  /** Kinds of asset that can satisfy it. */
  kinds: string[];
  /** Minutes within which a walk keeps the standard. */
  within: number;
  coverage: Collection;
  /** The whole place, under the names that one zone has. */
  totals: Row;
  /** By bus and on foot; absent where walking alone counts. */
  journey: Journey | undefined;
  /** So many different assets must be within reach. */
  nth: number;
  room: Room | undefined;
  /** How many weeks or days are looked at. */
  over: string | undefined;
  /** Absent where only coverage was measured. */
  gaps: Collection | undefined;
}

export function standards(all: Collection[]): Standard[] {
  return all.flatMap((coverage) => {
    const { standard, totals } = coverage;
    if (!standard || coverage["x-patchwork-kind"] !== "coverage") return [];
    const { key, title, kinds, within_minutes: within, journey, nth, room, over } = standard;
    return [{ key, title, kinds, within, coverage, journey: journey ?? undefined, nth: nth ?? 1, room, over, totals: totals ?? {}, gaps: all.find((each) => each.id === `gaps-${key}`) }];
  });
}

/** Names of the columns in which patches carry a standard's totals. */
export function columns(standard: Standard): { covered: string; share: string; median: string; group: (key: string) => string } {
  const prefix = standard.key.replaceAll("-", "_");
  return { covered: `${prefix}_covered_residents`, share: `${prefix}_covered_share`, median: `${prefix}_minutes_median`, group: (key) => `${prefix}_covered_${key}` };
}

export interface Group {
  key: string;
  label: string;
}

export interface Dimension {
  label: string;
  groups: Group[];
}

/** A label that is only the words of a key says its numbers as people do ("Aged 0 14" → "Aged 0 to 14"); one that the place gives is left alone. */
export function spoken({ key, label }: Group): string {
  if (label.toLowerCase() !== key.replaceAll("_", " ")) return label;
  return label.replace(/\b(\d+) (\d+)\b/, "$1 to $2").replace(/\b(\d+) over$/, "$1 and over");
}

/** Groups of residents by dimension ("Age: Aged 4 years and under"), as the schema says them. */
export function dimensions(schema: Schema): Dimension[] {
  const found = new Map<string, Group[]>();
  for (const property of Object.values(schema)) {
    const { group, of, standard } = property["x-patchwork-role"] ?? {};
    if (!group || of !== "residents" || standard) continue;
    found.set(group.dimension_label, [...(found.get(group.dimension_label) ?? []), { key: group.key, label: spoken(group) }]);
  }
  return [...found].map(([label, groups]) => ({ label, groups: groups.toSorted((a, b) => inOrder.compare(a.key, b.key)) }));
}

/** Public names of the causes that the gaps of a standard may have. */
export function causes(schema: Schema): string[] {
  return Object.values(schema).flatMap((property) => property["x-patchwork-role"]?.cause ?? []);
}

/** The dimension that a collection is about, for people. */
export function dimensionOf(collection: Collection): string {
  const about = collection["x-patchwork-about"];
  return typeof about === "object" && "dimension" in about ? about.dimension.label : collection.title;
}

export function sum(rows: Iterable<Row>, name: string): number | null {
  let total: number | null = null;
  for (const row of rows) {
    const value = figure(row, name);
    if (value !== null) total = (total ?? 0) + value;
  }
  return total;
}

export function share(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}

export interface Bin {
  label: string;
  residents: number;
}

/** Upper ends, in minutes, of the classes of walks. The last class is open. */
export const WALKS = [5, 10, 15, 20, 30];

/** The place of a walk among the classes of walks; `null` (no way on foot) has none. */
export function walkClass(walk: number): number {
  const place = WALKS.findIndex((end) => walk <= end);
  return place < 0 ? WALKS.length : place;
}

export const WALK_LABELS = WALKS.map((end, i) => `${i === 0 ? 0 : WALKS[i - 1]} to ${end} min`).concat(`over ${WALKS.at(-1)} min`);

/** Residents by the middle walk of their zone. */
export function walks(zones: Feature[]): Bin[] {
  const bins = [...WALK_LABELS, "no way on foot"].map((label) => ({ label, residents: 0 }));
  for (const { properties } of zones) {
    const residents = figure(properties, "residents");
    if (residents === null || residents === 0) continue;
    const walk = figure(properties, "minutes_median");
    const bin = bins[walk === null ? bins.length - 1 : walkClass(walk)];
    if (bin) bin.residents += residents;
  }
  return bins;
}
