import { describe, expect, test } from "vitest";
import {
  answered,
  type Decide,
  type Decided,
  decide,
  decideAll,
  dismiss,
  EMPTY,
  isFull,
  MOST_AT_ONCE,
  MOST_REFUSED,
  MOST_UNSENT,
  notSent,
  type Outcome,
  type ReviewQueue,
  read,
  sent,
  toSend,
  undo,
  undoable,
  written,
} from "./review-queue";

const decision = (sampleId: string, more: Partial<Decide> = {}): Decide => ({
  sampleId,
  decision: "accept",
  classId: "",
  revision: 1,
  name: sampleId,
  picture: "",
  ...more,
});
const taken = (revision = 2): Outcome => ({ revision, sentence: "", reason: "" });
const refused: Outcome = { revision: 5, sentence: "bert rejected it", reason: "changed" };

function decided(...ids: string[]): ReviewQueue {
  return ids.reduce((queue, id) => decide(queue, decision(id)), EMPTY);
}

function send(queue: ReviewQueue): ReviewQueue {
  return sent(queue, toSend(queue).length);
}

const ids = (decisions: readonly Decided[]) => decisions.map((one) => `${one.decision} ${one.sampleId}`);

describe("decisions on their way", () => {
  test("are sent in order, and only once at a time", () => {
    const queue = decided("a", "b", "c");
    expect(ids(toSend(queue))).toEqual(["accept a", "accept b", "accept c"]);
    const underWay = decide(send(queue), decision("d"));
    expect(toSend(underWay)).toEqual([]);
    const done = answered(underWay, [taken(), taken(), taken()]);
    expect(ids(toSend(done))).toEqual(["accept d"]);
    expect(ids(done.taken)).toEqual(["accept c", "accept b", "accept a"]);
  });

  test("wait in their order while the network is away, and go out then", () => {
    const away = notSent(send(decided("a", "b")));
    const later = decide(away, decision("c"));
    expect(ids(toSend(later))).toEqual(["accept a", "accept b", "accept c"]);
  });

  test("stop the reviewer at twenty, and nothing is taken beyond", () => {
    let queue = EMPTY;
    for (let number = 0; number < MOST_UNSENT; number += 1) queue = decide(queue, decision(`s${number}`));
    expect(isFull(queue)).toBe(true);
    expect(decide(queue, decision("more"))).toBe(queue);
    expect(
      isFull(
        answered(
          send(queue),
          queue.unsent.map(() => taken()),
        ),
      ),
    ).toBe(false);
  });

  test("come back in the tray with their sentence where they are refused, and the others stand", () => {
    const queue = answered(send(decided("a", "b", "c")), [taken(), refused, taken()]);
    expect(queue.refused.map((one) => [one.sampleId, one.sentence, one.reason])).toEqual([
      ["b", "bert rejected it", "changed"],
    ]);
    expect(ids(queue.taken)).toEqual(["accept c", "accept a"]);
    const [first] = queue.refused;
    expect(dismiss(queue, first?.id ?? 0).refused).toEqual([]);
  });

  test("without an answer of their own are never taken for taken", () => {
    const queue = answered(send(decided("a", "b")), [taken()]);
    expect(queue.refused.map((one) => one.reason)).toEqual(["unanswered"]);
  });
});

describe("taking back", () => {
  test("one that waits is forgotten before anybody hears of it", () => {
    const queue = undo(decided("a", "b"));
    expect(ids(queue.unsent)).toEqual(["accept a"]);
  });

  test("one that was taken is undone at the revision that it made", () => {
    const queue = undo(answered(send(decided("a")), [taken(7)]));
    expect(toSend(queue)).toMatchObject([{ sampleId: "a", decision: "undo", revision: 7 }]);
    const done = answered(send(queue), [taken(8)]);
    expect(done.taken).toEqual([]);
    expect(undoable(done)).toEqual([]);
  });

  test("one that is under way is undone after its answer, at the revision that this tells", () => {
    const queue = undo(send(decided("a")));
    expect(toSend(queue)).toEqual([]);
    const told = answered(queue, [taken(4)]);
    expect(toSend(told)).toMatchObject([{ decision: "undo", revision: 4 }]);
  });

  test("one whose answer was lost is undone, too: the mesh may have taken it", () => {
    const lost = undo(notSent(send(decided("a"))));
    expect(ids(lost.unsent)).toEqual(["accept a", "undo a"]);
    expect(ids(undo(read(written(send(decided("a"))))).unsent)).toEqual(["accept a", "undo a"]);
    expect(toSend(answered(send(lost), [taken(2)]))).toMatchObject([{ decision: "undo", revision: 2 }]);
  });

  test("one that was decided anew over its undoing is taken back before any older one", () => {
    let queue = answered(send(decided("old")), [taken(2)]);
    queue = undo(send(decide(queue, decision("a"))));
    queue = decide(queue, decision("a", { decision: "reject", revision: undefined }));
    expect(ids(undoable(queue))).toEqual(["reject a", "accept old"]);
    expect(ids(undo(queue).unsent)).toEqual(["accept a", "undo a"]);
  });

  test("one that is refused meanwhile leaves nothing to take back", () => {
    const queue = answered(undo(send(decided("a"))), [refused]);
    expect(queue.unsent).toEqual([]);
    expect(queue.refused).toHaveLength(1);
  });

  test("goes from the newest to the oldest, at most twenty, each once", () => {
    let queue = EMPTY;
    for (let number = 0; number < 25; number += 1) {
      queue = answered(send(decide(queue, decision(`s${number}`))), [taken()]);
    }
    expect(undoable(queue)).toHaveLength(20);
    queue = undo(undo(queue));
    expect(ids(queue.unsent)).toEqual(["undo s24", "undo s23"]);
    const third = undoable(queue)[3];
    expect(ids(undo(queue, third?.id).unsent).at(-1)).toBe("undo s19");
  });

  test("of nothing changes nothing", () => {
    expect(undo(EMPTY)).toBe(EMPTY);
    expect(undo(decided("a"), 99)).toMatchObject({ unsent: [{ sampleId: "a" }] });
  });

  test("and deciding again sends one after the other", () => {
    let queue = undo(answered(send(decided("a")), [taken(2)]));
    queue = decide(queue, decision("a", { decision: "reject", revision: undefined }));
    expect(ids(toSend(queue))).toEqual(["undo a"]);
    queue = answered(send(queue), [taken(3)]);
    expect(toSend(queue)).toMatchObject([{ decision: "reject", revision: 3 }]);
  });
});

test("whoever decided anew over a decision that is refused learns it of both, and nothing stands in the way", () => {
  let queue = undo(send(decided("a")));
  queue = decide(queue, decision("a", { decision: "reject", revision: undefined }));
  queue = answered(decide(queue, decision("b")), [refused]);
  expect(ids(queue.refused)).toEqual(["accept a", "reject a"]);
  expect(ids(toSend(queue))).toEqual(["accept b"]);
});

describe("a reload", () => {
  test("loses no decision, and sends again what was under way", () => {
    const queue = decide(send(decided("a", "b")), decision("c", { classId: "other" }));
    const again = read(written(queue));
    expect(ids(toSend(again))).toEqual(["accept a", "accept b", "accept c"]);
    expect(again.unsent.at(-1)?.classId).toBe("other");
    expect(decide(again, decision("d")).unsent.at(-1)?.id).toBe(queue.nextId);
  });

  test("keeps what was kept before it was known whether it had been sent: it may have been", () => {
    const kept = { unsent: [{ ...decision("a"), id: 1 }], taken: [], refused: [], nextId: 2 };
    expect(ids(undo(read(JSON.stringify(kept))).unsent)).toEqual(["accept a", "undo a"]);
  });

  test("with what is no queue begins anew", () => {
    for (const text of [null, "", "{", "null", '{"unsent": 3}', "[]"]) expect(read(text)).toBe(EMPTY);
  });
});

test("several at once are all taken, however much waits", () => {
  const many = Array.from({ length: 30 }, (_, number) => decision(`s${number}`));
  expect(decideAll(decided("a"), many).unsent).toHaveLength(31);
  expect(new Set(decideAll(decided("a"), many).unsent.map((one) => one.id)).size).toBe(31);
});

test("more than the mesh takes at once go one batch after the other", () => {
  const many = Array.from({ length: 250 }, (_, number) => decision(`s${number}`));
  let queue = decideAll(EMPTY, many);
  const batches: number[] = [];
  while (toSend(queue).length > 0) {
    batches.push(toSend(queue).length);
    queue = answered(
      send(queue),
      toSend(queue).map(() => taken()),
    );
  }
  expect(batches).toEqual([MOST_AT_ONCE, MOST_AT_ONCE, 50]);
});

test("a day of 5,000 decisions, every third of them refused, leaves no more behind than a short one", () => {
  let queue = EMPTY;
  for (let number = 0; number < 5000; number += 1) {
    queue = decide(queue, decision(`s${number}`, { name: "W".repeat(10_000) }));
    queue = answered(send(queue), [number % 3 === 0 ? refused : taken()]);
  }
  expect(queue.unsent).toEqual([]);
  expect(queue.taken).toHaveLength(20);
  expect(queue.refused).toHaveLength(MOST_REFUSED);
  expect(queue.refused.length + queue.refusedBefore).toBe(1667);
  expect(queue.refused.at(-1)?.sampleId).toBe("s4998");
  expect(written(queue).length).toBeLessThan(60_000);
  expect(dismiss(queue)).toMatchObject({ refused: [], refusedBefore: 0 });
});
