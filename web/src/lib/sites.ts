/** Sites that are tried, and how they are written in the address. */

export interface Pin {
  lon: number;
  lat: number;
  /** Name of the place it was put at; empty where it was dropped. */
  name: string;
}

/** A set of sites that was kept. */
export interface Scenario {
  name: string;
  pins: string;
  shut: string;
}

/** What the best sites are asked for with. */
export interface Brief {
  /** A kind of which there is none yet, in words; empty where more of what the standard asks for is looked for. */
  first: string;
  sites: number;
  /** Share of all residents to be covered, from 0 to 1, by as few sites as can be, instead of a number of sites. */
  cover: number | null;
  within: number | null;
  objective: string;
  keep: string;
  /** Where sites may go: spots along the streets so many metres apart, or kinds of assets. */
  streets: number | null;
  kinds: string[];
  floors: Record<string, number>;
  /** A list of candidates with costs, and the money for all; both or neither. */
  points: Candidate[];
  budget: number | null;
  /** Places at each new site, where the standard asks for room. */
  room: number | null;
}

export interface Candidate {
  id: string;
  name: string;
  at: [number, number];
  cost?: number;
}

export const BRIEF: Readonly<Brief> = { first: "", sites: 3, cover: null, within: null, objective: "coverage", keep: "existing", streets: 250, kinds: [], floors: {}, points: [], budget: null, room: null };

/** The most pins and the most scenarios there can be; beyond, nobody compares by looking. */
export const MOST_PINS = 12;
export const MOST_KEPT = 3;

const [PART, END] = [",", ";"];
const plain = (name: string): string => name.replaceAll(/[,;]/g, " ");

export function readPins(text: string): Pin[] {
  return text
    .split(END)
    .map((each) => {
      const [lon, lat, ...name] = each.split(PART);
      return { lon: Number(lon), lat: Number(lat), name: name.join(PART), given: Boolean(lon && lat) };
    })
    .filter(({ lon, lat, given }) => given && Math.abs(lon) <= 180 && Math.abs(lat) <= 85)
    .slice(0, MOST_PINS)
    .map(({ lon, lat, name }) => ({ lon, lat, name }));
}

/** Seven decimals are a centimetre: a site out of a plan stays where it was counted, to the last resident. */
const brief = (degrees: number): string => String(Number(degrees.toFixed(7)));

export function writePins(pins: Pin[]): string {
  return pins.map(({ lon, lat, name }) => [brief(lon), brief(lat), ...(name ? [plain(name)] : [])].join(PART)).join(END);
}

export const readIds = (text: string): string[] => text.split(PART).filter(Boolean);
export const writeIds = (ids: string[]): string => ids.join(PART);

export function readKept(text: string): Scenario[] {
  try {
    const found: unknown = text ? JSON.parse(text) : [];
    const words = (each: unknown): string => (typeof each === "string" ? each : "");
    return Array.isArray(found) ? found.slice(0, MOST_KEPT).map((each: unknown) => (Array.isArray(each) ? { name: words(each[0]), pins: words(each[1]), shut: words(each[2]) } : { name: "", pins: "", shut: "" })) : [];
  } catch {
    return [];
  }
}

export function writeKept(kept: Scenario[]): string {
  return kept.length ? JSON.stringify(kept.map(({ name, pins, shut }) => [name, pins, shut])) : "";
}

/** A brief out of the address; what it does not say is as usual. */
export function readBrief(text: string): Brief {
  try {
    return { ...BRIEF, ...(text ? (JSON.parse(text) as Partial<Brief>) : {}) };
  } catch {
    return { ...BRIEF };
  }
}

export function writeBrief(brief: Brief): string {
  const said = Object.entries(brief).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(BRIEF[name as keyof Brief]));
  return JSON.stringify(Object.fromEntries(said));
}

/** The brief as the process takes it. */
export function briefInputs(standard: string, { first, within, objective, keep, sites, cover, streets, kinds, floors, points, budget, room }: Brief): object {
  const candidates = points.length ? { points } : kinds.length ? { kinds } : { streets };
  return { ...(first ? { first_of_kind: first } : { standard }), objective, keep, candidates, floors, ...(budget !== null ? { budget } : cover !== null ? { cover } : { sites }), ...(within === null ? {} : { within }), ...(room === null ? {} : { room }), time_limit: 20, runs: 20 };
}

/** Money as people write it: "£120,000", "120000.50", "120k". `null` where it can be read in two ways, or in none. */
export function readCost(text: string): number | null {
  const found = /^(?:[£€$]|GBP|EUR)?\s*(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(\.\d+)?\s*(k|m)?$/i.exec(text.trim());
  if (!found) return null;
  const [, whole = "", part = "", unit = ""] = found;
  // "120.000" is a hundred and twenty thousand to some and a hundred and twenty to others.
  if (/^\.\d{3}$/.test(part) && !unit) return null;
  return Number(whole.replace(/[, ]/g, "") + part) * ({ k: 1e3, m: 1e6 }[unit.toLowerCase()] ?? 1);
}

/** Cells of a pasted line: by tabs where there are some (out of a spreadsheet), else by semicolons, else by commas; quoted cells are whole. */
function cells(line: string): string[] {
  const separator = line.includes("\t") ? "\t" : line.includes(";") ? ";" : ",";
  const found: string[] = [""];
  let quoted = false;
  for (const each of line) {
    if (each === '"') quoted = !quoted;
    else if (each === separator && !quoted) found.push("");
    else found[found.length - 1] += each;
  }
  return found.map((each) => each.trim());
}

/**
 * A line such as "Old Bank, 51.58, -2.99, £120,000": name, latitude and longitude, cost.
 * Commas inside the name and the cost are theirs. What is wrong is thrown as a sentence.
 */
export function readCandidate(line: string, number: number, box: readonly [number, number, number, number] | undefined): Candidate {
  const parts = cells(line);
  const first = parts.findIndex((_, i) => i > 0 && readCoordinates(`${parts[i]} ${parts[i + 1] ?? ""}`, box) !== null);
  const at = first < 0 ? null : readCoordinates(`${parts[first]} ${parts[first + 1] ?? ""}`, box);
  if (!at) throw new Error(`Line ${number} of the list has no coordinates that lie here. Write a name, latitude, longitude and, for a budget, the cost.`);
  const name = parts.slice(0, first).join(", ");
  const written = parts.slice(first + 2).filter(Boolean).join(",");
  if (!written) return { id: name, name, at: [at.lon, at.lat] };
  const cost = readCost(written);
  if (cost === null) throw new Error(`Line ${number} of the list: “${written}” cannot be read as one amount of money. Write it in figures, such as 120000 or £120,000.`);
  return { id: name, name, at: [at.lon, at.lat], cost };
}

/** Letters name the sites that are tried; numbers are the best ones. */
export const letter = (i: number): string => String.fromCharCode(65 + i);
export const pinId = (i: number): string => `pin-${i + 1}`;

/** Coordinates as people write them, longitude first or latitude first, told apart by where the place lies. */
export function readCoordinates(text: string, box: readonly [number, number, number, number] | undefined): { lon: number; lat: number } | null {
  const [a, b, ...rest] = text.trim().split(/[\s,;]+/).map(Number);
  if (a === undefined || b === undefined || rest.length || !Number.isFinite(a) || !Number.isFinite(b) || Math.abs(a) > 180 || Math.abs(b) > 180) return null;
  const [west, south, east, north] = box ?? [-180, -85, 180, 85];
  const within = (lon: number, lat: number): boolean => lon >= west - 0.2 && lon <= east + 0.2 && lat >= south - 0.2 && lat <= north + 0.2;
  if (within(b, a)) return { lon: b, lat: a };
  return within(a, b) ? { lon: a, lat: b } : null;
}
