/** Boxes and label spots of shapes. */

import type { Geometry, Position } from "geojson";
import type { Feature } from "../lib/api";

export type Box = [west: number, south: number, east: number, north: number];

function rings(geometry: Geometry | null): Position[][] {
  if (geometry?.type === "Polygon") return geometry.coordinates;
  if (geometry?.type === "MultiPolygon") return geometry.coordinates.flat();
  return [];
}

/** The box round features; `null` when they have no shape. */
export function box(features: Feature[]): Box | null {
  let found: Box | null = null;
  for (const { geometry } of features) {
    for (const ring of rings(geometry)) {
      for (const [x = 0, y = 0] of ring) {
        if (!found) found = [x, y, x, y];
        else found = [Math.min(found[0], x), Math.min(found[1], y), Math.max(found[2], x), Math.max(found[3], y)];
      }
    }
  }
  return found;
}

function area(ring: Position[]): number {
  let twice = 0;
  for (let i = 1; i < ring.length; i++) {
    const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
    const [x2 = 0, y2 = 0] = ring[i] ?? [];
    twice += x1 * y2 - x2 * y1;
  }
  return Math.abs(twice / 2);
}

/** Where a level line crosses a ring, from west to east. */
function crossings(all: Position[][], level: number): number[] {
  const found: number[] = [];
  for (const ring of all) {
    for (let i = 1; i < ring.length; i++) {
      const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
      const [x2 = 0, y2 = 0] = ring[i] ?? [];
      if (y1 > level !== y2 > level) found.push(x1 + ((level - y1) / (y2 - y1)) * (x2 - x1));
    }
  }
  return found.sort((a, b) => a - b);
}

/** Whether a spot lies in an area. */
export function holds(geometry: Geometry, at: readonly [number, number]): boolean {
  return crossings(rings(geometry), at[1]).filter((x) => x < at[0]).length % 2 === 1;
}

/** A spot for a sign or a pin: the point, the middle of a line, or inside an area. */
export function spot(geometry: Geometry | null): Position | null {
  if (geometry?.type === "Point") return geometry.coordinates;
  if (geometry?.type === "LineString") return geometry.coordinates[Math.floor(geometry.coordinates.length / 2)] ?? null;
  return inside(geometry);
}

/** A spot inside the largest part, in the middle of the widest level stretch of it that was tried. */
function inside(geometry: Geometry | null): Position | null {
  const parts = geometry?.type === "MultiPolygon" ? geometry.coordinates : geometry?.type === "Polygon" ? [geometry.coordinates] : [];
  const largest = parts.reduce<Position[][] | null>((best, part) => (!best || area(part[0] ?? []) > area(best[0] ?? []) ? part : best), null);
  if (!largest) return null;
  const heights = (largest[0] ?? []).map(([, y = 0]) => y);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  let best: { width: number; at: Position } | null = null;
  for (const part of [0.5, 0.4, 0.6, 0.3, 0.7]) {
    const level = low + (high - low) * part;
    const met = crossings(largest, level);
    for (let i = 1; i < met.length; i += 2) {
      const [west = 0, east = 0] = [met[i - 1], met[i]];
      // A level nearer to the middle wins unless another is a good deal wider.
      const width = (east - west) * (1 - Math.abs(part - 0.5));
      if (!best || width > best.width) best = { width, at: [(west + east) / 2, level] };
    }
  }
  return best?.at ?? null;
}
