"""Loudness, sounds, texts and the full window of the player, by keyboard; a search plays what it found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import av
from playwright.sync_api import Page, expect

from framewell.inference.v1.search_service_pb2 import FoundMoment, SearchMomentsResponse
from framewell.media.v1.media_pb2 import TRACK_KIND_SUBTITLE, Moment, Span, Track
from framewell_media.testing.captioned import SubtitleTrack, dark_picture, write_captioned
from framewell_media.testing.clips import beeps
from pages_in_browser import test_player as playing

media_sandbox, programmes = playing.media_sandbox, playing.programmes
ASSET, run = playing.ASSET, playing.run
ADDRESS = f"/assets/{ASSET}?frame=15"


def opened(visit: Any, address: str = ADDRESS, **how: Any) -> Page:
    """Return the page of a programme once it shows a picture, with the keys of the player in force."""
    visit.expects("404", "503")  # nobody analysed it here
    page: Page = visit(address, **how)
    page.locator(".transport-position[data-certainty=exact]").wait_for()
    page.locator("h1").focus()
    return page


def loudness(page: Page) -> tuple[float, bool]:
    video = page.locator("video")
    return round(video.evaluate("video => video.volume"), 2), video.evaluate("video => video.muted")


def test_loudness_follows_the_keys_and_is_kept_for_the_next_programme(
    house: Any, visit: Any, programmes: Any
) -> None:
    run(house, programmes.play(*playing.CLIPS["25"]))
    page = opened(visit)
    assert loudness(page) == (1.0, False)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_role("slider", name="Volume")).to_have_attribute("aria-valuetext", "70%")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    assert loudness(page) == (0.7, True)
    expect(page.locator(".transport-position[data-frame='15']")).to_be_visible()  # no key of another meaning

    page.reload()
    page.locator(".transport-position[data-certainty=exact]").wait_for()
    assert loudness(page) == (0.7, True)
    page.locator("h1").focus()
    page.keyboard.press("Shift+ArrowUp")  # who makes it louder hears it
    expect(page.get_by_role("button", name="Mute")).to_be_visible()
    assert loudness(page) == (0.1, False)
    page.get_by_role("slider", name="Volume").focus()
    page.keyboard.press("End")
    assert loudness(page) == (1.0, False)
    visit.check_accessibility(page)


def test_texts_of_the_media_stand_over_the_picture_they_belong_to(
    house: Any, visit: Any, programmes: Any, tmp_path: Path
) -> None:
    tracks = [
        SubtitleTrack(metadata={"language": "ger"}),
        SubtitleTrack(metadata={"language": "eng"}, texts=[(500, 2000, "Good evening & welcome")]),
    ]
    found = [Track(index=at, kind=TRACK_KIND_SUBTITLE, codec="subrip") for at in (1, 2)]
    run(house, programmes.play_file(write_captioned(tmp_path / "texts.mkv", tracks), *found))
    page = opened(visit, language="de")
    text = page.locator("[data-text]")
    expect(text).to_have_count(0)
    page.keyboard.press("c")
    expect(text).to_have_text("Guten Abend")
    expect(page.get_by_role("button", name="Untertitel")).to_have_attribute("aria-pressed", "true")
    playing.go_to(page, "65")
    expect(text.locator("span")).to_have_text(["Zwei", "Zeilen"])
    playing.go_to(page, "80")
    expect(text).to_have_count(0)
    playing.go_to(page, "15")
    page.get_by_label("Welche Untertitel").select_option("Englisch")
    expect(text).to_have_text("Good evening & welcome")
    visit.check_accessibility(page)

    page.reload()  # that texts are shown is kept
    expect(text).to_have_text("Guten Abend")
    page.locator("h1").focus()
    page.keyboard.press("c")
    expect(text).to_have_count(0)


def two_sounds(path: Path) -> Path:
    """Write pictures with a sound in German and one in English, and return their path."""
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        sounds = []
        for language in ("ger", "eng"):
            sound: Any = output.add_stream("aac", rate=48_000, layout="mono")
            sound.metadata["language"] = language
            sounds.append(sound)
        for number in range(100):
            output.mux(video.encode(dark_picture(number)))
        output.mux(video.encode(None))
        for sound in sounds:
            for block in beeps(4.0):
                output.mux(sound.encode(block))
            output.mux(sound.encode(None))
    return path


def test_one_of_several_sounds_is_chosen(house: Any, visit: Any, programmes: Any, tmp_path: Path) -> None:
    run(house, programmes.play_file(two_sounds(tmp_path / "sounds.mkv")))
    asked: list[str] = []
    visit.expects("404", "503")
    page = opened(visit)
    choice = page.get_by_label("Sound", exact=True)
    names = choice.locator("option").all_inner_texts()
    assert len(names) == 2
    expect(choice.locator("option:checked")).to_have_text(names[0])
    page.on("request", lambda request: asked.append(request.url))
    choice.select_option(names[1])
    expect(choice.locator("option:checked")).to_have_text(names[1])
    page.wait_for_function("() => document.querySelector('video').readyState >= 2")
    page.locator("h1").focus()
    page.keyboard.press("l")
    page.wait_for_function("() => Number(document.querySelector('[data-frame]').dataset.frame) > 30")
    assert any("/objects/" in one or "/playlist/" in one for one in asked), "the other sound was fetched"
    visit.check_accessibility(page)


def test_the_player_fills_the_window_and_what_lies_below_is_out_of_reach(
    house: Any, visit: Any, programmes: Any
) -> None:
    run(house, programmes.play(*playing.CLIPS["25"]))
    page = opened(visit)
    player = page.get_by_role("region", name="Player")
    before = player.bounding_box()
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Back to the page")).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('.player').getBoundingClientRect().width === window.innerWidth"
    )
    assert page.evaluate(COVERED), "what lies below is inert"
    playing.go_to(page, "37")  # dialogs stand above it
    playing.at_frame(page, 37)
    assert playing.burnt_in(page) == playing.on_screen(page) == 37
    visit.check_accessibility(page)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Fill the screen")).to_be_visible()
    page.wait_for_function("() => document.fullscreenElement === null")
    assert player.bounding_box() == before
    assert not page.evaluate(COVERED)


COVERED = (
    "() => [...document.querySelectorAll('[role=tab], nav a, h1')].every((one) => one.closest('[inert]'))"
)


def test_keys_of_the_player_are_listed(house: Any, visit: Any, programmes: Any) -> None:
    run(house, programmes.play(*playing.CLIPS["25"]))
    page = opened(visit, language="de")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    for does in (
        "Ton aus und an",
        "Lauter",
        "Leiser",
        "Untertitel ein und aus",
        "Bildschirm füllen und zurück",
    ):
        expect(keys.get_by_text(does, exact=True)).to_be_visible()


def test_what_a_search_found_plays_from_there(house: Any, visit: Any, programmes: Any) -> None:
    run(house, programmes.play(*playing.CLIPS["25"]))
    timeline = programmes.timeline
    pts = timeline.start_pts + round(2 / timeline.time_base)  # two seconds: picture 50
    found = FoundMoment(
        asset_id=ASSET, kind="text", text="Wetter", observation_id="text/0/0/1",
        span=Span(start_pts=pts, end_pts=pts + 1), moment=Moment(pts=pts, frame=50),
    )  # fmt: skip
    house.mesh.inference.answers["SearchMoments"] = SearchMomentsResponse(moments=[found])
    visit.expects("404", "503")
    page = visit("/search?q=wetter")
    page.get_by_text("Wetter").wait_for()
    page.locator("h1").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    shown = page.locator("[data-frame]")
    page.wait_for_function("() => Number(document.querySelector('[data-frame]')?.dataset.frame) > 60")
    assert int(shown.get_attribute("data-frame") or 0) > 60
    expect(page).to_have_url(re.compile(rf"/console/assets/{ASSET}\?pts={pts}$"))
    page.locator("h1").focus()
    page.keyboard.press("k")
    assert page.evaluate("() => document.querySelector('video').paused")


REFUSING = """() => {
    const play = HTMLMediaElement.prototype.play;
    let hasActed = false;
    addEventListener("click", () => { hasActed = true; }, true);
    HTMLMediaElement.prototype.play = function () {
        if (hasActed) return play.call(this);
        return Promise.reject(new DOMException("the user did not interact first", "NotAllowedError"));
    };
}"""
"""What browsers do where nobody acted yet: whoever drives one by a program counts as somebody who acts."""


def test_a_link_that_plays_stands_where_the_browser_wants_an_act_first(
    house: Any, visit: Any, programmes: Any
) -> None:
    """Play is offered, and the console says nothing of the refusal."""
    run(house, programmes.play(*playing.CLIPS["25"]))
    timeline = programmes.timeline
    pts = timeline.start_pts + round(2 / timeline.time_base)
    visit.expects("404", "503")
    page = visit("/account")
    page.context.add_init_script(f"({REFUSING})()")
    page = visit(f"/assets/{ASSET}?pts={pts}&play=1", same_browser_as=page)
    playing.at_frame(page, 50)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert page.evaluate("() => document.querySelector('video').paused")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => Number(document.querySelector('[data-frame]').dataset.frame) > 60")


def test_the_picture_that_is_shown_is_searched_for(house: Any, visit: Any, programmes: Any) -> None:
    run(house, programmes.play(*playing.CLIPS["25"]))
    page = opened(visit)
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(rf"/console/search\?like={ASSET}(@|%40)\d+$"))
    expect(page.get_by_role("radio", name="Scenes like it")).to_be_checked()
