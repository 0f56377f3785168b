/**
 * Decisions of one person on their way: sent in order, kept in the tab's storage until the mesh has answered, sent
 * again by themselves where no answer came. A reload sends them again; another person's session never does.
 */

import type { Review, Sample } from "../../api/generated";
import { ProblemError } from "../../api/problems";
import { Store } from "../../api/store";
import {
  answered,
  type Decide,
  type Decided,
  decide,
  decideAll,
  dismiss,
  notSent,
  type Outcome,
  type ReviewQueue,
  read,
  sent,
  toSend,
  undo,
  undoable,
  written,
} from "../../domain/review-queue";
import { isNotTheirs, isWorthWaiting, type Mesh } from "./mesh";

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 8000;
/** An answer 500 may be a passing one so often; after that the decisions lie in the tray, and others go on. */
const MOST_FAILURES = 3;

/** The store of a tab, by what a test may put in its place. */
export interface Kept {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

export interface Sending {
  queue: ReviewQueue;
  /** No answer came: decisions wait. */
  away: boolean;
}

/** What became of one decision, with its sample as the mesh has it now. */
export interface Answered extends Outcome {
  decided: Decided;
  sample: Sample | undefined;
}

export class Sender {
  readonly state: Store<Sending>;
  #retryMs = FIRST_RETRY_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #sending = false;
  /** Resolves when nothing is under way. */
  #sent: Promise<void> = Promise.resolve();

  constructor(
    private readonly mesh: Mesh,
    private readonly name: string,
    private readonly kept: Kept,
    private readonly onAnswered: (answers: readonly Answered[]) => void,
  ) {
    this.state = new Store<Sending>({ queue: read(kept.getItem(name)), away: false });
    mesh.onReturn(() => void this.go());
  }

  /** Ids of the samples about which decisions wait or are under way. */
  get decided(): ReadonlySet<string> {
    return new Set(this.state.get().queue.unsent.map((one) => one.sampleId));
  }

  /** Takes a decision; false while too many wait. */
  take(decided: Decide): boolean {
    const { queue } = this.state.get();
    const after = decide(queue, decided);
    this.#put(after);
    void this.go();
    return after !== queue;
  }

  /** Takes several decisions at once, however many wait. */
  takeAll(decided: readonly Decide[]): void {
    this.#put(decideAll(this.state.get().queue, decided));
    void this.go();
  }

  /** Takes a decision back, the newest one unless told; returns it. */
  undo(id?: number): Decided | undefined {
    const { queue } = this.state.get();
    const wanted = undoable(queue).find((one) => id === undefined || one.id === id);
    if (wanted === undefined) return undefined;
    this.#put(undo(queue, wanted.id));
    void this.go();
    return wanted;
  }

  /** Takes a refused decision out of the tray, all of them unless told which. */
  dismiss(id?: number): void {
    this.#put(dismiss(this.state.get().queue, id));
  }

  /**
   * Sends what waits, in order, until nothing does; begins again by itself where no answer came. Resolves when
   * nothing is under way any more.
   */
  go(): Promise<void> {
    if (!this.#sending) {
      this.#sending = true;
      clearTimeout(this.#retry);
      this.#sent = this.#send();
    }
    return this.#sent;
  }

  async #send(): Promise<void> {
    try {
      for (let batch = toSend(this.state.get().queue); batch.length > 0; batch = toSend(this.state.get().queue)) {
        this.#put(sent(this.state.get().queue, batch.length));
        const answers = await this.#answersTo(batch);
        this.#retryMs = FIRST_RETRY_MS;
        this.#failures = 0;
        this.#put(answered(this.state.get().queue, answers), false);
        this.onAnswered(answers);
      }
    } catch (error) {
      this.#wait(error);
    } finally {
      this.#sending = false;
    }
  }

  /** Puts everything back in its order, to be sent when that may help. */
  #wait(error: unknown): void {
    const absent = isNotTheirs(error);
    this.#put(notSent(this.state.get().queue), !absent);
    if (absent) return; // `onReturn` says when they are back
    const told = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    this.#retry = setTimeout(() => void this.go(), Math.max(told, this.#retryMs));
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Resolves to what became of each decision. Throws where they are to be sent again. */
  async #answersTo(batch: readonly Decided[]): Promise<Answered[]> {
    try {
      const results = await this.mesh.review(batch.map(asReview));
      return batch.map((decided, place) => {
        const result = results[place];
        if (result === undefined) return { ...UNANSWERED, decided };
        const { sample, error, wording, refusal } = result;
        return { decided, sample, revision: sample?.revision, sentence: error, wording, reason: refusal ?? "" };
      });
    } catch (error) {
      if (!(error instanceof ProblemError) || isWorthWaiting(error) || isNotTheirs(error)) throw error;
      if (error.status >= 500 && ++this.#failures < MOST_FAILURES) throw error;
      const said = { revision: undefined, sentence: error.detail, reason: error.reason || error.code };
      return batch.map((decided) => ({ decided, sample: undefined, ...said }));
    }
  }

  #put(queue: ReviewQueue, away = this.state.get().away): void {
    const before = this.state.get();
    if (queue !== before.queue) this.#keep(queue);
    if (queue !== before.queue || away !== before.away) this.state.set({ queue, away });
  }

  #keep(queue: ReviewQueue): void {
    try {
      this.kept.setItem(this.name, written(queue));
    } catch {
      // The tab's storage is full or closed: decisions go out all the same, only a reload would lose them.
    }
  }
}

const UNANSWERED = { sample: undefined, revision: undefined, sentence: "", reason: "unanswered" };

function asReview(one: Decided): Review {
  return {
    sample_id: one.sampleId,
    decision: one.decision,
    ...(one.classId === "" ? {} : { class_id: one.classId }),
    ...(one.revision === undefined ? {} : { expected_revision: one.revision }),
  };
}
