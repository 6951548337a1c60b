/** Something that is fetched anew when what is asked for changes; only the newest answer counts. */

import { type Trouble, asTrouble } from "./api";

export class Fetched<T> {
  value = $state.raw<T | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  #turn = 0;

  async ask(fetch: () => Promise<T>): Promise<void> {
    const turn = ++this.#turn;
    this.trouble = null;
    try {
      const value = await fetch();
      if (turn === this.#turn) this.value = value;
    } catch (trouble) {
      if (turn === this.#turn) this.trouble = asTrouble(trouble);
    }
  }
}
