"""One broken file through probe, plan, one chunk, sound and still, and what became of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1.media_pb2 import TRACK_KIND_AUDIO, Track
from framewell_kit.stream.policy.retry import INTERNAL_ERROR
from framewell_media.errors import JobCrashed, MediaError
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.probing import probe
from framewell_media.sandbox import Sandbox
from framewell_transcode.testing import Transcode
from hostile.corpus import BrokenFile

CPU_SECONDS: Final = 30.0
"""What all jobs of one file may use together."""
_STUCK_SECONDS: Final = 120.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")
PROMISED_CODES: Final = frozenset(
    ("empty", "not_media", "mislabelled", "unreadable", "no_content", "decoder_crashed")
)
"""Ways in which a file may end that are about the file; `failed` and `given_up` are errors of the mesh."""


@dataclass(slots=True)
class Inspection:
    """What became of one file."""

    name: str
    size: int
    ends: dict[str, str] = field(default_factory=dict)
    """By job: `analysed`, or the code and the sentence of its refusal."""
    faults: list[str] = field(default_factory=list)
    """What must not have happened; empty for a good end."""
    tracks: Sequence[Track] = ()
    """What the probe found."""
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0


class Inspector:
    """Carries broken files through the jobs of ingest and transcode, with a real sandbox for each."""

    def __init__(self, reader: Sandbox, transcode: Transcode, worker: Sandbox) -> None:
        self._reader, self._transcode, self._worker = reader, transcode, worker

    async def inspect(self, file: BrokenFile, folder: Path) -> Inspection:
        """Return what became of the file after all jobs."""
        path = folder / f"file{file.suffix}"
        path.write_bytes(file.data)
        found = Inspection(file.name, len(file.data))
        begun, used = time.monotonic(), self._cpu()
        try:
            async with asyncio.timeout(_STUCK_SECONDS):
                kind = await self._probed(path, found)
                await self._worked_on(path, kind, found)
        except TimeoutError:
            found.faults.append(f"not done after {_STUCK_SECONDS:g} s")
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not have happened
            found.faults.append(f"{type(error).__name__}: {error}")
        found.wall_seconds, found.cpu_seconds = time.monotonic() - begun, self._cpu() - used
        if found.cpu_seconds > CPU_SECONDS:
            found.faults.append(f"used {found.cpu_seconds:.1f} s of processor time")
        return found

    async def _probed(self, path: Path, found: Inspection) -> str:
        """Note what the probe says; return the kind of media that the file is worked on as."""
        try:
            probed = await probe(self._reader, path, file_name=path.name)
        except MediaError as verdict:
            found.ends["probe"] = f"{verdict.code}: {verdict.detail}"
            _check_words(found, "probe", verdict.code, verdict.detail)
        except JobCrashed as crash:
            found.ends["probe"] = f"crashed ({crash.cause}): {crash.explanation}"
            if crash.cause != "memory":
                found.faults.append(f"probe: {crash.cause}: {crash.detail}")
        else:
            found.ends["probe"] = "analysed"
            found.tracks = probed.tracks
            return probed.kind
        try:
            with path.open("rb") as source:
                family = sniff(source.read(SNIFF_BYTES)).family
        except MediaError:
            return "video"
        return "still" if family == "picture" else "video"

    async def _worked_on(self, path: Path, kind: str, found: Inspection) -> None:
        """Plan, read captions, make one chunk and take the sound, whatever the probe said."""
        facts, asset_id = self._transcode.bench.facts, f"asset-{len(self._transcode.bench.facts.events)}"
        asset = await self._transcode.ingested(path, kind=kind, asset_id=asset_id)
        asset.tracks.extend(found.tracks)
        await self._transcode.plan(asset)
        messages: list[Any] = [fact for _, fact in facts.events]
        mine = [fact for fact in messages if hasattr(fact, "work") and fact.work.asset_id == asset_id]
        planned = [fact for fact in mine if isinstance(fact, ChunkPlanned)]
        for rejected in (fact for fact in mine if isinstance(fact, AssetRejected)):
            found.ends["plan"] = f"{rejected.code}: {rejected.detail}"
            _check_words(found, "plan", rejected.code, rejected.detail)
        for sound in (fact for fact in mine if isinstance(fact, AudioExtracted)):
            _note(found, "sound", sound.outcome)
        if planned:
            found.ends["plan"] = "analysed"
            made = await self._transcode.make(planned[len(planned) // 2])
            _note(found, "still" if kind == "still" else "chunk", made.outcome)
        elif "plan" not in found.ends and kind != "audio":
            found.faults.append("plan: no end")
        has_sound = any(track.kind == TRACK_KIND_AUDIO and track.codec for track in found.tracks)
        if "sound" not in found.ends and ((planned and has_sound) or kind == "audio"):
            found.faults.append("sound: no end")

    def _cpu(self) -> float:
        """Return the processor seconds of all children of both sandboxes that ended."""
        return sum(_seconds_of_children(sandbox) for sandbox in (self._reader, self._worker))


def _note(found: Inspection, job: str, outcome: Any) -> None:
    if not outcome.HasField("failed"):
        found.ends[job] = "analysed"
        return
    found.ends[job] = f"{outcome.failed.code}: {outcome.failed.detail}"
    _check_words(found, job, outcome.failed.code, outcome.failed.detail)


def _check_words(found: Inspection, job: str, code: str, sentence: str) -> None:
    if code not in PROMISED_CODES or INTERNAL_ERROR in sentence:
        found.faults.append(f"{job}: {code}: {sentence}")
    if not sentence.strip().endswith((".", ")")) or "Error:" in sentence or "Traceback" in sentence:
        found.faults.append(f"{job}: no sentence for a person: {sentence!r}")


def _seconds_of_children(sandbox: Sandbox) -> float:
    zygote = sandbox._zygote  # the children are its own, and nobody else counts them
    if zygote is None:
        return 0.0
    fields = Path(f"/proc/{zygote.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / _TICKS  # proc(5): cutime, cstime
