"""A still is what it shows, whatever it was saved as; and a large one is no hostile one."""

from __future__ import annotations

from pathlib import Path

import PIL.Image
import pytest

from framewell_media.errors import MediaError
from framewell_media.formats import SNIFF_BYTES, sniff
from framewell_media.pictures import MAX_PIXELS, decode_upright, open_picture
from framewell_media.probing import probe
from framewell_media.sandbox import Sandbox
from framewell_media.testing.stills import SIZE, STILLS, expected_colours, make_still, two_halves

NAMES = {"jpg": "jpeg", "tif": "tiff", "j2k": "j2c"}


@pytest.mark.parametrize("name", STILLS)
async def test_a_still_is_recognised_by_its_content(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    path = make_still(tmp_path, name)
    found = await probe(sandbox, path, file_name=name)
    assert (found.kind, found.media_type) == ("still", f"image/{NAMES.get(path.suffix[1:], path.suffix[1:])}")
    assert (found.tracks[0].width, found.tracks[0].height) == SIZE


@pytest.mark.parametrize("box", [None, (100, 100)])
@pytest.mark.parametrize("name", STILLS)
def test_a_still_shows_its_colours_upright(tmp_path: Path, name: str, box: tuple[int, int] | None) -> None:
    with make_still(tmp_path, name).open("rb") as source:
        found = decode_upright(open_picture(source, sniff(source.read(SNIFF_BYTES))), box)
    assert (found.width, found.height) == SIZE
    if box is None:
        assert found.pixels.size == SIZE
    else:
        assert 200 <= found.pixels.width < SIZE[0]
    left, right = expected_colours(name)
    width, height = found.pixels.size
    tolerance = 8 if name.endswith((".jpg", ".avif", ".heic", ".gif", ".tif")) else 2
    assert found.pixels.getpixel((width // 8, height // 2)) == pytest.approx(left, abs=tolerance)
    assert found.pixels.getpixel((width * 7 // 8, height // 2)) == pytest.approx(right, abs=tolerance)


@pytest.mark.parametrize("name", ["108.jpg", "200.png"])
async def test_a_picture_of_many_megapixels_is_read_within_the_memory_limit(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    size = (12_000, 9_000) if name == "108.jpg" else (20_000, 10_000)
    grey = PIL.Image.new("L" if name == "200.png" else "RGB", size, "grey")
    grey.save(tmp_path / name, **({"compress_level": 1} if name == "200.png" else {"quality": 30}))
    found = await probe(sandbox, tmp_path / name, file_name=name)
    assert (found.tracks[0].width, found.tracks[0].height) == size


async def test_more_pixels_than_are_read_are_refused_with_both_numbers(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "huge.bmp"
    two_halves((64, 64)).save(path)
    data = bytearray(path.read_bytes())
    data[18:26] = (40_000).to_bytes(4, "little") + (30_000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(MediaError, match="40,000 x 30,000 pixels; more than 200 megapixels"):
        await probe(sandbox, path, file_name=path.name)
    assert MAX_PIXELS == 200_000_000


async def test_a_picture_that_is_never_done_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    whole = make_still(tmp_path, "progressive.jpg").read_bytes()
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    (tmp_path / "long.jpg").write_bytes(whole[:-2] + scan * 200 + b"\xff\xd9")
    with pytest.raises(MediaError, match="more than 100 passes"):
        await probe(sandbox, tmp_path / "long.jpg", file_name="long.jpg")


def test_what_is_taken_for_a_picture_or_a_film_follows_from_its_brands() -> None:
    def boxes(major: bytes, *brands: bytes) -> bytes:
        content = b"ftyp" + major + bytes(4) + b"".join(brands)
        return (len(content) + 4).to_bytes(4, "big") + content

    assert sniff(boxes(b"avif", b"mif1", b"avif")).name == "AVIF"
    assert sniff(boxes(b"mif1", b"mif1", b"avif")).name == "AVIF"
    assert sniff(boxes(b"mif1", b"mif1", b"heic")).name == "HEIF"
    assert sniff(boxes(b"isom", b"iso6", b"mp41")).name == "mp4"
    assert sniff(boxes(b"qt  ", b"qt  ")).name == "mov"
