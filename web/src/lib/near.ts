/** What can be walked to from a spot: the process `nearest`. */

import { execute } from "./process";

export interface Near {
  asset_id: string;
  name: string;
  kind: string;
  minutes: number;
  metres: number;
  opening_hours: string | null;
  step_free: boolean | null;
  last_checked: string | null;
  address: string | null;
  position: [number, number] | null;
}

export interface Nearest {
  street: string | null;
  date: string;
  farthest_minutes: number;
  kinds: { kind: string; nearest: Near | null }[];
  standards: { standard: string; title: string; by?: string; kept: boolean | null; within_minutes: number; nearest: Near | null }[];
  assumptions: string[];
}

export interface Here {
  lon: number;
  lat: number;
  name: string;
}

/** A postcode as it is typed, spaced or not: what looks like one is looked up as one. */
export const POSTCODE = /^\s*[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\s*$/i;

/** Where a postcode is; what is not known is thrown in the words of the service. */
export async function ofPostcode(postcode: string): Promise<Here> {
  const found = await execute<Nearest & { at: [number, number]; postcode: string }>("nearest", { postcode });
  return { lon: found.at[0], lat: found.at[1], name: found.postcode };
}

export const nearest = ({ lon, lat }: Here): Promise<Nearest> => execute<Nearest>("nearest", { at: [lon, lat] });

/** The spot as it stands in the address: "lon,lat,name". */
export function readHere(text: string): Here | null {
  const [lon, lat, ...name] = text.split(",");
  const here = { lon: Number(lon), lat: Number(lat), name: name.join(",") };
  return lon && lat && Math.abs(here.lon) <= 180 && Math.abs(here.lat) <= 85 ? here : null;
}

export const writeHere = ({ lon, lat, name }: Here): string => [lon.toFixed(5), lat.toFixed(5), ...(name ? [name.replaceAll(",", " ")] : [])].join(",");
