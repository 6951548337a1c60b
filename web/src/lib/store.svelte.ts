/** What was fetched. Large answers are kept as they came, without tracking their insides. */

import * as api from "./api";
import { type Standard, standards } from "./catalogue";
import { processes } from "./process";

export interface Place {
  landing: api.Landing;
  collections: api.Collection[];
  standards: Standard[];
  patches: api.Feature[];
}

/** All that is known of one standard. */
export interface Answer {
  standard: Standard;
  zones: api.Feature[];
  schema: api.Schema;
  gaps: api.Feature[];
  /** Zones and gaps are so many that their shapes come in tiles. */
  tiled: boolean;
  gapsSchema: api.Schema;
}

class Store {
  place = $state.raw<Place | null>(null);
  answer = $state.raw<Answer | null>(null);
  assets = $state.raw<api.Feature[]>([]);
  /** Names of the processes the service has. */
  processes = $state.raw<string[]>([]);
  trouble = $state.raw<api.Trouble | null>(null);
  /** The map shows its first answer; what is only nice to have may be fetched now. */
  painted = $state(false);
  #answers = new Map<string, Promise<Answer>>();
  #wanted = "";

  /** Fetches what every view needs, with the first answer on the way at the same time. */
  async open(standard: string): Promise<void> {
    this.trouble = null;
    const landing = api.landing();
    // Only a service that says it has processes is asked for them.
    const listed = landing.then(({ links }) => (links.some((link) => /\/processes$/.test(link.rel)) ? processes() : []));
    const rest = Promise.all([landing, api.features("patches"), listed]);
    // Whichever fails first is told; the other must not be left without somebody to hear it.
    rest.catch(() => undefined);
    try {
      const collections = await api.collections();
      const found = standards(collections);
      const first = found.find((each) => each.key === standard) ?? found[0];
      if (first) void this.#fetch(first).catch(() => undefined);
      const [home, patches, processes_] = await rest;
      this.processes = processes_;
      this.place = { landing: home, collections, standards: found, patches };
    } catch (trouble) {
      this.trouble = api.asTrouble(trouble);
    }
  }

  /** Goes over to a standard, when it has come; the old answer stays until then. */
  async ask(standard: Standard): Promise<void> {
    this.#wanted = standard.key;
    this.trouble = null;
    try {
      const answer = await this.#fetch(standard);
      if (this.#wanted === standard.key) this.answer = answer;
    } catch (trouble) {
      this.#answers.delete(standard.key);
      if (this.#wanted === standard.key) this.trouble = api.asTrouble(trouble);
    }
  }

  /** Newer figures were loaded since the page was opened. */
  newer = $state(false);

  /** Looks from time to time whether the figures are still those that are shown; gives back how to stop. */
  watch(every = 60_000): () => void {
    let first: string | null = null;
    const look = async (): Promise<void> => {
      if (document.hidden || this.newer || !this.painted) return;
      const now = await api.edition();
      first ??= now;
      this.newer = now !== null && now !== first;
    };
    const timer = setInterval(() => void look(), every);
    return () => clearInterval(timer);
  }

  /** Told by the map when a picture is on it. */
  drawn(): void {
    if (this.painted) return;
    this.painted = true;
    performance.mark("first-picture");
    void this.#fetchAssets();
  }

  /** Fetches the assets; without them the map has no pins, and nothing else is missing. */
  async #fetchAssets(): Promise<void> {
    if (this.assets.length > 0 || !this.place?.collections.some((each) => each.id === "assets")) return;
    this.assets = await api.features("assets").catch(() => []);
  }

  #fetch(standard: Standard): Promise<Answer> {
    const known = this.#answers.get(standard.key);
    if (known) return known;
    const fetched = fetchAnswer(standard);
    this.#answers.set(standard.key, fetched);
    return fetched;
  }
}

/** What is shown of a zone; groups of residents are shown by patch, and would be most of what is sent. */
const OF_ZONES = "zone_id,patch_id,residents,covered_residents,covered_share,minutes_median,nearest_asset_id,nearest_asset_name";

/** Zones beyond which shapes come in tiles, cut for what is looked at. Below, one answer is fewer bytes and sooner there. */
const MANY = 2000;

async function fetchAnswer(standard: Standard): Promise<Answer> {
  const { coverage, gaps } = standard;
  const tiled = coverage.itemCount > MANY;
  const shapes: Record<string, string> = tiled ? { skipGeometry: "true" } : {};
  const [zones, schema, found, gapsSchema] = await Promise.all([
    api.features(coverage.id, { ...shapes, properties: OF_ZONES }),
    api.schema(coverage.id),
    gaps ? api.features(gaps.id, shapes) : [],
    gaps ? api.schema(gaps.id) : {},
  ]);
  return { standard, zones, schema, gaps: found, tiled, gapsSchema };
}

export const store = new Store();
