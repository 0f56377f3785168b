"""`framewell erase`: whom it means, what it says went, and a proof that finds what is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from framewell.mesh.v1 import operations_service_pb2 as api
from framewell_cli.erasure import command, services_search, topics_search
from framewell_cli.erasure.files_search import search_files
from framewell_cli.erasure.findings import Finding, Looked, Verdict, proved, verdict
from framewell_cli.erasure.log_redaction import redact_logs
from framewell_cli.erasure.subjects import Needles, Subject, find_subject, needles
from framewell_cli.erasure.text_search import BLOCK_BYTES, Words
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.report.written_pages import WrittenPages
from framewell_cli.service_calls import ServiceAddress
from framewell_client import Refused, Unreachable
from framewell_contracts.services import SERVICES
from framewell_contracts.topics import Topic

NAME = "Jörg Müßigbrodt"
ASSET = "17e66506-860b-5705-b1e5-24b7a3081974"
CROP = {"key": "ab/" + "ab" * 32 + ".jpg", "sha256": "ab" * 32}


class House:
    """What a gateway would answer about two people, one of them under two classes."""

    def classes(self) -> list[dict[str, Any]]:
        return [
            {"class_id": "old", "dataset_id": "people", "name": "J. M.", "aliases": [], "merged_into": "man"},
            {
                "class_id": "man",
                "dataset_id": "people",
                "name": NAME,
                "aliases": ["Wetterfrosch", "JM"],
                "external_ids": {"gnd": "118540238"},
            },
            {"class_id": "woman", "dataset_id": "people", "name": "Ada Neumann", "aliases": []},
            {"class_id": "double", "dataset_id": "people", "name": "Ada Neumann", "aliases": []},
        ]

    def samples(self, **wanted: Any) -> list[dict[str, Any]]:
        return [{"crops": [{"picture": CROP}]}] if wanted.get("class_id") == "man" else []

    def state(self, asset_id: str) -> str:
        return "analysed"

    def asset(self, asset_id: str) -> dict[str, Any]:
        return {"programme": {"title": "Evening"}, "uri": "file:///x.mp4", "original": CROP}

    def list_assets(self, *, limit: int, title: str) -> dict[str, Any]:
        return {"assets": [], "total_size": 1}


HOUSE: Any = House()


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (NAME.upper(), Subject("class", "man")),
        ("wetterfrosch", Subject("class", "man")),
        ("J. M.", Subject("class", "man")),
        ("man", Subject("class", "man")),
        (ASSET, Subject("asset", ASSET)),
        ("holder:Agentur Blau", Subject("holder", "Agentur Blau")),
        ("class:gone", Subject("class", "gone")),
    ],
)
def test_a_subject_is_known_by_name_alias_or_id(text: str, subject: Subject) -> None:
    assert find_subject(text, HOUSE) == subject


@pytest.mark.parametrize(("text", "sentence"), [("Ada Neumann", "2 people"), ("nobody", "Nobody here")])
def test_nobody_is_erased_by_mistake(text: str, sentence: str) -> None:
    with pytest.raises(UsageProblem, match=sentence):
        find_subject(text, HOUSE)


def test_a_person_is_searched_by_all_names_ids_and_files() -> None:
    found = needles(Subject("class", "old"), HOUSE)
    assert found.words == ["118540238", "J. M.", NAME, "Wetterfrosch"]
    assert (found.ids, found.objects) == (["old", "man"], [CROP["key"]])
    assert needles(Subject("asset", ASSET), HOUSE).words == ["Evening", "file:///x.mp4"]


def test_words_are_found_in_any_case_and_across_blocks(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * (BLOCK_BYTES - 3) + "JÖRG MÜSSIGBRODT".encode() + b"y" * 10)
    assert Words([NAME]).within_file(path)
    assert not Words(["Ada Neumann"]).within_file(path)
    assert not Words([]).within_file(path)
    assert not Words([NAME]).within_file(tmp_path / "gone")


def mesh(tmp_path: Path) -> MeshFolder:
    folder = MeshFolder(tmp_path / ".framewell")
    for each in (folder.database, folder.objects / "ab", folder.logs):
        each.mkdir(parents=True)
    (folder.logs / "dataset.log").write_text("started\n")
    return folder


def left(folder: MeshFolder) -> list[str]:
    wanted = Needles([NAME], ["man"], [CROP["key"]])
    return [one.place for one in search_files(wanted, folder) if one.left]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert left(mesh(tmp_path)) == []


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("database/mesh.db", "database files"),
        ("objects/cd/x.pb", "object files"),
        ("logs/inference.log.1", "log files"),
        ("scratch/half", "files under way"),
        ("backups/manifest.json", "backups"),
    ],
)
def test_a_name_is_found_in_every_kind_of_file(tmp_path: Path, path: str, place: str) -> None:
    folder = mesh(tmp_path)
    file = folder.state / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"backups": [], "by": NAME}, ensure_ascii=False))
    assert left(folder) == [place]


def test_a_file_of_the_subject_that_is_still_there_is_found(tmp_path: Path) -> None:
    folder = mesh(tmp_path)
    (folder.objects / CROP["key"]).write_bytes(b"jpeg")
    assert left(folder) == ["objects of the subject"]


def test_backups_from_before_are_named_and_nothing_else(tmp_path: Path) -> None:
    folder = mesh(tmp_path)
    manifest = folder.state / "backups" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text('{"backups": [{"name": "2026-11-01.tar"}]}')
    backups = next(one for one in search_files(Needles([NAME]), folder) if one.place == "backups")
    assert [one.verdict for one in backups.findings] == [Verdict.EXPIRES]
    assert "2026-11-01.tar" in backups.findings[0].where


def test_report_pages_go_by_asset_and_by_name_wherever_they_lie(tmp_path: Path) -> None:
    folder = mesh(tmp_path)
    pages, written = WrittenPages(folder), {}
    for name, asset_id, text in (("a", "a1", "x"), ("b", "b1", f"<p>{NAME}</p>"), ("c", "c1", "Ada")):
        written[name] = tmp_path / "elsewhere" / f"{name}.html"
        written[name].parent.mkdir(exist_ok=True)
        pages.note(written[name], asset_id)
        written[name].write_text(text)
    assert left(folder) == ["report pages"]
    assert pages.forget(["a1"], Words([NAME])) == [written["a"], written["b"]]
    assert [path.exists() for path in written.values()] == [False, False, True]
    assert left(folder) == []


def test_words_in_logs_are_overwritten_where_they_stand(tmp_path: Path) -> None:
    folder = mesh(tmp_path)
    log = folder.logs / "ingest.log"
    with log.open("a", encoding="utf-8") as writer:
        writer.write(f'{{"error": "file:///in/{NAME}.mp4 is away"}}\n{NAME.upper()}\n')
        writer.flush()
        before = log.stat().st_size
        assert redact_logs(folder.logs, [NAME]) == 1
        assert log.stat().st_size == before
        writer.write("and on\n")
    assert log.read_text().endswith("and on\n")
    assert left(folder) == []
    assert redact_logs(folder.logs, [NAME]) == redact_logs(folder.logs, []) == 0


def store(**fields: Any) -> api.SearchedStore:
    return api.SearchedStore(**{"store": "classes", "searched": 3, "found": 1, "places": ["x"], **fields})


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (store(needles=[0]), Verdict.LEFT),
        (store(needles=[0, 1], kept="which sample was where, by ids"), Verdict.LEFT),
        (store(needles=[0], kept="bookkeeping, § 147 AO"), Verdict.KEPT),
        (store(needles=[1]), Verdict.KEPT),
    ],
)
def test_a_name_may_stay_in_a_store_by_law_alone_and_an_id_where_it_says_that_it_went(
    one: api.SearchedStore, expected: Verdict
) -> None:
    (found,) = services_search._findings(one, words=1)
    assert found.verdict is expected


def test_a_service_that_is_just_started_again_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    @contextmanager
    def restarted(_: Any, address: ServiceAddress) -> Iterator[Any]:
        calls.append(address.service)
        if len(calls) == 1:
            raise MeshUnreachable("away")
        yield SimpleNamespace(SearchHoldings=lambda *_, **__: api.SearchHoldingsResponse(compacted=True))

    monkeypatch.setattr(services_search, "service", restarted)
    monkeypatch.setattr(services_search, "ASK_AGAIN_SECONDS", 0.01, raising=False)
    addresses = {name: ServiceAddress(name, name) for name in SERVICES}
    assert list(services_search.search_services(Needles([NAME]), addresses, ())) == []
    assert len(calls) == len(SERVICES) + 1


class Record:
    """A record of a topic, as the client library has it."""

    def __init__(self, topic: str) -> None:
        self.topic, self.partition, self.offset, self.timestamp = topic, 0, 7, 1_700_000_000_000


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (Topic("framewell.erasure.requested.v1", 3, 14), Verdict.EXPIRES),
        (Topic("framewell.sample.reviewed.v1", 3, None), Verdict.LEFT),
        (Topic("ingest.accept_request.dead-letter", 1, None), Verdict.LEFT),
        (Topic("framewell.usage.recorded.v1", 3, None), Verdict.KEPT),
    ],
)
def test_records_expire_on_a_day_or_must_not_be_there(topic: Topic, expected: Verdict) -> None:
    (found,) = topics_search._findings(topic, [Record(topic.name)])
    assert found.verdict is expected
    if expected is Verdict.EXPIRES:
        assert "2023-12-05" in found.why


def test_the_last_line_says_that_nothing_was_found_or_what_and_where() -> None:
    expires = Looked("topic x", 5, (Finding(Verdict.EXPIRES, 2, "offset 1", "soon"),))
    assert verdict([Looked("a", 3)]) == "nothing found in 3 documents, objects, records and files"
    assert "2 records in topics expire" in verdict([expires])
    found = Looked("dataset: words", 5, (Finding(Verdict.LEFT, 1, "note 4"),))
    assert verdict([found, expires]) == "left behind: dataset: words (note 4)"


def test_what_was_not_searched_or_is_not_known_is_no_proof_and_the_last_line_says_why() -> None:
    blind = [Looked(f"{name}: database", not_searched="it takes authority admin") for name in "ab"]
    line = verdict([Looked("topics", 7), *blind])
    assert line.startswith("not proved: 2 places were not searched (a: database, b: database: it takes")
    assert line.endswith("nothing was found in 7 documents, objects, records and files")
    line = verdict([Looked("a", 3)], "its names are not known any more, so only ids were searched for")
    assert line.startswith("not proved: its names are not known any more, so only ids were searched for")
    found = Looked("dataset: words", 5, (Finding(Verdict.LEFT, 1, "note 4"),))
    line = verdict([found, *blind])
    assert line.startswith("left behind: dataset: words (note 4); 2 places were not searched")
    assert [proved([Looked("a", 3)]), proved([Looked("a", 3)], "x"), proved(blind), proved([found])] == [
        True, False, False, False,
    ]  # fmt: skip


class GoneHouse(House):
    """Where a class and an asset were erased before."""

    def erasures(self) -> list[dict[str, Any]]:
        return [{"kind": "class", "subject_id": "gone"}]

    def asset(self, asset_id: str) -> dict[str, Any]:
        raise Refused(410 if asset_id == ASSET else 404, {"detail": f"asset {asset_id}"})

    def state(self, asset_id: str) -> str:
        if asset_id != ASSET:
            self.asset(asset_id)
        return "removed"


def test_what_is_gone_already_is_searched_by_ids_and_that_is_said() -> None:
    house: Any = GoneHouse()
    found = needles(Subject("class", "gone"), house)
    assert (found.ids, found.words) == (["gone"], ())
    assert found.limits == "its names are not known any more, so only ids were searched for"
    assert "title and address are not known any more" in needles(Subject("asset", ASSET), house).limits
    assert needles(Subject("class", "man"), HOUSE).limits == ("the name 'JM' is too short to be searched for")
    assert "too short" in needles(Subject("holder", "ARD"), HOUSE).limits
    assert needles(Subject("holder", "Agentur Blau"), HOUSE).limits == ""


@pytest.mark.parametrize("subject", [Subject("class", "never"), Subject("asset", ASSET[:-1] + "0")])
def test_what_never_was_is_refused(subject: Subject) -> None:
    house: Any = GoneHouse()
    with pytest.raises(CommandError, match="is known") as caught:
        needles(subject, house)
    assert caught.value.exit_code == 1


class AskedHouse(GoneHouse):
    """A gateway that says what was asked of it, and dies when it is told to."""

    def __init__(self, dies: str = "") -> None:
        self.dies, self.asked = dies, 0

    def _alive(self, step: str) -> None:
        if step == self.dies:
            raise Unreachable("the mesh cannot be reached")

    def classes(self) -> list[dict[str, Any]]:
        self._alive("classes")
        return super().classes()

    def request_erasure(self, asked: Any) -> dict[str, Any]:
        self._alive("request")
        self.asked += 1
        return {"erasure_id": "e-1"}

    def erasure(self, erasure_id: str) -> dict[str, Any]:
        self._alive("answers")
        counts = [{"kind": "tombstones", "count": 2}]
        return {"answers": [{"service": name, "counts": counts} for name in SERVICES]}


def erased(house: AskedHouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *arguments: str) -> Result:
    @contextmanager
    def opened(_: str) -> Iterator[AskedHouse]:
        yield house

    monkeypatch.setattr(command, "open_gateway", opened)
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(command.erase)
    return CliRunner().invoke(app, [*arguments])


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_nothing_is_erased_unasked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: tuple[str, ...]
) -> None:
    house = AskedHouse()
    result = erased(house, monkeypatch, tmp_path, "class:man", *more)
    assert isinstance(result.exception, UsageProblem)
    assert "give --yes" in str(result.exception)
    assert house.asked == 0


@pytest.mark.parametrize(
    ("dies", "sentence"),
    [
        ("classes", "The erasure was not asked for"),
        ("request", "It is not known whether the erasure was asked for"),
        ("answers", "The erasure e-1 was asked for"),
    ],
)
def test_a_mesh_that_goes_away_meanwhile_leaves_no_doubt_whether_it_was_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dies: str, sentence: str
) -> None:
    result = erased(AskedHouse(dies), monkeypatch, tmp_path, "class:man", "--yes")
    assert isinstance(result.exception, MeshUnreachable)
    assert sentence in str(result.exception)


def test_a_holder_of_whom_nothing_is_known_may_be_erased_in_advance_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = erased(AskedHouse(), monkeypatch, tmp_path, "holder:Nobody", "--yes", "--json")
    assert result.exit_code == 0, result.output
    assert "nothing by that name was held" in json.loads(result.stdout)["note"]


def test_a_broker_that_is_away_is_a_place_that_was_not_searched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = erased(
        AskedHouse(), monkeypatch, tmp_path, "class:gone", "--yes", "--prove", "--kafka", "127.0.0.1:1"
    )
    assert result.exit_code == 1, result.output
    last = result.stdout.strip().splitlines()[-1]
    assert last.startswith("not proved: its names are not known any more")
    assert "topics" in last


def test_documents_for_programs_say_all_of_it() -> None:
    found: Mapping[str, Any] = Looked("a", 1, (Finding(Verdict.LEFT, 1, "w"),)).document
    assert found["findings"] == [{"verdict": "left", "count": 1, "where": "w", "why": ""}]
