"""Words of the erased in log files: overwritten where they stand, while the processes go on writing."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from framewell_cli.erasure.text_search import files_below


def redact_logs(folder: Path, words: Sequence[str]) -> int:
    """Overwrite the words in every log with asterisks of the same length; return in how many files.

    A log keeps its length, so whoever appends to it goes on. It is at most as large as rotation lets it grow.
    """
    spellings = {
        spelling for word in words for spelling in (word, word.upper(), word.lower(), word.casefold())
    }
    if not spellings:
        return 0
    longest_first = sorted(spellings, key=len, reverse=True)
    pattern = re.compile(b"|".join(re.escape(one.encode()) for one in longest_first))
    return sum(_redact(path, pattern) for path in files_below(folder))


def _redact(path: Path, pattern: re.Pattern[bytes]) -> bool:
    try:
        found = [(one.start(), len(one[0])) for one in pattern.finditer(path.read_bytes())]
        if found:
            with path.open("r+b", buffering=0) as file:
                for start, length in found:
                    os.pwrite(file.fileno(), b"*" * length, start)
    except FileNotFoundError:  # rotated away meanwhile
        return False
    return bool(found)
