/** What a spot is called where its street has no name: after the nearest landmark, and the side of the patch it lies on. */

import type { Geometry } from "geojson";
import type { Feature } from "./api";
import { box, holds, spot } from "../map/shapes";
import { phrase, text } from "./words";

type At = readonly [lon: number, lat: number];

/** Beyond so many metres a landmark says nothing of where a street is. */
const NEAR = 600;
/** Within so many metres one stands beside it. */
const BESIDE = 150;
const METRES_A_DEGREE = 111_320;
const COMPASS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"] as const;

/** Metres from one spot to another, east and north. */
function away(from: At, to: At): [east: number, north: number] {
  return [(to[0] - from[0]) * METRES_A_DEGREE * Math.cos((from[1] * Math.PI) / 180), (to[1] - from[1]) * METRES_A_DEGREE];
}

/** "north-east", of the way there. */
function compass([east, north]: readonly [number, number]): string {
  const eighth = Math.round(Math.atan2(east, north) / (Math.PI / 4));
  return COMPASS[(eighth + 8) % 8] ?? "north";
}

/** Which side of a shape a spot lies on: "north-east", or "middle" within the inner third each way. */
export function side(at: At, shape: Feature): string | null {
  const around = box([shape]);
  if (!around) return null;
  const [west, south, east, north] = around;
  const [x, y] = [(at[0] - (west + east) / 2) / ((east - west) / 2 || 1), (at[1] - (south + north) / 2) / ((north - south) / 2 || 1)];
  return Math.max(Math.abs(x), Math.abs(y)) < 1 / 3 ? "middle" : compass([Math.abs(x) < 1 / 3 ? 0 : x, Math.abs(y) < 1 / 3 ? 0 : y]);
}

/** A landmark has a name of its own, not that of its kind. */
const isNamed = ({ properties: { name, kind } }: Feature): boolean => Boolean(name) && text(name).toLowerCase() !== phrase(text(kind)).toLowerCase();

/** "beside the library", "0.3 km north-east of the library"; `null` where no landmark is near. */
export function landmark(at: At, assets: readonly Feature[]): string | null {
  let best: { metres: number; to: [number, number]; name: string } | null = null;
  for (const each of assets) {
    const there = each.geometry ? spot(each.geometry) : null;
    if (!there || !isNamed(each)) continue;
    const [east, north] = away([there[0] ?? 0, there[1] ?? 0], at);
    const metres = Math.hypot(east, north);
    if (metres <= NEAR && (!best || metres < best.metres)) best = { metres, to: [east, north], name: text(each.properties.name) };
  }
  if (!best) return null;
  return best.metres <= BESIDE ? `beside ${best.name}` : `${(best.metres / 1000).toFixed(1)} km ${compass(best.to)} of ${best.name}`;
}

/** "Unnamed street beside Phillips Pharmacy", "Unnamed street in the north-east of Teasel Fold". */
export function unnamed(what: string, at: At | null, assets: readonly Feature[], patches: readonly Feature[], patch?: Feature | undefined): string {
  const within = patch ?? (at ? patches.find((each) => each.geometry && holds(each.geometry, at)) : undefined);
  const name = within ? text(within.properties.name ?? String(within.id)) : "";
  const on = at && within ? side(at, within) : null;
  const where = (at && landmark(at, assets)) ?? (name ? (on ? `in the ${on} of ${name}` : `in ${name}`) : "");
  return where ? `${what} ${where}` : what;
}

/** A spot of a shape, as two numbers. */
export function at(geometry: Geometry | null): At | null {
  const found = spot(geometry);
  return found ? [found[0] ?? 0, found[1] ?? 0] : null;
}
