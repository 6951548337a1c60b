/** Classes of the map. Dark is well covered, on both scales. */

import type { ExpressionSpecification } from "maplibre-gl";
import { WALK_LABELS, WALKS } from "../lib/catalogue";

export interface Class {
  /** Values up to here, this one included. */
  upTo: number;
  label: string;
  colour: string;
}

/** One hue from light to dark, told apart in grey as well. */
const BLUES = ["#e3ebf3", "#bccfe2", "#8badcd", "#5586b2", "#2d6191", "#12436d"] as const;

/** Nobody and everybody are classes of their own: they are what a reader looks for. */
export const SHARES: Class[] = [
  { upTo: 0, label: "nobody", colour: BLUES[0] },
  { upTo: 1 / 3, label: "up to a third", colour: BLUES[1] },
  { upTo: 2 / 3, label: "up to two thirds", colour: BLUES[2] },
  { upTo: 0.99995, label: "more, not all", colour: BLUES[3] },
  { upTo: 1, label: "everybody", colour: BLUES[5] },
];

/** The same in greys, where the accent is kept for what changes. */
const GREYS = ["#f5f5f3", "#e3e5e7", "#ced2d6", "#b5bbc1", "#9aa2aa"] as const;
export const QUIET_SHARES: Class[] = SHARES.map((each, i) => ({ ...each, colour: GREYS[i] ?? GREYS[0] }));

/** Share of an area's residents who gain. */
export const GAINS: Class[] = [
  { upTo: 0.5, label: "up to half", colour: BLUES[3] },
  { upTo: 1, label: "more than half", colour: BLUES[5] },
];

/** Fifths of values that have no natural classes: their upper ends, rounded to two figures. */
export function fifths(values: number[], label: (low: number | null, high: number) => string): Class[] {
  const sorted = values.toSorted((a, b) => a - b);
  const ends = [0.2, 0.4, 0.6, 0.8, 1].map((part) => ceil2(sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0));
  const distinct = ends.filter((each, i) => ends.indexOf(each) === i);
  return distinct.map((upTo, i) => ({ upTo, label: label(distinct[i - 1] ?? null, upTo), colour: BLUES[i] ?? BLUES[0] }));
}

function ceil2(value: number): number {
  if (value <= 0) return value;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit - 1e-9) * unit;
}

export const MINUTES: Class[] = WALK_LABELS.map((label, i) => ({ upTo: WALKS[i] ?? Infinity, label, colour: BLUES[BLUES.length - 1 - i] ?? BLUES[0] }));

/** The scale as a step expression of the drawing library. */
export function steps(property: string, classes: Class[]): ExpressionSpecification {
  // The first class includes its upper end, so each step begins a hair above the one before.
  const stops = classes.slice(1).flatMap((each, i) => [(classes[i]?.upTo ?? 0) + 1e-6, each.colour]);
  return ["step", ["coalesce", ["get", property], 0], classes[0]?.colour ?? BLUES[0], ...stops] as ExpressionSpecification;
}
