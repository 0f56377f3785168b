"""The page of rights: refusals, a change previewed and followed, money, erasures, the log."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from framewell.dataset.v1 import audit_service_pb2 as audit
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.dataset.v1.catalogue_service_pb2 import GetClassResponse, ListClassesResponse
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion, Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.training.v1 import training_service_pb2 as training
from framewell.usage.v1.usage_pb2 import UsageRecorded

if TYPE_CHECKING:
    from conftest import House, Visit

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
NOW = datetime(2026, 11, 29, 18, 30, tzinfo=UTC)
FORBIDS = "Withheld: Agentur Blau forbids training models of the house: 'no AI training' (contract 4711)."
HOSTILE = '<img src=x onerror=alert(1)> \u202eevil\u202c & "Söhne"'


def change(change_id: str = "no-1", **more: Any) -> rights_rpc.RightsChange:
    """Return a change that withdrew three samples."""
    told: dict[str, Any] = {
        "subject": Subject(holder="Agentur Blau"),
        "actor": Actor(principal="ines", authority="rights"),
        "applied": True,
        "asset_count": 4,
        "samples_withdrawn": 3,
        "snapshot_count": 1,
        "statements": [applied()],
        **more,
    }
    made = rights_rpc.RightsChange(change_id=change_id, **told)
    made.received_at.FromDatetime(NOW)
    return made


def applied() -> rights.AppliedStatement:
    """Return that a statement is in force."""
    return rights.AppliedStatement(
        statement=rights.StatementRef(issuer="ines", statement_id="4711", revision=1),
        outcome=rights.STATEMENT_OUTCOME_IN_FORCE,
        sentence="Statement 4711: it is in force.",
    )


def candidate(version: str, **more: Any) -> training.Candidate:
    """Return a version of the house's model."""
    return training.Candidate(model=ModelVersion(name="identity/people", version=version), **more)


def fate(successor: int = 0, **more: Any) -> rights_rpc.GetRightsChangeResponse:
    """Return how dataset followed the change; with a successor its snapshot is published."""
    replaced = rights_rpc.ReplacedSnapshot(
        snapshot_id="people-3", number=3, withdrawn=True, successor_id="people-4", successor_number=successor
    )
    if successor:
        replaced.successor_published_at.FromDatetime(NOW + timedelta(seconds=2))
    sample = rights_rpc.ChangedSample(sample_id="s-17", asset_id=ASSET, effect="withdrawn")
    return rights_rpc.GetRightsChangeResponse(change=change(**more), samples=[sample], snapshots=[replaced])


def refusal(
    sentence: str = FORBIDS, count: int = 12, title: str = "Abendschau vom 22. November"
) -> rights_rpc.Refusal:
    """Return a group of samples that are withheld."""
    moment = rights_rpc.RefusedMoment(sample_id="s-17", asset_id=ASSET, title=title)
    moment.at.FromTimedelta(timedelta(seconds=61.5))
    return rights_rpc.Refusal(
        kind="samples",
        purpose=rights.PURPOSE_OWN_TRAINING,
        sentence=sentence,
        count=count,
        moments=[moment],
    )


def use(holder: str = "Kanal Eins") -> UsageRecorded:
    """Return one use of one sample."""
    used = UsageRecorded(
        holder=holder,
        run_id="6f1d2a7b8a534d0e",
        sample_id="s-17",
        asset_id=ASSET,
        purpose=rights.PURPOSE_OWN_TRAINING,
        quantity="1",
        rate=rights.Payment(model=rights.PAY_MODEL_PER_USE, amount="0.05", currency="EUR"),
        statement=rights.StatementRef(issuer=holder, statement_id="frame-agreement", revision=1),
    )
    used.used_at.FromDatetime(NOW)
    return used


def balance(holder: str = "Kanal Eins") -> rights_rpc.Balance:
    """Return what a holder is owed."""
    return rights_rpc.Balance(
        holder=holder,
        currency="EUR",
        amount="12.60",
        uses=126,
        flat_amount="12.00",
        per_use_amount="0.60",
    )


def tell(mesh: Any) -> None:
    """Put everything into the fakes."""
    asset = rights_rpc.Refusal(
        kind="assets",
        purpose=rights.PURPOSE_SHARING,
        sentence="Withheld: nobody stated a right to share samples, and the house default is to withhold.",
        count=41,
        moments=[rights_rpc.RefusedMoment(asset_id=ASSET, title="Abendschau vom 22. November")],
    )
    unmatched = rights_rpc.UnmatchedRights(subject=Subject(holder="Agentur Bluu"), statements=[applied()])
    unmatched.since.FromDatetime(NOW)
    mesh.dataset.answers |= {
        "ListRefusals": rights_rpc.ListRefusalsResponse(refusals=[asset, refusal()], total_size=2),
        "ListRightsChanges": rights_rpc.ListRightsChangesResponse(
            changes=[change(), change("no-0", samples_withdrawn=0, samples_repriced=7)], total_size=2
        ),
        "ListUnmatchedRights": rights_rpc.ListUnmatchedRightsResponse(unmatched=[unmatched], total_size=1),
        "ListLedger": rights_rpc.ListLedgerResponse(entries=[use()], balances=[balance()], total_size=1),
        "ListContributors": rights_rpc.ListContributorsResponse(
            contributors=[
                rights_rpc.Contributor(
                    holder="Kanal Eins", statement_count=2, asset_count=41, sample_count=126,
                    balances=[balance()],
                ),
                rights_rpc.Contributor(holder="Agentur Blau", asset_count=4),
            ],
            total_size=2,
        ),
        "GetRightsChange": fate(4),
        "ListAudit": audit.ListAuditResponse(
            records=[
                audit.AuditRecord(
                    chain_id="framewell.model.promoted.v1/0", place=6, hash="9f" * 32, what="promoted",
                    time=NOW.isoformat(), subject="model:identity/people@3.0", principal="anna",
                    authority="admin",
                )
            ],
            total_size=1,
        ),
    }  # fmt: skip
    mesh.training.answers |= {
        "ListDependents": training.ListDependentsResponse(models=[candidate("4.0", in_service=True)]),
        "ListRuns": training.ListRunsResponse(
            runs=[
                training.Run(
                    run_id="r-4", snapshot_id="people-4", state=training.RUN_STATE_DONE, step="centroid"
                )
            ]
        ),
    }


# --- the page

SMALL = (360, 640)


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"rights-{name}.png", full_page=True)


@pytest.fixture
def told(house: House) -> Any:
    tell(house.mesh)
    return house.mesh


@pytest.mark.parametrize("language", ["en", "de"])
def test_refusals_changes_and_money_stand_side_by_side(visit: Visit, told: Any, language: str) -> None:
    page = visit("/rights", language=language)
    expect(page.get_by_text("forbids training models of the house")).to_be_visible()
    expect(page.get_by_text("Agentur Blau", exact=True).first).to_be_visible()
    expect(page.get_by_text("Agentur Bluu")).to_be_visible()
    expect(page.get_by_text("€").first).to_be_visible()
    visit.check_accessibility(page)
    visit.check_fits(page)
    shot(page, f"overview-{language}")


def tell_what_would_change(mesh: Any) -> None:
    """Tell what a change would do to samples, to a model in service, and to what is owed."""
    mesh.dataset.answers["PreviewRightsChange"] = rights_rpc.PreviewRightsChangeResponse(
        samples_withdrawn=3,
        snapshot_count=1,
        asset_count=4,
        snapshot_ids=["people-3"],
        statements=fate().change.statements,
        money=[
            rights_rpc.MoneyEffect(
                holder="Agentur Blau", currency="EUR", model=rights.PAY_MODEL_PER_USE, before="0.15",
                after="0", sample_count=3,
            )
        ],
    )  # fmt: skip
    mesh.training.answers["ListDependents"] = training.ListDependentsResponse(
        models=[candidate("3.0", in_service=True)]
    )


def test_a_change_is_sent_only_after_its_preview_and_then_followed_by_keys_alone(
    visit: Visit, told: Any
) -> None:
    tell_what_would_change(told)
    page = visit("/rights")
    page.get_by_text("forbids training models of the house").wait_for()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Put into force")).to_be_disabled()
    dialog.get_by_label("Name of the holder").fill("Agentur Blau")
    dialog.get_by_label("Stated by").fill("Rights department")
    dialog.get_by_role("button", name="Preview").press("Enter")
    expect(dialog.get_by_text("in service now: it leaves at once")).to_be_visible()
    expect(dialog.get_by_text("€0.15")).to_be_visible()
    shot(page, "preview")
    visit.check_accessibility(page)
    dialog.get_by_label("File number").fill("4711")
    expect(dialog.get_by_role("button", name="Put into force")).to_be_disabled()
    expect(dialog.get_by_text("look at it again")).to_be_visible()
    dialog.get_by_role("button", name="Preview").press("Enter")
    send = dialog.get_by_role("button", name="Put into force")
    expect(send).to_be_enabled()
    send.press("Enter")
    expect(page.get_by_role("heading", name="What became of it")).to_be_visible()
    sent = told.announcements.facts[-1]
    assert (sent.subject.holder, sent.statements[0].statement_id) == ("Agentur Blau", "4711")
    assert sent.statements[0].use == rights.USE_PROHIBITED


def test_what_a_draft_lacks_is_said_at_its_field_and_nothing_is_asked(visit: Visit, told: Any) -> None:
    page = visit("/rights", language="de")
    page.get_by_role("button", name="Rechte ändern").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Erklärt von").fill("")
    dialog.get_by_role("button", name="Vorschau").click()
    expect(dialog.get_by_text("Nennen Sie, was es betrifft.")).to_be_visible()
    expect(dialog.get_by_text("Nennen Sie, wer es erklärt.")).to_be_visible()
    assert "PreviewRightsChange" not in [method for method, _ in told.dataset.asked]


def test_a_preview_that_is_refused_says_why_and_keeps_what_was_typed(visit: Visit, told: Any) -> None:
    visit.expects("404")
    page = visit("/rights")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the holder").fill("Agentur Blau")
    dialog.get_by_label("Stated by").fill("ines")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("alert")).to_contain_text("dataset knows nothing of it")
    expect(dialog.get_by_label("Name of the holder")).to_have_value("Agentur Blau")


def test_a_change_is_followed_to_the_new_model(visit: Visit, told: Any) -> None:
    told.dataset.answers["GetRightsChange"] = fate()
    told.training.answers["ListRuns"] = training.ListRunsResponse()
    told.training.answers["ListDependents"] = training.ListDependentsResponse()
    page = visit("/rights?tab=changes&change=no-1")
    steps = page.locator(".rights-step")
    expect(steps.filter(has_text="Snapshots")).to_contain_text("under way")
    expect(steps.filter(has_text="Model in service")).to_contain_text("waits")
    tell(told)
    expect(steps.filter(has_text="Model in service")).to_contain_text("done")
    expect(page.get_by_text("identity/people 4.0").first).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "fate")


def test_without_training_the_change_is_told_as_far_as_it_is_known(visit: Visit, told: Any) -> None:
    told.training.away = True
    page = visit("/rights?tab=changes&change=no-1", size=SMALL)
    expect(page.locator(".rights-step").filter(has_text="Model in service")).to_contain_text("not known")
    expect(page.get_by_text("training cannot be asked right now").first).to_be_visible()
    visit.check_fits(page)


def test_a_change_that_is_not_taken_up_yet_is_awaited(visit: Visit, told: Any) -> None:
    visit.expects("404")
    del told.dataset.answers["GetRightsChange"]
    page = visit("/rights?tab=changes&change=no-1")
    expect(page.get_by_text("followed here as soon as it is taken up")).to_be_visible()
    tell(told)
    expect(page.locator(".rights-step").filter(has_text="Model in service")).to_contain_text("done")


def test_a_programme_is_written_by_its_title_and_taken_from_what_is_offered(
    visit: Visit, house: House, told: Any
) -> None:
    house.happened(*house.scenes.programme(2, "Tagesthema: Wasser", series="Tagesthema"))
    told.dataset.answers["PreviewRightsChange"] = rights_rpc.PreviewRightsChangeResponse()
    told.training.answers["ListDependents"] = training.ListDependentsResponse()
    page = visit("/rights")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("One asset").click()
    field = dialog.get_by_role("combobox", name="Which asset")
    field.fill("gibt es nicht")
    expect(dialog.get_by_text("Nothing has this name.")).to_be_visible()
    dialog.get_by_label("Stated by").fill("ines")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Choose it from what is offered.")).to_be_visible()
    field.fill("wasser")
    expect(dialog.get_by_role("option", name="Tagesthema: Wasser")).to_be_visible()
    visit.check_accessibility(page)
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("option")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    picked = dialog.get_by_role("group", name="Which asset")
    expect(picked.get_by_text("Tagesthema: Wasser")).to_be_visible()
    visit.check_accessibility(page)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Nothing that is known here would change.")).to_be_visible()
    asked = next(request for method, request in told.dataset.asked if method == "PreviewRightsChange")
    assert asked.change.subject.asset_id == house.scenes.asset_id(2)
    picked.get_by_role("button", name="Choose another").click()
    dialog.get_by_role("combobox", name="Which asset").fill(house.scenes.asset_id(2))
    expect(picked.get_by_text("Tagesthema: Wasser")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_a_known_holder_is_offered_and_another_one_may_be_written(visit: Visit, told: Any) -> None:
    page = visit("/rights", language="de")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name des Rechteinhabers").fill("Kan")
    dialog.get_by_role("option", name="Kanal Eins").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Name des Rechteinhabers")).to_have_value("Kanal Eins")
    asked = [request.prefix for method, request in told.dataset.asked if method == "ListContributors"]
    assert "Kan" in asked
    dialog.get_by_label("Name des Rechteinhabers").fill("Agentur Neu")
    page.keyboard.press("Escape")
    expect(dialog.get_by_label("Name des Rechteinhabers")).to_have_value("Agentur Neu")


@pytest.mark.parametrize(
    ("path", "title"), [("new=change&holder=Agentur+Blau", "Change rights"), ("new=change", "Change rights")]
)
def test_a_link_opens_the_form_filled_in_once(visit: Visit, told: Any, path: str, title: str) -> None:
    page = visit(f"/rights?{path}")
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog.get_by_label("Name of the holder")).to_have_value(
        "Agentur Blau" if "holder" in path else ""
    )
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert "new=" not in page.url
    assert "holder" not in page.url


def test_a_person_is_erased_by_name_from_their_page(visit: Visit, house: House, told: Any) -> None:
    grace = DatasetClass(class_id="c-7", name="Grace  Hopper", revision=1)
    told.dataset.answers |= {
        "GetClass": GetClassResponse(dataset_class=grace),
        "ListClasses": ListClassesResponse(classes=[grace], total_size=1),
    }
    visit.expects("404")
    page = visit("/people/c-7")
    page.get_by_role("link", name="Erase this person …").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("group", name="Who it is").get_by_text("Grace Hopper")).to_be_visible()
    visit.check_accessibility(page)
    expect(dialog.get_by_text("c-7")).to_have_count(0)
    dialog.get_by_label("Reason").fill("Letter of 20 November.")
    dialog.get_by_label("Write it once more").fill("Grace")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog.get_by_text("The two differ.")).to_be_visible()
    dialog.get_by_label("Write it once more").fill("Grace Hopper")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("The erasure was asked for.").first).to_be_visible()
    assert told.announcements.facts[-1].subject.class_id == "c-7"
    assert "class=" not in page.url


def test_from_what_is_withheld_the_rights_of_its_programme_are_changed(
    visit: Visit, house: House, told: Any
) -> None:
    page = visit("/rights")
    page.get_by_text("Some of them").first.click()
    page.get_by_role("link", name="Change rights …: Abendschau vom 22. November").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("group", name="Which asset")).to_be_visible()
    expect(dialog.get_by_text("Nothing has this id here.")).to_be_visible()


def test_a_change_that_was_sent_is_asked_for_only_once_it_is_taken_up(visit: Visit, told: Any) -> None:
    told.dataset.answers["PreviewRightsChange"] = rights_rpc.PreviewRightsChangeResponse()
    told.training.answers["ListDependents"] = training.ListDependentsResponse()
    listed = told.dataset.answers["ListRightsChanges"]
    page = visit("/rights?new=change&holder=Agentur+Blau")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Stated by").fill("ines")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Put into force").click()
    expect(page.get_by_text("followed here as soon as it is taken up")).to_be_visible()
    asked = [request.change_id for method, request in told.dataset.asked if method == "GetRightsChange"]
    assert asked == []
    (sent,) = (one.partition("change=")[2].partition("&")[0] for one in [page.url])
    taken = rights_rpc.ListRightsChangesResponse(changes=[change(sent), *listed.changes], total_size=3)
    told.dataset.answers["ListRightsChanges"] = taken
    expect(page.locator(".rights-step").first).to_be_visible()
    asked = [request.change_id for method, request in told.dataset.asked if method == "GetRightsChange"]
    assert set(asked) == {sent}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_ledger_has_sums_each_use_and_a_table_to_save(visit: Visit, told: Any, language: str) -> None:
    page = visit("/rights?tab=owed&holder=Kanal+Eins&from=2026-11-01", language=language)
    expect(page.get_by_text("Kanal Eins").first).to_be_visible()
    link = page.locator("a[download]").get_attribute("href") or ""
    assert link.startswith("/v1/rights/ledger.csv?holder=Kanal+Eins&used_from=2026-10-31T23")
    asked = next(request for method, request in told.dataset.asked if method == "ListLedger")
    assert asked.holder == "Kanal Eins"
    visit.check_accessibility(page)
    shot(page, f"owed-{language}")


def erase(house: Any) -> None:
    """Let a person be erased, of which one service has reported."""
    actor = Actor(principal="ines", authority="rights")
    subject = Subject(class_id="0b9f6a52")
    house.happened(
        ErasureRequested(erasure_id="art-17-041", subject=subject, actor=actor),
        ErasureCompleted(erasure_id="art-17-041", subject=subject, service="dataset"),
    )


def test_an_erasure_is_asked_for_twice_and_reported_by_six_services(
    visit: Visit, house: House, told: Any
) -> None:
    erase(house)
    page = visit("/rights?tab=erasures")
    expect(page.get_by_text("1 of 6 services has reported")).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "erasures")
    page.get_by_role("button", name="Erase").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Holder", exact=True).click()
    dialog.get_by_label("Name of the holder").fill("Agentur Blau")
    dialog.get_by_label("Write it once more").fill("Agentur Bla")
    dialog.get_by_label("Reason").fill("Letter of 20 November.")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog.get_by_text("The two differ.")).to_be_visible()
    assert not told.announcements.facts
    dialog.get_by_label("Write it once more").fill("Agentur Blau")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("The erasure was asked for.").first).to_be_visible()
    assert told.announcements.facts[-1].subject.holder == "Agentur Blau"


def test_the_log_is_checked_and_says_what_is_wrong(visit: Visit, told: Any) -> None:
    told.dataset.answers["VerifyAudit"] = rights_rpc.VerifyAuditResponse(
        intact=True, entries=412, sealed_entries=400, facts=412
    )
    page = visit("/rights?tab=audit")
    page.get_by_role("button", name="Check the log").click()
    expect(page.get_by_text("The log is whole")).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "audit")
    told.dataset.answers["VerifyAudit"] = rights_rpc.VerifyAuditResponse(
        problem_count=1, problems=[rights_rpc.AuditProblem(sentence="Entry 7 of the chain was changed.")]
    )
    page.get_by_role("button", name="Check the log").click()
    expect(page.get_by_text("The log is broken")).to_be_visible()
    expect(page.get_by_text("Entry 7 of the chain was changed.")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_empty_house_says_why_it_is_empty(visit: Visit, house: House, language: str) -> None:
    house.mesh.dataset.answers |= {
        "ListRefusals": rights_rpc.ListRefusalsResponse(),
        "ListRightsChanges": rights_rpc.ListRightsChangesResponse(),
        "ListUnmatchedRights": rights_rpc.ListUnmatchedRightsResponse(),
        "ListLedger": rights_rpc.ListLedgerResponse(),
        "ListContributors": rights_rpc.ListContributorsResponse(),
    }
    page = visit("/rights", language=language)
    nothing = {"en": "Nothing is withheld", "de": "Nichts ist gesperrt"}[language]
    expect(page.get_by_role("heading", name=nothing)).to_be_visible()
    visit.check_accessibility(page)
    shot(page, f"empty-{language}")


def test_without_dataset_each_part_says_so_and_comes_back(visit: Visit, told: Any) -> None:
    visit.expects("503")
    told.dataset.away = True
    page = visit("/rights")
    expect(page.get_by_role("alert").first).to_contain_text("dataset cannot be asked right now")
    told.dataset.away = False
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_text("forbids training models of the house")).to_be_visible()


def test_names_from_outside_are_text_and_break_nothing(visit: Visit, told: Any) -> None:
    long = HOSTILE + "x" * 10_000
    told.dataset.answers |= {
        "ListRefusals": rights_rpc.ListRefusalsResponse(refusals=[refusal(long, title=long)], total_size=1),
        "ListRightsChanges": rights_rpc.ListRightsChangesResponse(
            changes=[change(subject=Subject(holder=long))], total_size=1
        ),
        "ListLedger": rights_rpc.ListLedgerResponse(
            entries=[use(long)], balances=[balance(long)], total_size=1
        ),
        "ListContributors": rights_rpc.ListContributorsResponse(
            contributors=[rights_rpc.Contributor(holder=long)], total_size=1
        ),
    }
    page = visit("/rights")
    page.get_by_text("<img src=x").first.wait_for()
    assert page.locator("img[src=x]").count() == 0
    visit.check_fits(page)
    for tab in ("changes", "owed"):
        page = visit(f"/rights?tab={tab}", size=SMALL)
        page.get_by_text("<img src=x").first.wait_for()
        visit.check_fits(page)


def test_a_moment_leads_to_its_programme(visit: Visit, told: Any) -> None:
    page = visit("/rights", size=SMALL)
    page.get_by_text("Some of them").first.click()
    link = page.get_by_role("link", name="Abendschau vom 22. November").first
    assert (link.get_attribute("href") or "").startswith(f"/console/assets/{ASSET}")
    visit.check_fits(page)
    shot(page, "small")
