/** Which picture begins when: the frame table of an asset, as far as it was read. Never time × rate. */

/** As `FrameRun` of the REST API: picture `first_frame` + i begins at `start_pts` + floor((i × `ticks` + `phase`) / `of`). */
export interface FrameRun {
  first_frame: number;
  start_pts: number;
  frames: number;
  ticks: number;
  of: number;
  phase: number;
}

/** One picture: its index, when it begins, and when the next one does. */
export interface Picture {
  frame: number;
  pts: number;
  endPts: number;
}

/** A page of the table: runs that follow each other up to `endPts`. */
interface Page {
  runs: readonly FrameRun[];
  endPts: number;
}

/** When a picture of a run begins. */
export function ptsOf(run: FrameRun, frame: number): number {
  return run.start_pts + Math.floor(((frame - run.first_frame) * run.ticks + run.phase) / run.of);
}

/** The frame table of one asset. Pages may come in any order, and twice. */
export class FrameTable {
  #pages: Page[] = [];

  /** Adds a page as `listFrameRuns` answers. */
  add(runs: readonly FrameRun[], endPts: number): void {
    const first = runs[0];
    if (first === undefined) return;
    const others = this.#pages.filter((page) => page.runs[0]?.start_pts !== first.start_pts);
    this.#pages = [...others, { runs, endPts }].sort(
      (one, other) => (one.runs[0]?.start_pts ?? 0) - (other.runs[0]?.start_pts ?? 0),
    );
  }

  /** Number of runs that are kept. */
  get size(): number {
    return this.#pages.reduce((sum, page) => sum + page.runs.length, 0);
  }

  /** The picture that is shown at a pts; undefined where the table was not read. */
  at(pts: number): Picture | undefined {
    const page = lastWhere(this.#pages, (one) => (one.runs[0]?.start_pts ?? 0) <= pts);
    if (page === undefined || pts >= page.endPts) return undefined;
    const place = lastIndexWhere(page.runs, (run) => run.start_pts <= pts);
    const run = page.runs[place];
    if (run === undefined) return undefined;
    // ptsOf grows with the frame: the guess is one off at most, where rounding met it.
    let frame = run.first_frame + Math.floor(((pts - run.start_pts) * run.of) / run.ticks);
    frame = Math.min(Math.max(frame, run.first_frame), run.first_frame + run.frames - 1);
    while (frame > run.first_frame && ptsOf(run, frame) > pts) frame -= 1;
    while (frame < run.first_frame + run.frames - 1 && ptsOf(run, frame + 1) <= pts) frame += 1;
    return picture(page, place, frame);
  }

  /** The picture that begins nearest to a pts: what a clock means that rounds its times. */
  nearest(pts: number): Picture | undefined {
    const shown = this.at(pts);
    if (shown === undefined || shown.endPts - pts >= pts - shown.pts) return shown;
    return this.at(shown.endPts) ?? shown;
  }

  /** A picture by its index; undefined where the table was not read, or has a gap there. */
  frame(frame: number): Picture | undefined {
    for (const page of this.#pages) {
      const place = lastIndexWhere(page.runs, (run) => run.first_frame <= frame);
      const run = page.runs[place];
      if (run !== undefined && frame < run.first_frame + run.frames) return picture(page, place, frame);
    }
    return undefined;
  }

  /** The picture after another: the one that begins where that ends. */
  after(one: Picture): Picture | undefined {
    return this.at(one.endPts);
  }

  /** The picture before another. */
  before(one: Picture): Picture | undefined {
    return this.at(one.pts - 1);
  }
}

function picture(page: Page, place: number, frame: number): Picture | undefined {
  const run = page.runs[place];
  if (run === undefined) return undefined;
  const isLast = frame === run.first_frame + run.frames - 1;
  const endPts = isLast ? (page.runs[place + 1]?.start_pts ?? page.endPts) : ptsOf(run, frame + 1);
  return { frame, pts: ptsOf(run, frame), endPts };
}

function lastIndexWhere<T>(sorted: readonly T[], holds: (one: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function lastWhere<T>(sorted: readonly T[], holds: (one: T) => boolean): T | undefined {
  return sorted[lastIndexWhere(sorted, holds)];
}
