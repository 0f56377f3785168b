"""AsyncAPI documents of the mesh: what travels on which topic, said and heard by whom."""

from framewell_contracts.asyncapi.document import UnknownService, document

__all__ = ["UnknownService", "document"]
