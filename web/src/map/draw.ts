/** The map: what the page tells it to show, and what the reader points at. */

import { type FilterSpecification, GeoJSONSource, Map as GlMap, type MapGeoJSONFeature, type MapMouseEvent, type MapTouchEvent, NavigationControl, ScaleControl, prewarm, setWorkerUrl } from "maplibre-gl";
import type { FeatureCollection, Geometry } from "geojson";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { type Feature, address, ask } from "../lib/api";
import type { Areas } from "../lib/scene.svelte";
import type { ZoneChange } from "../lib/process";
import { CAUSES, OTHERS, disc, pattern } from "./patterns";
import { type Box, box, spot } from "./shapes";
import { type Placed, afar, areas, base, gaps, streets, surroundings } from "./style";

setWorkerUrl(workerUrl);
// Its workers fetch their code while the data come.
prewarm();

export interface Picture {
  patches: Feature[];
  /** What is filled, and by what; gaps are shown without it. */
  areas: Areas | null;
  /** Gaps with their shapes: all of them, or where they come in tiles those that have numbers. */
  gaps: Feature[];
  /** Collection whose tiles hold the gaps; `null` where all have their shapes. */
  gapTiles: string | null;
  assets: Feature[];
  patch: string;
  gap: string;
  /** Area that is pointed at in a table. */
  area: string;
  /** Numbers of the gaps in the list beside the map. */
  numbers: Map<string, number>;
  /** Areas that what is tried would change. */
  changes: ZoneChange[];
}

export interface Pointed {
  x: number;
  y: number;
  lon: number;
  lat: number;
  area: string | null;
  gap: string | null;
  patch: string | null;
  asset: string | null;
}

export interface Told {
  pointed: (at: Pointed | null) => void;
  chosen: (at: Pointed) => void;
  /** Whether an area that is pressed follows the pointer, and the map stays. */
  takes: (area: string) => boolean;
  /** It was let go over another area, or nowhere. */
  dropped: (over: string | null) => void;
  moved: (at: string) => void;
  /** The picture shifted under what lies over it. */
  shifted: () => void;
  /** Whether it is seen from so far that patches are filled, not areas. */
  far: (is: boolean) => void;
  /** How long a change took to be seen, in milliseconds. */
  took: (time: number) => void;
}

/** The deepest zoom the server cuts tiles for; nearer than that they are drawn larger. */
const DEEPEST = 14;
/** Pixels kept free round what is shown, more where the buttons are. */
const AROUND = { top: 30, bottom: 30, left: 30, right: 62 };
const AREAS = ["areas-afar", "areas", "areas-none", "areas-gain", "areas-loss", "areas-line", "area-line"];
const SIGNS = ["areas-gain", "areas-loss"];
const GAPS = ["gaps", "gaps-line", "gap-line"];
const nothing: FilterSpecification = ["boolean", false];
const is = (name: string, value: string): FilterSpecification => (value ? ["==", ["get", name], value] : nothing);

export class Drawing {
  readonly #map: GlMap;
  readonly #ready: Promise<void>;
  readonly #told: Told;
  #last: Partial<Picture> = {};
  #frame = 0;
  #standing: Promise<void> | undefined;
  #marked = new Map<string, number>();
  #areas: Areas | null = null;
  #gapTiles: string | null = null;
  /** The first zoom at which the areas are in tiles. */
  #begins = 0;
  /** Opacity of what is filled. */
  #through = 1;
  #size: { width: number; height: number };

  constructor(container: HTMLElement, extent: Box, at: string, patches: Feature[], told: Told) {
    this.#told = told;
    const narrow = matchMedia("(max-width: 60rem)").matches;
    this.#map = new GlMap({
      container,
      style: base(collection(patches)),
      ...camera(at, extent),
      attributionControl: false,
      cooperativeGestures: narrow,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      maxZoom: 18,
      fadeDuration: 0,
      locale: { "Map.Title": "Map. Arrow keys move it, plus and minus zoom. The tables hold the same information." },
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.#map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    this.#size = { width: container.clientWidth, height: container.clientHeight };
    this.#last = { patches };
    // What is added need not wait for the first frame, nor for the sources of the style.
    this.#ready = new Promise((done) => void this.#map.once("style.load", () => {
      for (const [name, image] of [...[...CAUSES, ...OTHERS].map((name) => [name, pattern(name)] as const), ["disc", disc()] as const]) {
        if (image) this.#map.addImage(name, image, { pixelRatio: 2 });
      }
      done();
    }));
    this.#listen();
  }

  /** Shows the picture; what has not changed is not drawn again. */
  async show(picture: Picture): Promise<void> {
    await this.#ready;
    const last = this.#last;
    this.#last = picture;
    const changed = (...names: (keyof Picture)[]): boolean => names.some((name) => last[name] !== picture[name]);
    if (changed("patches")) this.#fill("patches", picture.patches);
    if (changed("areas")) this.#fillAreas(picture.areas);
    if (changed("areas", "changes")) this.#mark(picture.changes);
    if (changed("gaps", "gapTiles")) this.#fillGaps(picture);
    if (changed("assets")) this.#fill("assets", picture.assets);
    if (changed("patches", "gaps", "patch", "areas", "numbers")) this.#fill("spots", spots(picture));
    if (changed("areas", "patch", "gapTiles") || (last.changes?.length ?? 0) > 0 !== picture.changes.length > 0) this.#looks(picture);
    if (changed("gap", "gapTiles", "gaps")) this.#map.setFilter("gap-line", is("gap_id", picture.gap));
    if (picture.areas && this.#map.getLayer("area-line")) this.#map.setFilter("area-line", is(picture.areas.key, picture.area));
    await this.#stands();
  }

  /** Waits until the picture stands, the first time. */
  #stands(): Promise<void> {
    this.#standing ??= new Promise((done) => void this.#map.once("idle", () => done()));
    return this.#standing;
  }

  /** Draws a map of the owner's own below everything, and lets it show through. */
  async addBase(tiles: string | null): Promise<void> {
    await this.#ready;
    const map = this.#map;
    if (tiles && !map.getSource("base")) {
      map.addSource("base", { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: 19 });
      map.addLayer({ id: "base", type: "raster", source: "base", paint: { "raster-saturation": -0.6 } }, "land");
    }
    if (map.getLayer("base")) map.setLayoutProperty("base", "visibility", tiles ? "visible" : "none");
    map.setPaintProperty("land", "fill-opacity", tiles ? 0.2 : 1);
    this.#through = tiles ? 0.65 : 1;
    this.#letThrough();
  }

  /** How much of what is filled stands in the way of the base map. */
  #letThrough(): void {
    for (const id of ["areas", "areas-afar"]) if (this.#map.getLayer(id)) this.#map.setPaintProperty(id, "fill-opacity", this.#through);
  }

  /** What people know the place by, and streets over it, come after everything else, tile by tile. */
  async addGround(has: (collection: string) => boolean): Promise<void> {
    await this.#ready;
    const named = (this.#last.patches ?? []).map((each) => String(each.properties.name ?? ""));
    for (const [id, layers] of [["surroundings", () => surroundings(named)], ["streets", streets]] as const) {
      if (!has(id) || this.#map.getSource(id)) continue;
      this.#map.addSource(id, tiles(id));
      this.#add(layers());
    }
  }

  fit(to: Feature[], gently: boolean): void {
    const around = box(to);
    if (around) this.#map.fitBounds(around, { padding: AROUND, maxZoom: 16, animate: gently && !matchMedia("(prefers-reduced-motion: reduce)").matches, duration: 500 });
  }

  goTo(at: string): void {
    const found = readCamera(at);
    if (found) this.#map.jumpTo(found);
  }

  /** Where on the screen a place is, in pixels of the map. */
  project(lon: number, lat: number): { x: number; y: number } {
    return this.#map.project([lon, lat]);
  }

  size(): { width: number; height: number } {
    return this.#size;
  }

  unproject(x: number, y: number): { lon: number; lat: number } {
    const { lng, lat } = this.#map.unproject([x, y]);
    return { lon: lng, lat };
  }

  middle(): [number, number] {
    const { lng, lat } = this.#map.getCenter();
    return [lng, lat];
  }

  pan(x: number, y: number): void {
    this.#map.panBy([x * 120, y * 120]);
  }

  /** The map as a still image, for paper. */
  still(): string {
    this.#map.redraw();
    return this.#map.getCanvas().toDataURL("image/png");
  }

  remove(): void {
    cancelAnimationFrame(this.#frame);
    this.#map.remove();
  }

  #fill(source: string, features: Feature[]): void {
    const found = this.#map.getSource(source);
    if (found instanceof GeoJSONSource) void found.setData(collection(features));
  }

  #add(layers: Placed[]): void {
    for (const { layer, before } of layers) if (!this.#map.getLayer(layer.id)) this.#map.addLayer(layer, before);
  }

  #take(source: string, layers: string[]): void {
    for (const id of layers) if (this.#map.getLayer(id)) this.#map.removeLayer(id);
    if (this.#map.getSource(source)) this.#map.removeSource(source);
  }

  #fillGaps({ gaps: some, gapTiles }: Picture): void {
    const map = this.#map;
    if (this.#gapTiles !== gapTiles) this.#take("gaps", GAPS);
    this.#gapTiles = gapTiles;
    if (map.getSource("gaps")) {
      if (gapTiles === null) this.#fill("gaps", some);
      return;
    }
    if (gapTiles === null) map.addSource("gaps", { type: "geojson", data: collection(some) });
    else map.addSource("gaps", tiles(gapTiles));
    this.#add(gaps(gapTiles));
  }

  #fillAreas(next: Areas | null): void {
    const map = this.#map;
    const last = this.#areas;
    if (!next) return;
    this.#areas = next;
    if (last && last.collection !== next.collection) this.#take("areas", AREAS);
    if (!map.getSource("areas")) {
      map.addSource("areas", next.tiled ? { ...tiles(next.collection), promoteId: next.key } : { type: "geojson", promoteId: next.key, data: collection(next.features) });
      this.#marked = new Map();
    } else if (!next.tiled && last?.features !== next.features) this.#fill("areas", next.features);
    this.#fillAfar(next);
    for (const { layer, before } of areas(next)) {
      if (!map.getLayer(layer.id)) map.addLayer(layer, before);
      else if (layer.id === "areas" && layer.type === "fill") map.setPaintProperty("areas", "fill-color", layer.paint?.["fill-color"]);
      else if (layer.id === "areas-none" && layer.type === "fill") {
        map.setFilter("areas-none", layer.filter ?? null);
        map.setPaintProperty("areas-none", "fill-pattern", next.pattern);
      }
    }
    this.#letThrough();
  }

  /** From afar patches are filled: asked once for each collection, how far that is. */
  #fillAfar(next: Areas): void {
    const map = this.#map;
    if (map.getLayer("areas-afar")) map.removeLayer("areas-afar");
    if (!next.far) {
      this.#told.far(false);
      return;
    }
    void begins(next.collection).then((zoom) => {
      if (this.#areas !== next) return;
      this.#begins = zoom;
      this.#add(afar(next, zoom));
      this.#letThrough();
      this.#looks(this.#last);
      this.#told.far(map.getZoom() < zoom);
    });
  }

  /** Marks areas where somebody gains or loses. */
  #mark(changes: ZoneChange[]): void {
    const map = this.#map;
    if (!this.#areas) return;
    const of = { source: "areas", ...(this.#areas.tiled ? { sourceLayer: this.#areas.collection } : {}) };
    const now = new Map(changes.map(({ zone, residents, change }) => [zone, residents > 0 ? change / residents : 0]));
    // Only what differs from what is on the map is told to it.
    const differs = [...now].filter(([zone, part]) => this.#marked.get(zone) !== part);
    const gone = [...this.#marked.keys()].filter((zone) => !now.has(zone));
    for (const id of gone) map.removeFeatureState({ ...of, id });
    for (const [id, part] of differs) map.setFeatureState({ ...of, id }, { gain: Math.max(0, part), loss: Math.max(0, -part) });
    this.#marked = now;
    if (gone.length || differs.length) this.#time();
  }

  /** Tells how long it takes until what was just changed is on the screen. */
  #time(): void {
    const from = performance.now();
    this.#map.once("render", () => requestAnimationFrame(() => requestAnimationFrame(() => this.#told.took(performance.now() - from))));
  }

  #looks({ areas = null, patch = "" }: Partial<Picture>): void {
    const map = this.#map;
    const visible = (layer: string, yes: boolean): void => void (map.getLayer(layer) && map.setLayoutProperty(layer, "visibility", yes ? "visible" : "none"));
    for (const layer of AREAS) visible(layer, areas !== null && (!SIGNS.includes(layer) || this.#marked.size > 0));
    for (const layer of ["gaps", "gaps-line"]) visible(layer, areas === null);
    map.setFilter("veil", patch ? ["!=", ["get", "patch_id"], patch] : nothing);
    map.setFilter("patch-line", is("patch_id", patch));
  }

  #listen(): void {
    const map = this.#map;
    // The area that is held follows the pointer instead of the map.
    const take = (event: MapMouseEvent | MapTouchEvent): void => {
      const { area } = this.#at(event.point);
      const fingers = "points" in event ? event.points.length : 1;
      if (!area || fingers !== 1 || !this.#told.takes(area)) return;
      event.preventDefault();
      event.originalEvent.preventDefault();
      const [on, off] = "points" in event ? (["touchmove", "touchend"] as const) : (["mousemove", "mouseup"] as const);
      let over: string | null = area;
      const follow = (at: MapMouseEvent | MapTouchEvent): void => {
        const now = this.#at(at.point);
        over = now.area;
        this.#told.pointed(now);
      };
      const [canvas, cancel] = [map.getCanvas(), new AbortController()];
      canvas.style.cursor = "grabbing";
      const end = (dropped: boolean): void => {
        map.off(on, follow);
        cancel.abort();
        canvas.style.cursor = "";
        this.#told.dropped(dropped && over !== area ? over : null);
      };
      map.on(on, follow);
      addEventListener(off, () => end(true), { signal: cancel.signal });
      addEventListener("touchcancel", () => end(false), { signal: cancel.signal });
      addEventListener("keydown", ({ key }) => { if (key === "Escape") end(false); }, { signal: cancel.signal });
    };
    map.on("mousedown", take);
    map.on("touchstart", take);
    map.on("mousemove", (event) => {
      cancelAnimationFrame(this.#frame);
      // While the map is dragged nothing is pointed at, and looking would cost the drag its frames.
      this.#frame = requestAnimationFrame(() => this.#told.pointed(map.isMoving() ? null : this.#at(event.point)));
    });
    map.on("mouseout", () => {
      cancelAnimationFrame(this.#frame);
      this.#told.pointed(null);
    });
    map.on("click", (event) => {
      const at = this.#at(event.point);
      this.#told.chosen(at);
    });
    map.on("move", () => this.#told.shifted());
    map.on("zoom", () => this.#told.far(!!this.#areas?.far && map.getZoom() < this.#begins));
    map.on("resize", () => {
      const { clientWidth: width, clientHeight: height } = map.getContainer();
      this.#size = { width, height };
      this.#told.shifted();
    });
    map.on("moveend", (event) => {
      // Only the reader's own moves have an event of the browser behind them.
      if (!("originalEvent" in event) || !event.originalEvent) return;
      const { lng, lat } = map.getCenter();
      this.#told.moved([lng.toFixed(5), lat.toFixed(5), map.getZoom().toFixed(2)].join(","));
    });
  }

  #at(point: { x: number; y: number }): Pointed {
    const map = this.#map;
    const near: [[number, number], [number, number]] = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]];
    const name = (found: MapGeoJSONFeature | undefined, key: string): string | null => {
      const value: unknown = found?.properties[key];
      return typeof value === "string" ? value : null;
    };
    const first = (layer: string): MapGeoJSONFeature | undefined => map.queryRenderedFeatures([point.x, point.y], { layers: [layer] })[0];
    const asset = name(map.queryRenderedFeatures(near, { layers: ["assets"] })[0], "asset_id");
    const patch = name(first("land"), "patch_id");
    const area = this.#last.areas && map.getLayer("areas") ? name(first("areas"), this.#last.areas.key) : null;
    const { lng: lon, lat } = map.unproject([point.x, point.y]);
    return { x: point.x, y: point.y, lon, lat, area, gap: name(first("gaps"), "gap_id"), patch, asset };
  }
}

const begun = new Map<string, Promise<number>>();

/** The first zoom at which a collection is in tiles; 0 where that is not said. */
function begins(id: string): Promise<number> {
  const known = begun.get(id);
  if (known) return known;
  const asked = ask<{ minzoom?: number }>(`tiles/${encodeURIComponent(id)}/tilejson.json`).then(({ minzoom }) => minzoom ?? 0).catch(() => 0);
  begun.set(id, asked);
  return asked;
}

/** The tiles of a collection, as the server cuts them. */
function tiles(id: string): { type: "vector"; tiles: string[]; maxzoom: number } {
  return { type: "vector", tiles: [`${address(`tiles/${encodeURIComponent(id)}`)}/{z}/{x}/{y}`], maxzoom: DEEPEST };
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features: features.filter(hasShape) };
}

function hasShape(feature: Feature): feature is Feature & { geometry: Geometry } {
  return feature.geometry !== null;
}

function readCamera(at: string): { center: [number, number]; zoom: number } | null {
  const [lng, lat, zoom] = at.split(",").map(Number);
  const fine = lng !== undefined && lat !== undefined && zoom !== undefined && [lng, lat, zoom].every(Number.isFinite) && Math.abs(lat) <= 85;
  return fine ? { center: [lng, lat], zoom } : null;
}

function camera(at: string, extent: Box): object {
  return readCamera(at) ?? { bounds: extent, fitBoundsOptions: { padding: AROUND } };
}

/** Where names of patches and numbers of gaps stand. */
function spots({ patches, gaps, patch, areas, numbers }: Picture): Feature[] {
  const named = patch ? [] : patches.map((each) => ({ of: "patch", name: each.properties.name ?? each.id, rank: 0, geometry: each.geometry, id: each.id }));
  const numbered = gaps.flatMap((each) => {
    const rank = areas ? undefined : numbers.get(String(each.id));
    return rank === undefined ? [] : [{ of: "gap", name: String(rank), rank, geometry: each.geometry, id: each.id }];
  });
  return [...named, ...numbered].flatMap(({ geometry, id, ...properties }) => {
    const at = spot(geometry);
    return at ? [{ type: "Feature" as const, id, geometry: { type: "Point" as const, coordinates: at }, properties }] : [];
  });
}
