/** Finds patches, assets, zones and streets by what people type. */

import { type Feature, type Value, ask, items } from "./api";
import type { Place } from "./store.svelte";
import { inOrder, phrase, text } from "./words";
import { spot } from "../map/shapes";

const plain = (words: string): string => words.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase("en-GB");

/** Whether a name holds what was typed, whatever the accents and capitals. */
export function holds(name: string, typed: string): boolean {
  return plain(name).includes(plain(typed.trim()));
}

export interface Found {
  id: string;
  name: string;
  note: string;
  at: [number, number];
}

/** The most that is offered of each kind of thing. */
const MOST = 8;
/** Milliseconds between the last key and the question to the server. */
const PAUSE = 120;

/** What surroundings are called in a list. */
const CLASSES: Record<string, string> = { settlement: "neighbourhood", green: "park or wood", waterway: "water" };

/** A collection whose items are found by name, which of their properties that is, and what to call them. */
const SEARCHED: { id: string; name: string; note: (row: Record<string, Value>) => string }[] = [
  { id: "patches", name: "name", note: () => "patch" },
  { id: "assets", name: "name", note: (row) => phrase(text(row.kind)) },
  { id: "streets", name: "name", note: () => "street" },
  { id: "surroundings", name: "name", note: (row) => CLASSES[text(row.class)] ?? phrase(text(row.class)) },
  { id: "zones", name: "zone_id", note: () => "zone" },
];

export class Finder {
  found = $state.raw<Found[]>([]);
  typed = $state("");
  /** Whether what was typed is still being looked up; whether it could not be. */
  #waits = $state(false);
  #lost = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `among`: collections that are looked in, the most wanted first; all that have names when left out. */
  constructor(readonly place: () => Place, readonly among: string[] = SEARCHED.map((each) => each.id)) {}

  type(typed: string): void {
    this.typed = typed;
    this.#waits = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(typed), PAUSE);
  }

  /** What to say where nothing is offered: what to type, that it is being looked up, that it could not be, or `nothing`. */
  none(start: string, nothing: string): string {
    if (this.typed.trim().length < 2) return start;
    if (this.#waits) return "Looking …";
    return this.#lost ? "This could not be looked up: the server does not answer. Type it again in a moment" : nothing;
  }

  async #ask(typed: string): Promise<void> {
    const words = typed.trim();
    // Coordinates are read, not looked for.
    if (words.length < 2 || /^[-\d\s.,;]+$/.test(words)) {
      this.found = [];
      this.#waits = this.#lost = false;
      return;
    }
    const wanted = this.among.flatMap((id) => SEARCHED.filter((each) => each.id === id));
    const listed = wanted.filter(({ id }) => this.place().collections.some((each) => each.id === id));
    const answers = await Promise.allSettled(listed.map((each) => named(each, words)));
    if (this.typed !== typed) return;
    const found = answers.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
    // Enter takes the first: what is called as was typed goes before what is only called alike.
    this.found = found.toSorted((a, b) => Math.min(2, closeness(a.name, words)) - Math.min(2, closeness(b.name, words)));
    this.#lost = answers.some((each) => each.status === "rejected");
    this.#waits = false;
  }
}

async function named({ id, name, note }: (typeof SEARCHED)[number], words: string): Promise<Found[]> {
  const like = words.replaceAll("\\", "\\\\").replaceAll("%", "\\%").replaceAll("_", "\\_").replaceAll("'", "''");
  const filter = `CASEI("${name}") LIKE CASEI('%${like}%')`;
  const { features } = await ask<{ features: Feature[] }>(items(id, { f: "json", limit: "60", filter, "filter-lang": "cql2-text" }));
  const byName = new Map<string, Found>();
  for (const each of features) {
    const found = { id: `${id}/${each.id}`, name: text(each.properties[name]), note: note(each.properties) };
    const at = spot(each.geometry);
    // A street is many stretches: one of each name will do. A library and the bus stop before it are two.
    const key = JSON.stringify([found.name, found.note]);
    if (at && !byName.has(key)) byName.set(key, { ...found, at: [at[0] ?? 0, at[1] ?? 0] });
  }
  return [...byName.values()].sort((a, b) => closeness(a.name, words) - closeness(b.name, words) || inOrder.compare(a.name, b.name)).slice(0, MOST);
}

/** How near a name comes to what was typed: 0 is the same, then it begins so, then a word of it does, then it is somewhere within. */
function closeness(name: string, typed: string): number {
  const [whole, part] = [plain(name), plain(typed)];
  const at = whole.indexOf(part);
  return whole === part ? 0 : at === 0 ? 1 : whole.includes(` ${part}`) ? 2 : 3;
}
