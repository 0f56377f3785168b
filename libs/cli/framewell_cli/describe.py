"""`framewell events describe`: the events of the mesh or of one service, without a broker."""

from __future__ import annotations

from typing import Annotated, Any

import typer
import yaml

from framewell_cli.broker import Prefix
from framewell_cli.console import print_json, print_table
from framewell_cli.errors import UsageProblem
from framewell_contracts.asyncapi import UnknownService, document
from framewell_contracts.fact_types import FACTS, FactType, facts_read
from framewell_contracts.groups import BROADCASTS, GROUPS


class _Dumper(yaml.SafeDumper):
    """A dumper that writes text of several lines as a block, and repeats instead of referring."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Return True, never to write an anchor: other readers of AsyncAPI do not expect any."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def describe(
    service: Annotated[str | None, typer.Argument(help="One service; without it the whole mesh.")] = None,
    *,
    prefix: Prefix = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the AsyncAPI 3 document as JSON.")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the AsyncAPI 3 document as YAML.")] = False,
) -> None:
    """Say who emits and who reads which event, or print it as AsyncAPI; needs no running mesh."""
    if as_json and as_yaml:
        raise UsageProblem("JSON or YAML: give one of --json and --yaml.")
    try:
        described = document(service, prefix=prefix)
    except UnknownService as error:
        raise UsageProblem(f"Nothing to describe: {error}.") from None
    if as_json:
        print_json(described)
    elif as_yaml:
        text = yaml.dump(described, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
        typer.echo(text, nl=False)
    elif service is None:
        _print_fact_types()
    else:
        _print_service(service)


def _print_fact_types() -> None:
    rows = [
        (
            fact.type + (" (live, archive)" if fact.laned else ""),
            fact.key_path,
            str(fact.partitions),
            _kept(fact),
            " ".join(fact.emitted_by),
            " ".join(fact.read_by),
            "yes" if fact.result else "",
        )
        for fact in FACTS.values()
    ]
    print_table(("type", "key", "partitions", "kept", "emitted by", "read by", "result"), rows)


def _print_service(service: str) -> None:
    readers = [reader for reader in (*GROUPS, *BROADCASTS) if reader.partition(".")[0] == service]
    read = [
        ("reads", fact.type, f"{'every replica' if reader in BROADCASTS else 'group'} {reader}")
        for reader in readers
        for fact in facts_read(reader)
    ]
    emitted = [("emits", fact.type, "") for fact in FACTS.values() if service in fact.emitted_by]
    print_table(("does", "type", "by"), read + emitted)


def _kept(fact: FactType) -> str:
    if fact.compacted:
        return "newest per key"
    return "for ever" if fact.retention_days is None else f"{fact.retention_days} days"
