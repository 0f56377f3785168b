"""The exported audit log is checked without a mesh, by whoever has the public key."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from framewell_cli.audit.commands import app
from framewell_cli.audit.exported import entry_line, seal_line
from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.audit_key import AUDIT_KEY_VARIABLE, audit_key
from framewell_cli.mesh.folder import MeshFolder
from framewell_contracts.audit.entries import GENESIS, AuditEntry
from framewell_contracts.audit.seals import new_private_key, public_pem, seal_key

KEY = seal_key(new_private_key())
CHAINS = ("framewell.sample.reviewed.v1/0", "framewell.sample.reviewed.v1/1")
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def entry(chain: str, place: int, previous: str, principal: str = "anna") -> AuditEntry:
    return AuditEntry(
        chain=chain,
        place=place,
        previous=previous,
        offset=place,
        event_id=f"event {place}",
        source="framewell/dataset",
        time=AT.isoformat(),
        digest="d" * 64,
        subject="sample:s",
        class_id="c",
        what="accept",
        principal=principal,
        authority="editor",
        decided_at="",
    )


def chain(name: str, count: int = 5, principal: str = "anna") -> list[AuditEntry]:
    made: list[AuditEntry] = []
    for place in range(count):
        made.append(entry(name, place, made[-1].hash if made else GENESIS, principal))
    return made


def lines(*chains: list[AuditEntry]) -> list[dict[str, Any]]:
    seals = [seal_line(KEY.seal(one[0].chain, len(one), one[-1].hash, AT)) for one in chains]
    return [*seals, *(entry_line(each.text, each.hash) for one in chains for each in one)]


def written(path: Path, log: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in log))
    return path


@pytest.fixture
def public_key(tmp_path: Path) -> Path:
    path = tmp_path / "audit.pub"
    path.write_text(public_pem(KEY.public_keys))
    return path


def checked(file: Path, public_key: Path, *more: str) -> Result:
    return CliRunner().invoke(
        app, ["verify", "--file", str(file), "--public-key", str(public_key), "--json", *more]
    )


def kinds(result: Result) -> set[str]:
    found = json.loads(result.stdout)
    assert found["intact"] == (result.exit_code == 0) == (not found["problems"])
    return {one["kind"] for one in found["problems"]}


def test_an_untouched_export_is_intact(tmp_path: Path, public_key: Path) -> None:
    result = checked(written(tmp_path / "log", lines(*map(chain, CHAINS))), public_key)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "intact": True, "entries": 10, "seals": 2, "sealed_entries": 10, "problem_count": 0, "problems": [],
    }  # fmt: skip


Tamper = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def _rewritten(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    forged = chain(CHAINS[0], principal="mallory")
    return [*log[:2], *(entry_line(each.text, each.hash) for each in forged), *log[7:]]


def _foreign(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    forged = chain(CHAINS[0], principal="mallory")
    mallory = seal_key(new_private_key()).seal(CHAINS[0], 5, forged[-1].hash, AT)
    return [seal_line(mallory), *_rewritten(log)[1:]]


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        (_rewritten, "rewritten"),
        (_foreign, "foreign_seal"),
        (lambda log: log[:-1], "shortened"),
        (lambda log: log[:7], "deleted"),
        (lambda log: log[:2], "deleted"),
        (lambda log: [*log[:4], *log[5:]], "gap"),
        (lambda log: [*log[:4], {**log[4], "hash": "0" * 64}, *log[5:]], "changed"),
        (lambda log: [*log[:5], log[4], *log[5:]], "fork"),
        (lambda log: [{**log[0], "signature": log[1]["signature"]}, *log[1:]], "bad_signature"),
        (lambda log: [*log, *log[2:7]], "fork"),
        (lambda log: log[2:], "unsealed"),
        (lambda log: log[1:], "unsealed"),
        (lambda _: [], "unsealed"),
        (lambda log: [{**log[0], "entry_count": 4}, *log[1:]], "changed"),
        (lambda log: [{**log[0], "chain": CHAINS[1]}, *log[1:]], "changed"),
        (lambda log: [{**log[0], "sealed_at": "2020-01-01T00:00:00Z"}, *log[1:]], "changed"),
        (lambda log: [{**log[0], "remark": "approved"}, *log[1:]], "changed"),
        (lambda log: [*log[:2], {**log[0], "head": "0" * 64}, *log[2:]], "changed"),
    ],
)
def test_what_was_done_to_an_export_is_named(
    tmp_path: Path, public_key: Path, tamper: Tamper, kind: str
) -> None:
    log = tamper(lines(*map(chain, CHAINS)))
    assert kind in kinds(checked(written(tmp_path / "log", log), public_key))


def test_a_log_with_forged_seals_is_found_by_who_kept_an_earlier_export(
    tmp_path: Path, public_key: Path
) -> None:
    """Whoever has the private key can sign a forged log; whoever kept a seal can prove it."""
    earlier = written(tmp_path / "earlier", lines(chain(CHAINS[0])))
    forged = written(tmp_path / "forged", lines(chain(CHAINS[0], 7, "mallory")))
    assert kinds(checked(forged, public_key)) == set()
    assert kinds(checked(forged, public_key, "--against", str(earlier))) == {"rewritten"}


def test_what_is_no_export_or_no_key_is_refused(tmp_path: Path, public_key: Path) -> None:
    text = replace(chain(CHAINS[0])[0]).text
    bad = (
        {"kind": "entry", "text": text + " "},
        {"kind": "note"},
        {},
        {"kind": "entry", "text": text, "x": 1},
    )
    for content in ("no json\n", "[]\n", *(json.dumps(line) + "\n" for line in bad)):
        path = tmp_path / "log"
        good = "".join(json.dumps(line) + "\n" for line in lines(*map(chain, CHAINS)))
        path.write_text(good + content)
        result = checked(path, public_key)
        assert result.exit_code != 0
        assert "audit log" in str(result.exception)
    key = tmp_path / "key"
    key.write_text("nothing")
    assert "no public Ed25519 key" in str(checked(written(tmp_path / "log", []), key).exception)


def test_an_earlier_export_without_seals_holds_nothing(tmp_path: Path, public_key: Path) -> None:
    log = lines(chain(CHAINS[0]))
    earlier = written(tmp_path / "earlier", log[1:])
    result = checked(written(tmp_path / "log", log), public_key, "--against", str(earlier))
    assert isinstance(result.exception, UsageProblem)
    assert "has no seals" in str(result.exception)


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere" / "log", tmp_path):
        result = CliRunner().invoke(app, ["export", str(path), "--kafka", "localhost:1"])
        assert isinstance(result.exception, UsageProblem)
        assert f"{path} cannot be written" in str(result.exception)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(AUDIT_KEY_VARIABLE, raising=False)
    folder = MeshFolder(tmp_path / ".framewell")
    made = Path(audit_key(folder)).read_text()
    assert Path(audit_key(folder)).read_text() == made
    assert seal_key(made).key_id
    assert folder.audit_key.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(AUDIT_KEY_VARIABLE, "/elsewhere/audit.key")
    assert audit_key(folder) == "/elsewhere/audit.key"
