"""Pictures of Rights: what is withheld, a change followed, what is owed, decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page

from framewell.erasure.v1.erasure_pb2 import ErasedCount
from pages_in_browser import test_house_rules as rules_tests
from pages_in_browser import test_rights as tests

After = Callable[[Page], None]


def overview(house: Any, _: Any) -> tuple[str, After]:
    """Show refusals beside changes and money."""
    tests.tell(house.mesh)
    return "/rights", lambda _: None


def fate(house: Any, _: Any) -> tuple[str, After]:
    """Show a change that was followed to the new model."""
    tests.tell(house.mesh)
    return "/rights?tab=changes&change=no-1", lambda _: None


def owed(house: Any, _: Any) -> tuple[str, After]:
    """Show the ledger and its contributors."""
    tests.tell(house.mesh)
    return "/rights?tab=owed", lambda _: None


def audit(house: Any, _: Any) -> tuple[str, After]:
    """Show decisions on record."""
    tests.tell(house.mesh)
    return "/rights?tab=audit", lambda _: None


def new_change(house: Any, _: Any) -> tuple[str, After]:
    """Show a change of the rights of one programme, as its page leads to it."""
    tests.tell(house.mesh)
    house.happened(*house.scenes.programme(2, "Tagesthema: Wasser", series="Tagesthema"))

    def shown(page: Page) -> None:
        page.locator(".rights-picked strong").wait_for()

    return f"/rights?new=change&asset_id={house.scenes.asset_id(2)}", shown


def holders(house: Any, _: Any) -> tuple[str, After]:
    """Show holders that are offered while somebody writes."""
    tests.tell(house.mesh)

    def write(page: Page) -> None:
        page.keyboard.type("K")
        page.get_by_role("option").first.wait_for()

    return "/rights?new=change", write


def erase(house: Any, _: Any) -> tuple[str, After]:
    """Show the erasure of a person, as their page leads to it."""
    tests.tell(house.mesh)
    grace = tests.DatasetClass(class_id="c-7", name="Grace Hopper", revision=1)
    house.mesh.dataset.answers["ListClasses"] = tests.ListClassesResponse(classes=[grace], total_size=1)
    return "/rights?tab=erasures&new=erasure&class=c-7", lambda page: page.locator(
        ".rights-picked strong"
    ).wait_for()


def preview(house: Any, _: Any) -> tuple[str, After]:
    """Show what a change would do, before it is put into force."""
    tests.tell(house.mesh)
    tests.tell_what_would_change(house.mesh)

    def fill(page: Page) -> None:
        page.keyboard.type("Agentur Blau")
        page.locator(".rights-pair input").first.fill("Rights department")
        page.locator(".dialog-foot .button").nth(1).press("Enter")
        page.locator(".rights-preview").wait_for()

    return "/rights?new=change", fill


def erasures(house: Any, _: Any) -> tuple[str, After]:
    """Show an erasure that one of six services has reported."""
    tests.tell(house.mesh)
    tests.erase(house)
    return "/rights?tab=erasures", lambda page: page.locator(".rights-services").wait_for()


def checked(house: Any, _: Any) -> tuple[str, After]:
    """Show the log of decisions after it was checked."""
    tests.tell(house.mesh)
    house.mesh.dataset.answers["VerifyAudit"] = tests.rights_rpc.VerifyAuditResponse(
        intact=True, entries=1212, sealed_entries=1200, facts=1214, waiting_facts=2
    )

    def check(page: Page) -> None:
        page.locator(".rights-head .button-main").click()
        page.locator(".rights-verified").wait_for()

    return "/rights?tab=audit", check


def rules(house: Any, _: Any) -> tuple[str, After]:
    """Show what a draft of house rules would do."""
    rules_tests.tell(house.mesh)

    def try_it(page: Page) -> None:
        page.locator("textarea").fill(rules_tests.RULES)
        page.locator(".section-panel .button-main").click()
        page.locator(".sheet").wait_for()

    return "/rights?tab=rules", try_it


def _empty(tab: str) -> Callable[[Any, Any], tuple[str, After]]:
    def scene(house: Any, _: Any) -> tuple[str, After]:
        house.mesh.dataset.answers |= {
            "ListRefusals": tests.rights_rpc.ListRefusalsResponse(),
            "ListRightsChanges": tests.rights_rpc.ListRightsChangesResponse(),
            "ListUnmatchedRights": tests.rights_rpc.ListUnmatchedRightsResponse(),
            "ListLedger": tests.rights_rpc.ListLedgerResponse(),
            "ListContributors": tests.rights_rpc.ListContributorsResponse(),
            "ListAudit": tests.audit.ListAuditResponse(),
        }
        return f"/rights?tab={tab}", lambda page: page.locator(".state").first.wait_for()

    return scene


def under_way(house: Any, _: Any) -> tuple[str, After]:
    """Show a change whose new snapshot is not published yet."""
    tests.tell(house.mesh)
    house.mesh.dataset.answers["GetRightsChange"] = tests.fate(applied=False)
    house.mesh.training.answers |= {
        "ListRuns": tests.training.ListRunsResponse(),
        "ListDependents": tests.training.ListDependentsResponse(models=[tests.candidate("3.0")]),
    }
    return "/rights?tab=changes&change=no-1", lambda page: page.locator(".rights-step").first.wait_for()


def without_training(house: Any, _: Any) -> tuple[str, After]:
    """Show how far a change is known without training."""
    tests.tell(house.mesh)
    house.mesh.training.away = True
    return "/rights?tab=changes&change=no-1", lambda page: page.locator(".rights-step").first.wait_for()


def lacking(house: Any, _: Any) -> tuple[str, After]:
    """Show what a change lacks."""
    tests.tell(house.mesh)

    def look(page: Page) -> None:
        page.locator(".rights-pair input").first.fill("")
        page.locator(".dialog-foot .button").nth(1).click()

    return "/rights?new=change", look


def erased(house: Any, _: Any) -> tuple[str, After]:
    """Show an erasure that all six services have reported, with what they held."""
    tests.tell(house.mesh)
    tests.erase(house)
    subject = tests.Subject(class_id="0b9f6a52")
    held = {
        "ingest": {},
        "transcode": {"pictures": 3, "objects/image/jpeg": 3},
        "inference": {"vector_log": 212, "face_tracks": 41, "objects/application/vnd.usearch.index": 1},
        "training": {"models": 2, "runs": 3, "objects/application/x-onnx": 2},
        "gateway": {"events": 14},
    }
    for service, counts in held.items():
        house.happened(
            tests.ErasureCompleted(
                erasure_id="art-17-041",
                subject=subject,
                service=service,
                counts=[ErasedCount(kind=kind, count=count) for kind, count in counts.items()],
            )
        )
    return "/rights?tab=erasures", lambda page: page.locator(".rights-services").wait_for()


def broken(house: Any, _: Any) -> tuple[str, After]:
    """Show a log that was changed."""
    path, check = checked(house, _)
    house.mesh.dataset.answers["VerifyAudit"] = tests.rights_rpc.VerifyAuditResponse(
        entries=1212,
        sealed_entries=1200,
        facts=1214,
        unreachable_entries=12,
        problem_count=9,
        problems=[tests.rights_rpc.AuditProblem(sentence="Entry 7 of the chain was changed.")],
    )
    return path, check


def away(house: Any, _: Any) -> tuple[str, After]:
    """Show that dataset is away."""
    house.mesh.dataset.away = True
    return "/rights", lambda page: page.get_by_role("alert").first.wait_for()


SCENES: Final = {
    "rights-new": new_change,
    "rights-holders": holders,
    "rights-erase": erase,
    "rights": overview,
    "rights-change": fate,
    "rights-owed": owed,
    "rights-audit": audit,
    "rights-preview": preview,
    "rights-erasures": erasures,
    "rights-checked": checked,
    "rights-rules": rules,
    "rights-empty": _empty("overview"),
    "rights-changes-empty": _empty("changes"),
    "rights-owed-empty": _empty("owed"),
    "rights-erasures-empty": _empty("erasures"),
    "rights-audit-empty": _empty("audit"),
    "rights-under-way": under_way,
    "rights-without-training": without_training,
    "rights-lacking": lacking,
    "rights-erased": erased,
    "rights-broken": broken,
    "rights-away": away,
}
