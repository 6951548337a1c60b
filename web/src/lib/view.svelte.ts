/** What the reader looks at. All of it stands in the address, so that a link shows the same again. */

export type Question = "near" | "patch" | "sites" | "patches" | "giving";
export type Way = "try" | "find";
export type Shown = "coverage" | "walk" | "gaps" | "reach";

export interface View {
  ask: Question;
  /** Key of the standard. */
  standard: string;
  /** Id of the patch; empty for the whole place. */
  patch: string;
  /** Key of the group of residents it is asked for; empty for everybody. */
  group: string;
  /** What the map shows. */
  show: Shown;
  /** Id of the gap that is looked at. */
  gap: string;
  /** Whose streets are listed to be walked: the id of a gap, `all`, `nothing`; empty while no list is asked for. */
  walk: string;
  /** Order of the table of patches, of gaps, of zones: `column` or `-column`. */
  patches: string;
  gaps: string;
  zones: string;
  /** How sites are looked for: by trying, or by asking for the best. */
  by: Way;
  /** Sites that are tried, as `siting.ts` writes them. */
  pins: string;
  /** Hubs of today that are tried shut: their ids, with commas between. */
  shut: string;
  /** The spot that is asked about, as `near.ts` writes it. */
  here: string;
  /** What the best sites were asked for with; empty until they are. */
  brief: string;
  /** What new patches were asked for with, as `patching.ts` writes it; empty until they are. */
  redraw: string;
  /** Scenarios that are kept side by side. */
  kept: string;
  /** Where the map was moved to: `lon,lat,zoom`; empty while it fits what is chosen. */
  at: string;
}

export const START: Readonly<View> = {
  ask: "patch", standard: "", patch: "", group: "", show: "coverage", gap: "", walk: "", patches: "name", gaps: "-residents", zones: "covered_share",
  by: "try", pins: "", here: "", shut: "", brief: "", redraw: "", kept: "", at: "",
};

export const view: View = $state({ ...START });

const NAMES = Object.keys(START) as (keyof View)[];
const CHOICES: { ask: Question[]; by: Way[]; show: Shown[] } = { ask: ["near", "patch", "sites", "patches", "giving"], by: ["try", "find"], show: ["coverage", "walk", "gaps", "reach"] };

function oneOf<T extends string>(value: string, choices: T[], otherwise: T): T {
  return choices.find((each) => each === value) ?? otherwise;
}

export function read(hash: string): View {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const found = { ...START };
  for (const name of NAMES) {
    const value = asked.get(name);
    if (value === null) continue;
    if (name === "ask") found.ask = oneOf(value, CHOICES.ask, START.ask);
    else if (name === "by") found.by = oneOf(value, CHOICES.by, START.by);
    else if (name === "show") found.show = oneOf(value, CHOICES.show, START.show);
    else found[name] = value;
  }
  return found;
}

export function write(of: View): string {
  const words = new URLSearchParams();
  for (const name of NAMES) if (of[name] !== START[name]) words.set(name, of[name]);
  const hash = words.toString();
  return hash ? `#${hash}` : "";
}

/** Changes what is looked at. A choice is a step back in the browser; a sort or a move of the map is not. */
export function look(change: Partial<View>): void {
  Object.assign(view, change);
  const url = write(view) || location.pathname + location.search;
  if (url === location.hash) return;
  const step = change.ask !== undefined || change.by !== undefined || change.standard !== undefined || change.patch !== undefined || change.group !== undefined || change.here !== undefined;
  if (step) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
}

/** The address of a question, with the standard and the sites kept. */
export function questionLink(ask: Question): string {
  return write({ ...view, ask, gap: "", at: "" }) || "#";
}

export function choosePatch(patch: string): void {
  look({ patch, gap: "", at: "", show: view.show });
}

export function chooseGap(gap: string): void {
  look({ gap: view.gap === gap ? "" : gap, show: "gaps", at: "" });
}

/** Follows the address, from the start and when the reader goes back. */
export function follow(): () => void {
  const now = (): void => void Object.assign(view, read(location.hash));
  now();
  addEventListener("popstate", now);
  addEventListener("hashchange", now);
  return () => {
    removeEventListener("popstate", now);
    removeEventListener("hashchange", now);
  };
}
