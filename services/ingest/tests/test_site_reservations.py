"""What a web site says about text and data mining reaches the asset, from whichever place it says it."""

from __future__ import annotations

import asyncio
import json

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.rights.v1.rights_pb2 import (
    LEGAL_BASIS_TDM,
    LEGAL_BASIS_TDM_RESEARCH,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    RightsStatement,
)
from framewell_ingest.rights.odrl import read_offer
from framewell_ingest.rights.site_reservations import from_well_known
from framewell_ingest.testing import IngestBench
from framewell_media.testing.clips import Clip, make_clip

TRAINING = {PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING}


class Site:
    """A web server on loopback with answers by path; any other path is 404."""

    def __init__(self, pages: dict[str, tuple[str, bytes]]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def __aenter__(self) -> Site:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        self.asked.append(path)
        head, body = self.pages.get(path, ("404 Not Found", b""))
        lines = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(lines.encode() + body)
        await writer.drain()
        writer.close()


async def stated(
    ingest: IngestBench, head: str = "200 OK", **pages: tuple[str, bytes]
) -> list[RightsStatement]:
    clip = make_clip(ingest.inbox / "a.mp4", Clip(frames=5)).read_bytes()
    places = {"site": "/.well-known/tdmrep.json", "policy": "/policy.json", "other": "/other.json"}
    async with Site({"/a.mp4": (head, clip)} | {places[name]: page for name, page in pages.items()}) as site:
        end = await ingest.take_in(IngestRequested(uri=f"http://127.0.0.1:{site.port}/a.mp4"))
    assert isinstance(end, AssetIngested)
    return list(end.statements)


def rules(*entries: dict[str, object]) -> tuple[str, bytes]:
    return "200 OK\r\nContent-Type: application/json", json.dumps(entries).encode()


async def test_the_file_of_the_site_reserves(ingest: IngestBench) -> None:
    (one,) = await stated(ingest, site=rules({"location": "/", "tdm-reservation": 1}))
    assert (one.use, set(one.purposes), one.found_at) == (
        USE_PROHIBITED,
        TRAINING,
        "/.well-known/tdmrep.json",
    )


async def test_a_header_overrides_the_file_of_the_site(ingest: IngestBench) -> None:
    (one,) = await stated(
        ingest, "200 OK\r\nTDM-Reservation: 0", site=rules({"location": "/", "tdm-reservation": 1})
    )
    assert (one.use, one.legal_basis, set(one.purposes)) == (USE_ALLOWED, LEGAL_BASIS_TDM, TRAINING)


async def test_a_policy_names_its_conditions(ingest: IngestBench) -> None:
    duty = {"action": [{"rdf:value": {"@id": "odrl:compensate"}}]}
    policy = {
        "@type": "Offer",
        "permission": [{"action": "tdm:mine", "duty": [duty, {"action": "obtainConsent"}]}],
    }
    reserved, offered = await stated(
        ingest,
        "200 OK\r\nTDM-Reservation: 1\r\nTDM-Policy: /policy.json",
        policy=("200 OK", json.dumps(policy).encode()),
    )
    assert (reserved.use, offered.use) == (USE_PROHIBITED, USE_CONSTRAINED)
    assert "after consent" in offered.verbatim


async def test_robots_directives_against_ai_are_a_reservation(ingest: IngestBench) -> None:
    (one,) = await stated(ingest, "200 OK\r\nX-Robots-Tag: noindex, noai, noimageai")
    assert (one.use, set(one.purposes)) == (USE_PROHIBITED, TRAINING)


@pytest.mark.parametrize(
    ("page", "uses"),
    [
        (("404 Not Found", b""), []),
        (("200 OK", b"<html>This page stands for every address</html>"), []),
        (("200 OK", b'[{"location": '), [USE_UNSPECIFIED]),
        (("200 OK", b"[" + b" " * (1 << 20)), [USE_UNSPECIFIED]),
        (("500 Oops", b""), [USE_UNSPECIFIED]),
        (("302 Found\r\nLocation: /other.json", b""), [USE_PROHIBITED]),
        (("302 Found\r\nLocation: https://127.0.0.3/x", b""), [USE_UNSPECIFIED]),
        (("302 Found\r\nLocation: /.well-known/tdmrep.json", b""), [USE_UNSPECIFIED]),
    ],
)
async def test_a_file_of_the_site_that_cannot_be_read_withholds(
    ingest: IngestBench, page: tuple[str, bytes], uses: list[int]
) -> None:
    found = await stated(ingest, site=page, other=rules({"location": "/", "tdm-reservation": 1}))
    assert [one.use for one in found] == uses


@pytest.mark.parametrize(
    ("location", "reserved"),
    [
        ("/", True),
        ("/a.mp4", True),
        ("/b", False),
        ("*.mp4", True),
        ("/*.mp4$", True),
        ("/a$", False),
        (None, True),
    ],
)
def test_a_location_is_a_pattern(location: str | None, reserved: bool) -> None:
    rule: dict[str, object] = {"tdm-reservation": 1} | ({} if location is None else {"location": location})
    assert bool(from_well_known(json.dumps([rule]), "/a.mp4")) is reserved


def test_of_several_rules_one_that_reserves_counts() -> None:
    both = [{"location": "/", "tdm-reservation": 0}, {"location": "/a*", "tdm-reservation": 1}]
    (one,) = from_well_known(json.dumps(both), "/a.mp4")
    assert one.text == "1"


@pytest.mark.parametrize(
    ("policy", "use", "words"),
    [
        ({"permission": [{"action": "tdm:mine"}]}, USE_ALLOWED, "permitted"),
        (
            {"permission": {"action": "tdm:mine", "duty": {"action": "tdm:compensate"}}},
            USE_CONSTRAINED,
            "payment",
        ),
        ({"permission": [{"action": "tdm:mine", "duty": [{"action": "sing"}]}]}, USE_CONSTRAINED, "sing"),
        (
            {"odrl:prohibition": [{"odrl:action": "tdm:mine", "action": "tdm:mine"}]},
            USE_PROHIBITED,
            "prohibited",
        ),
        ({"permission": [{"action": "print"}]}, USE_UNSPECIFIED, "nothing"),
        ({}, USE_UNSPECIFIED, "nothing"),
        ([], USE_UNSPECIFIED, "nothing"),
    ],
)
def test_a_policy_is_read_rule_by_rule(policy: object, use: int, words: str) -> None:
    (terms,) = read_offer(json.dumps(policy))
    assert terms.use == use
    assert words in terms.words


def test_a_permission_for_research_alone_rests_on_section_60d() -> None:
    constraint = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "tdm:research"}
    (terms,) = read_offer(json.dumps({"permission": [{"action": "tdm:mine", "constraint": [constraint]}]}))
    assert (terms.use, terms.legal_basis) == (USE_CONSTRAINED, LEGAL_BASIS_TDM_RESEARCH)
