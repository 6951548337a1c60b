/** One question for patches, while the service works on it. */

import { type Trouble, asTrouble } from "./api";
import { type Brief, type Results, results, start } from "./patching";
import * as process from "./process";

/** How often a job is asked how far it is, in milliseconds. */
const EVERY = 400;

export class Planning {
  job = $state.raw<process.Job | null>(null);
  results = $state.raw<Results | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  running = $state(false);
  /** The reader stopped it, whether or not the server has said so yet. */
  stopped = $state(false);
  /** Counts the questions: what comes back from an earlier one is no longer wanted. */
  #turn = 0;

  async start(brief: Brief): Promise<void> {
    await this.stop();
    const turn = ++this.#turn;
    this.running = true;
    this.stopped = false;
    this.trouble = this.job = null;
    try {
      let job = await start(brief);
      if (turn !== this.#turn) await process.stop(job.jobID);
      while (turn === this.#turn && (job.status === "accepted" || job.status === "running")) {
        this.job = job;
        await new Promise((done) => setTimeout(done, EVERY));
        if (turn === this.#turn) job = await process.job(job.jobID);
      }
      if (turn !== this.#turn) return;
      this.job = job;
      if (job.status !== "dismissed") {
        const found = await results(job.jobID);
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
