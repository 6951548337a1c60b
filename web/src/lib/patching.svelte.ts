/** One question for patches, while the service works on it; the plans before stay until the next are there. */

import { type Brief, type Results, results, start } from "./patching";
import { Work } from "./work.svelte";

export class Planning extends Work<Brief, Results> {
  constructor() {
    super(start, results);
  }
}
