/** A list of streets to walk: the process `rounds`, what is ticked off of it, and the way to a phone that leads there. */

import { execute } from "./process";

export interface Stop {
  order: number;
  day: number;
  street: string | null;
  patch_id: string | null;
  zone_id: string;
  residents: number;
  position: [number, number] | null;
}

export interface Rounds {
  streets: Stop[];
  days: number;
  residents: number;
  residents_a_day: number;
}

export interface Asked {
  standard?: string;
  gap?: string;
  patch?: string;
  residents_a_day: number;
  add?: [number, number][];
  remove?: string[];
}

export const rounds = (asked: Asked): Promise<Rounds> => execute<Rounds>("rounds", asked);

/** Residents that a day's work reaches: about 300 households. */
export const A_DAY = 700;

/** What a street is called. */
export type Named = (stop: Stop) => string;

/** What tells a street from every other, whatever else changes in the list. */
export const stopKey = (stop: Stop): string => [stop.patch_id ?? "", stop.street ?? `zone ${stop.zone_id}`].join("/");

const store = (place: string): string => `patchwork rounds ${place}`;

/** Streets that were ticked off in this browser, with the day. */
export function ticked(place: string): Map<string, string> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(store(place)) ?? "{}");
    return new Map(found && typeof found === "object" ? Object.entries(found).map(([key, day]) => [key, String(day)]) : []);
  } catch {
    return new Map();
  }
}

/** Keeps what is ticked off; false where the browser does not let pages keep anything. */
export function keepTicked(place: string, done: Map<string, string>): boolean {
  try {
    localStorage.setItem(store(place), JSON.stringify(Object.fromEntries(done)));
    return true;
  } catch {
    return false;
  }
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The streets as waypoints, and each day as a route (GPX 1.1, Topografix). */
export function gpx(title: string, stops: Stop[], name: Named): string {
  const point = (tag: string, stop: Stop): string =>
    stop.position ? `<${tag} lat="${stop.position[1]}" lon="${stop.position[0]}"><name>${escaped(`${stop.order}. ${name(stop)}`)}</name><desc>about ${Math.round(stop.residents)} residents</desc></${tag}>` : "";
  const days = [...new Set(stops.map((stop) => stop.day))].map((day) => `<rte><name>Day ${day}</name>${stops.filter((stop) => stop.day === day).map((stop) => point("rtept", stop)).join("")}</rte>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Patchwork" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>${escaped(title)}</name></metadata>${stops.map((stop) => point("wpt", stop)).join("")}${days.join("")}</gpx>\n`;
}
