"""The outcome as tables, the same on the screen and on the page."""

from __future__ import annotations

from typing import Final

from framewell_cli.report.page import Table
from framewell_demo.checks.learning import difference_text
from framewell_demo.outcome import Outcome

STAGES: Final = ("ingest", "transcode", "inference")


def terms(outcome: Outcome) -> Table:
    """Return every source and what may be done with it."""
    rows = [[source["title"], source["licence"], source["terms"]] for source in outcome.sources]
    return Table(("what", "licence", "terms"), rows)


def stages(outcome: Outcome) -> Table:
    """Return seconds from one fact of an asset's life to the next, and what came out."""
    rows = [
        [
            one.title,
            *(f"{one.seconds[stage]:.1f}" if stage in one.seconds else "–" for stage in STAGES),
            one.ended,
            one.came_out,
        ]
        for one in outcome.stages
    ]
    return Table(("asset", *STAGES, "ended", "what came out"), rows)


def people(outcome: Outcome) -> Table:
    """Return who was seen where, with which score, by which model."""
    rows = [
        [one.title, one.name, _figure(one.score), _figure(one.distance), one.model] for one in outcome.people
    ]
    return Table(("programme", "who", "score", "distance", "model"), rows)


def withheld(outcome: Outcome) -> Table:
    """Return what was withheld, in the words of the rights gate."""
    return Table(
        ("what", "in the words of the rights gate"), [[one.title, one.sentence] for one in outcome.withheld]
    )


def rejected(outcome: Outcome) -> Table:
    """Return what could not be taken in, and why."""
    return Table(("what", "why"), [[title, reason] for title, reason in outcome.rejected.items()])


def learned(outcome: Outcome) -> Table:
    """Return what the mesh learned, and how fast."""
    rows = [
        [
            one.model,
            str(one.samples),
            f"{one.seconds:.1f} s",
            f"{one.training_seconds:.2f} s",
            difference_text(one.onnx_difference),
            f"{one.changed} of {one.tracks}",
        ]
        for one in outcome.learned
    ]
    columns = (
        "model",
        "samples",
        "accepted → recognised",
        "training",
        "ONNX graph differs by",
        "tracks named anew",
    )
    return Table(columns, rows)


def refused(outcome: Outcome) -> Table:
    """Return how fast a late refusal reached everything, and what is left."""
    rows = [
        [
            one.what,
            f"{one.samples_seconds:.1f} s",
            f"{one.snapshots_seconds:.1f} s",
            f"{one.archive_seconds:.1f} s",
            ", ".join(one.named),
            ", ".join(f"{what} {status}" for what, status in one.addresses.items()),
            ", ".join(f"{holder} {amount}" for holder, amount in sorted(one.owed.items())),
        ]
        for one in outcome.refused
    ]
    columns = ("what", "sample", "snapshots", "archive", "programme B names", "HTTP status of", "owed")
    return Table(columns, rows)


def checks(outcome: Outcome) -> Table:
    """Return every step, and whether it really happened."""
    rows = [["✓" if check.passed else "✗", check.name, check.sentence] for check in outcome.checks]
    return Table(("", "step", "figures"), rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
