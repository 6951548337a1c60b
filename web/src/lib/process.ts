/** The processes of the API: what-if (answered at once) and the best sites (a job). */

import { type Feature, type Row, ask } from "./api";
import { figure } from "./words";

export interface Counts {
  residents: number;
  before: number;
  after: number;
  share_before: number | null;
  share_after: number | null;
}

/** The same with the groups. */
export interface Total extends Counts {
  groups: Record<string, GroupCounts | null>;
}

export interface GroupCounts {
  residents: number;
  before: number;
  after: number;
}

export interface PatchCounts {
  patch: string;
  name: string;
  counts: Counts;
}

export interface ZoneChange {
  zone: string;
  residents: number;
  before: number;
  after: number;
  change: number;
}

/** What would change for one standard. */
export interface Change {
  standard: string;
  title: string;
  place: Total;
  patches: PatchCounts[];
  zones: ZoneChange[];
}

/** What became of one site that was asked about. */
export interface Placed {
  id: string;
  change: "added" | "moved" | "removed" | "changed";
  street: string | null;
  satisfies: string[];
}

export interface WhatIf {
  changes: Placed[];
  standards: Change[];
  assumptions: string[];
}

export interface Site {
  id: string;
  name: string;
  kind: string;
  patch: string | null;
  position: [number, number] | null;
}

export interface Replacement {
  lost: number;
  status: string;
  instead: Site[];
}

export interface Chosen {
  site: Site;
  newly_covered: number;
  newly_covered_by_patch: { patch: string; residents: number }[];
  lost_alone: number;
  replacement: Replacement | null;
  alternatives: { site: Site; lost: number; lost_share: number }[];
  runs: number;
  chosen_in_runs: number;
  nearby_in_runs: number;
  why: string[];
}

export interface FairPoint {
  floor: number;
  covered: number;
  worst_off_group: string;
  worst_off_share: number;
  status: string;
  places: Site[];
}

export interface Proposal {
  status: "optimal" | "feasible";
  gap: number;
  objective: string;
  unit: string;
  /** The clock ended a search before its work was done, so another asking may answer otherwise. */
  cut_by_clock: boolean;
  /** What the new sites cost together; `null` where one of them has no cost. */
  cost: number | null;
  candidates: number;
  hubs_today: number;
  sentences: string[];
  sites: Chosen[];
  given_up: Site[];
  runner_up: { without: string | null; plan: Replacement } | null;
  place_total: Total;
  patches: PatchCounts[];
  fairness: { points: FairPoint[]; impossible_floor: number | null };
}

export interface Job {
  jobID: string;
  status: "accepted" | "running" | "successful" | "failed" | "dismissed";
  message?: string;
  progress?: number;
}

/** Names of the processes there are, where the service has any. */
export async function processes(): Promise<string[]> {
  return (await ask<{ processes: { id: string }[] }>("processes?f=json")).processes.map((each) => each.id);
}

export interface Tried {
  standards: string[];
  add: { at: [number, number]; id: string }[];
  remove: string[];
  /** Without the patches where nothing changes: quicker to make, to send and to read. */
  changes_only: boolean;
}

/** Answered at once, with the only output as it is. */
export function execute<T>(process: string, inputs: object): Promise<T> {
  return ask(`processes/${process}/execution`, "POST", { inputs, response: "raw" });
}

export const whatIf = (inputs: Tried): Promise<WhatIf> => execute("coverage", inputs);

export function findSites(inputs: object): Promise<Job> {
  return ask("processes/hubs/execution", "POST", { inputs, response: "document" });
}

const jobPath = (id: string): string => `jobs/${encodeURIComponent(id)}`;

export function job(id: string): Promise<Job> {
  return ask(`${jobPath(id)}?f=json`);
}

export function stop(id: string): Promise<Job> {
  return ask(jobPath(id), "DELETE");
}

export const resultsPath = (id: string): string => `${jobPath(id)}/results`;

/** What was found, and the areas that gain. */
export interface Results {
  proposal: Proposal;
  gains: ZoneChange[];
}

export async function results(id: string): Promise<Results> {
  const { proposal, gains } = await ask<{ proposal: { value: Proposal }; gains: { value: { features: Feature[] } } }>(`${resultsPath(id)}?f=json`);
  const count = (row: Row, name: string): number => figure(row, name) ?? 0;
  const changes = gains.value.features.map(({ properties: row }) => ({
    zone: String(row.zone_id), residents: count(row, "residents"), before: count(row, "before"), after: count(row, "after"), change: count(row, "newly_covered"),
  }));
  return { proposal: proposal.value, gains: changes };
}
