"""`make bench-serving`: requests a second and the CPU of each, beside the direct loop and two peers."""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.backbone.rounds import MOST_OFF, Spread
from benchmarks.idle.processes import usage, with_children
from benchmarks.serving import nets
from benchmarks.tables import ROOT, Table, machine, record, revision, verdict
from framewell_kit.testing.ports import port_base

PEERS = ROOT / ".tools" / "clients" / "peers" / "bin" / "python"
HERE = Path(__file__).parent
START_SECONDS = 90.0
CPU_GOAL = 1.1
RSS_GOAL_MIB = 64
"""How much the server may grow after its first round of calls."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server: how it is started, how it is spoken to, and the goals of ours against it, by net."""

    name: str
    program: str
    peer: bool = False
    http: bool = False
    argument: str = ""
    goals: tuple[tuple[str, float], ...] = ()


OURS = Contestant("Framewell", "ours", argument="direct")
SERVERS = (
    OURS,
    Contestant("Framewell, isolated", "ours", argument="isolated"),
    Contestant("MLServer", "mlserver_peer", peer=True, goals=((nets.TINY, 8.0),)),
    Contestant("LitServe (HTTP)", "litserve_peer", peer=True, http=True, goals=((nets.TINY, 2.5),)),
)
LIMIT = "direct loop"
LIMIT_GOAL = 0.85
"""Ours against the direct loop, with the net of MobileNetV2's size at 16 callers."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked of every server."""

    net: str
    way: str
    callers: int

    def __str__(self) -> str:
        return f"{self.net}, {self.way}, {self.callers}"


@dataclass(frozen=True, slots=True)
class Timing:
    """Requests a second, CPU µs of the server a request, milliseconds that a request took."""

    rate: float
    cpu_us: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    grown_mib: float = 0.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    cases: tuple[Case, ...]
    seconds: float
    valid_rounds: int
    most_rounds: int


FULL = Size(
    tuple(
        Case(net, way, callers)
        for net in (nets.TINY, nets.MOBILE)
        for way, callers in (("unary", 1), ("unary", 4), ("unary", 16), ("unary", 64), ("stream", 16))
    ),
    1.5, 5, 9,
)  # fmt: skip
QUICK = Size((Case(nets.TINY, "unary", 4), Case(nets.TINY, "stream", 2)), 0.2, 1, 1)

Round = Mapping[tuple[str, Case | str], Timing]


def main() -> int:
    """Return 0 when everything could be measured; reaching the goals is not asked for."""
    options = _options()
    size, begun_at = QUICK if options.quick else FULL, revision()
    if options.rounds:
        size = Size(size.cases, size.seconds, options.rounds, 2 * options.rounds)
    servers = [one for one in SERVERS if not one.peer or (PEERS.exists() and not options.quick)]
    with tempfile.TemporaryDirectory(prefix="framewell-bench-") as folder:
        nets.write(Path(folder))
        counted = _rounds(Path(folder), servers, size)
    if len(counted) < size.valid_rounds:
        print(f"void: only {len(counted)} valid rounds: too busy a machine", file=sys.stderr)
        return 1
    tables = {case.net: _table(case.net, size.cases, servers, counted) for case in size.cases}
    tables["memory"] = _memory(servers, counted)
    measured = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": begun_at,
        "machine": machine("onnxruntime", "grpcio", "numpy"),
        "tables": {name: table.as_json() for name, table in tables.items()},
    }
    if options.json:
        print(json.dumps(measured, indent=2, ensure_ascii=False))
    else:
        print(*(f"{name}\n{table}" for name, table in tables.items()), sep="\n\n")
    if options.record:
        print(f"written: {record('serving', measured).name}", file=sys.stderr)
    return 0


def _rounds(folder: Path, servers: list[Contestant], size: Size) -> list[Round]:
    """Play rounds until enough are valid: those in which the direct loop is near its median."""
    played: list[Round] = []
    while len(played) < size.most_rounds and len(_valid(played)) < size.valid_rounds:
        first = len(played) % len(servers)
        timings: dict[tuple[str, Case | str], Timing] = {}
        for net in dict.fromkeys(case.net for case in size.cases):
            timings[LIMIT, net] = _direct(folder, net, size.seconds)
        for server in (*servers[first:], *servers[:first]):
            timings |= _served(server, folder, size)
        played.append(timings)
    return _valid(played)


def _valid(played: list[Round]) -> list[Round]:
    kept = played
    for key in {key for one in played for key in one if key[0] == LIMIT}:
        usual = Spread.of([one[key].rate for one in played]).median
        kept = [one for one in kept if usual / MOST_OFF <= one[key].rate <= usual * MOST_OFF]
    return kept


def _direct(folder: Path, net: str, seconds: float) -> Timing:
    line = [sys.executable, "-m", "benchmarks.serving.contestants.direct", str(folder), net, str(seconds)]
    return Timing(**json.loads(_output(line)))


def _served(server: Contestant, folder: Path, size: Size) -> dict[tuple[str, Case | str], Timing]:
    timings: dict[tuple[str, Case | str], Timing] = {}
    if not server.http:
        with _running(server, folder, nets.TINY) as (pid, port):
            for case in (one for one in size.cases if one.way == "unary" or not server.peer):
                timings[server.name, case] = _measured(server, pid, port, case, size.seconds)
        return timings
    for net in dict.fromkeys(case.net for case in size.cases):
        with _running(server, folder, net) as (pid, port):
            for case in size.cases:
                if case.net == net and case.way == "unary":
                    timings[server.name, case] = _measured(server, pid, port, case, size.seconds)
    return timings


def _measured(server: Contestant, pid: int, port: int, case: Case, seconds: float) -> Timing:
    way = "http" if server.http else case.way
    line = [sys.executable, "-m", "benchmarks.serving.load", way, str(port), case.net, str(case.callers)]
    _output([*line, "0.2"])
    before, held = _cpu(pid), _held(pid)
    found = json.loads(_output([*line, str(seconds)]))
    # The client's warm-up, a third of its time, is the server's work, too.
    cpu_us = (_cpu(pid) - before) / (found["count"] * 4 / 3) * 1e6
    if found["failed"]:
        print(f"{server.name}, {case}: {found['failed']} requests failed", file=sys.stderr)
    print(f"{server.name}, {case}: {found['rate']:,.0f}/s", file=sys.stderr)
    grown = (_held(pid) - held) / 2**20
    return Timing(found["rate"], cpu_us, found["p50_ms"], found["p99_ms"], grown)


def _cpu(pid: int) -> float:
    return sum(usage(one).cpu_seconds for one in with_children([pid])[pid])


def _held(pid: int) -> int:
    """Return what a server and its processes hold in memory, in bytes (PSS)."""
    return sum(usage(one).pss_bytes for one in with_children([pid])[pid])


@contextmanager
def _running(server: Contestant, folder: Path, net: str) -> Iterator[tuple[int, int]]:
    port, python = port_base(), str(PEERS) if server.peer else sys.executable
    program = HERE / "contestants" / f"{server.program}.py"
    start = [str(program)] if server.peer else ["-m", f"benchmarks.serving.contestants.{server.program}"]
    line = [python, *start, str(folder), str(port), net if server.peer else server.argument]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process, " ".join(line))
            time.sleep(2.0 if server.http else 0.0)  # its port is open before its workers are
            yield process.pid, port
        finally:
            family = with_children([process.pid])[process.pid]
            for pid in family:
                subprocess.run(["kill", "-9", str(pid)], check=False, stderr=subprocess.DEVNULL)


def _wait_for(port: int, process: subprocess.Popen[bytes], line: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"it did not start: {line}")


def _output(line: list[str]) -> str:
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{' '.join(line)}: {done.stderr[-2000:]}")
    return done.stdout


def _table(net: str, cases: tuple[Case, ...], servers: list[Contestant], counted: list[Round]) -> Table:
    rows: list[tuple[str, ...]] = []
    for case in cases:
        if case.net != net:
            continue
        ours = [one[OURS.name, case] for one in counted]
        limit = [one[LIMIT, net] for one in counted]
        rows.append(
            _row(f"{case}: {LIMIT}", limit, ours, _limit_goal(case), CPU_GOAL if _limit_goal(case) else None)
        )
        for server in servers:
            if (server.name, case) in counted[0]:
                timings = [one[server.name, case] for one in counted]
                goal = dict(server.goals).get(net) if case.way == "unary" else None
                rows.append(_row(f"{case}: {server.name}", timings, ours, goal, None))
    return Table(
        (
            "net, way, callers: server",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "CPU µs",
            "ours / it",
            "CPU, ours / it",
            "goal",
            "",
        ),
        tuple(rows),
    )


def _memory(servers: list[Contestant], counted: list[Round]) -> Table:
    """How much each server and its processes grew over all cases, each counted from after its first calls."""

    def grown(server: Contestant) -> Spread:
        return Spread.of(
            [sum(timing.grown_mib for key, timing in one.items() if key[0] == server.name) for one in counted]
        )

    return Table(
        ("server", "MiB more after all cases", "goal", ""),
        tuple(
            (
                server.name,
                f"{grown(server).median:,.0f}",
                "" if server.peer else f"≤ {RSS_GOAL_MIB}",
                verdict(None if server.peer else grown(server).median <= RSS_GOAL_MIB),
            )
            for server in servers
        ),
    )


def _limit_goal(case: Case) -> float | None:
    return LIMIT_GOAL if case.net == nets.MOBILE and case.callers == 16 else None


def _row(
    name: str, its: list[Timing], ours: list[Timing], goal: float | None, cpu_goal: float | None
) -> tuple[str, ...]:
    pairs = list(zip(ours, its, strict=True))
    ratio = Spread.of([mine.rate / other.rate for mine, other in pairs])
    cpu = Spread.of([mine.cpu_us / other.cpu_us for mine, other in pairs])
    reached = None if goal is None else ratio.median >= goal and (cpu_goal is None or cpu.median <= cpu_goal)
    goals = [] if goal is None else [f"≥ {goal:g}"]
    goals += [] if cpu_goal is None else [f"CPU ≤ {cpu_goal:g}"]
    itself = its is ours or pairs[0][0] is pairs[0][1]
    return (
        name,
        f"{Spread.of([one.rate for one in its]).median:,.0f}",
        f"{Spread.of([one.p50_ms for one in its]).median:.1f}" if its[0].p50_ms else "",
        f"{Spread.of([one.p99_ms for one in its]).median:.1f}" if its[0].p99_ms else "",
        f"{Spread.of([one.cpu_us for one in its]).median:,.0f}",
        "" if itself else f"{ratio.median:.2f} [{ratio.least:.2f} .. {ratio.greatest:.2f}]",
        "" if itself else f"{cpu.median:.2f}",
        ", ".join(goals),
        verdict(reached),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.serving", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the tables as JSON")
    parser.add_argument("--record", action="store_true", help="also write docs/evidence/serving.json")
    parser.add_argument("--quick", action="store_true", help="a moment only: shows that it runs")
    parser.add_argument("--rounds", type=int, default=0, help="so many valid rounds instead of 5")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
