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

export const MINUTES: Class[] = WALK_LABELS.map((label, i) => ({ upTo: WALKS[i] ?? Infinity, label, colour: BLUES[BLUES.length - 1 - i] ?? BLUES[0] }));

/** The scale as a step expression of the drawing library. */
export function steps(property: string, classes: Class[]): ExpressionSpecification {
  // The first class includes its upper end, so each step begins a hair above the one before.
  const stops = classes.slice(1).flatMap((each, i) => [(classes[i]?.upTo ?? 0) + 1e-6, each.colour]);
  return ["step", ["to-number", ["get", property], 0], classes[0]?.colour ?? BLUES[0], ...stops] as ExpressionSpecification;
}
