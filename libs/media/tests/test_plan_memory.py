"""The memory of a plan does not grow with the file: twelve hours of 50p plan within 300 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HOURS, PICTURES_A_SECOND = 12, 50
PACKETS = HOURS * 3600 * PICTURES_A_SECOND
PEAK_BYTES = 300_000_000

CHILD = """
import json, sys
from fractions import Fraction
from types import SimpleNamespace

from framewell_media.planning import Stream, plan_source, read_packets
from framewell_media.planning.table import PlanFile

packets, target, timed = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "timed"


class Packet:
    size, duration, is_discard = 20_000, 1800, False

    def __init__(self, number):
        order = (0, 2, -1, -1)[number % 4]  # I or P, then a B picture pyramid of two
        self.pts = 1800 * (number + order + 1) if timed else None
        self.dts, self.pos, self.is_keyframe = 1800 * number, 20_000 * number, number % 50 == 0


class Container:
    streams = ()

    def demux(self, stream):
        return (Packet(number) for number in range(packets))


stream = SimpleNamespace(
    index=0, time_base=Fraction(1, 90_000), codec_context=SimpleNamespace(name="h264", extradata=None)
)
with open(target, "w+b") as file:
    table = PlanFile(file, (1920, 1080))
    plan = plan_source(
        lambda: read_packets(Container(), stream),
        Stream(stream.time_base, Fraction(50)),
        table,
        chunk_seconds=10,
    )
    table.end()
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
peak = int(status["VmHWM"].split()[0]) * 1024  # of this program alone, unlike ru_maxrss
answer = {"peak": peak, "frames": plan.frame_count, "chunks": len(plan.chunks), "serial": plan.serial}
print(json.dumps(answer | {"rate": str(plan.frame_rate), "gaps": len(plan.gaps())}))
"""


def planned_in_a_child(tmp_path: Path, packets: int, *, timed: bool) -> dict[str, object]:
    """Plan so many packets in a process of its own and return what it says, with its peak of memory."""
    arguments = [str(packets), str(tmp_path / "plan"), "timed" if timed else "counted"]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("timed", [True, False], ids=["timed", "counted"])
def test_twelve_hours_of_fifty_pictures_a_second_plan_within_300_mb(tmp_path: Path, timed: bool) -> None:
    answer = planned_in_a_child(tmp_path, PACKETS, timed=timed)
    assert answer["frames"] == PACKETS
    assert answer["chunks"] == pytest.approx(HOURS * 360, abs=1)
    assert answer["serial"] != timed
    assert (answer["rate"], answer["gaps"]) == ("50", 0)
    assert answer["peak"] < PEAK_BYTES


def test_memory_is_the_same_for_ten_times_the_length(tmp_path: Path) -> None:
    short, long = (planned_in_a_child(tmp_path, packets, timed=True)["peak"] for packets in (20_000, 200_000))
    assert isinstance(short, int)
    assert isinstance(long, int)
    assert long - short < 8_000_000, "0.4 KB a packet would be 72 MB"
