/** The ground of the map: who is covered in each zone, and in each patch where zones are too small to be drawn. */

import { BARE, MINUTES, QUIET_SHARES, SHARES } from "../map/scales";
import { columns } from "./catalogue";
import type { Areas } from "./scene.svelte";
import type { Answer } from "./store.svelte";

type Ground = Pick<Areas, "property" | "classes" | "unit" | "none" | "pattern">;

const NOBODY = { none: "nobody lives here", pattern: "none" } as const;
const COVERED = { property: "covered_share", ...NOBODY };
const GROUNDS: Record<"coverage" | "walk" | "quiet" | "bare", Ground> = {
  coverage: { ...COVERED, classes: SHARES, unit: "Share of each zone’s residents covered" },
  walk: { property: "minutes_median", classes: MINUTES, unit: "Walk of the resident in the middle of each zone", none: "no way on foot", pattern: "none" },
  /** In greys, below what changes. */
  quiet: { ...COVERED, classes: QUIET_SHARES, unit: "Share of each zone’s residents covered today" },
  bare: { ...COVERED, classes: BARE, unit: "Residents covered today" },
};

/** The same where buses count. */
const BY_BUS = { unit: "Journey of the resident in the middle of each zone, by bus and on foot", none: "no way in half of the departures" } as const;

/** Why a zone has no share: nobody lives there, or nobody knows how many do, or whether there is room for them. */
function unshared(zones: Answer["zones"]): string {
  const without = zones.filter(({ properties }) => properties["covered_share"] == null);
  const empty = without.filter(({ properties }) => properties["residents"] === 0).length;
  if (empty === without.length) return NOBODY.none;
  return empty === 0 ? "not known" : "not known, or nobody lives here";
}

export function ground({ standard, zones, tiled }: Answer, what: keyof typeof GROUNDS): Areas {
  const { share, median } = columns(standard);
  return { collection: standard.coverage.id, features: zones, tiled, key: "zone_id", ...GROUNDS[what], ...(what === "walk" ? {} : { none: unshared(zones) }), ...(what === "walk" && standard.journey ? BY_BUS : {}), ...(tiled ? { far: what === "walk" ? median : share } : {}) };
}

