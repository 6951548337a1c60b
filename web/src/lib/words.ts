/** Numbers and causes as people read them. */

import type { Row, Value } from "./api";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

/** Names in the order people look for them: "P2" before "P10". */
export const inOrder = new Intl.Collator("en-GB", { numeric: true });

/** What stands for a number that is not there, with the reason for those who cannot see the cell's title. */
export const NONE = "no data";

/** What stands for a number that is kept back. Why is not said: the reason would tell something of the number. */
export const HIDDEN = "hidden";

export function count(value: Value | undefined): string {
  return typeof value === "number" ? whole.format(value) : NONE;
}

/** A share as per cent: whole, but never 0 % for some or 100 % for not all. */
export function percent(value: Value | undefined): string {
  if (typeof value !== "number") return NONE;
  if (value > 0 && value < 0.005) return "under 1%";
  if (value < 1 && value > 0.995) return "over 99%";
  return `${whole.format(value * 100)}%`;
}

/** A probability as per cent: it is estimated, so it is never nought and never a hundred. */
export function chance(value: Value | undefined): string {
  if (typeof value !== "number") return NONE;
  if (value < 0.005) return "under 1%";
  if (value > 0.995) return "over 99%";
  return `${whole.format(value * 100)}%`;
}

export function minutes(value: Value | undefined): string {
  return typeof value === "number" ? `${tenth.format(value)} min` : "no way";
}

export function metres(value: Value | undefined): string {
  if (typeof value !== "number") return NONE;
  return value >= 1000 ? `${tenth.format(value / 1000)} km` : `${whole.format(value)} m`;
}

export function number(value: Value | undefined): string {
  return typeof value === "number" ? tenth.format(value) : NONE;
}

/** A ratio: two decimals below ten, where a tenth is much. */
export function finer(value: Value | undefined): string {
  return typeof value !== "number" ? NONE : Math.abs(value) < 10 ? value.toFixed(2) : tenth.format(value);
}

export function text(value: Value | undefined): string {
  return value === null || value === undefined || value === "" ? NONE : String(value);
}

/** Money in its currency: pence below a hundred. */
export function money(value: Value | undefined, currency: string): string {
  if (typeof value !== "number") return NONE;
  const pence = Math.abs(value) < 100 && value !== 0 ? 2 : 0;
  return value.toLocaleString("en-GB", { style: "currency", currency, maximumFractionDigits: pence, minimumFractionDigits: pence });
}

/** Parts as whole numbers that add up to a whole number, by the largest remainder. */
export function parts(of: readonly number[], total: number): number[] {
  const sum = of.reduce((all, each) => all + each, 0);
  if (sum <= 0) return of.map(Math.round);
  const exact = of.map((each) => (each * total) / sum);
  const whole = exact.map(Math.floor);
  const left = total - whole.reduce((all, each) => all + each, 0);
  const first = exact.map((each, i) => ({ i, rest: each - (whole[i] ?? 0) })).sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of first.slice(0, left)) whole[i] = (whole[i] ?? 0) + 1;
  return whole;
}

/** What more there is, between two numbers as they are shown. */
export function more(after: number, before: number): string {
  return signed(Math.round(after) - Math.round(before));
}

/** A change, with its sign: "+3,210", "−45", "no change". */
export function signed(value: Value | undefined): string {
  if (typeof value !== "number") return NONE;
  return Math.round(value) === 0 ? "no change" : `${value > 0 ? "+" : "−"}${whole.format(Math.abs(value))}`;
}

/** A share to a tenth of a per cent: where small changes matter. */
export function finely(value: Value | undefined): string {
  return typeof value === "number" ? `${(value * 100).toFixed(1)}%` : NONE;
}

export function plural(n: number, one: string, many: string): string {
  return `${whole.format(n)} ${n === 1 ? one : many}`;
}

export function figure(row: Row | undefined, name: string): number | null {
  const value = row?.[name];
  return typeof value === "number" ? value : null;
}

/** Words and underscores of a public name as a phrase: `high_street` → "high street". */
export function phrase(name: string): string {
  return name.replaceAll("_", " ").replace(/\b(gp|nhs|cab|ymca)\b/g, (letters) => letters.toUpperCase());
}

export function day(iso: string | null | undefined): string | null {
  if (!iso) return null;
  const date = new Date(iso);
  return Number.isNaN(date.valueOf()) ? null : date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

/** Credits of several sources, each once: the same words are asked for by many files. */
export function once(credits: string): string {
  const seen = new Set<string>();
  return credits.split("; ").filter((each) => !seen.has(each.toLowerCase()) && seen.add(each.toLowerCase())).join("; ");
}

export interface Cause {
  word: string;
  label: string;
  meaning: string;
  remedy: string;
}

const CAUSES: Cause[] = [
  {
    word: "distance",
    label: "Too far",
    meaning: "Nothing that would count is near.",
    remedy: "A new site, sessions held here, or transport. Compare sites before choosing one.",
  },
  {
    word: "severance",
    label: "Cut off",
    meaning: "Near in a straight line, but the walk goes a long way round.",
    remedy: "Go and look what is in the way (river, railway, main road). A crossing or a path may do more than a building.",
  },
  {
    word: "timetable",
    label: "No bus then",
    meaning: "At another time of the day or week a bus would do, but not when the standard asks.",
    remedy: "Ask the operator or the council for a trip at that time, or move the sessions to when the buses run.",
  },
  {
    word: "hours",
    label: "Not known to be open then",
    meaning: "Near enough, but not open when it is needed, or its hours are not known.",
    remedy: "Ask about longer opening, and check that the hours on record are right.",
  },
  {
    word: "access",
    label: "Not known to be step-free",
    meaning: "Near enough, but there is a step, or nobody has recorded that there is none.",
    remedy: "Check the entrance. A ramp or a corrected record may be all it takes.",
  },
  {
    word: "capacity",
    label: "Full",
    meaning: "Near enough, but there is no room.",
    remedy: "Ask what would make room: more sessions, more staff, or a second site.",
  },
  {
    word: "planned",
    label: "Not open yet",
    meaning: "What is planned would cover these residents.",
    remedy: "Check the opening date, and what can be done until then.",
  },
];

/** A cause by its public name. One this page has not met is shown under that name. */
export function cause(word: Value | undefined): Cause {
  const known = CAUSES.find((each) => each.word === word);
  const name = phrase(text(word));
  return known ?? { word: String(word), label: name.charAt(0).toUpperCase() + name.slice(1), meaning: "", remedy: "See the method for what this cause means." };
}
