"""The table as the documentation shows it: by service, and in it by who may call."""

from collections.abc import Iterator, Mapping

from framewell_contracts.access.rules import Rule
from framewell_contracts.access.table import TABLE


def markdown() -> str:
    """Return the table; `make proto` writes it into docs/access.md, and a test holds the page to it."""
    rows = [row for service, methods in TABLE.items() for row in _rows(service, methods)]
    return "\n".join(["| gRPC service | who may | methods |", "|---|---|---|", *rows])


def _rows(service: str, methods: Mapping[str, Rule]) -> Iterator[str]:
    by_rule: dict[str, list[str]] = {}
    for method, rule in methods.items():
        who = rule.words + (", services" if rule.services else "")
        by_rule.setdefault(who, []).append(f"`{method}`")
    for number, (who, names) in enumerate(by_rule.items()):
        yield f"| {f'`{service}`' if not number else ''} | {who} | {' '.join(names)} |"
