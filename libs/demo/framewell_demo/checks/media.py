"""Checks of what came in: requests, chunks, playlists, and what models saw, read and heard."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetIngested, AssetRejected, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkPlanned, ChunkTranscoded
from framewell_cli.documents import seconds
from framewell_demo.rendering.programmes import ASTRONAUT, MAN, TICKER_NAME
from framewell_demo.run_record import RunRecord

PICTURE_ANALYSERS: Final = ("faces", "text", "labels", "safety")


def requests_became_assets(record: RunRecord) -> tuple[bool, str]:
    wanted = {request.asset_id for request in record.taken_in()}
    found = {fact.work.asset_id for fact, _ in record.log.of(AssetIngested)} & wanted
    json_too = record.asset(record.sent_as_json) in found
    return found == wanted and json_too, (
        f"{len(found)} of {len(wanted)} taken in, “{record.sent_as_json}” requested as plain JSON"
    )


def broken_file_was_rejected_with_a_reason(record: RunRecord) -> tuple[bool, str]:
    rejected = next((fact for fact, _ in record.log.of(AssetRejected, record.asset("broken"))), None)
    if rejected is None:
        return False, "nobody rejected it"
    return bool(rejected.code and rejected.detail), f"{rejected.code}: {rejected.detail}"


def every_chunk_was_decoded_once(record: RunRecord) -> tuple[bool, str]:
    """Check that planned, transcoded and analysed agree, and no chunk was transcoded twice or failed."""
    planned = {fact.chunk_id for fact, _ in record.log.of(ChunkPlanned)}
    transcoded = Counter(fact.chunk_id for fact, _ in record.log.of(ChunkTranscoded) if is_done(fact))
    analysed = {fact.chunk_id for fact, _ in record.log.of(ChunkAnalysed) if is_done(fact)}
    once = all(count == 1 for count in transcoded.values())
    return once and bool(planned) and planned == set(transcoded) == analysed, (
        f"{len(planned)} chunks planned, {sum(transcoded.values())} times decoded, {len(analysed)} analysed"
    )


def nothing_is_missing(record: RunRecord) -> tuple[bool, str]:
    wanted = {request.asset_id: request.title for request in record.taken_in()}
    ends: list[AssetTranscoded | AssetAnalysed] = [
        *(fact for fact, _ in record.log.of(AssetTranscoded)),
        *(fact for fact, _ in record.log.of(AssetAnalysed)),
    ]
    missing = [
        f"{wanted[fact.work.asset_id]}: {sentence}"
        for fact in ends
        if fact.work.asset_id in wanted
        for sentence in fact.missing
    ]
    return not missing, "; ".join(missing) or "no asset says that a part of it is missing"


def proxies_play(record: RunRecord) -> tuple[bool, str]:
    roles = [request.role for request in record.taken_in()]
    silent = [role for role in roles if role not in record.playbacks or not record.playbacks[role].segments]
    segments = sum(playback.segments for playback in record.playbacks.values())
    megabytes = sum(playback.bytes for playback in record.playbacks.values()) / 1e6
    figures = f"{len(record.playbacks)} playlists opened, {segments} parts fetched, {megabytes:.1f} MB"
    return not silent, figures + (f"; none for {', '.join(silent)}" if silent else "")


def real_models_looked_at_every_picture(record: RunRecord) -> tuple[bool, str]:
    """Check that every asset has every picture analyser in its totals, each with model and version."""
    gaps, seen, models = [], 0, set()
    for request in record.taken_in():
        fact = next(fact for fact, _ in record.log.of(AssetAnalysed, request.asset_id))
        named = {total.analyser for total in fact.totals if total.model.name and total.model.version}
        gaps += [f"{request.role}: {analyser}" for analyser in PICTURE_ANALYSERS if analyser not in named]
        seen += sum(total.observation_count for total in fact.totals)
        models |= {f"{total.model.name}@{total.model.version}" for total in fact.totals}
    return not gaps, "; ".join(gaps) or f"{seen} observations by {', '.join(sorted(models))}"


def speech_was_heard(record: RunRecord) -> tuple[bool, str]:
    heard = record.views["programme-a"]["speech"]
    length = sum(seconds(one["end"]) - seconds(one["start"]) for one in heard)
    return 6.0 <= length <= 20.0, f"{length:.1f} s of speech in {len(heard)} segments of programme A"


def names_were_read_exactly(record: RunRecord) -> tuple[bool, str]:
    wanted = {"programme-a": MAN.name, "programme-c": ASTRONAUT.name}
    read = {role: {entry["text"] for entry in record.views[role]["text"]} for role in wanted}
    lost = [name for role, name in wanted.items() if name not in read[role]]
    return not lost, f"not read: {', '.join(lost)}" if lost else " and ".join(
        f"“{n}”" for n in wanted.values()
    )


def ticker_was_not_taken_for_a_name(record: RunRecord) -> tuple[bool, str]:
    names = sorted(entry.name for entry in record.classes.values())
    ticker = [name for name in names if TICKER_NAME.casefold() in name.casefold()]
    return not ticker and MAN.name in names, f"classes: {', '.join(names)}"


def is_done(fact: Any) -> bool:
    """Return True for a fact whose work was done, and not given up."""
    return bool(fact.outcome.HasField("done"))
