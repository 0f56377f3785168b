"""Whether this machine can protect itself from hostile media: what `framewell doctor` shows."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_media.errors import SandboxError
from framewell_media.sandbox.layers import SandboxReport
from framewell_media.sandbox.runner import Sandbox


@dataclass(frozen=True, slots=True)
class SandboxHealth:
    """The layers of a child on this machine, and what it was still allowed to do."""

    layers: dict[str, str]
    """Name of the layer: `in force`, or why not."""
    allowed: tuple[str, ...]
    """Attempts that should have been refused and were not; empty on a healthy machine."""
    problem: str
    """Why media cannot be read here; empty on a healthy machine."""

    @property
    def healthy(self) -> bool:
        """Return whether media may be read on this machine."""
        return not self.problem and not self.allowed


def report() -> SandboxHealth:
    """Start a child, let it try what a hostile file would try, and return what it reached (about 1 s)."""
    with Sandbox(["framewell_media.jobs.self_check"], concurrency=1) as sandbox:
        try:
            answer = sandbox.run_blocking("self_check", {}, inputs=[])
        except SandboxError as error:
            return SandboxHealth(_layers(sandbox.report), (), str(error))
        return SandboxHealth(_layers(sandbox.report), tuple(answer["allowed"]), "")


def _layers(report_of_child: SandboxReport | None) -> dict[str, str]:
    return dict(report_of_child.layers) if report_of_child else {}
