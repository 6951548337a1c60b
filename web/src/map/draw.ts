/** The map: what the page tells it to show, and what the reader points at. */

import { type FilterSpecification, GeoJSONSource, Map as GlMap, type MapGeoJSONFeature, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import type { Geometry } from "geojson";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { type Collection, type Feature, PAGE, address, items } from "../lib/api";
import type { Shown } from "../lib/view.svelte";
import { CAUSES, pattern } from "./patterns";
import { MINUTES, SHARES, steps } from "./scales";
import { type Box, box, spot } from "./shapes";
import { base, streets } from "./style";

setWorkerUrl(workerUrl);

export interface Picture {
  patches: Feature[];
  zones: Feature[];
  gaps: Feature[];
  assets: Feature[];
  show: Shown;
  patch: string;
  gap: string;
  /** Zone that is pointed at in a table. */
  zone: string;
  /** Numbers of the gaps in the list beside the map. */
  numbers: Map<string, number>;
}

export interface Pointed {
  x: number;
  y: number;
  zone: string | null;
  gap: string | null;
  patch: string | null;
  asset: string | null;
}

export interface Told {
  pointed: (at: Pointed | null) => void;
  chosen: (at: Pointed) => void;
  moved: (at: string) => void;
}

const nothing: FilterSpecification = ["boolean", false];
const is = (name: string, value: string): FilterSpecification => (value ? ["==", ["get", name], value] : nothing);

export class Drawing {
  readonly #map: GlMap;
  readonly #ready: Promise<void>;
  readonly #told: Told;
  #last: Partial<Picture> = {};
  #frame = 0;
  #standing: Promise<void> | undefined;
  #streets = false;

  constructor(container: HTMLElement, extent: Box, at: string, told: Told) {
    this.#told = told;
    const narrow = matchMedia("(max-width: 60rem)").matches;
    this.#map = new GlMap({
      container,
      style: base(),
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
    for (const name of [...CAUSES, "other", "none"]) {
      const image = pattern(name);
      if (image) this.#map.once("style.load", () => void (this.#map.hasImage(name) || this.#map.addImage(name, image, { pixelRatio: 2 })));
    }
    this.#ready = new Promise((done) => void this.#map.once("load", () => done()));
    this.#listen();
  }

  /** Shows the picture; what has not changed is not drawn again. */
  async show(picture: Picture): Promise<void> {
    await this.#ready;
    const last = this.#last;
    this.#last = picture;
    const changed = (...names: (keyof Picture)[]): boolean => names.some((name) => last[name] !== picture[name]);
    if (changed("patches")) this.#fill("patches", picture.patches);
    if (changed("zones")) this.#fill("zones", picture.zones);
    if (changed("gaps")) this.#fill("gaps", picture.gaps);
    if (changed("assets")) this.#fill("assets", picture.assets);
    if (changed("patches", "gaps", "patch", "show", "numbers")) this.#fill("spots", spots(picture));
    if (changed("show", "patch")) this.#looks(picture);
    this.#map.setFilter("gap-line", is("gap_id", picture.gap));
    this.#map.setFilter("zone-line", is("zone_id", picture.zone));
    await this.#stands();
  }

  /** Waits until the picture stands, the first time. */
  #stands(): Promise<void> {
    this.#standing ??= new Promise((done) => void this.#map.once("idle", () => done()));
    return this.#standing;
  }

  /** Streets come after everything else, and are read and cut up away from the page's own thread. */
  async addStreets(collection: Collection): Promise<void> {
    await this.#ready;
    if (this.#streets) return;
    this.#streets = true;
    for (let offset = 0; offset < collection.itemCount; offset += PAGE) {
      const source = `streets-${offset / PAGE}`;
      const data = address(items(collection.id, { f: "json", limit: String(PAGE), offset: String(offset) }));
      this.#map.addSource(source, { type: "geojson", data, tolerance: 0.6, buffer: 16, maxzoom: 15 });
      for (const { layer, before } of streets(source)) this.#map.addLayer(layer, before);
    }
  }

  fit(to: Feature[], gently: boolean): void {
    const around = box(to);
    if (around) this.#map.fitBounds(around, { padding: 36, maxZoom: 16, animate: gently && !matchMedia("(prefers-reduced-motion: reduce)").matches, duration: 500 });
  }

  goTo(at: string): void {
    const found = readCamera(at);
    if (found) this.#map.jumpTo(found);
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
    if (found instanceof GeoJSONSource) void found.setData({ type: "FeatureCollection", features: features.filter(hasShape) });
  }

  #looks({ show, patch }: Picture): void {
    const map = this.#map;
    const visible = (layer: string, yes: boolean): void => void map.setLayoutProperty(layer, "visibility", yes ? "visible" : "none");
    const [property, classes] = show === "walk" ? (["minutes_median", MINUTES] as const) : (["covered_share", SHARES] as const);
    map.setPaintProperty("zones", "fill-color", steps(property, classes));
    map.setFilter("zones-none", ["==", ["get", property], null]);
    for (const layer of ["zones", "zones-none", "zones-line"]) visible(layer, show !== "gaps");
    for (const layer of ["gaps", "gaps-line"]) visible(layer, show === "gaps");
    map.setFilter("veil", patch ? ["!=", ["get", "patch_id"], patch] : nothing);
    map.setFilter("patch-line", is("patch_id", patch));
  }

  #listen(): void {
    const map = this.#map;
    map.on("mousemove", (event) => {
      cancelAnimationFrame(this.#frame);
      this.#frame = requestAnimationFrame(() => this.#told.pointed(this.#at(event.point)));
    });
    map.on("mouseout", () => {
      cancelAnimationFrame(this.#frame);
      this.#told.pointed(null);
    });
    map.on("click", (event) => {
      const at = this.#at(event.point);
      if (at) this.#told.chosen(at);
    });
    map.on("moveend", (event) => {
      // Only the reader's own moves have an event of the browser behind them.
      if (!("originalEvent" in event) || !event.originalEvent) return;
      const { lng, lat } = map.getCenter();
      this.#told.moved([lng.toFixed(5), lat.toFixed(5), map.getZoom().toFixed(2)].join(","));
    });
  }

  #at(point: { x: number; y: number }): Pointed | null {
    const map = this.#map;
    if (!map.getLayer("zones")) return null;
    const near: [[number, number], [number, number]] = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]];
    const name = (found: MapGeoJSONFeature | undefined, key: string): string | null => {
      const value: unknown = found?.properties[key];
      return typeof value === "string" ? value : null;
    };
    const first = (layer: string): MapGeoJSONFeature | undefined => map.queryRenderedFeatures([point.x, point.y], { layers: [layer] })[0];
    const asset = name(map.queryRenderedFeatures(near, { layers: ["assets"] })[0], "asset_id");
    const patch = name(first("land"), "patch_id");
    if (!patch && !asset) return null;
    return { x: point.x, y: point.y, zone: name(first("zones") ?? first("zones-none"), "zone_id"), gap: name(first("gaps"), "gap_id"), patch, asset };
  }
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
  return readCamera(at) ?? { bounds: extent, fitBoundsOptions: { padding: 24 } };
}

/** Where names of patches and numbers of gaps stand. */
function spots({ patches, gaps, patch, show, numbers }: Picture): Feature[] {
  const named = patch ? [] : patches.map((each) => ({ of: "patch", name: each.properties.name ?? each.id, rank: 0, geometry: each.geometry, id: each.id }));
  const numbered = gaps.flatMap((each) => {
    const rank = show === "gaps" ? numbers.get(String(each.id)) : undefined;
    return rank === undefined ? [] : [{ of: "gap", name: String(rank), rank, geometry: each.geometry, id: each.id }];
  });
  return [...named, ...numbered].flatMap(({ geometry, id, ...properties }) => {
    const at = spot(geometry);
    return at ? [{ type: "Feature" as const, id, geometry: { type: "Point" as const, coordinates: at }, properties }] : [];
  });
}
