"""Rights over REST: previewed to the model, followed to the model, owed in a table, decided on record."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from framewell.dataset.v1 import audit_service_pb2 as audit
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.rights.v1 import rights_pb2 as rights
from framewell.training.v1 import training_service_pb2 as training
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_gateway.ports import Away
from framewell_kit.outcomes import NotFound

CHANGE = {
    "subject": {"holder": "Archiv"},
    "statements": [{"issuer": "Archiv", "statement_id": "c-1", "revision": 2, "use": "prohibited"}],
}
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)


def candidate(version: str, **more: Any) -> training.Candidate:
    return training.Candidate(model=ModelVersion(name="identity/people", version=version), **more)


def applied(**counts: int) -> rights_rpc.RightsChange:
    return rights_rpc.RightsChange(change_id="no-1", applied=True, **counts)


def replaced(successor_number: int = 0) -> rights_rpc.ReplacedSnapshot:
    return rights_rpc.ReplacedSnapshot(
        snapshot_id="people-3",
        number=3,
        withdrawn=True,
        successor_id="people-4",
        successor_number=successor_number,
    )


def run(
    state: "training.RunState.ValueType", snapshot: str = "people-4", step: str = "centroid"
) -> training.Run:
    return training.Run(run_id=f"r-{state}", snapshot_id=snapshot, state=state, step=step)


def run_of_nothing() -> training.Run:
    ended = run(training.RUN_STATE_FAILED)
    ended.completed.outcome.failed.code = "empty_snapshot"
    return ended


# --- preview


async def test_a_preview_names_the_models_that_stand_on_the_snapshots(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    money = rights_rpc.MoneyEffect(holder="Archiv", currency="EUR", before="0.20", after="0")
    mesh.dataset.answers["PreviewRightsChange"] = rights_rpc.PreviewRightsChangeResponse(
        samples_withdrawn=3, snapshot_count=1, snapshot_ids=["people-3"], money=[money]
    )
    mesh.training.answers["ListDependents"] = training.ListDependentsResponse(
        models=[candidate("3.0", in_service=True), candidate("2.0", withdrawn="gone")],
        runs=[run(training.RUN_STATE_RUNNING, "people-3")],
    )
    found = (await gateway.post("/v1/rights/preview", json=CHANGE)).json()
    assert found["samples_withdrawn"] == 3
    assert found["money"][0]["before"] == "0.20"
    assert [one["model"]["version"] for one in found["models"]] == ["3.0"], "the other one is gone already"
    assert len(found["runs"]) == 1
    assert list(mesh.training.asked[0][1].snapshot_ids) == ["people-3"]


async def test_a_preview_without_training_says_what_is_missing(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["PreviewRightsChange"] = rights_rpc.PreviewRightsChangeResponse(
        snapshot_count=1, snapshot_ids=["people-3"]
    )
    mesh.training.away = True
    answer = await gateway.post("/v1/rights/preview", json=CHANGE)
    found = answer.json()
    assert answer.status_code == 200
    assert found["unavailable"] == ["models", "runs"]
    assert "models" not in found
    assert "training cannot be asked" in found["missing"][0]


async def test_a_preview_that_touches_no_snapshot_asks_no_model(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.answers["PreviewRightsChange"] = rights_rpc.PreviewRightsChangeResponse(asset_count=1)
    found = (await gateway.post("/v1/rights/preview", json=CHANGE)).json()
    assert (found["models"], found["missing"], mesh.training.asked) == ([], [], [])


# --- fate


async def steps(gateway: httpx.AsyncClient) -> dict[str, str]:
    answer = await gateway.get("/v1/rights/changes/no-1")
    assert answer.status_code == 200
    return {one["step"]: one["state"] for one in answer.json()["steps"]}


def tell(
    mesh: Any,
    snapshots: list[rights_rpc.ReplacedSnapshot],
    runs: list[training.Run],
    models: list[training.Candidate],
    *,
    change: rights_rpc.RightsChange | None = None,
) -> None:
    mesh.dataset.answers["GetRightsChange"] = rights_rpc.GetRightsChangeResponse(
        change=change or applied(samples_withdrawn=3, snapshot_count=len(snapshots)), snapshots=snapshots
    )
    mesh.training.answers["ListDependents"] = training.ListDependentsResponse(models=models)
    mesh.training.answers["ListRuns"] = training.ListRunsResponse(runs=runs)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (([replaced()], [], []), ("under_way", "waiting", "waiting")),
        (([replaced(4)], [], []), ("done", "waiting", "waiting")),
        (([replaced(4)], [run(training.RUN_STATE_RUNNING)], []), ("done", "under_way", "waiting")),
        (
            ([replaced(4)], [run(training.RUN_STATE_DONE)], [candidate("4.0", in_service=True)]),
            ("done", "done", "done"),
        ),
        (([replaced(4)], [run(training.RUN_STATE_DONE)], [candidate("4.0")]), ("done", "done", "person")),
        (([replaced(4)], [run(training.RUN_STATE_FAILED)], []), ("done", "failed", "not_needed")),
        (([replaced(4)], [run_of_nothing()], []), ("done", "not_needed", "not_needed")),
        (
            (
                [replaced(4)],
                [run(training.RUN_STATE_RUNNING, step="challenge"), run(training.RUN_STATE_DONE)],
                [candidate("4.0", in_service=True)],
            ),
            ("done", "done", "done"),
        ),
        (([], [], []), ("not_needed", "not_needed", "not_needed")),
    ],
)
async def test_a_change_is_followed_step_by_step_to_the_model(
    mesh: Any, gateway: httpx.AsyncClient, told: tuple[Any, Any, Any], expected: tuple[str, str, str]
) -> None:
    tell(mesh, *told)
    found = await steps(gateway)
    assert (found["statements"], found["samples"]) == ("done", "done")
    assert (found["snapshots"], found["runs"], found["models"]) == expected


async def test_a_change_under_way_is_told_as_such(mesh: Any, gateway: httpx.AsyncClient) -> None:
    tell(mesh, [], [], [], change=rights_rpc.RightsChange(change_id="no-1", samples_withdrawn=2))
    found = await steps(gateway)
    assert (found["statements"], found["samples"], found["snapshots"]) == (
        "under_way",
        "under_way",
        "waiting",
    )


async def test_without_training_the_last_steps_are_unknown_and_the_rest_stands(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    tell(mesh, [replaced(4)], [], [])
    mesh.training.away = True
    found = await steps(gateway)
    assert (found["snapshots"], found["runs"], found["models"]) == ("done", "unknown", "unknown")
    body = (await gateway.get("/v1/rights/changes/no-1")).json()
    assert body["unavailable"] == ["runs", "models", "models_withdrawn"]
    assert "models" not in body


async def test_an_unknown_change_is_not_found_and_without_dataset_nothing_is_told(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.answers["GetRightsChange"] = NotFound("no change of rights x is known here")
    assert (await gateway.get("/v1/rights/changes/x")).status_code == 404
    mesh.dataset.away = True
    assert (await gateway.get("/v1/rights/changes/x")).status_code == 503
    assert (await gateway.get("/v1/rights/refusals")).status_code == 503


# --- ledger


def use(holder: str, quantity: str = "1", amount: str = "0.10") -> UsageRecorded:
    used = UsageRecorded(
        holder=holder,
        snapshot_id="people-3",
        sample_id="s-1",
        purpose=rights.PURPOSE_OWN_TRAINING,
        quantity=quantity,
        rate=rights.Payment(model=rights.PAY_MODEL_FLAT, amount=amount, currency="EUR"),
        statement=rights.StatementRef(issuer=holder, statement_id="c-1", revision=1),
    )
    used.used_at.FromDatetime(NOW)
    return used


async def table(gateway: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    answer = await gateway.get("/v1/rights/ledger.csv", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_ledger_is_a_table_with_every_page_in_it(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["ListLedger"] = [
        rights_rpc.ListLedgerResponse(entries=[use("Archiv")], next_page_token="1"),
        rights_rpc.ListLedgerResponse(entries=[use("Archiv", quantity="3", amount="0.333333")]),
    ]
    rows = await table(gateway, holder="Archiv", currency="EUR", used_from="2026-11-01T00:00:00Z")
    assert [row["owed"] for row in rows] == ["0.10", "0.999999"]
    assert [row["used_in"] for row in rows] == ["snapshot", "snapshot"]
    asked = mesh.dataset.asked[0][1]
    assert (asked.holder, asked.currency, asked.used_from.seconds) == ("Archiv", "EUR", 1793491200)


@pytest.mark.parametrize("name", ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")'])
async def test_no_name_in_the_table_is_a_formula(mesh: Any, gateway: httpx.AsyncClient, name: str) -> None:
    mesh.dataset.answers["ListLedger"] = rights_rpc.ListLedgerResponse(entries=[use(name)])
    (row,) = await table(gateway)
    assert row["holder"] == row["issuer"] == f"'{name}"


async def test_names_with_commas_quotes_and_breaks_stay_one_cell(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    name = 'Müller, "Söhne"\r\n=1 & ' + "x" * 10_000 + "\u202e"
    mesh.dataset.answers["ListLedger"] = rights_rpc.ListLedgerResponse(entries=[use(name)])
    (row,) = await table(gateway)
    assert row["holder"] == name


async def test_a_table_that_cannot_be_begun_is_refused_as_a_problem(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.away = True
    answer = await gateway.get("/v1/rights/ledger.csv")
    assert (answer.status_code, answer.json()["status"]) == (503, 503)
    assert (await gateway.get("/v1/rights/ledger.csv?currency=euro")).status_code == 422


# --- audit


async def test_the_log_is_read_line_by_line(mesh: Any, gateway: httpx.AsyncClient) -> None:
    entry = audit.AuditEntry(text='{"what":"accept"}', hash="ab")
    mesh.dataset.streams["ReadAudit"] = [
        audit.ReadAuditResponse(entries=[entry]),
        audit.ReadAuditResponse(entries=[entry]),
    ]
    answer = await gateway.get("/v1/audit/log")
    lines = answer.text.splitlines()
    assert len(lines) == 2
    assert lines[0] == '{"kind": "entry", "text": "{\\"what\\":\\"accept\\"}", "hash": "ab"}'


async def test_a_log_that_cannot_be_read_is_a_problem_and_an_empty_one_is_empty(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    assert (await gateway.get("/v1/audit/log")).text == ""
    mesh.dataset.away = True
    assert (await gateway.get("/v1/audit/log")).status_code == 503


async def test_the_log_is_listed_checked_sealed_and_its_key_given_out(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.answers |= {
        "ListAudit": audit.ListAuditResponse(records=[audit.AuditRecord(what="held", principal="anna")]),
        "VerifyAudit": rights_rpc.VerifyAuditResponse(intact=True, entries=3),
        "SealAudit": audit.SealAuditResponse(),
        "GetAuditKey": audit.GetAuditKeyResponse(key_id="0" * 64),
    }
    assert (await gateway.get("/v1/audit?principal=anna")).json()["records"][0]["what"] == "held"
    assert (await gateway.post("/v1/audit/verify", json={})).json()["intact"] is True
    assert (await gateway.post("/v1/audit/seals")).json() == {"seals": []}
    assert (await gateway.get("/v1/audit/key")).json()["key_id"] == "0" * 64
    mesh.dataset.answers["VerifyAudit"] = Away("dataset", "restarting")
    assert (await gateway.post("/v1/audit/verify", json={})).status_code == 503
