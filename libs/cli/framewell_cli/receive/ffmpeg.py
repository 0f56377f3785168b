"""The command of ffmpeg that cuts an input into segments, and what it reports in words for people."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, SOCK_DGRAM, socket
from typing import Final
from urllib.parse import urlsplit

from framewell_cli.errors import CommandError

PROTOCOLS: Final = ("udp", "rtp", "srt", "rtmp", "tcp")
"""Schemes of live input that ffmpeg listens to or fetches from."""
_BELOW: Final = {"rtp": "rtp,udp", "rtmp": "rtmp,tcp"}
"""Protocols that are carried by others; no other is opened, whatever comes over them."""
_ANALYSE_BYTES: Final = 100_000_000
_SPLICE_SECONDS: Final = 300
"""A clock that leaps further is another one, as in the mesh's plan; less is an outage of that length."""
_STREAM_SUFFIXES: Final = (".ts", ".m2ts", ".mts", ".mpg", ".mpeg")
_FORMATS: Final = {".mxf": "mxf", ".mov": "mov", ".mp4": "mov", ".mkv": "matroska"}
_PROGRAM_STREAM: Final = b"\x00\x00\x01\xba"

NO_KEYFRAME: Final = "no keyframe came that says how large pictures are"

_NOISE: Final = re.compile(
    r"Conversion failed|Error initializing output|Consider increasing|To ignore this|Last message repeated"
    r"|Exiting normally|Immediate exit requested|non-existing PPS|decode_slice_header|no frame!"
)
_MEANINGS: Final = (
    (re.compile(r"dimensions not set|unspecified size"), NO_KEYFRAME),
    (re.compile(r"matches no streams|does not contain any stream"), "there is neither video nor sound in it"),
    (re.compile(r"Could not write header"), "what comes cannot be written into segments"),
    (re.compile(r"Input/output error|timed out"), "nothing came"),
    (re.compile(r"Invalid data found"), "what comes is not the kind of media that was expected"),
)
_FOR_GOOD: Final = re.compile(
    r"Address already in use|bind failed|Cannot assign requested address|Name or service not known"
    r"|Protocol not found|Permission denied|Option not found|Error setting option"
)


def program() -> str:
    """Return the path of ffmpeg. Raises CommandError when it is not installed."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise CommandError(
            "Receiving needs the program ffmpeg, which is not installed here: install it (on Debian and "
            "Ubuntu: apt install ffmpeg) and try again"
        )
    return found


def cutting_command(
    source: str,
    folder: Path,
    first: int,
    *,
    segment_seconds: float,
    analyse_seconds: float,
    silence_seconds: float,
) -> list[str]:
    """Return the command line that cuts a source into numbered files of a folder, from `first` on.

    Live input of which nothing came for `silence_seconds` has ended; a file is read from standard input.
    Raises CommandError when ffmpeg is not installed.
    """
    # A transport stream does not carry every codec of a file.
    form, suffix = ("mpegts", "ts") if is_stream(source) else ("matroska", "mkv")
    return [
        *(program(), "-nostdin", "-hide_banner", "-loglevel", "error"),
        *("-dts_delta_threshold", str(_SPLICE_SECONDS), *_input_options(source, silence_seconds)),
        *("-analyzeduration", str(round(analyse_seconds * 1_000_000)), "-probesize", str(_ANALYSE_BYTES)),
        *("-i", source if is_live(source) else "pipe:0"),
        *("-map", "0:v:0?", "-map", "0:a?", "-c", "copy", "-f", "segment"),
        *("-segment_time", str(segment_seconds), "-segment_format", form),
        *("-segment_start_number", str(first)),
        *("-segment_list", "pipe:1", "-segment_list_type", "flat", str(folder / f"%06d.{suffix}")),
    ]


def is_live(source: str) -> bool:
    """Return whether a source is live input; otherwise it is the path of a file."""
    return source.partition("://")[0] in PROTOCOLS


def is_stream(source: str) -> bool:
    """Return whether the segments of a source are transport streams; otherwise they are Matroska."""
    return is_live(source) or Path(source).suffix.lower() in _STREAM_SUFFIXES


def local_address(source: str) -> str:
    """Return the address of this machine that live input names, empty for groups, others and hosts' names."""
    host = urlsplit(source).hostname or ""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
        if address.is_multicast or address.is_unspecified or "localaddr=" in source:
            return ""
        with socket(AF_INET if address.version == 4 else AF_INET6, SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except (ValueError, OSError):
        return ""
    return str(address)


def reason(lines: Iterable[str], code: int) -> str:
    """Return why ffmpeg ended, as the end of a sentence, from the last lines that it reported."""
    known = [re.sub(r"^(\[[^\]]*\] ?)+", "", line).strip(" .-:") for line in lines if not _NOISE.search(line)]
    for pattern, meaning in _MEANINGS:
        if any(pattern.search(line) for line in known):
            return meaning
    return known[-1] if known else f"it ended with code {code} and reported nothing"


def is_for_good(lines: Iterable[str]) -> bool:
    """Return whether trying again changes nothing."""
    return any(_FOR_GOOD.search(line) for line in lines)


def _input_options(source: str, silence_seconds: float) -> list[str]:
    """Return the options that say what the input is; nothing in it makes ffmpeg open something else."""
    if not is_live(source):
        # MXF without its index has decoding times alone.
        times = [] if is_stream(source) else ["-fflags", "+genpts"]
        return ["-protocol_whitelist", "pipe", *times, "-f", _format_of(Path(source))]
    scheme = source.partition("://")[0]
    allowed = ["-protocol_whitelist", _BELOW.get(scheme, scheme)]
    if scheme != "rtp":  # whose reader has no such option
        allowed += ["-rw_timeout", str(round(silence_seconds * 1_000_000))]
    if scheme in ("udp", "rtp") and (address := local_address(source)):
        allowed += ["-localaddr", address]  # else it listens on every address of this machine
    lossy = ["-overrun_nonfatal", "1"] if scheme == "udp" else []
    return [*allowed, *lossy, *(["-f", "mpegts"] if scheme in ("udp", "srt", "tcp") else [])]


def _format_of(path: Path) -> str:
    if (form := _FORMATS.get(path.suffix.lower())) is not None:
        return form
    with path.open("rb") as file:
        return "mpeg" if file.read(len(_PROGRAM_STREAM)) == _PROGRAM_STREAM else "mpegts"
