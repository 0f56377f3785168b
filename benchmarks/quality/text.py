"""Text: captions drawn over film, with names that are hard to read, on bars of any brightness and on none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.quality.figure import Figure
from benchmarks.quality.pictures import SOURCES, TEXT, analysers, astronaut, film, looked, man_in_car
from framewell_inference.domain.pictures import Picture

NAMES: Final = (
    "Dr. Jördis Größler-Würz",
    "Angela Schmidt",
    "İbrahim Ünal",
    "Gyula Szűcs",
    "Kőszeghy Ödön",
    "Łukasz Żółć",
    "Çağla Şimşek",
    "François Lefèvre",
    "Małgorzata Kowalczyk",
    "Željko Čović",
)
BARS: Final = {
    "dark bars": (12, 24, 66),
    "red bars": (200, 16, 30),
    "light bars (200 of 255)": (200, 200, 200),
    "lighter bars (225)": (225, 225, 225),
    "no bar": None,
}
SAMPLES: Final = 3


def measure() -> Iterator[Figure]:
    """Yield the figures of text."""
    for called, bar in BARS.items():
        films = (man_in_car()[:SAMPLES], film("bikes.mp4", every=12)[12 : 12 + SAMPLES])
        right = sum(_reads(name, place, bar) for name in NAMES for place in films)
        cases = len(NAMES) * len(films)
        least = None if bar is None else 0.8 if "light" in called else 0.95
        yield Figure(
            f"names in white on {called} that are read without a fault", right / cases, cases, least=least
        )
    bare = [*film("big-buck-bunny.mp4", every=12), *islice(cycle([astronaut()]), 3)]
    lines = sum(
        len(looked(analysers().pictures[TEXT], pictures).observations)
        for pictures in (bare, list(man_in_car()))
    )
    yield Figure("lines read in 26 pictures without captions", float(lines), unit="lines", most=2)


def _reads(name: str, background: tuple[Picture, ...], bar: tuple[int, int, int] | None) -> bool:
    found = looked(analysers().pictures[TEXT], [captioned(one, name, bar) for one in background])
    return [one.text for one in found.observations] == [name]


def captioned(picture: Picture, name: str, bar: tuple[int, int, int] | None) -> Picture:
    """Return a picture, 1280 x 720, with a name in white in its lower third."""
    image = Image.fromarray(picture[..., ::-1]).resize((1280, 720))
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(str(SOURCES / "typeface.otf"), 44)
    if bar:
        pen.rectangle((60, 510, 800, 610), fill=bar)
    pen.text((80, 528), name, font=face, fill="white")
    return np.asarray(image, np.uint8)[..., ::-1].copy()
