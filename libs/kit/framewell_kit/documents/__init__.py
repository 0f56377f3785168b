"""Documents: the protocol, the real store and the one in memory. Handlers import `.protocol` alone."""

from framewell_kit.documents.memory import MemoryDocuments
from framewell_kit.documents.mongo import MongoDocuments
from framewell_kit.documents.protocol import Change, Document, Documents, Query, Sort

__all__ = ["Change", "Document", "Documents", "MemoryDocuments", "MongoDocuments", "Query", "Sort"]
