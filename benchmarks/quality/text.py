"""Text: captions drawn over film, with names that are hard to read, on bars of any brightness and on none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

import cv2
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
    yield from _moving()
    bare = [*film("big-buck-bunny.mp4", every=12), *islice(cycle([astronaut()]), 3)]
    lines = sum(
        len(looked(analysers().pictures[TEXT], pictures).observations)
        for pictures in (bare, list(man_in_car()))
    )
    yield Figure("lines read in 26 pictures without captions", float(lines), unit="lines", most=2)


def _moving() -> Iterator[Figure]:
    """Yield how captions without a bar, and signs in the scene, are read as a camera moves over a picture."""
    scenes = (
        astronaut(), film("bikes.mp4", every=12)[12], film("bikes.mp4", every=24)[7],
        film("big-buck-bunny.mp4", every=24)[2], man_in_car()[3],
    )  # fmt: skip
    right = sum(_reads(name, panned(scene, 40), None) for name in NAMES for scene in scenes)
    cases = len(NAMES) * len(scenes)
    yield Figure("names in white on no bar before a scene that moves", right / cases, cases, least=0.7)
    steps = (5, 15, 40)
    read = sum(
        len(looked(analysers().pictures[TEXT], panned(lettered(scene), step)).observations)
        for scene in scenes
        for step in steps
    )
    signs = len(scenes) * len(steps)
    yield Figure(f"lines read of {signs} signs in scenes that move", float(read), unit="lines", most=1)


def panned(picture: Picture, step: int) -> tuple[Picture, ...]:
    """Return what a camera takes that moves over a picture, so many pixels a sample, 1280 x 720."""
    large = np.asarray(cv2.resize(picture, (1920, 1080)), np.uint8)
    return tuple(large[60 + at * step // 4 :, 100 + at * step :][:720, :1280].copy() for at in range(SAMPLES))


def lettered(scene: Picture) -> Picture:
    """Return a scene with a sign in it, where captions stand."""
    image = Image.fromarray(np.asarray(cv2.resize(scene, (1920, 1080)), np.uint8)[..., ::-1])
    face = ImageFont.truetype(str(SOURCES / "typeface.otf"), 44)
    ImageDraw.Draw(image).text((500, 660), "HAUPTBAHNHOF Nord", font=face, fill="white")
    return np.asarray(image, np.uint8)[..., ::-1].copy()


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
