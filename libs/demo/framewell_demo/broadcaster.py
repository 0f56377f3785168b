"""The events that the broadcaster's systems send: requests for media, and the signing of contract 4711."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiokafka import AIOKafkaProducer
from google.protobuf.message import Message

from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Programme
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Actor, Subject
from framewell.rights.v1.rights_pb2 import (
    LEGAL_BASIS_LICENCE,
    LEGAL_BASIS_OWN_PRODUCTION,
    PAY_MODEL_FLAT,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    STATEMENT_SOURCE_CONTRACT,
    USE_ALLOWED,
    USE_PROHIBITED,
    Payment,
    RightsChanged,
    RightsStatement,
)
from framewell_contracts.cloudevents import Envelope, encode
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import asset_id
from framewell_contracts.json_mapping import to_json
from framewell_demo.media import Media

SOURCE: Final = "demo.broadcast"
"""`ce_source` of everything the demo sends: the house's planning system."""

CONTRACT: Final = "contract-4711"
PROHIBITED_UNTIL: Final = "Training prohibited until contract 4711 is signed."
PERFORMER: Final = "The reporter of programme A"
"""Who is paid for samples of the man of programme A."""

_CHANNEL: Final = "Kanal Eins (Demo)"


@dataclass(frozen=True, slots=True)
class Request:
    """One `ingest.requested`: the role its asset plays in the story, and the event."""

    role: str
    title: str
    event_id: str
    message: IngestRequested

    @property
    def asset_id(self) -> str:
        """Return the id the mesh will give the asset: made from the event's source and id."""
        return asset_id(SOURCE, self.event_id)


@dataclass(frozen=True, slots=True)
class EventFactory:
    """Makes the events of one run; ids are fresh for every run."""

    media: Media
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def morning(self) -> list[Request]:
        """Return what comes in first: everything but programme B."""
        footage = [
            self._request(f"footage-{path.stem}", f"Footage: {path.stem}", path)
            for path in self.media.footage
        ]
        return [
            self._request(
                "programme-a", "Aktuell um acht", self.media.programme_a, own_production(), performer()
            ),
            self._request("programme-c", "Raumfahrt", self.media.programme_c, contract(signed=False)),
            self._request("photo", "A portrait photo", self.media.photo),
            *footage,
            self._request("broken", "A broken transfer", self.media.broken),
        ]

    def evening(self) -> Request:
        """Return the request for programme B, without names."""
        return self._request("programme-b", "Rückschau", self.media.programme_b, own_production())

    def signing(self, asset: str) -> RightsChanged:
        """Return the newest revision of the archive's statement: contract 4711 is signed."""
        actor = Actor(principal="rights-desk", authority="rights")
        actor.decided_at.FromDatetime(datetime.now(UTC))
        return RightsChanged(
            subject=Subject(asset_id=asset), statements=[contract(signed=True)], actor=actor, revision=2
        )

    def objection(self, asset: str) -> RightsChanged:
        """Return what the man of programme A says, late and by himself: his face is not to be learned."""
        actor = Actor(principal="viewers-desk")
        actor.decided_at.FromDatetime(datetime.now(UTC))
        return RightsChanged(
            subject=Subject(asset_id=asset), statements=[objection()], actor=actor, revision=3
        )

    def erasure(self, class_id: str) -> ErasureRequested:
        """Return the request to forget a person."""
        actor = Actor(principal="data-protection", authority="rights")
        actor.decided_at.FromDatetime(datetime.now(UTC))
        return ErasureRequested(
            erasure_id=f"{self.run_id}-erasure",
            subject=Subject(class_id=class_id),
            reason="She asked.",
            actor=actor,
        )

    def _request(self, role: str, title: str, path: Path, *statements: RightsStatement) -> Request:
        programme = Programme(title=title, series=title, channel=_CHANNEL, language="de")
        message = IngestRequested(
            uri=path.resolve().as_uri(),
            programme=programme,
            statements=statements,
            lane=LANE_LIVE,
            labels={"demo": self.run_id, "role": role},
        )
        return Request(role, title, f"{self.run_id}-{role}", message)


def own_production() -> RightsStatement:
    """Return the statement of a house that made it: everything is allowed."""
    return RightsStatement(
        issuer="Kanal Eins",
        statement_id="own-production",
        revision=1,
        holder="Kanal Eins",
        source=STATEMENT_SOURCE_CONTRACT,
        use=USE_ALLOWED,
        legal_basis=LEGAL_BASIS_OWN_PRODUCTION,
        verbatim="Own production of Kanal Eins (a channel that does not exist).",
        found_at="request",
    )


def performer() -> RightsStatement:
    """Return what the man of programme A is paid for: once a sample of him is published."""
    return RightsStatement(
        issuer="Kanal Eins",
        statement_id="performer",
        revision=1,
        holder=PERFORMER,
        source=STATEMENT_SOURCE_CONTRACT,
        purposes=[PURPOSE_OWN_TRAINING],
        use=USE_ALLOWED,
        legal_basis=LEGAL_BASIS_LICENCE,
        payment=Payment(model=PAY_MODEL_FLAT, amount="1.50", currency="EUR"),
        verbatim="The reporter is paid 1.50 EUR for each sample of him that is published.",
        found_at="request",
    )


def objection() -> RightsStatement:
    """Return the late objection of the man of programme A."""
    return RightsStatement(
        issuer="The reporter of programme A",
        statement_id="objection",
        revision=1,
        purposes=[PURPOSE_OWN_TRAINING, PURPOSE_SHARING, PURPOSE_GENERATIVE_TRAINING],
        use=USE_PROHIBITED,
        verbatim="I object to training with my face.",
        found_at="letter to the viewers' desk",
    )


def contract(*, signed: bool) -> RightsStatement:
    """Return what the archive states about the portrait, before or after the contract is signed."""
    return RightsStatement(
        issuer="Archiv",
        statement_id=CONTRACT,
        revision=2 if signed else 1,
        holder="Archiv",
        source=STATEMENT_SOURCE_CONTRACT,
        purposes=[PURPOSE_OWN_TRAINING],
        use=USE_ALLOWED if signed else USE_PROHIBITED,
        legal_basis=LEGAL_BASIS_LICENCE,
        payment=Payment(model=PAY_MODEL_FLAT, amount="2.00", currency="EUR") if signed else None,
        verbatim="Contract 4711 is signed; own training is licensed." if signed else PROHIBITED_UNTIL,
        found_at="contract 4711",
    )


@dataclass(frozen=True, slots=True)
class EventSender:
    """Publishes as a system outside does: protobuf in binary mode, or JSON in structured mode."""

    producer: AIOKafkaProducer

    async def send(self, message: Message, event_id: str, subject: str) -> None:
        """Publish in binary mode, acknowledged by the broker."""
        envelope = Envelope(event_id, SOURCE, fact_type(message).type, datetime.now(UTC), subject)
        record = encode(envelope, message)
        await self.producer.send_and_wait(
            record.topic, key=record.key, value=record.value, headers=record.headers
        )

    async def send_json(self, message: Message, event_id: str, subject: str) -> None:
        """Publish as one JSON object, with nothing but a content type beside it."""
        fact = fact_type(message)
        await self.producer.send_and_wait(
            fact.topic(),
            key=subject.encode(),
            value=structured_json(message, event_id, subject),
            headers=[("content-type", b"application/cloudevents+json")],
        )


def structured_json(message: Message, event_id: str, subject: str) -> bytes:
    """Return a CloudEvent in JSON, structured mode: what a system without protobuf sends."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": fact_type(message).type,
        "time": datetime.now(UTC).isoformat(),
        "subject": subject,
        "datacontenttype": "application/json",
        "data": to_json(message),
    }
    return json.dumps(event, ensure_ascii=False).encode()
