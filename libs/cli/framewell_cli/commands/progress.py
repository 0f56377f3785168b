"""Progress of assets while they are worked on: a line each, on standard error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from framewell_cli.console import progress as stderr
from framewell_cli.plain_text import one_line

Event = Mapping[str, Any]


@dataclass(slots=True)
class Steps:
    """How far an asset has come, counted from its events; an event seen twice counts once."""

    chunks: dict[str, set[str]] = field(default_factory=dict)
    stage: str = "requested"

    def apply(self, event: Event) -> None:
        """Count one event."""
        name = event["type"].removeprefix("framewell.").rsplit(".v", 1)[0]
        chunk = event["data"].get("chunk_id")
        if chunk:
            self.chunks.setdefault(name, set()).add(chunk)
            self.chunks.setdefault("chunk.planned", set()).add(chunk)
        self.stage = _STAGES.get(name, self.stage)

    @property
    def line(self) -> str:
        """Return it for a person: `analysing · transcoded 3/4 · analysed 1/4`."""
        planned = self._count("chunk.planned")
        if not planned:
            return self.stage
        transcoded, analysed = self._count("chunk.transcoded"), self._count("chunk.analysed")
        return f"{self.stage} · transcoded {transcoded}/{planned} · analysed {analysed}/{planned}"

    @property
    def done(self) -> float:
        """Return how much is done, 0 to 1. Taking in and finishing count as one step each."""
        if self.stage in {"analysed", "rejected", "removed"}:
            return 1.0
        planned = self._count("chunk.planned")
        steps = 2 * planned + 2
        reached = self._count("chunk.transcoded") + self._count("chunk.analysed") + (planned > 0)
        return reached / steps

    def _count(self, name: str) -> int:
        return len(self.chunks.get(name, ()))


_STAGES = {
    "asset.ingested": "taken in",
    "chunk.planned": "transcoding",
    "asset.transcoded": "analysing",
    "asset.analysed": "analysed",
    "asset.rejected": "rejected",
    "asset.removed": "removed",
}


@dataclass(slots=True)
class ProgressLine:
    """The progress line of one asset."""

    title: str
    progress: Progress
    task: TaskID
    steps: Steps = field(default_factory=Steps)

    def apply(self, event: Event) -> None:
        """Count one event and show it."""
        before = self.steps.line
        self.steps.apply(event)
        self.progress.update(self.task, completed=self.steps.done, stage=self.steps.line)
        if self.progress.disable and self.steps.line != before:
            stderr.print(f"{one_line(self.title)}: {self.steps.line}", markup=False)


@contextmanager
def progress_lines(titles: Mapping[str, str]) -> Iterator[dict[str, ProgressLine]]:
    """Show a line for each asset id, with its title, until the context ends; in a log: a line a step."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[stage]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr, disable=not stderr.is_terminal) as progress:
        yield {
            asset_id: ProgressLine(
                title, progress, progress.add_task(one_line(title), total=1.0, stage="requested")
            )
            for asset_id, title in titles.items()
        }
