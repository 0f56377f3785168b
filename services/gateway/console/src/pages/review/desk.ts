/**
 * A reviewer's desk: the samples that are leased (leases.ts), and the decisions on their way (sender.ts).
 *
 * It outlives the page: who goes to another page gives the samples back, and what was decided still goes out.
 * Every decision names the sample it is about: one that is not shown any more is decided by nobody.
 */

import type { QueryClient } from "@tanstack/react-query";
import type { Sample } from "../../api/generated";
import { Store } from "../../api/store";
import { noteUnsent, placeOf } from "../../api/unsent";
import type { Decide, Decided, Decision, ReviewQueue } from "../../domain/review-queue";
import { type LeaseState, Leases } from "./leases";
import { type Mesh, meshOf, type Wanted } from "./mesh";
import { sampleQuery } from "./queries";
import { type Answered, type Kept, Sender } from "./sender";

export const AHEAD = 3;

export interface DeskState extends LeaseState {
  queue: ReviewQueue;
  /** No answer came: decisions wait. */
  away: boolean;
}

export class Desk {
  readonly state: Store<DeskState>;
  readonly #sender: Sender;
  readonly #leases: Leases;

  constructor(
    mesh: Mesh,
    name: string,
    kept: Kept,
    private readonly drawAhead: (sampleId: string) => void,
  ) {
    this.#sender = new Sender(mesh, name, kept, (answers) => this.#learn(answers));
    this.#leases = new Leases(mesh, () => this.#sender.decided);
    this.state = new Store<DeskState>({ ...this.#leases.state.get(), ...this.#sender.state.get() });
    this.#sender.state.subscribe(() => this.state.update((now) => ({ ...now, ...this.#sender.state.get() })));
    this.#leases.state.subscribe(() => {
      this.state.update((now) => ({ ...now, ...this.#leases.state.get() }));
      for (const one of this.state.get().samples.slice(0, AHEAD + 1)) this.drawAhead(one.sample_id);
    });
  }

  /** Begins to review, and sends what waits from before. */
  enter(wanted: Wanted): void {
    this.#leases.enter(wanted);
    void this.#sender.go();
  }

  /** Ends the review: gives back what is leased. Resolves when that was tried, and nothing decided is under way. */
  async leave(): Promise<void> {
    await Promise.all([this.#leases.leave(), this.#sender.go()]);
  }

  /** Sends what waits from before, without reviewing. */
  send(): void {
    void this.#sender.go();
  }

  /** Looks after the leases, and for more samples: the machine slept, or there may be new ones. */
  look(): void {
    this.#leases.look();
  }

  /** Decides about the sample that is shown, and shows the next one. False of another one, or while too much waits. */
  decide(sampleId: string, decision: Decision, classId = "", name = ""): boolean {
    const [sample] = this.state.get().samples;
    if (sample?.sample_id !== sampleId) return false;
    const decided = this.#decided(sample, decision, classId, name || sample.class_name);
    if (!this.#sender.take(decided)) return false;
    this.#decidedAbout([sample]);
    return true;
  }

  /** Accepts several samples at once: of those given, the ones of the same person and programme, and no question. */
  acceptAll(like: Sample, given: readonly Sample[]): void {
    const waits = this.#sender.decided;
    const samples = given.filter((one) => isAlike(one, like) && !waits.has(one.sample_id));
    this.#sender.takeAll(samples.map((one) => this.#decided(one, "accept", "", one.class_name)));
    this.#decidedAbout(samples);
  }

  /** Sets the sample that is shown aside, for others and for later. */
  skip(sampleId: string): void {
    if (this.state.get().samples[0]?.sample_id === sampleId) this.#leases.skip(sampleId);
  }

  /** Looks again at what was skipped. */
  again(): void {
    this.#leases.again();
  }

  /** Takes a decision back, the newest one unless told, and shows its sample again. */
  undo(id?: number): Decided | undefined {
    const undone = this.#sender.undo(id);
    const sample = undone === undefined ? undefined : this.#leases.get(undone.sampleId);
    if (sample !== undefined) this.#leases.putBack(sample);
    return undone;
  }

  /** Takes a refused decision out of the tray, all of them unless told which. */
  dismiss(id?: number): void {
    this.#sender.dismiss(id);
  }

  /** Whether decisions wait that closing the tab would lose. */
  get waits(): boolean {
    return this.state.get().queue.unsent.length > 0;
  }

  #decidedAbout(samples: readonly Sample[]): void {
    this.#leases.drop(new Set(samples.map((one) => one.sample_id)));
    void this.#leases.fill();
  }

  #decided(sample: Sample, decision: Decision, classId: string, name: string): Decide {
    const key = sample.crops[0]?.picture?.key;
    return {
      sampleId: sample.sample_id,
      decision,
      classId,
      // What waits about the same sample makes a revision that its answer tells.
      revision: this.#sender.decided.has(sample.sample_id) ? undefined : sample.revision,
      name,
      picture: key === undefined ? "" : `/v1/samples/${sample.sample_id}/objects/${key}`,
    };
  }

  /** Notes what decisions made of samples; those that lie here again are leased anew. */
  #learn(answers: readonly Answered[]): void {
    const samples = answers.flatMap(({ sample }) => (sample === undefined ? [] : [sample]));
    this.#leases.learn(samples);
    const decided = this.#sender.decided;
    const undone = answers.filter((one) => one.decided.decision === "undo" && one.sentence === "");
    for (const { sample } of undone) {
      if (sample !== undefined && !decided.has(sample.sample_id)) this.#leases.showAgain(sample);
    }
    if (samples.some((one) => this.#leases.holds(one.sample_id))) void this.#leases.renew();
    void this.#leases.fill();
  }
}

/** Whether one decision may be about both: the same named person in the same programme, and no question. */
function isAlike(one: Sample, other: Sample): boolean {
  const isSame = one.class_id === other.class_id && one.provenance?.asset_id === other.provenance?.asset_id;
  return isSame && one.class_id !== "" && one.provenance !== undefined && !one.question && !other.question;
}

const desks = new Map<string, Desk>();

/** The desk of a person in this tab: the same one however often they come to the page. */
export function deskOf(principal: string, queries: QueryClient): Desk {
  const known = desks.get(principal);
  if (known !== undefined) return known;
  const draw = (sampleId: string) => void queries.prefetchQuery(sampleQuery(sampleId));
  const made = new Desk(meshOf(principal), placeOf(principal), sessionStorage, draw);
  desks.set(principal, made);
  const note = () => noteUnsent(principal, made.state.get().queue.unsent.length);
  made.state.subscribe(note);
  note();
  // On whichever page: what was not sent yet would go with the tab.
  window.addEventListener("beforeunload", (event) => made.waits && event.preventDefault());
  return made;
}
