"""What keeps the embedded servers from starting, worded for the person who started them."""

from __future__ import annotations


class CannotStart(RuntimeError):
    """One sentence on what is wrong and one on what to do; shown without a traceback."""
