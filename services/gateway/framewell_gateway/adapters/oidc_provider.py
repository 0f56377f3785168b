"""The identity provider of the house: OpenID Connect by the authorization code with PKCE, through Authlib."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from framewell_contracts.sentences import say
from framewell_gateway.domain.provider_sign_in import Pending
from framewell_gateway.ports import Away
from framewell_gateway.ports.access import NotProved, ProviderIdentity

_ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Signatures by keys that the provider publishes; never `none`, nor one by the client's secret."""
_SECONDS: Final = 10.0
_LEEWAY_SECONDS: Final = 30
_KEPT_SECONDS: Final = 300.0
_AWAY_SECONDS: Final = 15.0
"""How long a provider that did not answer is taken to be away."""
_METADATA: Final = "/.well-known/openid-configuration"
_PROVIDER: Final = "the identity provider"


@dataclass(slots=True)
class OidcProvider:
    """`IdentityProvider` that is found by its issuer; `login_claim` and `role_claim` are of ID tokens."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    login_claim: str
    role_claim: str
    _metadata: Mapping[str, Any] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _away: Away | None = None
    _away_until: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def address(self, pending: Pending, redirect_uri: str) -> str:
        """See IdentityProvider."""
        metadata = await self._described()
        async with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        return str(address)

    async def identity(self, pending: Pending, code: str, redirect_uri: str) -> ProviderIdentity:
        """See IdentityProvider."""
        metadata = await self._described()
        try:
            async with self._client(redirect_uri) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=pending.verifier
                )
                answer = await client.request("GET", metadata["jwks_uri"], withhold_token=True)
                keys = answer.raise_for_status().json()
        except httpx2.HTTPError as error:
            raise Away(_PROVIDER, str(error)) from error
        except AuthlibBaseError as error:
            raise NotProved(
                say("not_proved.code", "the identity provider refused the code: {why}", why=error)
            ) from error
        return self._of(self._claims(token, keys, pending.nonce))

    def _claims(self, token: Mapping[str, Any], keys: Any, nonce: str) -> Mapping[str, Any]:
        """Return the claims of an ID token that the issuer signed just now, for us and this sign-in."""
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token", "")}
        try:
            registry = JWSRegistry(algorithms=list(_ALGORITHMS), strict_check_header=False)
            decoded = jwt.decode(
                str(token.get("id_token", "")), KeySet.import_key_set(keys), registry=registry
            )
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(now=int(time.time()), leeway=_LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
            raise NotProved(
                say("not_proved", "what the identity provider sent proves nobody: {why}", why=error)
            ) from error
        return dict(claims)

    def _of(self, claims: Mapping[str, Any]) -> ProviderIdentity:
        login = str(claims.get(self.login_claim, ""))
        return ProviderIdentity(
            subject=f"{self.issuer}#{claims['sub']}",
            login=login,
            name=str(claims.get("name") or login),
            roles=_texts(claims.get(self.role_claim)),
        )

    async def _described(self) -> Mapping[str, Any]:
        """Return what the provider says of itself, asked again every few minutes. Raises Away.

        All who sign in share one question. Where it failed it is not asked again for a moment: nobody waits
        for a provider of which it is known that it is away.
        """
        async with self._asking:
            now = time.monotonic()
            if now - self._read_at < _KEPT_SECONDS:
                return self._metadata
            if self._away is not None and now < self._away_until:
                raise Away(self._away.service, self._away.detail)
            try:
                self._metadata = await self._ask()
            except Away as away:
                self._away, self._away_until = away, time.monotonic() + _AWAY_SECONDS
                raise
            self._away, self._read_at = None, time.monotonic()
            return self._metadata

    async def _ask(self) -> Mapping[str, Any]:
        """Return what the provider says of itself now. Raises Away."""
        try:
            async with asyncio.timeout(_SECONDS), httpx2.AsyncClient(timeout=_SECONDS) as client:
                answer = await client.get(self.issuer.rstrip("/") + _METADATA)
                metadata: Mapping[str, Any] = answer.raise_for_status().json()
        except TimeoutError as error:
            raise Away(_PROVIDER, f"it did not answer within {_SECONDS:g} s") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise Away(_PROVIDER, str(error) or type(error).__name__) from error
        if metadata.get("issuer") != self.issuer:
            raise Away(_PROVIDER, f"it calls itself {metadata.get('issuer')!r}, not {self.issuer!r}")
        return metadata

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.client_id,
            self.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.client_secret else "none",
            scope=self.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_SECONDS,
        )


def _texts(claim: object) -> Sequence[str]:
    """Return the words of a claim that is a text or a list of them."""
    if isinstance(claim, str):
        return claim.split()
    return [one for one in claim if isinstance(one, str)] if isinstance(claim, list) else []
