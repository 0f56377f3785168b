"""What a web site says about text and data mining: by headers, by `/.well-known/tdmrep.json`, to robots.

A source nearer to the media overrides one farther away, the header the file of the site; a source that says
nothing resets nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from framewell_ingest.domain.findings import Finding

WELL_KNOWN: Final = "/.well-known/tdmrep.json"
_MOST_RULES: Final = 1000
_NO_AI: Final = re.compile(r"(?:^|[\s,:])(?:noai|noimageai|notrain)(?=$|[\s,])", re.IGNORECASE)


def from_headers(headers: Mapping[str, str]) -> list[Finding]:
    """Return what the headers of an answer say."""
    found = []
    if text := headers.get("tdm-reservation"):
        found.append(Finding("tdmrep", "HTTP header tdm-reservation", "tdm_reservation", text))
    if text := headers.get("tdm-policy"):
        found.append(Finding("tdmrep", "HTTP header tdm-policy", "tdm_policy", text))
    robots = headers.get("x-robots-tag", "")
    if _NO_AI.search(robots):
        found.append(Finding("robots", "HTTP header x-robots-tag", "robots", robots))
    return found


def from_well_known(text: str, path: str) -> list[Finding]:
    """Return what the site's file says about a path; of several rules that match, one that reserves counts.

    What is no JSON at all (a page that stands for any address) says nothing; damaged JSON withholds.
    """
    if not text.lstrip("\ufeff \t\r\n").startswith(("[", "{")):
        return []
    try:
        rules = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return [unreadable("is damaged")]
    rules = rules if isinstance(rules, list) else [rules]
    if len(rules) > _MOST_RULES:
        return [unreadable(f"has more than {_MOST_RULES} rules")]
    matching = [rule for rule in rules if isinstance(rule, Mapping) and _matches(rule.get("location"), path)]
    return list(_findings(sorted(matching, key=lambda rule: str(rule.get("tdm-reservation")) == "0")))[:2]


def unreadable(why: str) -> Finding:
    """Return the finding that the site's file could not be read, which withholds."""
    return Finding("tdmrep", WELL_KNOWN, "unreadable", f"[{WELL_KNOWN} of the source {why}]")


def _findings(rules: list[Mapping[str, Any]]) -> Iterator[Finding]:
    for rule in rules[:1]:
        yield Finding("tdmrep", WELL_KNOWN, "tdm_reservation", str(rule.get("tdm-reservation", "")))
        if policy := rule.get("tdm-policy"):
            yield Finding("tdmrep", WELL_KNOWN, "tdm_policy", str(policy)[:2000])


def _matches(location: object, path: str) -> bool:
    """Return whether a path lies under a location: `*` stands for anything, `$` for the end."""
    if not isinstance(location, str):
        return True  # a rule that names no place holds for all
    pattern = "".join(
        ".*" if sign == "*" else re.escape(sign) for sign in re.sub(r"\*+", "*", location[:500]).rstrip("$")
    )
    end = "$" if location.endswith("$") else ""
    return pattern.count(".*") > 10 or re.match(pattern + end, path) is not None
