"""Where pictures of an asset are found on the gateway, below its address: whole, or a part cut out."""

from typing import Final

from framewell.media.v1.media_pb2 import Box

FACE_MARGIN: Final = 0.35
"""Of its width and height, around a face that is cut out: hair and chin tell people apart, too."""

CAPTION_MARGIN: Final = 0.12


def frame_path(asset_id: str, frame: int) -> str:
    """Return the path of a picture of an asset by its frame index."""
    return f"/v1/assets/{asset_id}/frame?frame={frame}"


def part_path(asset_id: str, frame: int, box: Box, *, margin: float = 0.0, width: int = 0) -> str:
    """Return the path of a part of a picture, with a margin that is a fraction of the part.

    `width` is at most so many pixels, 0 for as many as it has. The whole picture for a box without area.
    """
    left, top = max(0.0, box.x - margin * box.width), max(0.0, box.y - margin * box.height)
    right = min(1.0, box.x + (1 + margin) * box.width)
    bottom = min(1.0, box.y + (1 + margin) * box.height)
    path = frame_path(asset_id, frame)
    if right > left and bottom > top:
        path += f"&crop={','.join(_fraction(one) for one in (left, top, right - left, bottom - top))}"
    return f"{path}&width={width}" if width else path


def _fraction(value: float) -> str:
    """Return a number from 0 to 1 as the gateway takes it: `0`, `1` or decimals without an exponent."""
    text = f"{min(1.0, max(0.0, value)):.6f}".rstrip("0").rstrip(".")
    return text or "0"
