/** The looks of the map: the patches, streets and answers of the data themselves, and nothing from elsewhere. */

import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Areas } from "../lib/scene.svelte";
import { CAUSES, INK } from "./patterns";
import { GAINS, steps } from "./scales";

const FONT = ["SourceSans", "system-ui", "sans-serif"];
const PAPER = "#ffffff";
const empty: GeoJSONSourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

const causeImage: ExpressionSpecification = ["match", ["get", "cause"], CAUSES, ["get", "cause"], "other"];

const ABOVE_AREAS = "above-areas";

/** The patches alone, which are there before any answer. */
export function base(patches: FeatureCollection): StyleSpecification {
  return {
    version: 8,
    sources: { patches: { type: "geojson", data: patches }, assets: empty, spots: empty },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eef0f2" } },
      { id: "land", type: "fill", source: "patches", paint: { "fill-color": PAPER, "fill-antialias": false } },
      // What fills the map goes below this and streets above it, whichever comes first.
      { id: ABOVE_AREAS, type: "background", layout: { visibility: "none" } },
      { id: "veil", type: "fill", source: "patches", filter: ["boolean", false], paint: { "fill-color": "#eef0f2", "fill-opacity": 0.78 } },
      { id: "patches-line", type: "line", source: "patches", layout: { "line-join": "round" }, paint: { "line-color": "#3a4149", "line-width": 1.1 } },
      { id: "patch-line", type: "line", source: "patches", filter: ["boolean", false], layout: { "line-join": "round" }, paint: { "line-color": "#1d1d1f", "line-width": 2.6 } },
      {
        id: "assets",
        type: "circle",
        source: "assets",
        paint: {
          // From very far they are specks: what is filled below them is what there is to see.
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 5, ["case", ["get", "used"], 0.9, 0.5], 8, ["case", ["get", "used"], 2, 1], 10, ["case", ["get", "used"], 4.5, 2], 15, ["case", ["get", "used"], 8, 5]],
          "circle-color": ["case", ["get", "used"], "#1d1d1f", PAPER],
          "circle-stroke-color": ["case", ["get", "used"], PAPER, "#1d1d1f"],
          "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 6, 0, 8, 0.5, 10, ["case", ["get", "used"], 1.8, 1.2]],
        },
      },
      {
        id: "asset-names",
        type: "symbol",
        source: "assets",
        minzoom: 12.5,
        filter: ["get", "used"],
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.9, "text-max-width": 9, "text-optional": true },
        paint: { "text-color": "#1d1d1f", "text-halo-color": PAPER, "text-halo-width": 1.8 },
      },
      {
        id: "patch-names",
        type: "symbol",
        source: "spots",
        filter: ["==", ["get", "of"], "patch"],
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 9, 10.5, 12, 13, 15, 17], "text-max-width": 7, "text-padding": 3 },
        paint: { "text-color": "#1d1d1f", "text-halo-color": PAPER, "text-halo-width": 2 },
      },
      {
        id: "gap-names",
        type: "symbol",
        source: "spots",
        // From afar only the largest are numbered, or numbers are all there is to see.
        filter: ["all", ["==", ["get", "of"], "gap"], ["<=", ["get", "rank"], ["step", ["zoom"], 15, 12.5, 60, 14, 10000]]],
        layout: { "icon-image": "disc", "icon-padding": 3, "text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "symbol-sort-key": ["get", "rank"], "text-padding": 1 },
        paint: { "text-color": INK },
      },
    ],
  };
}

export interface Placed {
  layer: LayerSpecification;
  before: string;
}

/** What is drawn of a source: all of it, or one layer of its tiles. */
const from = (source: string, layer: string | null): { source: string; "source-layer"?: string } => (layer === null ? { source } : { source, "source-layer": layer });

/** Gaps by their causes, and the one that is chosen. */
export function gaps(tiles: string | null): Placed[] {
  const of = from("gaps", tiles);
  return [
    { before: ABOVE_AREAS, layer: { id: "gaps", type: "fill", ...of, layout: { visibility: "none" }, paint: { "fill-pattern": causeImage } } },
    { before: ABOVE_AREAS, layer: { id: "gaps-line", type: "line", ...of, layout: { visibility: "none" }, paint: { "line-color": INK, "line-width": 1 } } },
    { before: "assets", layer: { id: "gap-line", type: "line", ...of, filter: ["boolean", false], paint: { "line-color": "#1d1d1f", "line-width": 3 } } },
  ];
}

/** Patches filled by the same classes, where the areas are too small to be drawn; one without the number is left as it is. */
export function afar({ far, classes }: Areas, begins: number): Placed[] {
  if (!far || begins <= 0) return [];
  return [{ before: ABOVE_AREAS, layer: { id: "areas-afar", type: "fill", source: "patches", maxzoom: begins, filter: ["!=", ["get", far], null], paint: { "fill-color": steps(far, classes) } } }];
}

/** Areas filled by classes, and over them what would change. */
export function areas({ collection, tiled, property, key, classes, pattern }: Areas): Placed[] {
  const of = from("areas", tiled ? collection : null);
  const state = (name: string): ExpressionSpecification => ["coalesce", ["feature-state", name], 0];
  const colour: ExpressionSpecification = ["case", [">", state("gain"), 0], ["step", state("gain"), GAINS[0]?.colour ?? INK, 0.5, GAINS[1]?.colour ?? INK], steps(property, classes)];
  // Hidden until something changes: what is drawn without being seen takes as long.
  const sign = (name: string): LayerSpecification => ({ id: `areas-${name}`, type: "fill", ...of, layout: { visibility: "none" }, paint: { "fill-pattern": name, "fill-opacity": ["case", [">", state(name), 0], 1, 0] } });
  return [
    { id: "areas", type: "fill", ...of, paint: { "fill-color": colour, "fill-antialias": false } } as LayerSpecification,
    { id: "areas-none", type: "fill", ...of, filter: ["==", ["get", property], null], paint: { "fill-pattern": pattern } } as LayerSpecification,
    sign("gain"),
    sign("loss"),
    { id: "areas-line", type: "line", ...of, minzoom: 11, paint: { "line-color": PAPER, "line-width": 0.5, "line-opacity": 0.8 } } as LayerSpecification,
  ]
    .map((layer) => ({ layer, before: ABOVE_AREAS }))
    .concat({ layer: { id: "area-line", type: "line", ...of, filter: ["==", ["get", key], ""], paint: { "line-color": "#1d1d1f", "line-width": 3.5 } } as LayerSpecification, before: "assets" });
}

/** What people know the place by. It lies over the fill: nobody lives in a lake or a park. What is `named` already is not named again. */
export function surroundings(named: string[]): Placed[] {
  const of = { source: "surroundings", "source-layer": "surroundings" };
  const are = (...classes: string[]): ExpressionSpecification => ["in", ["get", "class"], ["literal", classes]];
  const railway = (id: string, colour: string, width: number, dash?: number[]): Placed => ({
    before: "veil",
    layer: { id: `surroundings-${id}`, type: "line", ...of, filter: are("railway"), paint: { "line-color": colour, "line-width": ["interpolate", ["linear"], ["zoom"], 10, width * 0.6, 16, width * 1.6], ...(dash ? { "line-dasharray": dash } : {}) } },
  });
  const names = (id: string, minzoom: number, classes: string[], colour: string, size: number): Placed => ({
    before: "assets",
    layer: {
      id: `surroundings-${id}`,
      type: "symbol",
      ...of,
      minzoom,
      filter: ["all", ["has", "name"], ["!", ["in", ["get", "name"], ["literal", named]]], are(...classes)],
      layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": size, "text-max-width": 7, "text-padding": 6 },
      paint: { "text-color": colour, "text-halo-color": PAPER, "text-halo-width": 1.6 },
    },
  });
  return [
    { before: "veil", layer: { id: "surroundings-green", type: "fill", ...of, filter: are("green"), paint: { "fill-color": "#e4ecd9", "fill-opacity": 0.85 } } },
    { before: "veil", layer: { id: "surroundings-water", type: "fill", ...of, filter: are("water"), paint: { "fill-color": "#f4f8f8", "fill-outline-color": "#5d8a8f" } } },
    { before: "veil", layer: { id: "surroundings-waterway", type: "line", ...of, filter: are("waterway"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": "#5d8a8f", "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.8, 16, 2.5] } } },
    railway("railway", "#4a4f55", 2.2),
    railway("sleepers", PAPER, 1.3, [4, 4]),
    names("greens", 13.5, ["green"], "#3d5a2b", 11),
    names("waters", 12.5, ["water"], "#2f6064", 11),
    names("stations", 12, ["station"], "#1d1d1f", 11.5),
    names("settlements", 10, ["settlement"], "#50565d", 12.5),
  ];
}

/** Streets, drawn finer from afar, named from near. */
export function streets(): Placed[] {
  // A pale line below a dark one: the pale is seen on dark ground, the dark on pale ground.
  const line = (id: string, minzoom: number, wide: number, classes: string[]): Placed[] =>
    [
      { id: `${id}-pale`, wide: wide * 1.5, colour: PAPER, opacity: [0.25, 0.5] },
      { id, wide, colour: "#4a525a", opacity: [0.3, 0.6] },
    ].map((each) => ({
      before: "veil",
      layer: {
        id: `streets-${each.id}`,
        type: "line",
        source: "streets",
        "source-layer": "streets",
        minzoom,
        filter: ["in", ["get", "class"], ["literal", classes]],
        layout: { "line-cap": "round", "line-join": "round" },
        paint: {
          "line-color": each.colour,
          "line-opacity": ["interpolate", ["linear"], ["zoom"], 11, each.opacity[0] ?? 0, 14, each.opacity[1] ?? 0],
          "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 10, each.wide * 0.25, 13, each.wide * 0.7, 17, each.wide * 4],
        },
      },
    }));
  return [
    ...line("path", 13.5, 0.7, ["path", "steps"]),
    ...line("side", 12, 0.9, ["residential", "service"]),
    ...line("main", 0, 1.7, ["main"]),
    {
      layer: {
        id: "streets-names",
        type: "symbol",
        source: "streets",
        "source-layer": "streets",
        minzoom: 14,
        filter: ["has", "name"],
        layout: { "symbol-placement": "line", "text-field": ["coalesce", ["get", "name"], ""], "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 14, 10.5, 17, 14], "text-max-angle": 35 },
        paint: { "text-color": "#32373d", "text-halo-color": PAPER, "text-halo-width": 1.8 },
      },
      before: "assets",
    },
  ];
}
