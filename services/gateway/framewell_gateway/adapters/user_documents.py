"""Accounts in the document store: one document each, and one that says who the administrators are.

A change that takes somebody out of `administrators` is one update, which matches only while somebody else is
left. Whoever is disabled or removed is `barred` in that update, and a promotion matches only those who are
not: whatever happens at once, nobody becomes an administrator by a promotion that was overtaken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from framewell_contracts.access import Role
from framewell_gateway.domain.users import State, User
from framewell_gateway.ports.access import LastAdministrator
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, Page, PageRequest, find_page

USERS: Final = "users"
ADMINISTRATORS: Final = "administrators"
_ALL: Final = "all"
_BY_LOGIN: Final = Order("login", str)
_USABLE: Final = {"state": {"$in": [State.INVITED, State.ACTIVE]}}


@dataclass(frozen=True, slots=True)
class UserDocuments:
    """`UserRepository` on the gateway's own database."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that the queries below need."""
        await self.documents.ensure_index(USERS, _BY_LOGIN.fields)
        await self.documents.ensure_index(USERS, ["code"])

    async def any(self) -> bool:
        """See UserRepository."""
        return await self.documents.get(ADMINISTRATORS, _ALL) is not None

    async def get(self, user_id: str) -> User | None:
        """See UserRepository."""
        return await self._whole(await self.documents.get(USERS, user_id))

    async def page(self, page: PageRequest) -> Page[User]:
        """See UserRepository."""
        present = {"state": {"$ne": State.REMOVED}}
        found = await find_page(self.documents, USERS, present, page, _BY_LOGIN)
        administrators = await self._administrators()
        return found.map(lambda one: _user(one, administrators))

    async def add(self, user: User) -> bool:
        """See UserRepository."""
        document = {
            "_id": user.user_id,
            "login": user.login,
            "name": user.name,
            "role": user.role if user.subject else _below_admin(user.role),
            "state": user.state,
            "password": user.password,
            "epoch": user.epoch,
            "subject": user.subject,
            "created_at": user.created_at,
            "signed_in_at": None,
            "code": "",
            "code_until": None,
            "wants_admin": user.role is Role.ADMIN and not user.subject,
        }
        if await self.documents.insert_once(USERS, document):
            return True
        if await self.any():
            return False
        change = {name: value for name, value in document.items() if name != "_id"}
        return await self.documents.update(USERS, user.user_id, {"$set": change}) is not None

    async def promote(self, user_id: str) -> bool:
        """See UserRepository."""
        found = await self.documents.get(USERS, user_id)
        if found is None or found["state"] != State.ACTIVE:
            return False
        change, may = {"$addToSet": {"users": user_id}}, {"barred": {"$ne": user_id}}
        done = await self.documents.update(ADMINISTRATORS, _ALL, change, expect=may, upsert=True)
        return done is not None

    async def change_role(self, user: User, role: Role) -> User | None:
        """See UserRepository."""
        if user.subject:
            return await self._change(user.user_id, {"$set": {"role": role, "wants_admin": False}})
        if role is Role.ADMIN:
            if user.is_active:
                await self.promote(user.user_id)
                return await self.get(user.user_id)
            return await self._change(user.user_id, {"$set": {"wants_admin": True}})
        changed = await self._change(user.user_id, {"$set": {"role": role, "wants_admin": False}})
        await self._demote(user.user_id)
        return await self.get(user.user_id) if changed else None

    async def disable(self, user: User) -> User | None:
        """See UserRepository."""
        await self._bar(user.user_id)
        change = {"$set": {"state": State.DISABLED, "code": ""}, "$inc": {"epoch": 1}}
        changed = await self._change(user.user_id, change)
        await self._bar(user.user_id)  # whoever enabled the account meanwhile
        return changed

    async def enable(self, user_id: str) -> User | None:
        """See UserRepository."""
        found = await self.documents.get(USERS, user_id)
        if found is None:
            return None
        state = State.ACTIVE if found["password"] or found["subject"] else State.INVITED
        enabled = await self._change(user_id, {"$set": {"state": state}}, {"state": State.DISABLED})
        now = await self.documents.get(USERS, user_id)
        if now is not None and now["state"] in (State.ACTIVE, State.INVITED):
            await self.documents.update(ADMINISTRATORS, _ALL, {"$pull": {"barred": user_id}})
        return enabled

    async def remove(self, user: User) -> bool:
        """See UserRepository."""
        await self._bar(user.user_id)
        change = {
            "$set": {"state": State.REMOVED, "name": "", "password": "", "code": "", "subject": ""},
            "$inc": {"epoch": 1},
        }
        removed = await self.documents.update(USERS, user.user_id, change) is not None
        await self._bar(user.user_id)
        return removed

    async def set_password(self, user_id: str, password: str, *, earlier: str | None = None) -> User | None:
        """See UserRepository."""
        expect = {**_USABLE, **({} if earlier is None else {"password": earlier})}
        change = {
            "$set": {"password": password, "state": State.ACTIVE, "code": "", "wants_admin": False},
            "$inc": {"epoch": 1},
        }
        wanted = await self.documents.get(USERS, user_id)
        wants_admin = wanted is not None and bool(wanted["wants_admin"])
        changed = await self._change(user_id, change, {**expect, "wants_admin": wants_admin})
        if changed is not None and wants_admin:
            await self.promote(user_id)
            return await self.get(user_id)
        return changed

    async def rehash(self, user_id: str, password: str, earlier: str) -> None:
        """See UserRepository."""
        await self.documents.update(
            USERS, user_id, {"$set": {"password": password}}, expect={"password": earlier}
        )

    async def signed_in(self, user_id: str, at: datetime) -> None:
        """See UserRepository."""
        await self.documents.update(USERS, user_id, {"$set": {"signed_in_at": at}})

    async def end_sessions(self, user_id: str) -> None:
        """See UserRepository."""
        await self.documents.update(USERS, user_id, {"$inc": {"epoch": 1}})

    async def invite(self, user_id: str, code: str, expires_at: datetime) -> None:
        """See UserRepository."""
        change = {"$set": {"code": code, "code_until": expires_at}}
        await self.documents.update(USERS, user_id, change, expect=_USABLE)

    async def invited(self, code: str, now: datetime) -> User | None:
        """See UserRepository."""
        found = await self.documents.find(USERS, {"code": code, "code_until": {"$gt": now}}, limit=1)
        return await self._whole(found[0]) if found else None

    async def take_invitation(self, code: str, now: datetime) -> bool:
        """See UserRepository."""
        valid = {"code": code, "code_until": {"$gt": now}, **_USABLE}
        return await self.documents.update_first(USERS, valid, {"$set": {"code": ""}}) is not None

    async def _demote(self, user_id: str) -> None:
        """Take somebody out of the administrators, if somebody else is left, in one update."""
        change, another = {"$pull": {"users": user_id}}, {"users": user_id, "users.1": {"$exists": True}}
        if await self.documents.update(ADMINISTRATORS, _ALL, change, expect=another) is not None:
            return
        if user_id in await self._administrators():
            raise LastAdministrator

    async def _bar(self, user_id: str) -> None:
        """Let nobody promote somebody, who is no administrator from then on, if somebody else is left."""
        change = {"$pull": {"users": user_id}, "$addToSet": {"barred": user_id}}
        may = {"$or": [{"users": {"$ne": user_id}}, {"users.1": {"$exists": True}}]}
        if await self.documents.update(ADMINISTRATORS, _ALL, change, expect=may) is not None:
            return
        if user_id in await self._administrators():
            raise LastAdministrator

    async def _change(self, user_id: str, change: Any, expect: Any = None) -> User | None:
        wanted = expect or {"state": {"$ne": State.REMOVED}}
        return await self._whole(await self.documents.update(USERS, user_id, change, expect=wanted))

    async def _whole(self, document: Document | None) -> User | None:
        if document is None or document["state"] == State.REMOVED:
            return None
        return _user(document, await self._administrators())

    async def _administrators(self) -> Sequence[str]:
        found = await self.documents.get(ADMINISTRATORS, _ALL)
        return found["users"] if found is not None else []


def _below_admin(role: Role) -> Role:
    """Return the role that stands in an account's own document: that of an administrator stands elsewhere."""
    return Role.VIEWER if role is Role.ADMIN else role


def _user(document: Document, administrators: Sequence[str]) -> User:
    user = User(
        user_id=document["_id"],
        login=document["login"],
        name=document["name"],
        role=Role.ADMIN if document["wants_admin"] else Role(document["role"]),
        state=State(document["state"]),
        created_at=document["created_at"],
        password=document["password"],
        epoch=document["epoch"],
        subject=document["subject"],
        signed_in_at=document["signed_in_at"],
    )
    return user.as_admin() if user.user_id in administrators and user.is_active else user
