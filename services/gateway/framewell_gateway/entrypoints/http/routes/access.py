"""Access: who calls, signing in and out, users and their roles, tokens of programs."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from framewell.gateway.v1 import access_pb2 as pb
from framewell_gateway.domain.access_secrets import csrf_of
from framewell_gateway.domain.sources import source_of
from framewell_gateway.entrypoints.http import routing
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.cookies import give_cookie, session_secret, take_cookie
from framewell_gateway.entrypoints.http.requests import RequestShape
from framewell_gateway.entrypoints.http.routing import Route, json_response
from framewell_gateway.steps.begin_session import Begun

asks = partial(routing.asks, tag="access")

_AT: Final = "2026-11-30T09:00:00Z"
_USER: Final = {
    "user_id": "0c5a9b1e-8d4e-5b0e-9f6c-2a7d3c1b5e44",
    "login": "anna",
    "name": "Anna Meier",
    "role": "curator",
    "state": "active",
    "created_at": "2026-11-22T08:00:00Z",
    "signed_in_at": _AT,
    "external": False,
}
_SESSION: Final = {
    "mode": "users",
    "setup_open": False,
    "principal": "anna",
    "role": "curator",
    "by": "session",
    "user": _USER,
    "csrf": "9f2c1f5d0b7e4a6c8d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c",
    "idle_until": "2026-11-30T18:00:00Z",
    "ends_at": "2026-12-03T09:00:00Z",
    "oidc": "",
}
_INVITED: Final = {
    **{name: value for name, value in _USER.items() if name != "signed_in_at"},
    "state": "invited",
}
_INVITATION: Final = {
    "user": _INVITED,
    "code": "K7WQ2-9TRXB-4MPHA-Z8CVE",
    "expires_at": "2026-12-07T09:00:00Z",
}
_TOKEN: Final = {
    "token_id": "5b1f7f0e-0d0b-4b53-8d7b-0a4b3c0b7c11",
    "name": "Playout report",
    "role": "viewer",
    "user_id": _USER["user_id"],
    "login": "anna",
    "created_at": _AT,
    "expires_at": "2027-02-28T09:00:00Z",
}

Begin = Callable[[AppContext], Callable[[Any, str], Awaitable[Begun]]]


async def _session(context: AppContext, _: Message, request: Request) -> Response:
    found = await context.access.show_session()
    secret = session_secret(request.scope, context.public_url)
    if found.HasField("ends_at"):
        found.csrf = csrf_of(secret)
    response = json_response(found)
    response.headers["cache-control"] = "no-store"
    if secret and not found.HasField("ends_at"):
        take_cookie(response, request.scope, context.public_url)
    return response


async def _sign_out(context: AppContext, _: Message, request: Request) -> Response:
    await context.access.sign_out()
    return _signed_out(context, request)


async def _sign_out_everywhere(context: AppContext, _: Message, request: Request) -> Response:
    await context.access.sign_out_everywhere()
    return _signed_out(context, request)


def _signed_out(context: AppContext, request: Request) -> Response:
    response = Response(status_code=204)
    take_cookie(response, request.scope, context.public_url)
    return response


async def _remove_user(context: AppContext, wanted: pb.RemoveUserRequest, _: Request) -> Response:
    await context.access.manage.remove(wanted)
    return Response(status_code=204)


async def _revoke_token(context: AppContext, wanted: pb.RevokeTokenRequest, _: Request) -> Response:
    await context.access.revoke_token(wanted)
    return Response(status_code=204)


def begins(
    route: str,
    id: str,  # noqa: A002
    begin: Begin,
    summary: str,
    *,
    takes: type[Message],
    status: int = 200,
    **more: Any,
) -> Route:
    """Return the route of a command that begins a session: its secret goes into the cookie."""

    async def respond(context: AppContext, message: Message, request: Request) -> Response:
        source = source_of(request.client.host if request.client else "")
        begun = await begin(context)(message, source)
        shown = context.access.show_session.begun(begun.session, begun.user)
        shown.csrf = csrf_of(begun.secret)
        response = json_response(shown, status)
        give_cookie(response, request.scope, begun.secret, context.public_url)
        return response

    verb, _, path = route.partition(" ")
    return Route(
        verb=verb,
        path=routing.PREFIX + path,
        id=id,
        summary=summary,
        shape=RequestShape(takes, path, "*"),
        respond=respond,
        response=pb.Session,
        status=status,
        tag="access",
        answer=_SESSION,
        **more,
    )


answers = partial(routing.answers, tag="access")
_DONE: Final[dict[int, dict[str, Any]]] = {204: {}}

ROUTES: Final = (
    Route(
        verb="GET", path="/v1/session", id="getSession", summary="Say who calls, and whom this gateway asks",
        shape=RequestShape(pb.GetSessionRequest, "/session"), respond=_session, response=pb.Session,
        tag="access", answer=_SESSION,
        description="Open to everybody. `csrf` belongs into the header `framewell-csrf` of every change that "
        "the session makes.",
    ),
    begins(
        "POST /setup", "setUp", lambda app: app.access.set_up, "Make the first administrator, and sign in",
        takes=pb.SetUpRequest, status=201, problems=(409, 429),
        description="Takes the code that `framewell users setup-code` shows, once. From then on everybody is "
        "asked who they are.",
        example={
            "code": "K7WQ2-9TRXB-4MPHA-Z8CVE", "name": "Anna Meier", "login": "anna",
            "password": "a long sentence is easy to keep",
        },
    ),
    begins(
        "POST /session", "signIn", lambda app: app.access.sign_in, "Sign in",
        takes=pb.SignInRequest, problems=(429,),
        description="The session is a cookie that no script can read. Wrong passwords are limited by login "
        "and by address: 429 says when the next is taken.",
        example={"login": "anna", "password": "a long sentence is easy to keep"},
    ),
    answers(
        "DELETE /session", "signOut", pb.SignOutRequest, _sign_out, "Sign out",
        content=_DONE, problems=(409,),
    ),
    answers(
        "DELETE /sessions", "signOutEverywhere", pb.SignOutEverywhereRequest, _sign_out_everywhere,
        "End all sessions of the caller", content=_DONE, problems=(409,),
        description="For whoever is signed in: a token ends no session of its owner, whichever role it has.",
    ),
    begins(
        "POST /session/password", "changePassword", lambda app: app.access.change_password,
        "Take another password; all other sessions end", takes=pb.ChangePasswordRequest, problems=(409, 429),
        example={
            "password": "a long sentence is easy to keep",
            "new_password": "another sentence, longer than that",
        },
    ),
    begins(
        "POST /invitations/accept", "acceptInvitation", lambda app: app.access.accept_invitation,
        "Take an invitation: give the account a password, and sign in",
        takes=pb.AcceptInvitationRequest, status=201, problems=(429,),
        example={"code": "K7WQ2-9TRXB-4MPHA-Z8CVE", "password": "a long sentence is easy to keep"},
    ),
    asks(
        "GET /users", "listUsers", lambda app: app.access.list_users, "List users by login",
        takes=pb.ListUsersRequest, gives=pb.ListUsersResponse,
        answer={"users": [_USER], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /users", "inviteUser", lambda app: app.access.invite, "Invite somebody",
        description="The code gives the account its password, once, within a week; hand it over yourself. "
        "The console takes it as `/console/invitation#<code>`.",
        takes=pb.InviteUserRequest, gives=pb.Invitation, body="*", status=201, problems=(409,),
        example={"login": "anna", "name": "Anna Meier", "role": "curator"}, answer=_INVITATION,
    ),
    asks(
        "POST /users/{user_id}/invitation", "renewInvitation", lambda app: app.access.manage.renew,
        "Make another code for an account, whose password was forgotten",
        takes=pb.RenewInvitationRequest, gives=pb.Invitation, problems=(409,), status=201, answer=_INVITATION,
    ),
    asks(
        "POST /users/{user_id}/role", "changeRole", lambda app: app.access.manage.change_role,
        "Give a user another role, from the next request on",
        takes=pb.ChangeRoleRequest, gives=pb.User, body="change", problems=(409,),
        example={"role": "rights"}, answer={**_USER, "role": "rights"},
    ),
    asks(
        "POST /users/{user_id}/disable", "disableUser", lambda app: app.access.manage.disable,
        "Let an account be used no more, from the next request on",
        takes=pb.DisableUserRequest, gives=pb.User, problems=(409,), answer={**_USER, "state": "disabled"},
    ),
    asks(
        "POST /users/{user_id}/enable", "enableUser", lambda app: app.access.manage.enable,
        "Let an account be used again",
        takes=pb.EnableUserRequest, gives=pb.User, problems=(409,), answer=_USER,
    ),
    answers(
        "DELETE /users/{user_id}", "removeUser", pb.RemoveUserRequest, _remove_user,
        "Remove an account: name and password go, the login stays taken", content=_DONE, problems=(409,),
    ),
    asks(
        "GET /tokens", "listTokens", lambda app: app.access.list_tokens,
        "List tokens of the caller, newest first",
        description="To a token itself alone, unless it has the role of an administrator.",
        takes=pb.ListTokensRequest, gives=pb.ListTokensResponse, problems=(404,),
        answer={"tokens": [_TOKEN], "next_page_token": "", "total_size": 1},
    ),
    asks(
        "POST /tokens", "makeToken", lambda app: app.access.make_token, "Make a token for a program",
        description="It may what its role and its owner's role at that moment both may. The secret is shown "
        "once.",
        takes=pb.MakeTokenRequest, gives=pb.MakeTokenResponse, body="*", status=201, problems=(409,),
        example={"name": "Playout report", "role": "viewer"},
        answer={"token": _TOKEN, "secret": "fwt_3v0qB7Yk2mR9sT1uW4xZ6aC8dE5fG0hJ"},
    ),
    answers(
        "DELETE /tokens/{token_id}", "revokeToken", pb.RevokeTokenRequest, _revoke_token,
        "Revoke a token, at once and everywhere", content=_DONE,
        description="Whoever is signed in revokes their own, a token itself alone, administrators any.",
    ),
    asks(
        "POST /objects/address", "addressObject", lambda app: app.access.address_object,
        "Sign an address that opens one object for ten minutes",
        description="For what cannot send a header: an image, a link. It opens the object as long as the "
        "caller may read it.",
        takes=pb.AddressObjectRequest, gives=pb.AddressObjectResponse, body="*",
        example={"path": "/v1/samples/s-1/objects/ab/abcd.jpg"},
        answer={
            "address": "/v1/samples/s-1/objects/ab/abcd.jpg?expires=1796029800&by=anna&signature=9f2c",
            "expires_at": "2026-11-30T09:10:00Z",
        },
    ),
)  # fmt: skip
