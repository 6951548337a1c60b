/** Of what a standard asks beside the walk, what nobody recorded. Unknown is not no. */

import type { Feature } from "./api";
import { type Standard, sum } from "./catalogue";
import * as words from "./words";

export interface Doubt {
  /** Assets of the standard's kinds that may count, and of how many of them something it asks for is not recorded. */
  of: number;
  unknown: number;
  /** "library", "community hub or library". */
  kinds: string;
  /** "whether there is a step", "whether there is a step, or the hours". */
  what: string;
  /** Nobody is known to be covered, so there is no number to show. */
  wholly: boolean;
  /** Covered, and not covered only for want of what nobody recorded: more it cannot be. Absent where some is recorded: a step that is known of covers nobody. */
  most: number | null;
}

/** Whether a standard asks for something that a list of places may not tell. */
function asksMore({ coverage }: Standard): boolean {
  return Boolean(coverage.standard?.step_free ?? false) || Boolean(coverage.standard?.open_after);
}

/** Whether the list of places is still to come that tells whether a number is all there is. */
export function pending(standard: Standard, assets: readonly Feature[]): boolean {
  return asksMore(standard) && assets.length === 0;
}

/** What is not recorded of the assets that a standard asks for; `null` where all of it is, or nothing is asked. */
export function doubt(standard: Standard, assets: readonly Feature[], gaps: readonly Feature[], covered: number | null): Doubt | null {
  const asked = standard.coverage.standard;
  if (!asked || !asksMore(standard)) return null;
  const [step, hours] = [Boolean(asked.step_free), Boolean(asked.open_after)];
  const there = assets.map((each) => each.properties).filter((each) => standard.kinds.includes(String(each.kind)) && each.status !== "closed" && each.status !== "planned");
  const noStep = there.filter((each) => step && each.step_free === null);
  const noHours = there.filter((each) => hours && (!each.opening_hours || each.opening_hours_understood === false) && !(step && each.step_free === false));
  const unknown = new Set([...noStep, ...noHours]).size;
  const rows = gaps.map((each) => each.properties);
  const mended = (["access", "hours", "planned"] as const).reduce((total, cause) => total + (sum(rows, `cause_${cause}_residents`) ?? 0), 0);
  if (unknown === 0 || mended === 0) return null;
  const what = [...(noStep.length ? ["whether there is a step"] : []), ...(noHours.length ? ["the hours"] : [])].join(", or ");
  const plain = unknown === there.length && !standard.journey && standard.nth === 1 && !standard.room && !standard.over;
  return { of: there.length, unknown, kinds: standard.kinds.map(words.phrase).join(" or "), what, wholly: covered === 0, most: plain && covered !== null ? covered + mended : null };
}

/** "Nobody recorded whether there is a step at any of the 13 places of the kind library". */
export function said({ of, unknown, kinds, what }: Doubt): string {
  const which = of === 1 ? `the one ${kinds}` : unknown === of ? `any of the ${words.count(of)} places of the kind “${kinds}”` : `${words.count(unknown)} of the ${words.count(of)} places of the kind “${kinds}”`;
  return `Nobody recorded ${what} at ${which}`;
}
