"""The page of training: what serves beside what waits, decisions with reasons, runs, snapshots, lineage."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from framewell.dataset.v1 import catalogue_service_pb2, dataset_pb2
from framewell.dataset.v1 import snapshot_service_pb2 as snapshots
from framewell.inference.v1 import inference_service_pb2 as inference
from framewell.inference.v1 import reanalysis_service_pb2 as again
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.mesh.v1.mesh_pb2 import Actor, Failed, ModelVersion, Outcome
from framewell.model.v1.model_pb2 import Measure
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING
from framewell.snapshot.v1.snapshot_pb2 import (
    SPLIT_TRAIN,
    SnapshotPublished,
    SnapshotWithdrawn,
    SplitCount,
)
from framewell.training.v1 import training_pb2 as facts
from framewell.training.v1 import training_service_pb2 as training
from framewell_contracts.sentences import say, wording_of
from framewell_kit.outcomes import Conflict

if TYPE_CHECKING:
    from conftest import House, Visit

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
NOW = datetime(2026, 11, 29, 18, 30, tzinfo=UTC)
SMALL = (360, 640)
CAMPAIGN = "3c1d2a7b-8a53-4d0e-9f0b-6c1d2a7be417"
HOSTILE = '<img src=x onerror=alert(1)> \u202eevil\u202c "Söhne"' + "x" * 10_000


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"training-{name}.png", full_page=True)


def completed(version: str, verdict: facts.Verdict.ValueType) -> facts.TrainingCompleted:
    """Return the fact of a run: better by far in one rate, worse by chance in another."""
    rates = [
        facts.ComparedRate(
            name="recall", trials=310, candidate_count=301, in_service_count=280, certain=True
        ),
        facts.ComparedRate(name="wrong_name_rate", trials=310, candidate_count=2, in_service_count=1),
        facts.ComparedRate(name="false_name_rate", trials=0),
    ]
    made = facts.TrainingCompleted(
        run_id=f"run-{version}",
        dataset_id="people",
        model=ModelVersion(name="identity/people", version=version),
        measures=[
            Measure(name="recall", value=0.971, sample_count=310, low=0.945, high=0.985),
            Measure(name="wrong_name_rate", value=0.006, sample_count=310, low=0.001, high=0.02),
            Measure(
                name="false_name_rate", not_measured="12 people were tried; 20 are needed.", sample_count=12
            ),
        ],
        checks=[
            facts.PromotionCheck(
                check="false_name_rate_not_worse", passed=True, sentence="0 of 12 were given a name."
            ),
            facts.PromotionCheck(
                check="better_by_margin", passed=False, sentence="Not measured: 12 unknown people were tried."
            ),
        ],
        verdict=verdict,
        comparison=facts.ModelComparison(version="3.0", rates=rates, class_count=12, programme_count=31),
    )
    made.outcome.done.SetInParent()
    made.duration.FromTimedelta(timedelta(seconds=0.9))
    return made


def candidate(
    version: str, verdict: facts.Verdict.ValueType = facts.VERDICT_WAITS, **more: Any
) -> training.Candidate:
    """Return a version of the house's model."""
    return training.Candidate(
        model=ModelVersion(name="identity/people", version=version),
        completed=completed(version, verdict),
        snapshot_number=int(version.split(".", maxsplit=1)[0]),
        class_count=12,
        **more,
    )


def run(run_id: str = "r-4", **more: Any) -> training.Run:
    """Return a run that has ended well, unless told otherwise."""
    told: dict[str, Any] = {
        "state": training.RUN_STATE_DONE,
        "step": "centroid",
        "progress": 1.0,
        "completed": completed("4.0", facts.VERDICT_WAITS),
        **more,
    }
    made = training.Run(
        run_id=run_id,
        dataset_id="people",
        snapshot_id="people-4",
        recipe="identity",
        requested_by=Actor(principal="anna", authority="admin"),
        parameters={"epochs": "60"},
        **told,
    )
    made.requested_at.FromDatetime(NOW)
    return made


def running(progress: float = 0.5) -> training.Run:
    """Return a challenge in the middle of its epochs."""
    epochs = [training.EpochMeasure(epoch=epoch, loss=0.7 / epoch) for epoch in range(1, 31)]
    stage = say("stage.epoch", "epoch {epoch} of {epochs}", epoch=30, epochs=60)
    return run(
        "r-5",
        state=training.RUN_STATE_RUNNING,
        step="challenge",
        stage=stage,
        stage_wording=wording_of(stage),
        progress=progress,
        completed=None,
        epochs=epochs,
    )


def snapshot(number: int, **more: Any) -> dataset_pb2.Snapshot:
    """Return a published snapshot."""
    made = dataset_pb2.Snapshot(
        published=SnapshotPublished(
            snapshot_id=f"people-{number}",
            dataset_id="people",
            number=number,
            purpose=PURPOSE_OWN_TRAINING,
            splits=[SplitCount(split=SPLIT_TRAIN, sample_count=40, class_count=12)],
            actor=Actor(principal="anna", authority="curator"),
        ),
        **more,
    )
    made.published_at.FromDatetime(NOW)
    return made


@pytest.fixture
def told(house: House) -> Any:
    tell(house.mesh)
    return house.mesh


def tell(mesh: Any) -> None:
    """Tell of a model that serves, one that waits, one that is held, and one that may not be used."""
    by = Actor(principal="rule:promotion", authority="rule")
    by.decided_at.FromDatetime(NOW)
    hold = training.Hold(reason="Two people look mixed up.", actor=Actor(principal="ines", authority="admin"))
    hold.actor.decided_at.FromDatetime(NOW)
    mesh.training.answers |= {
        "ListCandidates": training.ListCandidatesResponse(
            candidates=[
                candidate("5.0", hold=hold),
                candidate("4.0"),
                candidate("3.0", facts.VERDICT_PROMOTED, in_service=True, promoted_by=by),
                candidate("2.0", withdrawn="snapshot people-2 was withdrawn: rights changed."),
            ],
            total_size=4,
        ),
        "ListRuns": training.ListRunsResponse(runs=[running(), run()], total_size=2),
        "GetRun": training.GetRunResponse(run=running()),
        "Promote": training.PromoteResponse(candidate=candidate("4.0")),
        "HoldModel": training.HoldModelResponse(candidate=candidate("4.0")),
        "Rollback": training.RollbackResponse(candidate=candidate("2.0")),
    }
    mesh.dataset.answers |= {
        "ListSnapshots": snapshots.ListSnapshotsResponse(snapshots=[snapshot(4), snapshot(3)], total_size=2),
        "ListDatasets": catalogue_service_pb2.ListDatasetsResponse(
            datasets=[
                dataset_pb2.Dataset(
                    dataset_id="people",
                    title="People on screen",
                    recipe="identity",
                    purpose=PURPOSE_OWN_TRAINING,
                )
            ]
        ),
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_waits_stands_beside_what_serves_with_the_difference(
    visit: Visit, told: Any, language: str
) -> None:
    page = visit("/training", language=language)
    waits = page.get_by_role("article", name="identity/people 4.0")
    expect(waits).to_contain_text("+6.8" if language == "en" else "+6,8")
    expect(waits).to_contain_text({"en": "not by chance", "de": "kein Zufall"}[language])
    expect(waits.get_by_text("Not measured: 12 unknown people were tried.")).to_be_visible()
    expect(page.get_by_role("article", name="identity/people 5.0")).to_contain_text(
        "Two people look mixed up."
    )
    visit.check_accessibility(page)
    visit.check_fits(page)
    shot(page, f"models-{language}")


def test_a_model_is_promoted_by_keys_with_a_reason_and_never_without(visit: Visit, told: Any) -> None:
    page = visit("/training")
    page.get_by_role("article", name="identity/people 4.0").get_by_role("button", name="Promote").press(
        "Enter"
    )
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Promote").press("Enter")
    expect(dialog.get_by_text("Say why.")).to_be_visible()
    assert "Promote" not in [method for method, _ in told.training.asked]
    dialog.get_by_label("Reason").fill("Ten programmes were looked at.")
    visit.check_accessibility(page)
    shot(page, "decide")
    dialog.get_by_role("button", name="Promote").press("Enter")
    expect(page.get_by_text("Promoted.").first).to_be_visible()
    request = next(request for method, request in told.training.asked if method == "Promote")
    assert (request.model.version, request.reason) == ("4.0", "Ten programmes were looked at.")


def test_hold_and_going_back_take_a_reason_and_a_refusal_is_said_in_its_words(
    visit: Visit, told: Any
) -> None:
    visit.expects("409")
    page = visit("/training")
    page.get_by_role("button", name="Hold back: identity/people 4.0").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Wait for the editors.")
    dialog.get_by_role("button", name="Hold back").click()
    expect(page.get_by_text("Held back.").first).to_be_visible()
    told.training.answers["Rollback"] = Conflict("identity/people has no earlier version that may be used")
    page.get_by_role("button", name="Go back to the version before").click()
    dialog.get_by_label("Reason").fill("It takes two people for one.")
    dialog.get_by_role("button", name="Go back").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no earlier version that may be used")
    expect(dialog.get_by_label("Reason")).to_have_value("It takes two people for one.")


def test_a_run_is_seen_going_on_and_ending(visit: Visit, told: Any) -> None:
    page = visit("/training/r-5")
    expect(page.get_by_role("heading", name="Run: Challenge")).to_be_visible()
    told.training.answers["GetRun"] = training.GetRunResponse(run=running(0.75))
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "75")
    visit.check_accessibility(page)
    shot(page, "run")
    told.training.answers["GetRun"] = training.GetRunResponse(run=run("r-5", step="challenge"))
    expect(page.get_by_text("Done").first).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_where_the_gateway_does_not_answer_the_page_says_that_and_tries_again(
    visit: Visit, told: Any
) -> None:
    visit.expects("ERR_FAILED")
    page = visit("/")
    page.route("**/v1/runs/*", lambda route: route.abort())
    page.evaluate("() => history.pushState(null, '', '/console/training/r-5')")
    failed = page.get_by_role("alert").filter(has_text="The gateway does not answer.")
    expect(failed.get_by_role("heading", name="This could not be shown")).to_be_visible()
    page.unroute("**/v1/runs/*")
    failed.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Run: Challenge")).to_be_visible()


def test_a_run_that_goes_on_can_be_stopped(visit: Visit, told: Any) -> None:
    told.training.answers["CancelRun"] = training.CancelRunResponse(run=running())
    page = visit("/training/r-5")
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("The run stops.").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "de"])
def test_runs_are_listed_with_how_far_they_are(visit: Visit, told: Any, language: str) -> None:
    page = visit("/training?tab=runs", language=language)
    expect(page.get_by_text({"en": "Epoch 30 of 60", "de": "Epoche 30 von 60"}[language])).to_be_visible()
    expect(page.get_by_text("50 %" if language == "de" else "50%").first).to_be_visible()
    visit.check_accessibility(page)
    shot(page, f"runs-{language}")


def tell_of_next_run(mesh: Any) -> None:
    """Tell what a run would take, and that it can be started."""
    preview = training.PreviewTrainingResponse(
        run_id="r-9", sample_count=40, class_count=4, programme_count=9, unnamed_count=120, estimated_from=7,
        no_challenge_because="12 photos can be held out by programme, 20 are needed.",
        pay=[training.RunPay(holder="Kanal Eins", currency="EUR", amount="0.60", sample_count=12)],
    )  # fmt: skip
    preview.estimate.FromTimedelta(timedelta(seconds=0.9))
    mesh.training.answers |= {
        "PreviewTraining": preview,
        "StartTraining": training.StartTrainingResponse(run=running()),
    }


def test_a_run_is_looked_at_before_it_is_started(visit: Visit, told: Any) -> None:
    tell_of_next_run(told)
    page = visit("/training")
    page.get_by_role("article").first.wait_for()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Start")).to_be_disabled()
    dialog.get_by_label("Seed").fill("7")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("€0.60")).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "start")
    dialog.get_by_role("button", name="Start").click()
    page.wait_for_url("**/training/r-5")
    request = next(request for method, request in told.training.asked if method == "StartTraining").request
    assert (request.seed, request.recipe, request.dataset_id) == (7, "identity", "people")


def test_what_would_end_without_a_model_cannot_be_started(visit: Visit, told: Any) -> None:
    told.training.answers["PreviewTraining"] = training.PreviewTrainingResponse(
        refusals=["Snapshot 4 holds no sample to learn from: accept samples first."]
    )
    page = visit("/training", language="de")
    page.get_by_role("button", name="Trainieren").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Vorschau").click()
    expect(dialog.get_by_text("Er würde ohne Modell enden")).to_be_visible()
    expect(dialog.get_by_role("button", name="Beginnen")).to_be_disabled()


def test_a_run_takes_one_of_the_snapshots_by_its_number(visit: Visit, told: Any) -> None:
    told.training.answers["PreviewTraining"] = training.PreviewTrainingResponse(run_id="r-9", sample_count=40)
    page = visit("/training")
    page.get_by_role("article").first.wait_for()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Snapshot").click()
    page.get_by_role("option", name="№ 3").click()
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("button", name="Start")).to_be_enabled()
    asked = [request for method, request in told.training.asked if method == "PreviewTraining"][-1]
    assert asked.request.snapshot_id == "people-3"


def test_a_snapshot_is_published_now_and_where_nothing_changed_it_says_so(visit: Visit, told: Any) -> None:
    told.dataset.answers["PublishSnapshot"] = snapshots.PublishSnapshotResponse(
        snapshot=snapshot(4).published
    )
    page = visit("/training?tab=snapshots")
    page.get_by_role("button", name="Publish a snapshot now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing has changed since snapshot 4: it stays the newest.")).to_be_visible()
    told.dataset.answers["PublishSnapshot"] = snapshots.PublishSnapshotResponse(
        snapshot=snapshot(5).published
    )
    page.get_by_role("button", name="Publish a snapshot now").click()
    expect(page.get_by_text("Snapshot 5 is published.")).to_be_visible()
    asked = [request for method, request in told.dataset.asked if method == "PublishSnapshot"]
    assert asked[-1].dataset_id == "people"
    visit.check_accessibility(page)


def campaign(**more: Any) -> again.Reanalysis:
    """Return a look of the analyser of faces at the whole archive, half of it done."""
    made = again.Reanalysis(
        **{
            "reanalysis_id": CAMPAIGN,
            "target": again.ReanalysisTarget(analyser="faces"),
            "selection": again.ReanalysisSelection(series=["Abendschau"]),
            "state": again.REANALYSIS_STATE_RUNNING,
            "actor": Actor(principal="rule:live_budget", authority="rule"),
            "estimate": again.ReanalysisEstimate(assets=4, chunks=84),
            "chunks": 42,
            "changes": [again.ObservationChange(kind="label", label="dachshund", before=0, after=1204)],
            "skipped": [again.ReasonCount(reason="its stored pictures are gone", count=10)],
            **more,
        }
    )
    made.started_at.FromDatetime(NOW)
    made.remaining.FromSeconds(28_736)
    return made


@pytest.fixture
def archive(told: Any) -> Any:
    tell_of_campaigns(told)
    return told


def tell_of_campaigns(mesh: Any) -> None:
    """Tell of a look at the archive that is half done, and of what can look at it."""
    mesh.inference.answers |= {
        "ListReanalyses": again.ListReanalysesResponse(reanalyses=[campaign()], total_size=1),
        "ListAnalysers": inference.ListAnalysersResponse(
            analysers=[inference.Analyser(name="faces"), inference.Analyser(name="safety")]
        ),
        "ListModels": inference.ListModelsResponse(
            models=[
                inference.Model(model=ModelVersion(name="house/dogs", version="2.0"), in_force=True),
                inference.Model(
                    model=ModelVersion(name="face/embed", version="1.0"), analyser="faces", in_force=True
                ),
            ]
        ),
        "EstimateReanalysis": again.EstimateReanalysisResponse(
            estimate=again.ReanalysisEstimate(
                assets=4, chunks=84, pictures=1680, basis="20.5 ms a picture", done_assets=3
            ),
            notes=["house/dogs is not enabled: it looks at nothing that arrives"],
        ),
        "StartReanalysis": again.StartReanalysisResponse(reanalysis=campaign()),
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_looks_again_at_what_and_how_far_they_are(visit: Visit, archive: Any, language: str) -> None:
    page = visit("/training?tab=reanalyses", language=language)
    row = page.get_by_role("row").filter(has_text="faces")
    expect(row).to_contain_text("Abendschau")
    expect(row).to_contain_text({"en": "a rule of the mesh", "de": "eine Regel des Mesh"}[language])
    expect(row).to_contain_text(
        {"en": "42 / 84 chunks, about 8 hr left", "de": "42 / 84 Abschnitte"}[language]
    )
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    visit.check_accessibility(page)
    page.get_by_role("button", name={"en": "Details", "de": "Einzelheiten"}[language]).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row").filter(has_text="dachshund")).to_contain_text("1")
    expect(dialog.get_by_text("its stored pictures are gone")).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    shot(page, f"reanalyses-{language}")


def test_a_look_at_the_archive_is_estimated_and_then_started_for_single_assets(
    visit: Visit, house: House, archive: Any
) -> None:
    house.happened(*house.scenes.programme(2, "Tagesthema: Wasser"))
    page = visit("/training?tab=reanalyses")
    page.get_by_role("button", name="Re-analyse …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Model or analysis").click()
    expect(page.get_by_role("option", name="face/embed")).to_have_count(0)
    page.get_by_role("option", name="house/dogs").click()
    dialog.get_by_text("Single assets").click()
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Choose an asset.")).to_be_visible()
    assert not [method for method, _ in archive.inference.asked if method == "EstimateReanalysis"]
    dialog.get_by_role("combobox", name="Title of an asset").fill("wasser")
    page.get_by_role("option", name="Tagesthema: Wasser").wait_for()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Leave out Tagesthema: Wasser")).to_be_visible()
    dialog.get_by_label("Only from").fill("22:00")
    dialog.get_by_label("to", exact=True).fill("06:00")
    expect(dialog.get_by_role("button", name="Start", exact=True)).to_be_disabled()
    dialog.get_by_role("button", name="Preview").press("Enter")
    expect(dialog.get_by_text("4 assets, 84 chunks, 1,680 pictures")).to_be_visible()
    expect(dialog.get_by_text("3 assets analysed already, and left out")).to_be_visible()
    expect(dialog.get_by_text("it looks at nothing that arrives")).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    dialog.get_by_role("button", name="Start", exact=True).press("Enter")
    expect(page.get_by_text("Started. Everything else goes first.")).to_be_visible()
    started = next(request for method, request in archive.inference.asked if method == "StartReanalysis")
    assert started.target.model == "house/dogs"
    assert list(started.selection.asset_ids) == [house.scenes.asset_id(2)]
    assert (started.window.begin, started.window.end) == ("22:00", "06:00")
    assert started.window.time_zone == "Europe/Berlin"


def test_a_look_at_the_archive_is_paused_goes_on_and_ends(visit: Visit, archive: Any) -> None:
    paused = campaign(state=again.REANALYSIS_STATE_PAUSED)
    archive.inference.answers |= {
        "PauseReanalysis": again.PauseReanalysisResponse(reanalysis=paused),
        "ResumeReanalysis": again.ResumeReanalysisResponse(reanalysis=campaign()),
        "CancelReanalysis": again.CancelReanalysisResponse(reanalysis=paused),
    }
    page = visit("/training?tab=reanalyses")
    page.get_by_role("button", name="Pause").wait_for()
    archive.inference.answers["ListReanalyses"] = again.ListReanalysesResponse(reanalyses=[paused])
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. What was found so far stays.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("It goes on.")).to_be_visible()
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text("Ended. What was found so far stays.")).to_be_visible()
    changed = [method for method, _ in archive.inference.asked if method[:5] in ("Pause", "Resum", "Cance")]
    assert changed == ["PauseReanalysis", "ResumeReanalysis", "CancelReanalysis"]


def tell_of_export(mesh: Any) -> None:
    """Tell of a file that was written of a snapshot, without the samples that may not be passed on."""
    mesh.dataset.streams["ExportSnapshot"] = [
        snapshots.ExportSnapshotResponse(
            progress=1,
            export=ObjectRef(key="ab/ab.tar", size=40960),
            sample_count=38,
            left_out_count=2,
            left_out_reason="Withheld: Agentur Blau prohibits passing samples on.",
        )
    ]


def test_a_snapshot_is_exported_and_says_what_was_left_out(visit: Visit, told: Any) -> None:
    tell_of_export(told)
    page = visit("/training?tab=snapshots")
    visit.check_accessibility(page)
    page.get_by_role("button", name="Export snapshot 4").click()
    page.get_by_role("button", name="Write the file").click()
    expect(page.get_by_text("2 samples were left out:")).to_be_visible()
    href = page.get_by_role("link", name="Save the file").get_attribute("href")
    assert href == "/v1/snapshots/people-4/objects/ab/ab.tar"
    shot(page, "export")


def tell_of_origins(mesh: Any) -> None:
    """Tell what a model was made from, as far as training alone knows it."""
    mesh.training.answers["GetLineage"] = training.GetLineageResponse(
        lineage=facts.Lineage(snapshot_id="people-3", recipe="identity", asset_count=31, sample_count=40),
        asset_ids=[ASSET],
    )


def test_a_model_is_traced_to_its_assets_and_without_dataset_to_ids(visit: Visit, told: Any) -> None:
    tell_of_origins(told)
    page = visit("/training")
    page.get_by_role("button", name="Where it comes from: identity/people 3.0").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("31 assets, 40 samples")).to_be_visible()
    expect(dialog.get_by_text("dataset knows nothing of it")).to_be_visible()
    visit.check_accessibility(page)
    shot(page, "lineage")


def test_a_house_without_models_says_what_leads_to_one(visit: Visit, house: House) -> None:
    house.mesh.training.answers["ListCandidates"] = training.ListCandidatesResponse()
    page = visit("/training", language="de")
    expect(page.get_by_role("heading", name="Kein Modell ist in Betrieb")).to_be_visible()
    visit.check_accessibility(page)


def test_without_training_the_page_says_so_and_comes_back(visit: Visit, told: Any) -> None:
    visit.expects("503")
    told.training.away = True
    page = visit("/training")
    expect(page.get_by_role("alert").first).to_contain_text("training cannot be asked right now")
    told.training.away = False
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("article", name="identity/people 4.0")).to_be_visible()


def test_reasons_and_names_from_outside_are_text_and_break_nothing(visit: Visit, told: Any) -> None:
    hold = training.Hold(reason=HOSTILE, actor=Actor(principal=HOSTILE, authority="admin"))
    told.training.answers["ListCandidates"] = training.ListCandidatesResponse(
        candidates=[candidate("4.0", hold=hold), candidate("3.0", in_service=True, promoted_because=HOSTILE)]
    )
    page = visit("/training", size=SMALL)
    page.get_by_text("<img src=x").first.wait_for()
    assert page.locator("img[src=x]").count() == 0
    visit.check_fits(page)
    shot(page, "small")


EMPTY = say("empty_snapshot", "snapshot {number} holds no sample to learn from", number=4)
GONE = say("withdrawal.asset_removed", "Its asset was removed.")
OTHER = say(
    "check.not_comparable",
    "{version}, in service, cannot be compared: {why}. A person decides.",
    version="3.0",
    why=say("model_unreadable.gone", "the {what} of {model} is gone", what="graph", model="people@3.0"),
)
FEW = say(
    "not_measured",
    "{tried} {what} were tried; {least} are needed, since of fewer a single one moves the rate by more than"
    " {share}.",
    tried=12, what=say("tried.photos", "held-out photos"), least=20, share="5%",
)  # fmt: skip


def _ended(mesh: Any) -> None:
    """Tell of a run that had nothing to learn from, beside one that ended well."""
    failed = Outcome(failed=Failed(code="empty_snapshot", detail=EMPTY, wording=wording_of(EMPTY)))
    empty = run(
        "r-6",
        state=training.RUN_STATE_FAILED,
        completed=facts.TrainingCompleted(run_id="r-6", dataset_id="people", outcome=failed),
    )
    mesh.training.answers |= {
        "ListRuns": training.ListRunsResponse(runs=[empty, run()], total_size=2),
        "GetRun": training.GetRunResponse(run=empty),
    }


def test_a_run_on_an_empty_snapshot_is_calm_and_says_why(visit: Visit, told: Any) -> None:
    _ended(told)
    page = visit("/training?tab=runs", language="de")
    badge = page.locator(".badge").filter(has_text="Nichts zu lernen")
    expect(badge).to_have_class(re.compile("badge-calm"))
    expect(page.get_by_text("Gescheitert")).to_have_count(0)
    page = visit("/training/r-6", language="de")
    said = page.locator(".training-said")
    expect(said).to_have_text("Der Datenstand 4 enthält kein Muster, aus dem sich lernen ließe.")
    expect(said.locator("[lang=en]")).to_have_count(0)


def test_why_a_snapshot_was_withdrawn_is_said_in_german(visit: Visit, told: Any) -> None:
    withdrawn = SnapshotWithdrawn(snapshot_id="people-3", reason=GONE, wording=wording_of(GONE))
    told.dataset.answers["ListSnapshots"] = snapshots.ListSnapshotsResponse(
        snapshots=[snapshot(4), snapshot(3, withdrawn=withdrawn)], total_size=2
    )
    page = visit("/training?tab=snapshots", language="de")
    expect(page.get_by_text("Sein Beitrag wurde entfernt.")).to_be_visible()


def test_what_was_not_measured_or_compared_says_why_in_german(visit: Visit, told: Any) -> None:
    made = completed("4.0", facts.VERDICT_WAITS)
    made.comparison.CopyFrom(
        facts.ModelComparison(version="3.0", why_not=OTHER, why_not_wording=wording_of(OTHER))
    )
    del made.measures[:]
    made.measures.append(Measure(name="recall", not_measured=FEW, not_measured_wording=wording_of(FEW)))
    told.training.answers["GetRun"] = training.GetRunResponse(run=run("r-4", completed=made))
    page = visit("/training/r-4", language="de")
    measures = page.locator(".training-measures")
    expect(measures).to_contain_text(
        "3.0, in Betrieb, lässt sich nicht vergleichen: Der Graph von people@3.0 fehlt. Das entscheidet"
    )
    expect(measures.locator("[lang=en]")).to_have_count(0)
    why = "Versucht: 12 Prüffotos; nötig sind 20, denn bei weniger bewegt ein einziger Fall die Rate um mehr"
    expect(measures.locator(f"[title^='{why}']")).to_be_visible()
