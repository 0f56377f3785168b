"""What may stand in an address: ids, object keys, byte ranges. Everything else is refused before use."""

import re
from dataclasses import dataclass

# Content addressed, so that a key can name nothing on the disk but an object.
OBJECT_KEY = re.compile(
    r"(?P<fan>[0-9a-f]{2})/(?P<sha256>(?P=fan)[0-9a-f]{62})(?P<suffix>(?:\.[A-Za-z0-9]{1,12}){0,2})"
)
_OWNERS = ("/v1/assets/", "/v1/samples/", "/v1/snapshots/", "/v1/models/")

_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,100})-(?P<last>[0-9]{0,100})")

_NAMED_OBJECT = re.compile(r'(?P<before>^|URI=")\.\./', re.MULTILINE)

PLAYLIST_MEDIA_TYPE = "application/vnd.apple.mpegurl"
# By suffix, never by looking inside: what a browser may interpret is decided here.
MEDIA_TYPES = {
    ".m3u8": PLAYLIST_MEDIA_TYPE,
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".flac": "audio/flac",
    ".vtt": "text/vtt",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".yaml": "application/yaml",
    ".arrow": "application/vnd.apache.arrow.file",
    ".parquet": "application/vnd.apache.parquet",
}
UNKNOWN_MEDIA_TYPE = "application/octet-stream"


def is_object_path(path: str) -> bool:
    """Return whether a path is one of a stored object: `/v1/assets/<id>/objects/<key>` and its like.

    Anybody may ask this, with paths of any length: it reads one once. A line break is in none of them.
    """
    owner = next((one for one in _OWNERS if path.startswith(one)), None)
    return owner is not None and "\n" not in path and path.find("/objects/", len(owner) + 1) >= 0


def names_object(path: str) -> bool:
    """Return whether a path is one of an object as it can be signed: with a key, and without a query."""
    _, _, key = path.rpartition("/objects/")
    return is_object_path(path) and OBJECT_KEY.fullmatch(key) is not None and not {"?", "#"} & {*path}


def media_type(key: str) -> str:
    """Return the IANA media type of an object by its suffix."""
    dot = key.rfind(".")
    return MEDIA_TYPES.get(key[dot:] if dot >= 0 else "", UNKNOWN_MEDIA_TYPE)


def beside_objects(playlist: str) -> str:
    """Return a playlist that names objects as `../<key>` as it reads in a folder beside `objects`."""
    return _NAMED_OBJECT.sub(r"\g<before>../objects/", playlist)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` to `last`, both inclusive, from 0."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return the number of bytes."""
        return self.last - self.first + 1


class UnsatisfiableError(ValueError):
    """The wanted range lies outside the object (HTTP 416)."""


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the one range that a `Range` header asks for (RFC 9110, section 14), cut to `size`.

    None when there is no range, or one we don't serve (several ranges, other units, nonsense): then the
    whole object is the right answer. Raises UnsatisfiableError when it starts behind the end.
    """
    wanted = _RANGE.fullmatch(header.strip()) if header else None
    if wanted is None:
        return None
    first, last = wanted["first"], wanted["last"]
    if not first:
        if not last:
            return None
        if int(last) == 0 or size == 0:
            raise UnsatisfiableError
        return ByteRange(max(size - int(last), 0), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableError
    return ByteRange(int(first), min(int(last), size - 1) if last else size - 1)
