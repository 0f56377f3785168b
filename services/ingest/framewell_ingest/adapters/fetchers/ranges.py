"""Range requests (RFC 9110, 14): asking for the rest of a file, and whether it is the rest of that one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final

import httpx

from framewell_ingest.adapters.fetchers.partial_files import PartialFile

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_STRONG_AFTER_SECONDS: Final = 60.0
"""A date of change is a strong validator when it is that much older than the answer (RFC 9110, 8.8.2.2)."""


class ChangedMeanwhile(Exception):
    """What is answered is no continuation of what is there."""


def range_headers(partial: PartialFile) -> Mapping[str, str]:
    """Return the headers that ask for the rest of a file; none where there is nothing to go on with.

    Of a file that is complete the last byte is asked for: the answer tells whether it is still the same.
    """
    if not partial.received or not partial.validator:
        return NO_HEADERS
    return {"Range": f"bytes={_start(partial)}-", "If-Range": partial.validator}


def continued_at(response: httpx.Response, partial: PartialFile) -> tuple[int, int]:
    """Return where the content of an answer begins in the file, and the file's length (0: not known).

    Raises ChangedMeanwhile for a part of another content, or another part than was asked for.
    """
    if response.status_code == httpx.codes.OK:
        announced = response.headers.get("content-length", "")
        plain = announced.isdecimal() and "content-encoding" not in response.headers
        return 0, int(announced) if plain else 0
    found = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", "").strip())
    if found is None or response.status_code != httpx.codes.PARTIAL_CONTENT:
        raise ChangedMeanwhile(f"it is answered with {response.status_code}")
    start, end, length = map(int, found.groups())
    if start != _start(partial) or end != length - 1 or (partial.length and length != partial.length):
        raise ChangedMeanwhile(f"bytes {start}-{end} of {length} are answered")
    if validator_of(response) != partial.validator:
        raise ChangedMeanwhile("it has another ETag")
    return start, length


def validator_of(response: httpx.Response) -> str:
    """Return what a later request may name in If-Range: a strong ETag or an old date; '' for none."""
    headers = response.headers
    if "content-encoding" in headers:
        return ""
    etag = headers.get("etag", "").strip()
    if etag.startswith('"') and len(etag) <= 300:
        return str(etag)
    if etag:
        return ""
    changed = headers.get("last-modified", "").strip()
    try:
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(changed)
    except (TypeError, ValueError, IndexError):
        return ""
    return str(changed) if age.total_seconds() >= _STRONG_AFTER_SECONDS else ""


def _start(partial: PartialFile) -> int:
    return min(partial.received, partial.length - 1) if partial.length else partial.received
