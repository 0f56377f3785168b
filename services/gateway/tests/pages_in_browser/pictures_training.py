"""Pictures of Training: what waits beside what serves, runs, one run, snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page

from pages_in_browser import test_training as tests

After = Callable[[Page], None]


def models(house: Any, _: Any) -> tuple[str, After]:
    """Show a candidate beside the model in service."""
    tests.tell(house.mesh)
    return "/training", lambda _: None


def runs(house: Any, _: Any) -> tuple[str, After]:
    """Show runs, of which one goes on."""
    tests.tell(house.mesh)
    return "/training?tab=runs", lambda _: None


def one_run(house: Any, _: Any) -> tuple[str, After]:
    """Show a run in the middle of its epochs."""
    tests.tell(house.mesh)
    return "/training/r-5", lambda _: None


def snapshots(house: Any, _: Any) -> tuple[str, After]:
    """Show snapshots."""
    tests.tell(house.mesh)
    return "/training?tab=snapshots", lambda _: None


def reanalyses(house: Any, _: Any) -> tuple[str, After]:
    """Show who looks at the archive again."""
    tests.tell(house.mesh)
    tests.tell_of_campaigns(house.mesh)
    return "/training?tab=reanalyses", lambda _: None


def look_again(house: Any, _: Any) -> tuple[str, After]:
    """Show what looking again would take."""
    tests.tell(house.mesh)
    tests.tell_of_campaigns(house.mesh)

    def estimate(page: Page) -> None:
        page.locator(".section-panel .button").first.click()
        page.get_by_role("dialog").locator(".button-main").first.click()
        page.get_by_role("dialog").locator(".card").wait_for()

    return "/training?tab=reanalyses", estimate


def decide(house: Any, _: Any) -> tuple[str, After]:
    """Show the question before a model is promoted."""
    tests.tell(house.mesh)

    def ask(page: Page) -> None:
        page.locator(".training-card .button-main").first.click()
        page.get_by_role("dialog").wait_for()

    return "/training", ask


def lineage(house: Any, _: Any) -> tuple[str, After]:
    """Show what a model was made from."""
    tests.tell(house.mesh)
    tests.tell_of_origins(house.mesh)

    def trace(page: Page) -> None:
        page.locator(".training-card footer .button-bare").first.click()
        page.get_by_role("dialog").locator(".stack").first.wait_for()

    return "/training", trace


def start(house: Any, _: Any) -> tuple[str, After]:
    """Show what a run would take, before it is started."""
    tests.tell(house.mesh)
    tests.tell_of_next_run(house.mesh)

    def look(page: Page) -> None:
        page.locator(".page-head .button-main").click()
        page.get_by_role("dialog").locator(".button-main").first.click()
        page.locator(".training-preview").wait_for()

    return "/training", look


def publish(house: Any, _: Any) -> tuple[str, After]:
    """Show that a snapshot was published."""
    tests.tell(house.mesh)
    house.mesh.dataset.answers["PublishSnapshot"] = tests.snapshots.PublishSnapshotResponse(
        snapshot=tests.snapshot(5).published
    )

    def now(page: Page) -> None:
        page.locator(".training-publish .button").click()
        page.locator(".status-said").wait_for()

    return "/training?tab=snapshots", now


def export(house: Any, _: Any) -> tuple[str, After]:
    """Show a file that was written of a snapshot, and what was left out of it."""
    tests.tell(house.mesh)
    tests.tell_of_export(house.mesh)

    def write(page: Page) -> None:
        page.locator(".sheet .button").first.click()
        page.get_by_role("dialog").locator(".button-main").click()
        page.get_by_role("dialog").locator("a.button-main").wait_for()

    return "/training?tab=snapshots", write


def _empty(tab: str) -> Callable[[Any, Any], tuple[str, After]]:
    def scene(house: Any, _: Any) -> tuple[str, After]:
        house.mesh.training.answers |= {
            "ListCandidates": tests.training.ListCandidatesResponse(),
            "ListRuns": tests.training.ListRunsResponse(),
        }
        house.mesh.dataset.answers |= {
            "ListSnapshots": tests.snapshots.ListSnapshotsResponse(),
            "ListDatasets": tests.catalogue_service_pb2.ListDatasetsResponse(),
        }
        house.mesh.inference.answers["ListReanalyses"] = tests.again.ListReanalysesResponse()
        return f"/training?tab={tab}", lambda page: page.locator(".state").first.wait_for()

    return scene


def _decide(version: str, button: int) -> Callable[[Any, Any], tuple[str, After]]:
    """Show the question before a decision about a version, by the place of its button, without a reason."""

    def scene(house: Any, _: Any) -> tuple[str, After]:
        tests.tell(house.mesh)

        def ask(page: Page) -> None:
            card = page.get_by_role("article", name=f"identity/people {version}")
            card.locator("footer .button").nth(button).click()
            page.get_by_role("dialog").locator(".button-main").click()
            page.get_by_role("dialog").get_by_role("alert").wait_for()

        return "/training", ask

    return scene


def _run(**told: Any) -> Callable[[Any, Any], tuple[str, After]]:
    def scene(house: Any, _: Any) -> tuple[str, After]:
        tests.tell(house.mesh)
        house.mesh.training.answers["GetRun"] = tests.training.GetRunResponse(run=tests.run(**told))
        return "/training/r-4", lambda page: page.locator(".training-run").wait_for()

    return scene


def _failed() -> Any:
    completed = tests.facts.TrainingCompleted(run_id="r-4", dataset_id="people")
    completed.outcome.failed.code = "out_of_memory"
    completed.outcome.failed.detail = "The process that trains was ended: 8 GB were not enough."
    completed.duration.FromSeconds(212)
    return completed


def found(house: Any, _: Any) -> tuple[str, After]:
    """Show what looking again has changed and passed over."""
    path, _none = reanalyses(house, _)

    def look(page: Page) -> None:
        page.locator(".training-acts .button").first.click()
        page.get_by_role("dialog").locator(".sheet").wait_for()

    return path, look


def away(house: Any, _: Any) -> tuple[str, After]:
    """Show that training is away."""
    house.mesh.training.away = True
    return "/training", lambda page: page.get_by_role("alert").first.wait_for()


SCENES: Final = {
    "training": models,
    "training-runs": runs,
    "training-run": one_run,
    "training-snapshots": snapshots,
    "training-decide": decide,
    "training-lineage": lineage,
    "training-start": start,
    "training-publish": publish,
    "training-export": export,
    "training-reanalyses": reanalyses,
    "training-look-again": look_again,
    "training-empty": _empty("models"),
    "training-runs-empty": _empty("runs"),
    "training-snapshots-empty": _empty("snapshots"),
    "training-reanalyses-empty": _empty("reanalyses"),
    "training-hold": _decide("4.0", 1),
    "training-release": _decide("5.0", 0),
    "training-roll-back": _decide("3.0", 0),
    "training-run-done": _run(),
    "training-run-failed": _run(state=tests.training.RUN_STATE_FAILED, completed=_failed()),
    "training-run-queued": _run(state=tests.training.RUN_STATE_QUEUED, progress=0, completed=None),
    "training-found": found,
    "training-away": away,
}
