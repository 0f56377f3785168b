"""Rights statements as a person gives them on the command line: a word, or a JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from framewell_cli.errors import UsageProblem

Statement = dict[str, Any]

_ISSUER: Final = "house"
WORDS: Final[dict[str, Statement]] = {
    "own-production": {
        "use": "allowed",
        "legal_basis": "own_production",
        "verbatim": "Own production: every use by the house is allowed.",
    },
    "licensed": {
        "use": "allowed",
        "legal_basis": "licence",
        "verbatim": "Licensed for every use by the house.",
    },
    "no-training": {
        "use": "prohibited",
        "purposes": ["own_training", "sharing", "generative_training"],
        "verbatim": "May be analysed, but not be used for training or passed on.",
    },
    "prohibited": {"use": "prohibited", "verbatim": "No use is allowed."},
}
HELP: Final = f"{', '.join(WORDS)}, or a JSON file with statements; may repeat."


def parse(options: list[str]) -> list[Statement]:
    """Return the statements a person named. Raise UsageProblem, with what can be named, for others."""
    return [statement for one in options for statement in _one(one)]


def _one(option: str) -> list[Statement]:
    if option in WORDS:
        return [{"issuer": _ISSUER, "statement_id": option, "found_at": "command line", **WORDS[option]}]
    path = Path(option)
    try:
        given = json.loads(path.read_text())
    except FileNotFoundError:
        raise UsageProblem(f"--rights {option}: neither a file nor one of {', '.join(WORDS)}") from None
    except (OSError, ValueError) as error:
        raise UsageProblem(f"--rights {option}: the file cannot be read as JSON ({error})") from error
    statements = given if isinstance(given, list) else [given]
    if not all(isinstance(statement, dict) for statement in statements):
        raise UsageProblem(f"--rights {option}: expected a statement, or a list of them")
    return statements
