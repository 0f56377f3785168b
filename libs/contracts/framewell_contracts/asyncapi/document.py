"""AsyncAPI 3.0 documents of the mesh, made from the fact types, the groups and the protobuf descriptors.

FastStream documents the subscribers of a running broker object. That is not used here: our subscribers are
bytes in batches as far as it knows, so it would see neither messages nor headers nor lanes; it would need
every service's code, torch included, in one process; and the fact types know retention, keys and groups,
which it does not. The documents are checked by AsyncAPI's own parser (`make check`).
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any, Final

from framewell_contracts.asyncapi.channels import channel_of_results, channels_of_fact, channels_of_group
from framewell_contracts.asyncapi.messages import UNREADABLE, header_schemas, messages_of, unreadable
from framewell_contracts.asyncapi.operations import PUBLISHES_RESULTS, operations_of
from framewell_contracts.fact_types import FACTS, FactType, facts_read
from framewell_contracts.groups import GROUPS
from framewell_contracts.json_mapping import components
from framewell_contracts.services import SERVICES

ASYNCAPI: Final = "3.0.0"

_SECURITY: Final = {
    "scram-sha-512": {"type": "scramSha512", "description": "SASL over TLS."},
    "scram-sha-256": {"type": "scramSha256", "description": "SASL over TLS."},
    "plain": {"type": "plain", "description": "SASL over TLS, never without."},
    "certificate": {"type": "X509", "description": "A certificate that the broker trusts (mTLS)."},
}

_ABOUT = """\
Every fact that travels between the services of the mesh, and what systems outside may send to it.

**Envelope.** CloudEvents 1.0 on Kafka. The mesh writes binary mode: attributes in `ce_*` headers, one
protobuf message as the value. Topics tagged *outside* also take the same message in JSON, in
binary mode (`content-type: application/json`) or structured mode (one JSON object).

**Delivery.** At least once; first attempts in order per key, while a record that is tried again may be
overtaken, which is why changes carry a revision. The pair (`ce_source`, `ce_id`) names an event: whoever
reads remembers it, or does what is right to do twice.

**Results.** What answers systems outside stands once more, as JSON, in the topic of results.

**What cannot be handled.** A group puts a record that must wait into its retry topic, and one that it gives
up into its dead-letter topic, unchanged, with headers that say why. Of what cannot be read the first group
that reads the topic keeps a dead letter; the others pass over it.

**Topics.** Partitions and retention are defaults; an environment may have its own.

**Change.** Fields are added freely, so readers ignore what they do not know; nothing released ever changes
or goes away. A new shape is a new version of the type, in a topic of its own.
"""


class UnknownService(LookupError):
    """No such service; the message names those there are."""


def document(service: str | None = None, *, prefix: str = "") -> dict[str, Any]:
    """Return the document of the whole mesh, or of what one service sends and receives.

    `prefix` stands before every topic and group (FRAMEWELL_KAFKA_PREFIX). The same arguments give the same
    document, to the byte once it is written as JSON. Raises UnknownService.
    """
    if service is not None and service not in SERVICES:
        raise UnknownService(f"there is no service {service!r}: the services are {', '.join(SERVICES)}")
    services = SERVICES if service is None else (service,)
    facts = tuple(fact for fact in FACTS.values() if service is None or _concerns(fact, service))
    groups = tuple(group for group in GROUPS if group.split(".")[0] in services)
    named = "mesh" if service is None else service
    return {
        "asyncapi": ASYNCAPI,
        "id": f"urn:framewell:{named}",
        "info": {
            "title": f"Framewell: events of {'the mesh' if service is None else service}",
            "version": version("framewell-contracts"),
            "description": _ABOUT,
        },
        "defaultContentType": "application/protobuf",
        "servers": _servers(),
        "channels": dict(_channels(facts, groups, prefix)),
        "operations": {name: one for each in services for name, one in operations_of(each, prefix)},
        "components": _components(facts, groups),
    }


def _concerns(fact: FactType, service: str) -> bool:
    return service in fact.read_by or service in fact.emitted_by


def _channels(
    facts: Iterable[FactType], groups: Iterable[str], prefix: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for fact in facts:
        yield from channels_of_fact(fact, prefix)
    for group in groups:
        yield from channels_of_group(group, prefix)
        if group == PUBLISHES_RESULTS:
            yield channel_of_results(prefix)


def _components(facts: Sequence[FactType], groups: Sequence[str]) -> dict[str, Any]:
    with_retry_headers = {fact.type for group in groups for fact in facts_read(group)}
    messages = {UNREADABLE: unreadable()}
    for fact in facts:
        messages |= messages_of(
            fact,
            as_result=fact.result and PUBLISHES_RESULTS in groups,
            with_retry_headers=fact.type in with_retry_headers,
        )
    schemas = components(
        (fact.message for fact in facts if not fact.from_outside),
        (fact.message for fact in facts if fact.from_outside),
    )
    return {
        "securitySchemes": _SECURITY,
        "messages": messages,
        "schemas": {**header_schemas(), **schemas},
    }


def _servers() -> dict[str, Any]:
    bootstrap = {
        "default": "127.0.0.1:7400",
        "description": "A bootstrap server; the default is that of `framewell up`.",
    }
    server = {"host": "{bootstrap}", "variables": {"bootstrap": bootstrap}}
    ways = ("scram-sha-512", "scram-sha-256", "plain", "certificate")
    return {
        "kafka": {**server, "protocol": "kafka", "description": "On one machine, by its loopback alone."},
        "kafka-secure": {
            **server,
            "protocol": "kafka-secure",
            "description": "Everywhere else: TLS, and a login or a certificate.",
            "security": [{"$ref": f"#/components/securitySchemes/{way}"} for way in ways],
        },
    }
