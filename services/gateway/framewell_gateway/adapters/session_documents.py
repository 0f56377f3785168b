"""Sessions and API tokens in the document store, by the hashes of their secrets."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from framewell_contracts.access import Role
from framewell_gateway.domain.users import ApiToken, Session
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, Page, PageRequest, find_page

SESSIONS: Final = "sessions"
API_TOKENS: Final = "api_tokens"
_NEWEST: Final = Order("created_at", datetime, descending=True)
_KEPT_AFTER_THEIR_END: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SessionDocuments:
    """`SessionRepository` on the gateway's own database."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the index by which ended sessions are found."""
        await self.documents.ensure_index(SESSIONS, ["ends_at"])

    async def begin(self, session: Session) -> None:
        """See SessionRepository."""
        await self.documents.delete_where(SESSIONS, {"ends_at": {"$lte": session.created_at}})
        await self.documents.insert_once(SESSIONS, _document(session))

    async def get(self, key: str) -> Session | None:
        """See SessionRepository."""
        found = await self.documents.get(SESSIONS, key)
        return None if found is None else Session(key=found.pop("_id"), **found)

    async def seen(self, key: str, at: datetime) -> None:
        """See SessionRepository."""
        await self.documents.update(SESSIONS, key, {"$set": {"seen_at": at}})

    async def end(self, key: str) -> bool:
        """See SessionRepository."""
        return await self.documents.delete(SESSIONS, key)


@dataclass(frozen=True, slots=True)
class ApiTokenDocuments:
    """`ApiTokenRepository` on the gateway's own database."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that the queries below need."""
        await self.documents.ensure_index(API_TOKENS, ["token_id"], unique=True)
        await self.documents.ensure_index(API_TOKENS, ["user_id", *_NEWEST.fields])

    async def add(self, token: ApiToken) -> None:
        """See ApiTokenRepository."""
        ended = {"user_id": token.user_id, "expires_at": {"$lte": token.created_at - _KEPT_AFTER_THEIR_END}}
        await self.documents.delete_where(API_TOKENS, ended)
        await self.documents.insert_once(API_TOKENS, _document(token))

    async def get(self, key: str) -> ApiToken | None:
        """See ApiTokenRepository."""
        found = await self.documents.get(API_TOKENS, key)
        return None if found is None else _token(found)

    async def find(self, token_id: str) -> ApiToken | None:
        """See ApiTokenRepository."""
        found = await self.documents.find(API_TOKENS, {"token_id": token_id}, limit=1)
        return _token(found[0]) if found else None

    async def count(self, user_id: str) -> int:
        """See ApiTokenRepository."""
        return await self.documents.count(API_TOKENS, {"user_id": user_id})

    async def page(self, user_id: str, page: PageRequest) -> Page[ApiToken]:
        """See ApiTokenRepository."""
        found = await find_page(self.documents, API_TOKENS, {"user_id": user_id}, page, _NEWEST)
        return found.map(_token)

    async def used(self, key: str, at: datetime) -> None:
        """See ApiTokenRepository."""
        await self.documents.update(API_TOKENS, key, {"$set": {"used_at": at}})

    async def revoke(self, token: ApiToken) -> bool:
        """See ApiTokenRepository."""
        return await self.documents.delete(API_TOKENS, token.key)


def _document(value: Session | ApiToken) -> Document:
    document = asdict(value)
    return {"_id": document.pop("key"), **document}


def _token(document: Document) -> ApiToken:
    fields = {**document, "role": Role(document["role"])}
    return ApiToken(key=fields.pop("_id"), **fields)
