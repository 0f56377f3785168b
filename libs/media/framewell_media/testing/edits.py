"""Rendered programmes whose transitions are known, and the things that are easily taken for transitions.

Every picture is drawn from a seed: textured scenes with moving shapes, filmed by a camera that stands, pans,
shakes or zooms, and put together by an editor. Two scenes of one set share their colours, as two cameras in
one room do. The same seed gives the same pictures on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import PIL.Image
from numpy.typing import NDArray

WIDTH: Final = 320
HEIGHT: Final = 180
RATE: Final = Fraction(25)
_MARGIN: Final = 2
"""How many times larger than the picture a scene is, so that a camera can move over it."""

Pixels = NDArray[np.float32]
"""HEIGHT x WIDTH x 3, RGB, 0 to 255."""


@dataclass(frozen=True, slots=True)
class TrueTransition:
    """What the editor did: a `cut` (which has no pictures of its own), `fade`, `dissolve` or `wipe`."""

    kind: str
    first_frame: int
    frames: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A rendered programme: pictures one by one, and its transitions in order."""

    pictures: Callable[[], Iterator[Pixels]]
    transitions: tuple[TrueTransition, ...]
    frames: int


@dataclass(frozen=True, slots=True)
class Style:
    """What the shots of an edit are like, beside the transitions between them."""

    joins: tuple[str, ...] = ("cut",)
    """Kinds of transitions that are drawn from; `similar` is a cut between scenes of one set."""
    camera: str = "still"
    flashes: bool = False
    explosions: bool = False
    captions: bool = False
    noise: float = 0.0
    dark: bool = False
    interlaced: bool = False


STYLES: Final[Mapping[str, Style]] = {
    "cuts": Style(),
    "similar scenes": Style(joins=("similar",)),
    "dark scenes": Style(dark=True),
    "dissolves": Style(joins=("dissolve",)),
    "dissolves of moving shots": Style(joins=("dissolve",), camera="slow pan"),
    "fades": Style(joins=("fade black", "fade white")),
    "wipes": Style(joins=("wipe",)),
    "flashes": Style(flashes=True),
    "explosions": Style(explosions=True),
    "captions": Style(captions=True),
    "pans": Style(camera="fast pan"),
    "shaking": Style(camera="shake"),
    "zooms": Style(camera="zoom"),
    "noise": Style(noise=14.0),
    "interlaced look": Style(camera="slow pan", interlaced=True),
    "everything": Style(
        joins=("cut", "cut", "similar", "dissolve", "fade black", "wipe"),
        flashes=True, captions=True, noise=4.0,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Ball:
    colour: Pixels
    radius: float
    start: tuple[float, float]
    speed: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Scene:
    canvas: Pixels
    balls: tuple[_Ball, ...]
    camera: str
    shakes: NDArray[np.float64] = field(repr=False)
    direction: int

    def picture(self, time: float) -> Pixels:
        """Return what the camera sees `time` pictures after the scene begins."""
        height, width = self.canvas.shape[:2]
        zoom = 1.0 + (0.012 * time if self.camera == "zoom" else 0.0)
        left, top = (width - WIDTH / zoom) / 2, (height - HEIGHT / zoom) / 2
        if self.camera.endswith("pan"):
            travel = (14.0 if self.camera == "fast pan" else 1.2) * time * self.direction
            left += travel
        if self.camera == "shake":
            left, top = (left, top) + self.shakes[int(time) % len(self.shakes)]
        rows = np.clip(top + np.arange(HEIGHT) / zoom, 0, None).astype(int)
        columns = (left + np.arange(WIDTH) / zoom).astype(int)
        picture: Pixels = self.canvas[np.ix_(_mirrored(rows, height), _mirrored(columns, width))].copy()
        for ball in self.balls:
            _paint(picture, ball, time)
        return picture


def _mirrored(places: NDArray[Any], length: int) -> NDArray[Any]:
    places = np.abs(places) % (2 * length)
    return np.asarray(np.where(places < length, places, 2 * length - 1 - places))


def _paint(picture: Pixels, ball: _Ball, time: float) -> None:
    x, y = (start + speed * time for start, speed in zip(ball.start, ball.speed, strict=True))
    x, y = x % (WIDTH + 2 * ball.radius) - ball.radius, np.clip(y, 0, HEIGHT)
    top, left = max(0, int(y - ball.radius)), max(0, int(x - ball.radius))
    part = picture[top : int(y + ball.radius), left : max(0, int(x + ball.radius))]
    rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
    part[(rows + top - y) ** 2 + (columns + left - x) ** 2 < ball.radius**2] = ball.colour


def _texture(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    total = np.zeros((height, width), np.float32)
    for cells, weight in ((3, 1.0), (8, 0.6), (24, 0.35), (80, 0.2)):
        grid = rng.random((cells, cells * width // height)).astype(np.float32)
        scaled = PIL.Image.fromarray(grid).resize((width, height), PIL.Image.Resampling.BICUBIC)
        total += weight * np.asarray(scaled)
    return np.asarray((total - total.min()) / (total.max() - total.min()), np.float32)


def _scene(rng: np.random.Generator, palette: NDArray[np.float64], style: Style) -> _Scene:
    height, width = HEIGHT * _MARGIN, WIDTH * _MARGIN
    mix = _texture(rng, height, width)[:, :, None]
    canvas = palette[0] * (1 - mix) + palette[1] * mix
    for _ in range(10):
        top, left = rng.integers(0, height - 40), rng.integers(0, width - 40)
        bottom, right = top + rng.integers(20, height // 2), left + rng.integers(20, width // 4)
        shade = palette[2] + rng.normal(0, 20, 3)
        canvas[top:bottom, left:right] = 0.3 * canvas[top:bottom, left:right] + 0.7 * shade
    balls = tuple(
        _Ball(
            np.clip(palette[3] + rng.normal(0, 25, 3), 0, 255).astype(np.float32),
            float(rng.uniform(12, 40)),
            (float(rng.uniform(0, WIDTH)), float(rng.uniform(30, HEIGHT))),
            (float(rng.normal(0, 2.0)), float(rng.normal(0, 0.3))),
        )
        for _ in range(3)
    )
    if style.dark:
        canvas = 12 + canvas * 0.15
        balls = tuple(_Ball(12 + b.colour * 0.15, b.radius, b.start, b.speed) for b in balls)
    shakes = rng.normal(0, 7, (97, 2))
    direction = int(rng.choice((-1, 1)))
    return _Scene(np.clip(canvas, 0, 255).astype(np.float32), balls, style.camera, shakes, direction)


def edit(style: Style, seed: int, shots: int = 8) -> Edit:
    """Return a programme of so many shots, two to four seconds each."""
    rng = np.random.default_rng(seed)
    palette = rng.uniform(20, 235, (4, 3))
    scenes, lengths, joins, truth = [], [], [], []
    for number in range(shots):
        join = str(rng.choice(style.joins)) if number else ""
        if join != "similar":
            palette = rng.uniform(20, 235, (4, 3))
        scenes.append(_scene(rng, palette, style))
        lengths.append(int(rng.integers(50, 100)))
        joins.append((join, int(rng.integers(10, 51)) if join not in ("", "cut", "similar") else 0))
    at = 0
    for number, (join, frames) in enumerate(joins):
        if join:
            kind = "cut" if not frames else join.split()[0]
            truth.append(TrueTransition(kind, at, frames))
        at += frames + lengths[number]
    effects = _effects(rng, style, at, truth)

    def pictures() -> Iterator[Pixels]:
        noise = np.random.default_rng(seed + 1)
        for number, filmed in enumerate(_joined(scenes, lengths, joins, style)):
            picture = effects(number, filmed)
            if style.noise:
                picture += noise.normal(0, style.noise, picture.shape).astype(np.float32)
            yield np.clip(picture, 0, 255)

    return Edit(pictures, tuple(truth), at)


def _joined(
    scenes: list[_Scene], lengths: list[int], joins: list[tuple[str, int]], style: Style
) -> Iterator[Pixels]:
    for number, (scene, length) in enumerate(zip(scenes, lengths, strict=True)):
        join, frames = joins[number]
        for step in range(frames):
            before = _filmed(scenes[number - 1], joins[number - 1][1] + lengths[number - 1] + step, style)
            yield _passage(join, (step + 1) / (frames + 1), before, _filmed(scene, step, style))
        for step in range(length):
            yield _filmed(scene, frames + step, style)


def _filmed(scene: _Scene, time: int, style: Style) -> Pixels:
    picture = scene.picture(time)
    if style.interlaced:
        picture[1::2] = scene.picture(time + 0.5)[1::2]
    return picture


def _passage(join: str, share: float, before: Pixels, after: Pixels) -> Pixels:
    """Return the picture of a transition of which `share` (0 to 1) is over."""
    if join == "dissolve":
        return np.asarray(before * np.float32(1 - share) + after * np.float32(share))
    if join == "wipe":
        edge = int(share * WIDTH)
        return np.concatenate([after[:, :edge], before[:, edge:]], axis=1)
    colour = np.float32(255 if join == "fade white" else 0)
    picture, strength = (before, 1 - share / 0.45) if share < 0.5 else (after, (share - 0.55) / 0.45)
    return colour + (picture - colour) * np.float32(max(0.0, strength))


def _effects(
    rng: np.random.Generator, style: Style, frames: int, truth: list[TrueTransition]
) -> Callable[[int, Pixels], Pixels]:
    """Return what is laid over the pictures; nothing begins or ends within 8 pictures of a transition."""
    taken = np.zeros(frames, bool)
    for one in truth:
        taken[max(0, one.first_frame - 8) : one.first_frame + one.frames + 8] = True
    flashes: dict[int, float] = {}
    for at in (int(place) for place in rng.integers(10, max(11, frames - 30), 12)):
        if style.flashes and not taken[at : at + 6].any():
            flashes |= {at + step: 0.9 * 0.55**step for step in range(int(rng.integers(1, 5)))}
        if style.explosions and not taken[at : at + 24].any():
            flashes |= {at + step: float(np.sin(np.pi * (step + 1) / 25) ** 2) for step in range(24)}
    captions = [
        (start, start + int(rng.integers(20, 60)))
        for start in (int(place) for place in rng.integers(10, max(11, frames - 70), 10))
    ]
    captions = [one for one in captions if style.captions and not taken[one[0]] and not taken[one[1]]]
    text = np.kron(rng.random((3, 40)) > 0.4, np.ones((8, 6), bool))

    def lay(number: int, picture: Pixels) -> Pixels:
        if any(start <= number < end for start, end in captions):
            picture[130:166, 20:300] = (20, 30, 120)
            picture[136:160, 30:270][text] = 240
        strength = np.float32(flashes.get(number, 0.0))
        light = np.array((255, 235, 190) if style.explosions else (255, 255, 255), np.float32)
        return picture + (light - picture) * strength

    return lay


def write_edit(path: Path, made: Edit) -> Path:
    """Encode a programme (H.264, a keyframe every second) and return its path."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.options = {
            "preset": "veryfast", "crf": "20", "x264-params": "keyint=25:min-keyint=25:scenecut=0:threads=1",
        }  # fmt: skip
        for picture in made.pictures():
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    return path
