"""How far campaigns are, for who watches the mesh: written once a change of a campaign.

| metric | meaning |
|---|---|
| framewell_reanalysis_chunks | chunks that campaigns are done with, by target and outcome |
| framewell_reanalysis_chunks_left | chunks that a campaign has yet to look at, by target |

Outcomes are `looked`, `skipped` and `failed`; what is left is by the estimate at the start.
"""

from __future__ import annotations

from typing import Final

from opentelemetry import metrics

from framewell_inference.domain.campaigns import Campaign

_meter: Final = metrics.get_meter("framewell_inference")

CHUNKS: Final = _meter.create_counter(
    "framewell_reanalysis_chunks",
    description="Chunks that campaigns are done with, by target and outcome (looked, skipped, failed).",
)
CHUNKS_LEFT: Final = _meter.create_gauge(
    "framewell_reanalysis_chunks_left",
    description="Chunks that a campaign has yet to look at, by target, as estimated at its start.",
)


def report_campaign(before: Campaign, after: Campaign) -> None:
    """Record what a change of a campaign came to."""
    target = {"target": str(after.target)}
    for outcome, had, has in (
        ("looked", before.counts.chunks, after.counts.chunks),
        ("skipped", sum(before.counts.skipped.values()), sum(after.counts.skipped.values())),
        ("failed", sum(before.counts.failed.values()), sum(after.counts.failed.values())),
    ):
        if has > had:
            CHUNKS.add(has - had, {**target, "outcome": outcome})
    left = 0 if after.state.ended else max(0, after.estimate.chunks - after.counts.handled)
    CHUNKS_LEFT.set(left, target)
