/** Trying sites, and asking for the best. */

import { type Trouble, asTrouble } from "./api";
import * as process from "./process";

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

/** How often a job is asked how far it is, in milliseconds. */
const EVERY = 400;

/** One search for the best sites. */
export class Search {
  job = $state.raw<process.Job | null>(null);
  results = $state.raw<process.Results | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  running = $state(false);
  /** Counts the searches: what comes back from an earlier one is no longer wanted. */
  #turn = 0;

  async start(inputs: object): Promise<void> {
    await this.stop();
    const turn = ++this.#turn;
    this.running = true;
    this.trouble = this.results = this.job = null;
    try {
      let job = await process.findSites(inputs);
      // Stopped before the server had taken it on: it is stopped there now, and said to be.
      if (turn !== this.#turn) {
        job = await process.stop(job.jobID);
        if (!this.running) this.job = job;
      }
      while (turn === this.#turn && (job.status === "accepted" || job.status === "running")) {
        this.job = job;
        await new Promise((done) => setTimeout(done, EVERY));
        if (turn === this.#turn) job = await process.job(job.jobID);
      }
      if (turn !== this.#turn) return;
      this.job = job;
      // A job that failed says why in its result.
      if (job.status !== "dismissed") this.results = await process.results(job.jobID);
    } catch (trouble) {
      if (turn === this.#turn) this.trouble = asTrouble(trouble);
    }
    if (turn === this.#turn) this.running = false;
  }

  /** Stops it on the server as well. */
  async stop(): Promise<void> {
    this.#turn++;
    const going = this.running ? this.job : null;
    this.running = false;
    if (going) await process.stop(going.jobID).then((job) => (this.job = job)).catch(() => undefined);
  }
}
