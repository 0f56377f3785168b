"""Colours are the ones that were meant: by matrix, range, primaries and transfer of the original."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_transcode.adapters.pyav.display import SwsScaler
from framewell_transcode.domain.proxy import Size
from framewell_transcode.ports.pictures import DisplayedPicture

LUMA = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "2020": (0.2627, 0.0593)}
"""Kr and Kb of each recommendation."""
LABELS = {"601": 6, "709": 1, "2020": 9}
PATCHES = (
    (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.75, 0.75, 0.75),
    (0.7, 0.3, 0.3), (0.3, 0.6, 0.25), (0.25, 0.3, 0.65), (0.6, 0.55, 0.2),
)  # fmt: skip
"""R'G'B' signals, in columns."""
WIDTH, HEIGHT = 640, 360


def coded(signal: tuple[float, float, float], matrix: str, *, full: bool, depth: int) -> list[int]:
    """Return Y, Cb and Cr of a signal (ITU-R BT.601, BT.709, BT.2020)."""
    kr, kb = LUMA[matrix]
    red, green, blue = signal
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = ((blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr)))
    top, unit = 2**depth - 1, 2 ** (depth - 8)
    if full:
        return [round(luma * top), *(round(value * top + 128 * unit) for value in chroma)]
    return [round((219 * luma + 16) * unit), *(round((224 * value + 128) * unit) for value in chroma)]


def patches(
    path: Path, matrix: str, *, full: bool = False, depth: int = 8, labels: tuple[int, int] = (2, 2)
) -> Path:
    """Write the patches without loss, in numbers computed here; `labels` are (primaries, transfer)."""
    columns = [coded(signal, matrix, full=full, depth=depth) for signal in PATCHES]
    planes = np.repeat(np.array(columns, np.uint16).T, WIDTH // len(PATCHES), axis=1)[:, None, :]
    planes = planes.repeat(HEIGHT, axis=1)
    pixel_format = "yuv444p" if depth == 8 else "yuv444p10le"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixel_format
        tags = {"colorspace": LABELS[matrix], "color_range": 2 if full else 1}
        tags |= {"color_primaries": labels[0], "color_trc": labels[1]}
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for number in range(3):
            frame = av.VideoFrame(WIDTH, HEIGHT, pixel_format)
            for plane, values in zip(frame.planes, planes, strict=True):
                sized = values.astype(np.uint8) if depth == 8 else values
                room = np.zeros((HEIGHT, plane.line_size // sized.itemsize), sized.dtype)
                room[:, :WIDTH] = sized
                plane.update(room.tobytes())
            for name, value in tags.items():
                setattr(frame, name, value)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    return path


async def colours(transcode, path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return R'G'B' of every patch in the proxy, read by its own labels, and in the bundle."""
    ended = await transcode.transcode(await transcode.ingested(path))
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        frame = next(movie.decode(video=0))
        assert (frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc) == (1, 1, 1, 1)
        planes = frame.reformat(format="yuv444p").to_ndarray()
    made = transcode.bench.facts.of(ChunkTranscoded)[0]
    data = await transcode.bench.objects.read(made.frames)
    row = pa.ipc.open_file(pa.BufferReader(data)).read_all().to_pylist()[0]
    seen = np.asarray(PIL.Image.open(io.BytesIO(row["jpeg"]))) / 255
    centres = [(2 * place + 1) * WIDTH // (2 * len(PATCHES)) for place in range(len(PATCHES))]
    patch = [slice(at - 10, at + 10) for at in centres]
    proxy = [decoded([planes[p, 100:260, at].mean() for p in range(3)]) for at in patch]
    models = [seen[100:260, at].mean(axis=(0, 1)) for at in patch]
    return np.array(proxy), np.array(models)


def decoded(yuv: list[float]) -> list[float]:
    """Return R'G'B' of BT.709 numbers in limited range."""
    kr, kb = LUMA["709"]
    luma, cb, cr = (yuv[0] - 16) / 219, (yuv[1] - 128) / 224, (yuv[2] - 128) / 224
    red, blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    return [red, (luma - kr * red - kb * blue) / (1 - kr - kb), blue]


TOLERANCE = 0.025
"""Of full scale: what 8 bits, chroma at half the size and the proxy's quality leave."""


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("matrix", ["601", "709"])
async def test_each_matrix_and_range_is_read_by_its_own_numbers(
    transcode, tmp_path: Path, matrix: str, depth: int, full: bool
) -> None:
    proxy, models = await colours(
        transcode, patches(tmp_path / "patches.mkv", matrix, full=full, depth=depth)
    )
    assert np.abs(proxy - PATCHES).max() < TOLERANCE
    assert np.abs(models - PATCHES).max() < TOLERANCE


@pytest.mark.parametrize(
    ("transfer", "light"), [(16, "pq"), (18, "hlg"), (14, "sdr")], ids=["PQ", "HLG", "BT.2020 SDR"]
)
async def test_wide_colours_and_high_dynamic_range_are_mapped_as_the_itu_has_it(
    transcode, tmp_path: Path, transfer: int, light: str
) -> None:
    """Tried: BT.2020 was decoded with BT.601's matrix, and PQ and HLG went on as if they were neither."""
    path = patches(tmp_path / "patches.mkv", "2020", depth=10, labels=(9, transfer))
    meant = np.array([in_bt709(signal, light) for signal in PATCHES])
    proxy, models = await colours(transcode, path)
    assert np.abs(proxy - meant).max() < TOLERANCE
    assert np.abs(models - meant).max() < TOLERANCE
    assert np.abs(models - PATCHES).max() > 2 * TOLERANCE, "they would look otherwise unmapped"


def test_the_reference_has_the_values_that_are_published() -> None:
    """75 % HLG and 58 % PQ are the white of graphics, 203 cd/m2 (ITU-R BT.2408-5, table 1)."""
    assert pq_light(0.58) * 1000 == pytest.approx(203, abs=3)
    assert hlg_light((0.75, 0.75, 0.75))[0] * 1000 == pytest.approx(203, abs=3)
    assert in_bt709((1.0, 1.0, 1.0), "hlg") == pytest.approx((1, 1, 1), abs=0.001)
    assert in_bt709((0.0, 0.0, 0.0), "pq") == pytest.approx((0, 0, 0), abs=0.001)


def in_bt709(signal: tuple[float, float, float], light: str) -> tuple[float, ...]:
    """Return BT.709 R'G'B' of a BT.2020 signal, number by number: BT.2446-1 method A, then BT.2087-0."""
    if light == "sdr":
        standard: tuple[float, ...] = signal
    else:
        linear = tuple(map(pq_light, signal)) if light == "pq" else hlg_light(signal)
        red, green, blue = (value ** (1 / 2.4) for value in linear)
        luma = 0.2627 * red + 0.678 * green + 0.0593 * blue
        if luma == 0:
            return (0.0, 0.0, 0.0)
        mapped = method_a(luma)
        cb = mapped / (1.1 * luma) * (blue - luma) / 1.8814
        cr = mapped / (1.1 * luma) * (red - luma) / 1.4746
        luma = mapped - max(0.1 * cr, 0)
        red, blue = luma + 1.4746 * cr, luma + 1.8814 * cb
        standard = (red, (luma - 0.2627 * red - 0.0593 * blue) / 0.678, blue)
    red, green, blue = (min(1.0, max(0.0, value)) ** 2.4 for value in standard)
    rows = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))
    narrow = (a * red + b * green + c * blue for a, b, c in rows)
    return tuple(min(1.0, max(0.0, value)) ** (1 / 2.4) for value in narrow)


def method_a(luma: float) -> float:
    """Return the tone-mapped luma of 1000 cd/m2 content for 100 cd/m2."""
    perceived = math.log(1 + (13.2598 - 1) * luma) / math.log(13.2598)
    if perceived <= 0.7399:
        compressed = 1.077 * perceived
    elif perceived < 0.9909:
        compressed = -1.151 * perceived**2 + 2.7811 * perceived - 0.6302
    else:
        compressed = 0.5 * perceived + 0.5
    return (5.6970**compressed - 1) / (5.6970 - 1)


def pq_light(signal: float) -> float:
    """Return light for a signal, 1 for 1000 cd/m2 and more (SMPTE ST 2084)."""
    root = signal ** (1 / 78.84375)
    return min(1.0, (max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125) * 10)


def hlg_light(signal: tuple[float, float, float]) -> tuple[float, ...]:
    """Return light for a signal on a display of 1000 cd/m2, 1 for that (ITU-R BT.2100-2, table 5)."""
    scene = [
        value**2 / 3 if value <= 0.5 else (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
        for value in signal
    ]
    luminance = 0.2627 * scene[0] + 0.678 * scene[1] + 0.0593 * scene[2]
    return tuple(value * luminance**0.2 for value in scene)


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", ["601", "709"])
def test_a_picture_that_is_made_smaller_for_models_keeps_its_colours(matrix: str, full: bool) -> None:
    """Within 3 of 255. Tried: libswscale cuts off where it scales and converts in one step, 4 of 255."""
    for signal in PATCHES:
        luma, *chroma = coded(signal, matrix, full=full, depth=8)
        planes = np.concatenate(
            [np.full((180, 320), luma), np.full((45, 320), chroma[0]), np.full((45, 320), chroma[1])]
        )
        frame = av.VideoFrame.from_ndarray(planes.astype(np.uint8), format="yuv420p")
        frame.colorspace, frame.color_range = LABELS[matrix], 2 if full else 1
        made = SwsScaler().rgb(DisplayedPicture(0, frame, Size(320, 180)), Size(160, 90))
        assert np.abs(made - 255 * np.array(signal)).max() <= 3


@pytest.mark.parametrize(
    ("primaries", "mean"),
    [(((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)), 1.3), (((0.63, 0.34), (0.31, 0.595), (0.155, 0.07)), 3.1)],
    ids=["EBU", "SMPTE C"],
)
def test_taking_primaries_of_standard_definition_for_bt709_changes_little(
    primaries: tuple[tuple[float, float], ...], mean: float
) -> None:
    """What docs/media.md says: the mean of CIE 1976 over all colours, and skin to 3 of 255."""
    high = light_to_xyz(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)))
    converted = np.linalg.inv(high) @ light_to_xyz(primaries)
    steps = np.linspace(0, 1, 17)
    signals = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    true = np.clip(signals**2.4 @ converted.T, 0, 1)
    apart = np.linalg.norm(lab(true @ high.T) - lab(signals**2.4 @ high.T), axis=1)
    assert apart.mean() == pytest.approx(mean, abs=0.3)
    skin = np.array([[200, 150, 120], [90, 60, 45], [230, 190, 170]]) / 255
    assert np.abs((skin**2.4 @ converted.T) ** (1 / 2.4) - skin).max() * 255 < 3


WHITE = np.array([0.3127, 0.3290, 0.3583]) / 0.3290


def light_to_xyz(primaries: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """Return the matrix from linear light of primaries (x, y) with white D65 to CIE XYZ."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    return np.asarray(columns * np.linalg.solve(columns, WHITE))


def lab(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return CIE 1976 L*a*b*."""
    shares = xyz / WHITE
    x, y, z = np.where(shares > 216 / 24389, np.cbrt(shares), (24389 / 27 * shares + 16) / 116).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
