"""Test media made on the spot: every picture carries its own number, every second begins with a beep."""

from framewell_media.testing.clips import Clip, frame_number, make_clip

__all__ = ["Clip", "frame_number", "make_clip"]
