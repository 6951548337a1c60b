/** What the reader looks at. All of it stands in the address, so that a link shows the same again. */

export type Shown = "coverage" | "walk" | "gaps";

export interface View {
  /** Key of the standard. */
  standard: string;
  /** Id of the patch; empty for the whole place. */
  patch: string;
  /** What the map shows. */
  show: Shown;
  /** Id of the gap that is looked at. */
  gap: string;
  /** Order of the table of patches, of gaps, of zones: `column` or `-column`. */
  patches: string;
  gaps: string;
  zones: string;
  /** Where the map was moved to: `lon,lat,zoom`; empty while it fits what is chosen. */
  at: string;
}

export const START: Readonly<View> = { standard: "", patch: "", show: "coverage", gap: "", patches: "name", gaps: "-residents", zones: "covered_share", at: "" };

export const view: View = $state({ ...START });

const NAMES = Object.keys(START) as (keyof View)[];

export function read(hash: string): View {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const found = { ...START };
  for (const name of NAMES) {
    const value = asked.get(name);
    if (value === null) continue;
    if (name === "show") found.show = value === "walk" || value === "gaps" ? value : "coverage";
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
  const step = change.standard !== undefined || change.patch !== undefined;
  if (step) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
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
