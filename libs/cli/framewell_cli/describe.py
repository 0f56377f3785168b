"""`framewell events describe`: the events of the mesh or of one service, without a broker."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
import yaml

from framewell_cli.broker import Prefix
from framewell_cli.console import print_table
from framewell_cli.errors import UsageProblem
from framewell_contracts.asyncapi import UnknownService, document
from framewell_contracts.catalogue import FACTS, FactType, facts_read
from framewell_contracts.groups import BROADCASTS, GROUPS


class _Readable(yaml.SafeDumper):
    """Writes text of several lines as it reads, and everything in full where it stands."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Never an anchor: other readers of AsyncAPI do not expect any."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


def describe(
    service: Annotated[str | None, typer.Argument(help="One service; without it the whole mesh.")] = None,
    *,
    prefix: Prefix = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the AsyncAPI 3 document as JSON.")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the AsyncAPI 3 document as YAML.")] = False,
) -> None:
    """Say who says and hears which event, or print it as AsyncAPI; needs no running mesh."""
    if as_json and as_yaml:
        raise UsageProblem("JSON or YAML: give one of --json and --yaml.")
    try:
        described = document(service, prefix=prefix)
    except UnknownService as error:
        raise UsageProblem(f"Nothing to describe: {error}.") from None
    if as_json:
        typer.echo(json.dumps(described, indent=2, ensure_ascii=False))
    elif as_yaml:
        text = yaml.dump(described, Dumper=_Readable, sort_keys=False, allow_unicode=True, width=110)
        typer.echo(text, nl=False)
    elif service is None:
        _print_catalogue()
    else:
        _print_service(service)


def _print_catalogue() -> None:
    rows = [
        (
            fact.type + (" (live, archive)" if fact.laned else ""),
            fact.key_field,
            str(fact.partitions),
            _kept(fact),
            " ".join(fact.emitted_by),
            " ".join(fact.heard_by),
        )
        for fact in FACTS.values()
    ]
    print_table(("type", "key", "partitions", "kept", "said by", "heard by"), rows)


def _print_service(service: str) -> None:
    readers = [reader for reader in (*GROUPS, *BROADCASTS) if reader.partition(".")[0] == service]
    heard = [
        ("hears", fact.type, f"{'every replica' if reader in BROADCASTS else 'group'} {reader}")
        for reader in readers
        for fact in facts_read(reader)
    ]
    said = [("says", fact.type, "") for fact in FACTS.values() if service in fact.emitted_by]
    print_table(("", "type", "by"), heard + said)


def _kept(fact: FactType) -> str:
    if fact.compacted:
        return "newest per key"
    return "for ever" if fact.retention_days is None else f"{fact.retention_days} days"
