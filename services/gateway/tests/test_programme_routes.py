"""One programme over REST: people of a part, the frame table, the poster, and search in all programmes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from framewell.dataset.v1.catalogue_service_pb2 import ListClassesResponse
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.inference.v1.inference_service_pb2 import (
    Appearance,
    ListObservationsRequest,
    ListObservationsResponse,
    ListPeopleRequest,
    ListPeopleResponse,
    Person,
)
from framewell.inference.v1.search_service_pb2 import FoundMoment, SearchMomentsResponse
from framewell.media.v1.media_pb2 import MediaEvent, Moment, Observation, Shot, Span, Timeline
from framewell.media.v1.media_service_pb2 import (
    FrameRun,
    GetFrameRequest,
    GetFrameResponse,
    GetTimelineResponse,
    ListFrameRunsRequest,
    ListFrameRunsResponse,
    ListMediaEventsResponse,
    ListShotsResponse,
)
from framewell.mesh.v1.mesh_pb2 import Ratio
from framewell_gateway.domain.clocks import timecode_of
from framewell_gateway.queries.show_poster import poster_frame
from framewell_kit.outcomes import Conflict
from framewell_kit.tombstones import Going, asset_subject

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
OTHER = "1c5b2c1e-0000-4000-8000-00000000000b"
CLOCK = Timeline(
    time_base=Ratio(numerator=1, denominator=90_000),
    frame_rate=Ratio(numerator=30_000, denominator=1001),
    start_pts=9000,
    start_timecode="00:00:59;29",
    drop_frame=True,
)


def span(start: int, frames: int = 10) -> Span:
    return Span(start_pts=start, end_pts=start + frames * 100, first_frame=start // 100, frames=frames)


@pytest.fixture
def seen(mesh: Any) -> None:
    appearance = Appearance(span=span(0), chunk_id=f"{ASSET}/0/0", track=3)
    mesh.inference.answers |= {
        "ListPeople": ListPeopleResponse(
            people=[Person(class_id="c-1", appearances=[appearance]), Person(cluster_id="k-1")]
        ),
        "ListObservations": ListObservationsResponse(observations=[Observation(id="faces/0/0/1")]),
    }
    mesh.dataset.answers["ListClasses"] = ListClassesResponse(
        classes=[DatasetClass(class_id="c-1", name="Jörg Müßigbrodt")]
    )


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("", None),
        ("?start_pts=-5", (-5, 1 << 62)),
        ("?start_pts=0&end_pts=100", (0, 100)),
        ("?end_pts=100", (-(1 << 62), 100)),
    ],
)
async def test_people_and_observations_of_a_part_are_asked_for_by_pts(
    mesh: Any, gateway: httpx.AsyncClient, query: str, part: tuple[int, int] | None
) -> None:
    people = await gateway.get(f"/v1/assets/{ASSET}/people{query}")
    assert people.status_code == 200, people.text
    known, unknown = people.json()["people"]
    assert (known["name"], unknown["name"]) == ("Jörg Müßigbrodt", "")
    assert known["person"]["appearances"][0]["chunk_id"] == f"{ASSET}/0/0"
    asked = mesh.inference.asked[-1][1]
    assert isinstance(asked, ListPeopleRequest)
    assert ((asked.HasField("span") and (asked.span.start_pts, asked.span.end_pts)) or None) == part
    observed = await gateway.get(f"/v1/assets/{ASSET}/observations{query}")
    assert observed.json()["observations"][0]["id"] == "faces/0/0/1"
    asked = mesh.inference.asked[-1][1]
    assert isinstance(asked, ListObservationsRequest)
    assert ((asked.HasField("span") and (asked.span.start_pts, asked.span.end_pts)) or None) == part


@pytest.mark.usefixtures("seen")
async def test_people_are_listed_without_names_while_these_cannot_be_asked_for(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dataset.away = True
    answer = (await gateway.get(f"/v1/assets/{ASSET}/people")).json()
    assert [one["name"] for one in answer["people"]] == ["", ""]
    assert "the names: dataset cannot be asked right now" in answer["missing"][0]
    mesh.inference.away = True
    assert (await gateway.get(f"/v1/assets/{ASSET}/people")).status_code == 503


async def test_the_frame_table_is_transcodes_own(mesh: Any, gateway: httpx.AsyncClient) -> None:
    run = FrameRun(first_frame=0, start_pts=9000, frames=50, ticks=3003, of=1)
    mesh.transcode.answers["ListFrameRuns"] = ListFrameRunsResponse(
        timeline=CLOCK, runs=[run], end_pts=159_150
    )
    answer = (await gateway.get(f"/v1/assets/{ASSET}/frames?from_pts=12000&page_size=3")).json()
    assert answer["runs"][0] == {
        "first_frame": 0, "start_pts": 9000, "frames": 50, "ticks": 3003, "of": 1, "phase": 0,
    }  # fmt: skip
    assert mesh.transcode.asked[-1][1] == ListFrameRunsRequest(asset_id=ASSET, from_pts=12_000, page_size=3)
    mesh.transcode.answers["ListFrameRuns"] = Conflict("The asset is sound alone: it has no pictures.")
    assert (await gateway.get(f"/v1/assets/{ASSET}/frames")).status_code == 409


async def test_a_picture_is_made_in_few_widths(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.transcode.answers["GetFrame"] = GetFrameResponse(jpeg=b"JPEG", key="ab/abcd.jpg")
    for asked, made in ((16, 16), (333, 320), (479, 320), (480, 480), (4096, 4096)):
        await gateway.get(f"/v1/assets/{ASSET}/frame?frame=1&width={asked}")
        assert mesh.transcode.asked[-1][1].width == made


async def test_a_poster_is_the_middle_of_the_longest_lively_shot(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.transcode.answers |= {
        "GetFrame": GetFrameResponse(jpeg=b"JPEG", key="ab/abcd.jpg", moment=Moment(pts=1, frame=2)),
        "ListShots": ListShotsResponse(shots=[Shot(span=span(0, 99)), Shot(span=span(9900, 20))]),
        "ListMediaEvents": ListMediaEventsResponse(events=[MediaEvent(span=span(0, 10))]),
    }
    answer = await gateway.get(f"/v1/assets/{ASSET}/poster")
    assert (answer.content, answer.headers["cache-control"]) == (b"JPEG", "private, max-age=60")
    assert mesh.transcode.asked[-1][1] == GetFrameRequest(asset_id=ASSET, frame=109, width=320)
    again = await gateway.get(
        f"/v1/assets/{ASSET}/poster?width=321", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert mesh.transcode.asked[-1][1].width == 640
    mesh.transcode.answers["ListShots"] = Conflict("still being transcoded")
    await gateway.get(f"/v1/assets/{ASSET}/poster?width=160")
    assert mesh.transcode.asked[-1][1].frame == 0


def test_a_programme_of_nothing_but_black_has_a_poster_too() -> None:
    assert poster_frame([Shot(span=span(0, 8))], [MediaEvent(span=span(0, 8))]) == 4
    assert poster_frame([], []) == 0


async def test_what_is_found_says_in_which_programme_and_when(mesh: Any, gateway: httpx.AsyncClient) -> None:
    moments = [FoundMoment(asset_id=one, kind="text", span=span(0), text="Wetter") for one in (ASSET, OTHER)]
    moments[0].span.start_pts, moments[0].span.first_frame = 9000 + 3003, 1
    mesh.inference.answers["SearchMoments"] = SearchMomentsResponse(moments=moments, next_page_token="more")
    mesh.transcode.answers["GetTimeline"] = GetTimelineResponse(timeline=CLOCK)
    answer = (await gateway.get("/v1/search?text=wetter&kinds=text")).json()
    first, second = answer["found"]
    assert (first["start"], first["timecode"]) == ("0.033367s", "00:01:00;02")
    assert second["start"] == "0s"
    assert answer["next_page_token"].endswith(".more")
    await mesh.models.tombstones.put(asset_subject(OTHER), Going.REMOVED, "cause")
    mesh.transcode.away = True
    answer = (await gateway.get("/v1/search?text=wetter")).json()
    assert [one["moment"]["asset_id"] for one in answer["found"]] == [ASSET]
    assert "start" not in answer["found"][0]
    assert answer["missing"] == [
        "times and timecodes: transcode cannot be asked right now: connection refused"
    ]


@pytest.mark.parametrize("query", ["", "?text=", "?text=a&kinds=face", f"?text={'x' * 301}"])
async def test_a_search_out_of_bounds_is_refused(gateway: httpx.AsyncClient, query: str) -> None:
    assert (await gateway.get(f"/v1/search{query}")).status_code == 422


def test_a_moment_of_an_asset_without_timecode_has_none() -> None:
    assert timecode_of(Timeline(), 0, 0) == ""
    wrong = Timeline(frame_rate=Ratio(numerator=25, denominator=1), start_timecode="99:99:99:99")
    assert timecode_of(wrong, 0, 0) == ""
