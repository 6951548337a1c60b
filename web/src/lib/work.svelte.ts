/** A question that the service works on as a job. */

import { type Trouble, asTrouble } from "./api";
import * as process from "./process";

/** How often a job is asked how far it is, in milliseconds. */
const EVERY = 400;

/** One question at a time: a newer one ends the one before. */
export class Work<Asked, Results> {
  job = $state.raw<process.Job | null>(null);
  results = $state.raw<Results | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  running = $state(false);
  /** The reader stopped it, whether or not the server has said so yet. */
  stopped = $state(false);
  /** Counts the questions: what comes back from an earlier one is no longer wanted. */
  #turn = 0;
  readonly #begin: (asked: Asked) => Promise<process.Job>;
  readonly #fetch: (id: string) => Promise<Results>;

  constructor(begin: (asked: Asked) => Promise<process.Job>, fetch: (id: string) => Promise<Results>) {
    this.#begin = begin;
    this.#fetch = fetch;
  }

  async start(asked: Asked): Promise<void> {
    await this.stop();
    const turn = ++this.#turn;
    this.running = true;
    this.stopped = false;
    this.trouble = this.job = null;
    try {
      let job = await this.#begin(asked);
      // Stopped before the server had taken it on: it is stopped there now.
      if (turn !== this.#turn) await process.stop(job.jobID);
      while (turn === this.#turn && (job.status === "accepted" || job.status === "running")) {
        this.job = job;
        await new Promise((done) => setTimeout(done, EVERY));
        if (turn === this.#turn) job = await process.job(job.jobID);
      }
      if (turn !== this.#turn) return;
      this.job = job;
      // A job that failed says why in its result.
      if (job.status !== "dismissed") {
        const found = await this.#fetch(job.jobID);
        if (turn === this.#turn) this.results = found;
      }
    } catch (trouble) {
      if (turn === this.#turn) this.trouble = asTrouble(trouble);
    }
    if (turn === this.#turn) this.running = false;
  }

  /** Stops it on the server as well. */
  async stop(): Promise<void> {
    this.#turn++;
    const going = this.running ? this.job : null;
    this.stopped = this.running;
    this.running = false;
    if (going) await process.stop(going.jobID).then((job) => (this.job = job)).catch(() => undefined);
  }
}
