"""Data literals inside JavaScript files, read as data: no JavaScript is run.

npm packages publish tables and even model graphs as modules. What matters in them is one literal of
objects, arrays, strings and numbers; this reads exactly that subset (with the minifier's `!0`, `.5`
and bare keys, and strings joined by `+`) and refuses anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<flag>![01])
      | (?P<word>[A-Za-z_$][\w$]*)
      | (?P<mark>[{}\[\]:,+])
    )""",
    re.VERBOSE,
)
_WORDS: Final = {"null": "null", "true": "true", "false": "false"}
_FLAGS: Final = {"!0": "true", "!1": "false"}


def read_literal(source: str, marker: str) -> Any:
    """Return the object that follows `marker` in `source`. Raises ValueError if there is none."""
    start = source.find(marker + "{")
    if start < 0:
        raise ValueError(f"no object follows {marker!r} in the file")
    return json.loads("".join(_as_json(source, start + len(marker))))


def _as_json(source: str, position: int) -> Iterator[str]:
    """Yield the JSON tokens of one literal, from its opening mark to the matching closing one."""
    depth, pending = 0, ""
    while True:
        match = _TOKEN.match(source, position)
        if match is None:
            raise ValueError(f"not a data literal at offset {position}: {source[position : position + 20]!r}")
        position = match.end()
        kind, text = match.lastgroup, match.group().strip()
        if kind == "string":
            pending += _unquote(text)
            continue
        if text == "+":
            continue
        if pending:
            yield json.dumps(pending)
            pending = ""
        if text in {"}", "]"}:
            depth -= 1
        yield from _token(kind, text, source, position)
        if text in "{[":
            depth += 1
        if depth == 0:
            return


def _token(kind: str | None, text: str, source: str, position: int) -> Iterator[str]:
    if kind == "flag":
        yield _FLAGS[text]
    elif kind == "word":
        yield _WORDS.get(text) or json.dumps(text)
    elif kind == "number":
        is_key = source[position : position + 1] == ":"
        yield json.dumps(text) if is_key else repr(float(text) if set(text) & set(".eE") else int(text))
    else:
        yield text


def _unquote(text: str) -> str:
    body = text[1:-1].replace("\\'", "'")
    if text[0] == "'":
        body = body.replace('"', '\\"')
    value = json.loads(f'"{body}"')
    assert isinstance(value, str)
    return value
