/** Trying sites, and asking for the best. */

import { type Trouble, asTrouble } from "./api";
import * as process from "./process";
import { Work } from "./work.svelte";

/** Answers what-if questions. Only the newest question waits while one is on its way, so dragging never queues. */
export class Trial {
  answer = $state.raw<process.WhatIf | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  busy = $state(false);
  #next: process.Tried | null = null;
  #running = false;

  ask(tried: process.Tried): void {
    this.#next = tried;
    if (!this.#running) void this.#run();
  }

  forget(): void {
    this.#next = null;
    this.answer = null;
    this.trouble = null;
  }

  async #run(): Promise<void> {
    this.#running = this.busy = true;
    for (let tried = this.#next; tried; tried = this.#next) {
      this.#next = null;
      try {
        this.answer = await process.whatIf(tried);
        this.trouble = null;
      } catch (trouble) {
        this.trouble = asTrouble(trouble);
      }
    }
    this.#running = this.busy = false;
  }
}

/** One search for the best sites. */
export class Search extends Work<object, process.Results> {
  constructor() {
    super(process.findSites, process.results);
  }

  /** Nothing is shown of the search before while the next is on its way. */
  override async start(inputs: object): Promise<void> {
    this.results = null;
    await super.start(inputs);
  }
}
