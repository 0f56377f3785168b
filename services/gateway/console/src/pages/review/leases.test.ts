import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NetworkError, ProblemError } from "../../api/problems";
import { FakeMesh, held, sample } from "./fakes";
import { Leases } from "./leases";

const AWAY = new NetworkError("the gateway does not answer");
const OLDEST = { order: "oldest", classId: "" } as const;
const MANY = Array.from({ length: 30 }, (_, number) => `s${number}`);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function entered(mesh: FakeMesh, decided: Set<string> = new Set()) {
  const leases = new Leases(mesh, () => decided);
  leases.enter(OLDEST);
  await vi.advanceTimersByTimeAsync(0);
  return leases;
}

const ids = (leases: Leases) => leases.state.get().samples.map((one) => one.sample_id);

test("ten lie on the desk, and more come before the last are looked at", async () => {
  const leases = await entered(new FakeMesh(...MANY));
  expect(ids(leases)).toEqual(MANY.slice(0, 10));
  leases.drop(new Set(MANY.slice(0, 6)));
  await leases.fill();
  expect(ids(leases)).toEqual(MANY.slice(6, 10).concat(MANY.slice(0, 6)));
});

test("what is decided and not answered yet is not given again", async () => {
  const mesh = new FakeMesh(...MANY);
  const decided = new Set(MANY.slice(0, 6));
  const leases = await entered(mesh, decided);
  expect(ids(leases)).toEqual(MANY.slice(6, 16));
});

describe("a lease that ends", () => {
  test("because somebody else has the sample now takes it off the desk, and says who has it", async () => {
    const mesh = new FakeMesh("a", "b");
    const leases = await entered(mesh);
    mesh.others.set("a", "bert");
    await vi.advanceTimersByTimeAsync(45_000);
    expect(ids(leases)).toEqual(["b"]);
    expect(leases.state.get().lost).toMatchObject({ reason: "claimed", sentence: "bert is reviewing the sample" });
  });

  test("because the sample was erased takes it off the desk", async () => {
    const mesh = new FakeMesh("a", "b");
    const leases = await entered(mesh);
    mesh.waiting = [sample("b")];
    await vi.advanceTimersByTimeAsync(45_000);
    expect(ids(leases)).toEqual(["b"]);
    expect(leases.state.get().lost).toMatchObject({ reason: "not_found" });
  });

  test("of a sample further behind is said to nobody", async () => {
    const mesh = new FakeMesh("a", "b");
    const leases = await entered(mesh);
    mesh.others.set("b", "bert");
    await vi.advanceTimersByTimeAsync(45_000);
    expect(leases.state.get()).toMatchObject({ lost: undefined, samples: [{ sample_id: "a" }] });
  });

  test("of a sample that was decided about here meanwhile is none", async () => {
    const mesh = new FakeMesh("a", "b");
    const decided = new Set<string>();
    const leases = await entered(mesh, decided);
    mesh.others.set("a", "bert");
    const open = held(mesh);
    const renewing = leases.renew();
    decided.add("a");
    open();
    await renewing;
    expect(leases.state.get().lost).toBeUndefined();
  });

  test("is renewed sooner where one renewal failed, so that it holds", async () => {
    const mesh = new FakeMesh("a");
    await entered(mesh);
    const renew = vi.spyOn(mesh, "renew");
    mesh.fails = AWAY;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(renew.mock.calls.length).toBeGreaterThan(3);
    mesh.fails = undefined;
    await vi.advanceTimersByTimeAsync(5000);
    renew.mockClear();
    await vi.advanceTimersByTimeAsync(80_000);
    expect(renew).toHaveBeenCalledTimes(2);
  });

  test("while the machine slept is renewed at once when somebody looks", async () => {
    const mesh = new FakeMesh("a", "b");
    const leases = await entered(mesh);
    await vi.advanceTimersByTimeAsync(5000);
    mesh.others.set("a", "bert");
    vi.setSystemTime(Date.now() + 3_600_000);
    leases.look();
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(leases)).toEqual(["b"]);
  });
});

test("who leaves gives everything back, also what arrives only then", async () => {
  const mesh = new FakeMesh("a", "b");
  const leases = await entered(mesh);
  leases.leave();
  expect(mesh.released).toEqual(["a", "b"]);
  const open = held(mesh);
  leases.enter(OLDEST);
  leases.leave();
  open();
  await vi.advanceTimersByTimeAsync(0);
  expect(mesh.released.slice(2)).toEqual(["a", "b"]);
  expect(ids(leases)).toEqual([]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(mesh.claims).toHaveLength(2);
});

test("in another order nothing is given back that lies there again", async () => {
  const mesh = new FakeMesh(...MANY);
  const leases = await entered(mesh);
  mesh.waiting = mesh.waiting.slice(4);
  leases.enter({ order: "doubtful", classId: "" });
  expect(mesh.released).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(leases)).toEqual(MANY.slice(4, 14));
  expect(mesh.released).toEqual(MANY.slice(0, 4));
});

test("a service that is away is asked again, until it answers", async () => {
  const mesh = new FakeMesh("a");
  mesh.fails = AWAY;
  const leases = await entered(mesh);
  expect(leases.state.get().error).toBe(AWAY);
  mesh.fails = undefined;
  await vi.advanceTimersByTimeAsync(8000);
  expect(leases.state.get()).toMatchObject({ error: undefined, samples: [{ sample_id: "a" }] });
});

test("whoever may not review is not asked for again and again", async () => {
  const mesh = new FakeMesh("a");
  mesh.fails = new ProblemError(403, "role", "this takes the role curator", "r-1");
  await entered(mesh);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(mesh.claims).toHaveLength(1);
});

describe("skipped", () => {
  test("samples are given back, and come again only when asked for", async () => {
    const mesh = new FakeMesh("a", "b");
    const leases = await entered(mesh);
    leases.skip("a");
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(leases)).toEqual(["b"]);
    expect(mesh.released).toEqual(["a"]);
    leases.again();
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(leases)).toEqual(["b", "a"]);
  });

  test("no more are kept, nor sent with a claim, than the mesh takes, however long the day", async () => {
    const mesh = new FakeMesh();
    const leases = await entered(mesh);
    for (let number = 0; number < 2000; number += 1) {
      leases.putBack(sample(`s${number}`));
      leases.skip(`s${number}`);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(leases.state.get().skipped).toHaveLength(400);
    expect(Math.max(...mesh.claims.map((one) => one.withoutIds.length))).toBeLessThanOrEqual(500);
  });

  test("a hundred samples seen last can be shown again, older ones are forgotten", async () => {
    const leases = await entered(new FakeMesh());
    for (let number = 0; number < 5000; number += 1) leases.learn([sample(`s${number}`)]);
    expect(leases.get("s4899")).toBeUndefined();
    expect(leases.get("s4900")?.sample_id).toBe("s4900");
  });
});
