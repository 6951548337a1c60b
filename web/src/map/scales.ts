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

/** Where there is none of what is asked about, nobody is covered. */
export const BARE: Class[] = [{ upTo: 1, label: "nobody: there is none yet", colour: GREYS[0] }];

/** Where nobody recorded what is asked for, a nought would be a claim. */
export const UNKNOWN = { property: "covered_share", classes: [{ upTo: 1, label: "not known: nobody recorded it", colour: GREYS[1] }] as Class[], pattern: "none" as const };

/** Share of an area's residents who gain. */
export const GAINS: Class[] = [
  { upTo: 0.5, label: "up to half", colour: BLUES[3] },
  { upTo: 1, label: "more than half", colour: BLUES[5] },
];

/** Two hues that meet in grey, told apart by people who see no red or green, and dark at both ends. */
const [LESS2, LESS, SAME, MORE, MORE2] = ["#9e4a06", "#e1a35f", "#e4e4e0", "#8badcd", "#12436d"] as const;

/** People met, against what chance allows round the rate of the whole place. */
export const MET: Class[] = [
  { upTo: 0, label: "less than half the place’s rate", colour: LESS2 },
  { upTo: 1, label: "fewer, beyond chance", colour: LESS },
  { upTo: 2, label: "no difference beyond chance", colour: SAME },
  { upTo: 3, label: "more, beyond chance", colour: MORE },
  { upTo: 4, label: "more than twice the place’s rate", colour: MORE2 },
];

/** Which of [`MET`] an interval for a rate falls into. */
export function metClass(rate: number, low: number, high: number, whole: number): number {
  if (low <= whole && whole <= high) return 2;
  if (rate < whole) return rate < whole / 2 ? 0 : 1;
  return rate > whole * 2 ? 4 : 3;
}

/** Residents of a patch against the average of all. */
export const OFF: Class[] = [
  { upTo: 0, label: "fewer", colour: LESS },
  { upTo: 1, label: "within it", colour: SAME },
  { upTo: 2, label: "more", colour: MORE },
];

/** Colours by which neighbouring patches are told apart: pale, so that names and signs are read on them. */
export const TINTS = ["#e4e4e0", "#8badcd", "#e1a35f", "#bccfe2", "#f3dcc0", "#b5bbc1"] as const;

/** Money: where there is little for the need comes first, then the range of the money against the whole place’s. */
export const MONEY: Class[] = [
  { upTo: 0, label: "likely cold spot", colour: LESS2 },
  { upTo: 1, label: "possible cold spot", colour: LESS },
  { upTo: 2, label: "less, wherever in its range", colour: "#f3dcc0" },
  { upTo: 3, label: "cannot be told: its range holds the whole place’s", colour: SAME },
  { upTo: 4, label: "more, wherever in its range", colour: MORE },
];

/** Which of [`MONEY`] a patch is in: what its range allows, not the one number in it. */
export function moneyClass(low: number, high: number, cold: string, whole: number): number {
  if (cold === "likely") return 0;
  if (cold === "possible") return 1;
  return high < whole ? 2 : low > whole ? 4 : 3;
}

export const MINUTES: Class[] = WALK_LABELS.map((label, i) => ({ upTo: WALKS[i] ?? Infinity, label, colour: BLUES[BLUES.length - 1 - i] ?? BLUES[0] }));

/** The scale as a step expression of the drawing library. */
export function steps(property: string, classes: Class[]): ExpressionSpecification {
  // One class alone has no steps.
  if (classes.length < 2) return ["literal", classes[0]?.colour ?? BLUES[0]] as ExpressionSpecification;
  // The first class includes its upper end, so each step begins a hair above the one before.
  const stops = classes.slice(1).flatMap((each, i) => [(classes[i]?.upTo ?? 0) + 1e-6, each.colour]);
  return ["step", ["coalesce", ["get", property], 0], classes[0]?.colour ?? BLUES[0], ...stops] as ExpressionSpecification;
}
