import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Sample } from "../../api/generated";
import { NetworkError } from "../../api/problems";
import { Desk } from "./desk";
import { FakeMesh, FakeStorage, held, sample } from "./fakes";

const OLDEST = { order: "oldest", classId: "" } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function entered(mesh: FakeMesh, kept = new FakeStorage()) {
  const drawn: string[] = [];
  const desk = new Desk(mesh, "mine", kept, (id) => void drawn.push(id));
  desk.enter(OLDEST);
  await vi.advanceTimersByTimeAsync(0);
  return { desk, drawn, kept };
}

const ids = (desk: Desk) => desk.state.get().samples.map((one) => one.sample_id);

test("a decision shows the next sample at once, drawn ahead", async () => {
  const mesh = new FakeMesh("a", "b", "c", "d", "e", "f");
  const { desk, drawn } = await entered(mesh);
  expect(new Set(drawn)).toEqual(new Set(["a", "b", "c", "d"]));
  const open = held(mesh);
  expect(desk.decide("a", "accept")).toBe(true);
  expect(ids(desk)[0]).toBe("b");
  expect(drawn).toContain("e");
  open();
});

test("nobody decides about a sample that is not shown any more", async () => {
  const { desk } = await entered(new FakeMesh("a", "b"));
  desk.decide("a", "accept");
  expect(desk.decide("a", "reject", "class-2")).toBe(false);
  desk.skip("a");
  expect(ids(desk)).toEqual(["b"]);
  expect(desk.state.get().skipped).toEqual([]);
});

test("a decision that is taken back shows its sample first, leased anew at its new revision", async () => {
  const mesh = new FakeMesh("a", "b", "c");
  const { desk } = await entered(mesh);
  desk.decide("a", "accept");
  await vi.advanceTimersByTimeAsync(0);
  desk.undo();
  expect(ids(desk)[0]).toBe("a");
  await vi.advanceTimersByTimeAsync(0);
  expect(desk.state.get().samples[0]).toMatchObject({ sample_id: "a", revision: 3 });
  desk.decide("a", "reject");
  await vi.advanceTimersByTimeAsync(0);
  expect(mesh.taken.map((one) => one.decision)).toEqual(["accept", "undo", "reject"]);
  expect(desk.state.get().queue.refused).toEqual([]);
});

test("a decision from before a reload can be taken back, and its sample is shown again", async () => {
  const mesh = new FakeMesh("a", "b");
  const { desk, kept } = await entered(mesh);
  desk.decide("a", "accept");
  await vi.advanceTimersByTimeAsync(0);
  mesh.others.set("b", "bert");
  const { desk: reloaded } = await entered(mesh, kept);
  mesh.waiting = mesh.waiting.filter((one) => one.state !== "accepted" || one.sample_id === "a");
  reloaded.undo();
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(reloaded)[0]).toBe("a");
});

test("after a day of 5,000 decisions the desk holds no more than after the first hundred", async () => {
  const mesh = new FakeMesh("s0");
  const { desk } = await entered(mesh);
  for (let number = 0; number < 5000; number += 1) {
    const [shown] = ids(desk);
    mesh.waiting = Array.from({ length: 10 }, (_, one) => ({
      ...mesh.waiting[0],
      sample_id: `s${number + one}`,
      revision: 1,
      state: "proposed",
    })) as typeof mesh.waiting;
    mesh.claims.length = mesh.reviewed.length = mesh.taken.length = 0;
    desk.decide(shown ?? "", "accept");
    await vi.advanceTimersByTimeAsync(0);
  }
  const { samples, skipped, queue } = desk.state.get();
  expect(samples.length).toBeLessThanOrEqual(15);
  expect([skipped.length, queue.unsent.length, queue.taken.length]).toEqual([0, 0, 20]);
});

test("decisions about twenty samples that wait stop the reviewer, and the sample stays", async () => {
  const mesh = new FakeMesh(...Array.from({ length: 40 }, (_, number) => `s${number}`));
  const { desk } = await entered(mesh);
  for (let number = 0; number < 25; number += 1) {
    mesh.fails = number === 0 ? undefined : mesh.fails;
    const review = vi.spyOn(mesh, "review").mockRejectedValue(new NetworkError("away"));
    desk.decide(ids(desk)[0] ?? "", "accept");
    await vi.advanceTimersByTimeAsync(0);
    review.mockRestore();
  }
  expect(desk.state.get().queue.unsent).toHaveLength(20);
  expect(ids(desk)[0]).toBe("s20");
});

test("all at once is never more than one person in one programme, and no question", async () => {
  const mesh = new FakeMesh();
  const of = (id: string, asset: string, more = {}) => ({
    ...sample(id, more),
    provenance: { asset_id: asset } as NonNullable<Sample["provenance"]>,
  });
  const given = [
    of("a", "x"),
    of("b", "x"),
    of("other programme", "y"),
    of("other person", "x", { class_id: "class-2" }),
    of("question", "x", { question: true }),
  ];
  mesh.waiting = given;
  const { desk } = await entered(mesh);
  desk.acceptAll(of("a", "x"), given);
  await vi.advanceTimersByTimeAsync(0);
  desk.acceptAll(of("question", "x", { question: true }), given);
  desk.acceptAll(of("nobody", "x", { class_id: "" }), [of("nobody", "x", { class_id: "" })]);
  await vi.advanceTimersByTimeAsync(0);
  expect(mesh.taken.map((one) => one.sample_id)).toEqual(["a", "b"]);
});

test("who leaves gives back what is leased, and is gone once nothing decided is under way", async () => {
  const mesh = new FakeMesh("a", "b", "c");
  const { desk } = await entered(mesh);
  const open = held(mesh);
  desk.decide("a", "accept");
  let gone = false;
  const leaving = desk.leave().then(() => {
    gone = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(mesh.released).toEqual(["b", "c"]);
  expect(gone).toBe(false);
  open();
  await leaving;
  expect(mesh.taken.map((one) => one.sample_id)).toEqual(["a"]);
});

test("who leaves while nothing can be sent is not held up by it", async () => {
  const mesh = new FakeMesh("a", "b");
  const { desk } = await entered(mesh);
  mesh.fails = new NetworkError("offline");
  desk.decide("a", "accept");
  await desk.leave();
  expect(desk.waits).toBe(true);
});
