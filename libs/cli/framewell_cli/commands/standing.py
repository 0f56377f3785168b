"""Where an asset stands, told from its view and its events.

What the events cannot tell (partition, attempt, dead letters) is not guessed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Document = Mapping[str, Any]

_NEXT = {
    "requested": "ingest to fetch and read the original",
    "ingested": "transcode to plan its chunks",
}


def standing(view: Document, events: Sequence[Document], now: datetime) -> dict[str, Any]:
    """`{asset_id, state, reason, sentence, waits_for, failures, missing, last_event}`."""
    last = max(events, key=lambda event: str(event["time"]), default=None)
    ago = (now - datetime.fromisoformat(last["time"])).total_seconds() if last else None
    return {
        "asset_id": view["asset_id"],
        "state": view["state"],
        "reason": view["reason"],
        "sentence": _sentence(view, last, ago),
        "waits_for": [*_waits_for(view, events)],
        "failures": [*_failures(events)],
        "missing": list(view["missing"]),
        "last_event": last
        and {"type": last["type"], "time": last["time"], "seconds_ago": round(ago or 0.0, 1)},
    }


def _sentence(view: Document, last: Document | None, ago: float | None) -> str:
    said = f"{view['asset_id']} is {view['state']}" + (f": {view['reason']}" if view["reason"] else "")
    return said + (f" (last event {last['type']}, {ago:.0f} s ago)" if last and ago is not None else "")


def _waits_for(view: Document, events: Sequence[Document]) -> Iterator[str]:
    state, chunks = view["state"], view["chunks"]
    if state in _NEXT:
        yield _NEXT[state]
        return
    if state not in {"transcoding", "analysing"}:
        return
    names = {event["type"].removeprefix("framewell.").rsplit(".v", 1)[0] for event in events}
    untouched = chunks["planned"] - chunks["transcoded"] - chunks["failed"]
    if untouched > 0:
        yield f"transcode: {untouched} of {chunks['planned']} chunks"
    unseen = chunks["transcoded"] - chunks["analysed"]
    if unseen > 0:
        yield f"inference: {unseen} of {chunks['transcoded']} transcoded chunks"
    if "audio.extracted" not in names and view["kind"] != "still":
        yield "transcode: the sound"
    elif "audio.analysed" not in names and view["kind"] != "still":
        yield "inference: the sound"


def _failures(events: Sequence[Document]) -> Iterator[str]:
    for event in events:
        if failure := event["data"].get("failure"):
            what = event["data"].get("chunk_id") or event["type"].split(".")[1]
            yield f"{what}: {failure['detail']} ({failure['code']})"
