"""Accounts, tokens and roles as messages: what they show holds no secret and no hash."""

from framewell.gateway.v1 import access_pb2 as pb
from framewell_contracts.access import Role
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.users import ApiToken, User


def role_named(role: "pb.Role.ValueType") -> Role:
    """Return the role that a message names. Raises ValueError for none."""
    return Role(pb.Role.Name(role).removeprefix("ROLE_").lower())


def role_message(role: Role | None) -> "pb.Role.ValueType":
    """Return a role as messages have it; that of services is none of people's."""
    return pb.Role.Value(f"ROLE_{role.upper()}") if role and role is not Role.SERVICE else pb.ROLE_UNSPECIFIED


def user_message(user: User) -> pb.User:
    """Return an account as administrators see it."""
    return pb.User(
        user_id=user.user_id,
        login=user.login,
        name=user.name,
        role=role_message(user.role),
        state=pb.UserState.Value(f"USER_STATE_{user.state.upper()}"),
        created_at=timestamp(user.created_at),
        signed_in_at=timestamp(user.signed_in_at) if user.signed_in_at else None,
        external=bool(user.subject),
    )


def token_message(token: ApiToken, owner: User) -> pb.ApiToken:
    """Return a token as its owner sees it."""
    return pb.ApiToken(
        token_id=token.token_id,
        name=token.name,
        role=role_message(token.role),
        user_id=owner.user_id,
        login=owner.login,
        created_at=timestamp(token.created_at),
        expires_at=timestamp(token.expires_at),
        used_at=timestamp(token.used_at) if token.used_at else None,
    )
