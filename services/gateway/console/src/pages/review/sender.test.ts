import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NetworkError, ProblemError } from "../../api/problems";
import type { Decide } from "../../domain/review-queue";
import { FakeMesh, FakeStorage, held } from "./fakes";
import { NotTheirs } from "./mesh";
import { Sender } from "./sender";

const AWAY = new NetworkError("the gateway does not answer");
const problem = (status: number, reason = "") => new ProblemError(status, "", `${status} ${reason}`, "r-1", reason);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function about(sampleId: string, more: Partial<Decide> = {}): Decide {
  return { sampleId, decision: "accept", classId: "", revision: 1, name: sampleId, picture: "", ...more };
}

function made(...ids: string[]) {
  const mesh = new FakeMesh(...ids);
  const kept = new FakeStorage();
  const start = () => new Sender(mesh, "mine", kept, () => {});
  return { mesh, kept, sender: start(), again: start };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const arrived = (mesh: FakeMesh) => mesh.taken.map((one) => `${one.decision} ${one.sample_id}`);

test("decisions that nobody answered go out in order, once each, as soon as somebody does", async () => {
  const { mesh, sender } = made("a", "b", "c");
  mesh.fails = AWAY;
  for (const id of ["a", "b", "c"]) sender.take(about(id));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sender.state.get()).toMatchObject({ away: true, queue: { unsent: { length: 3 } } });
  mesh.fails = undefined;
  await vi.advanceTimersByTimeAsync(8000);
  expect(arrived(mesh)).toEqual(["accept a", "accept b", "accept c"]);
  expect(sender.state.get()).toMatchObject({ away: false, queue: { unsent: [] } });
});

test("they go out at once when the network is back, whatever the next attempt was to wait for", async () => {
  const { mesh, sender } = made("a");
  mesh.fails = AWAY;
  sender.take(about("a"));
  await vi.advanceTimersByTimeAsync(60_000);
  mesh.fails = undefined;
  mesh.returned();
  await settled();
  expect(arrived(mesh)).toEqual(["accept a"]);
});

test("one whose answer was lost is sent again and taken once, also over a reload", async () => {
  const { mesh, sender, again } = made("a", "b");
  mesh.loses = AWAY;
  sender.take(about("a"));
  await settled();
  sender.take(about("b"));
  const reloaded = again();
  await reloaded.go();
  expect(arrived(mesh)).toEqual(["accept a", "accept b"]);
  expect(reloaded.state.get().queue).toMatchObject({ unsent: [], refused: [] });
});

test("one whose answer was lost is taken back at the mesh, too", async () => {
  const { mesh, sender } = made("a");
  mesh.loses = AWAY;
  sender.take(about("a"));
  await settled();
  sender.undo();
  await vi.advanceTimersByTimeAsync(2000);
  expect(arrived(mesh)).toEqual(["accept a", "undo a"]);
});

describe("in the name of the person who decided", () => {
  test("nothing goes out while somebody else is signed in; all does when they are back", async () => {
    const { mesh, sender } = made("a", "b");
    mesh.fails = new NotTheirs("anna is not signed in");
    sender.take(about("a"));
    sender.take(about("b"));
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(sender.state.get()).toMatchObject({ away: false, queue: { refused: [], unsent: { length: 2 } } });
    mesh.fails = undefined;
    mesh.returned();
    await settled();
    expect(arrived(mesh)).toEqual(["accept a", "accept b"]);
  });

  test.each([problem(401, "unauthenticated"), problem(403, "csrf")])(
    "an answer $status $reason is no refusal",
    async (refused) => {
      const { mesh, sender } = made("a");
      mesh.fails = refused;
      sender.take(about("a"));
      await settled();
      expect(sender.state.get().queue).toMatchObject({ refused: [], unsent: { length: 1 } });
    },
  );
});

describe("refused", () => {
  test("one does not hold up the others", async () => {
    const { mesh, sender } = made("a", "b");
    sender.take(about("gone"));
    sender.take(about("a", { revision: 7 }));
    sender.take(about("b"));
    await settled();
    expect(sender.state.get().queue.refused.map((one) => one.reason)).toEqual(["not_found", "changed"]);
    expect(arrived(mesh)).toEqual(["accept b"]);
  });

  test("for a role that somebody lost they lie in the tray", async () => {
    const { mesh, sender } = made("a");
    mesh.fails = problem(403, "role");
    sender.take(about("a"));
    await settled();
    expect(sender.state.get().queue.refused).toMatchObject([{ reason: "role", sentence: "403 role" }]);
  });

  test("by a mesh that breaks at them they are tried again, and do not stop the work for ever", async () => {
    const { mesh, sender } = made("a");
    mesh.fails = problem(500);
    sender.take(about("a"));
    await vi.advanceTimersByTimeAsync(1500);
    expect(sender.state.get().queue.refused).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sender.state.get().queue).toMatchObject({ refused: [{ sampleId: "a" }], unsent: [] });
  });

  test.each([502, 503, 504, 429, 408])("they are not by an answer %i", async (status) => {
    const { mesh, sender } = made("a");
    mesh.fails = problem(status);
    sender.take(about("a"));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sender.state.get().queue).toMatchObject({ refused: [], unsent: { length: 1 } });
  });
});

test("what is decided while an answer is awaited goes out after it", async () => {
  const { mesh, sender } = made("a", "b");
  const open = held(mesh);
  sender.take(about("a"));
  sender.take(about("b"));
  open();
  await settled();
  expect(mesh.reviewed.map((batch) => batch.length)).toEqual([1, 1]);
});

test("a full storage stops nobody", async () => {
  const { mesh, kept, sender } = made("a");
  kept.full = true;
  sender.take(about("a"));
  await settled();
  expect(arrived(mesh)).toEqual(["accept a"]);
});
