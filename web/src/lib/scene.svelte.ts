/** What the question that is open puts on the map. */

import type { Class } from "../map/scales";
import type { Feature } from "./api";
import type { ZoneChange } from "./process";

/** Areas filled by classes of one of their numbers. */
export interface Areas {
  /** The collection they are of. */
  collection: string;
  features: Feature[];
  /** Their shapes come in tiles, not with the features. */
  tiled: boolean;
  /** Property that names an area. */
  key: string;
  /** Property they are filled by. */
  property: string;
  classes: Class[];
  /** What the classes are of, with the unit. */
  unit: string;
  /** Property of patches that says the same of a whole patch: they are filled where the areas are too small to be drawn. */
  far?: string;
  /** What an area without the number is, and the pattern it has. */
  none: string;
  pattern: "none" | "protected";
}

/** A place on the map that has a name and a sign: one that is tried, or one of the best. */
export interface Spot {
  key: string;
  sign: string;
  title: string;
  lon: number;
  lat: number;
  best: boolean;
  /** Absent where it cannot be moved. */
  move?: (lon: number, lat: number) => void;
  remove?: () => void;
}

/** An area that can be drawn over another one with the pointer. */
export interface Dragging {
  /** The area that can be taken hold of. */
  held: string;
  /** Lines for the tip while it is over another. */
  over: (area: string) => string[];
  drop: (area: string) => void;
}

class Scene {
  areas = $state.raw<Areas | null>(null);
  /** Gaps in the list beside the map, in its order; `null` while gaps are not asked about. */
  gaps = $state.raw<Feature[]>([]);
  spots = $state.raw<Spot[]>([]);
  /** Ids of the assets that an answer names. */
  stars = $state.raw(new Set<string>());
  changes = $state.raw<ZoneChange[]>([]);
  /** A map of the owner's own is shown below, where there is one. */
  base = $state(true);
  /** What is looked for is of a kind there is none of yet, so assets of today are beside the point. */
  bare = $state(false);
  /** The map is seen from so far that it is filled by patch. */
  afar = $state(false);
  /** Area that is pointed at in a table. */
  area = $state("");
  /** Takes the next click on the map, when somebody waits for one. */
  taking = $state.raw<((lon: number, lat: number) => void) | null>(null);
  /** Takes the area that is clicked on, when somebody wants to know. */
  picking = $state.raw<((area: string) => void) | null>(null);
  /** What happens when an area is drawn over another, where that can be done. */
  dragging = $state.raw<Dragging | null>(null);
  /** Lines for the tip over an area. */
  tip = $state.raw<(area: string) => string[]>(() => []);
  /** The answer in few words, on the map where the answer itself is below it. */
  says = $state("");
  /** Milliseconds from a change of the map to its picture: long where no graphics card draws it. */
  drawing = 0;
  /** Middle of what the map shows. */
  middle: () => [number, number] | null = () => null;

  /** Takes off what belongs to one question. */
  clear(): void {
    this.gaps = [];
    this.spots = [];
    this.changes = [];
    this.stars = new Set();
    this.area = this.says = "";
    this.taking = this.picking = this.dragging = null;
    this.bare = false;
  }
}

export const scene = new Scene();
