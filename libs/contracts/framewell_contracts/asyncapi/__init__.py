"""AsyncAPI documents of the mesh: what travels on which topic, sent and received by whom."""

from framewell_contracts.asyncapi.document import UnknownService, document

__all__ = ["UnknownService", "document"]
