"""The three programmes of the demo, and a file that is broken on purpose.

A: the man talks, a lower third names him (the name is fiction and says so), a ticker runs below with
   another name in it that must not be taken for his. He is shown twice in the same pictures, which
   must count once.
C: the astronaut's portrait with her name.
B: the man in later pictures and the portrait mirrored and regraded, without any name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from PIL.Image import Image

from framewell_demo.rendering.encoder import FRAMES_A_SECOND, write_programme
from framewell_demo.rendering.footage import pan, read_clip, read_portrait, regraded, to_and_fro
from framewell_demo.rendering.graphics import (
    LowerThird,
    Overlay,
    Picture,
    Ticker,
    Typeface,
    backdrop,
    card,
    lower_third,
    note,
)
from framewell_demo.rendering.sound import mix, read_speech
from framewell_demo.sources import Sources

MAN: Final = LowerThird("Jörg Müßigbrodt", "Reporter (fiktiv)")
ASTRONAUT: Final = LowerThird("Eileen Collins", "Astronautin, NASA")
TICKER_NAME: Final = "Sabine Körner"

_CHANNEL: Final = "KANAL EINS · DEMO"
_TICKER: Final = (
    f"+++ {TICKER_NAME} eröffnet neue Brücke über die Aller +++ Wetter: am Nachmittag einzelne Schauer "
    "+++ Handball: Heimsieg in letzter Minute +++ alle Meldungen sind erfunden "
)
_CLIP_FRAMES: Final = 60
_WINDOW: Final = (376, 84)
"""Left and top of the window the man is shown in."""


@dataclass(frozen=True, slots=True)
class Studio:
    """What all programmes are drawn with."""

    sources: Sources
    typeface: Typeface
    empty: Picture
    ticker: Ticker

    @staticmethod
    def open(sources: Sources) -> Studio:
        typeface = Typeface(sources.path("typeface"))
        return Studio(sources, typeface, backdrop(typeface, _CHANNEL), Ticker.draw(typeface, _TICKER))

    def on_air(self, pictures: Iterator[Picture]) -> Iterator[Picture]:
        """Yield the pictures with the ticker running through all of them."""
        for number, picture in enumerate(pictures):
            self.ticker.paste(picture, number)
            yield picture

    def card(self, headline: str, line: str, seconds: float) -> Iterator[Picture]:
        shown = card(self.empty, self.typeface, headline, line)
        for _ in range(_frames(seconds)):
            yield shown.copy()

    def man(self, first: int, seconds: float, caption: LowerThird | None, *notes: str) -> Iterator[Picture]:
        """Yield the man in the window, from picture `first` of the clip on, with or without a lower third."""
        left, top = _WINDOW
        plain = self.empty.copy()
        if notes:
            note(self.typeface, notes).paste(plain)
        named = plain.copy()
        if caption:
            lower_third(self.typeface, caption).paste(named)
        clip = to_and_fro(read_clip(self.sources.path("man-in-car"), first, _CLIP_FRAMES))
        for number, view in enumerate(islice(clip, _frames(seconds))):
            # The lower third comes in after half a second.
            shown = (named if number > FRAMES_A_SECOND // 2 else plain).copy()
            height, width = view.shape[:2]
            shown[top : top + height, left : left + width] = view
            yield shown

    def astronaut(self, seconds: float, caption: LowerThird) -> Iterator[Picture]:
        """Yield the portrait with her name and a slow move."""
        return self._portrait(read_portrait(self._photo), seconds, lower_third(self.typeface, caption))

    def astronaut_regraded(self, seconds: float, *notes: str) -> Iterator[Picture]:
        """Yield the portrait as programme B shows it, with the words that say what was done to it."""
        return self._portrait(regraded(read_portrait(self._photo)), seconds, note(self.typeface, notes))

    def _portrait(self, portrait: Image, seconds: float, overlay: Overlay) -> Iterator[Picture]:
        for picture in pan(portrait, _frames(seconds)):
            overlay.paste(picture)
            yield picture

    @property
    def _photo(self) -> Path:
        return self.sources.path("astronaut")


def programme_a(studio: Studio, target: Path) -> None:
    """Render 22 s: a card, the man with his name, a card, the same pictures of him once more."""

    def shots() -> Iterator[Picture]:
        yield from studio.card("AKTUELL UM ACHT", "Ein Programm der Framewell-Demo, alles erfunden", 3)
        yield from studio.man(0, 8, MAN)
        yield from studio.card("DAS WETTER", "Am Nachmittag einzelne Schauer", 3)
        yield from studio.man(0, 8, MAN)

    reading = read_speech(studio.sources.path("reading-1"))
    sound = mix(22, [(3.5, reading), (14.5, reading)])
    write_programme(target, studio.on_air(shots()), sound, "Aktuell um acht (Framewell-Demo)")


def programme_b(studio: Studio, target: Path) -> None:
    """Render 20 s without names: the man in later pictures, a card, the portrait mirrored and regraded."""

    def shots() -> Iterator[Picture]:
        yield from studio.man(_CLIP_FRAMES, 8, None, "spätere Bilder derselben", "Testsequenz")
        yield from studio.card("RÜCKSCHAU", "Bilder ohne Namen", 3)
        yield from studio.astronaut_regraded(9, "NASA-Porträt, für die Demo", "gespiegelt und neu gegradet")

    sound = mix(20, [(1.0, read_speech(studio.sources.path("reading-2")))])
    write_programme(target, studio.on_air(shots()), sound, "Rückschau (Framewell-Demo)")


def programme_c(studio: Studio, target: Path) -> None:
    """Render 14 s: a card and the portrait with her name."""

    def shots() -> Iterator[Picture]:
        yield from studio.card("RAUMFAHRT", "Ein Porträt der NASA, gemeinfrei", 3)
        yield from studio.astronaut(11, ASTRONAUT)

    write_programme(target, studio.on_air(shots()), mix(14, []), "Raumfahrt (Framewell-Demo)")


def broken_file(sources: Sources, target: Path) -> None:
    """Write a transfer that was cut off: the head of an MP4 file whose index was to come at its end."""
    whole = sources.path("bikes").read_bytes()
    head, _, _ = whole.partition(b"moov")
    target.write_bytes(head[: min(len(head), 200_000)])


def _frames(seconds: float) -> int:
    return round(seconds * FRAMES_A_SECOND)
