"""Who is let in over gRPC: as REST's words and gRPC's statuses have it."""

from collections.abc import Mapping

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from framewell_gateway.domain.principals import LOCAL, Principal
from framewell_gateway.entrypoints.grpc.admission import guarded
from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_gateway.ports.access import TooMany, Unauthenticated
from framewell_gateway.ports.relay import Code
from framewell_kit.outcomes import Forbidden
from framewell_kit.rpc import refusals

EVA = Principal("eva", "curator")


async def admitted(answer: Principal | Exception, headers: Mapping[str, str]) -> Principal:
    async def admit(*_: object) -> Principal:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return await guarded(admit)(headers, "127.0.0.1")


async def test_nobody_is_unauthenticated_with_the_word_for_programs() -> None:
    with pytest.raises(refusals.Unauthenticated, match="sign in") as error:
        await admitted(Unauthenticated("sign in", "token"), {})
    assert error.value.code == "token"


async def test_too_many_wrong_tokens_wait_and_learn_for_how_long() -> None:
    with pytest.raises(CallRefused) as error:
        await admitted(TooMany("wait", 41.5), {})
    end = error.value.end
    assert (end.code, end.message) == (Code.RESOURCE_EXHAUSTED, "wait")
    (_, packed) = end.trailing[0]
    assert isinstance(packed, bytes)
    retry = RetryInfo()
    assert Status.FromString(packed).details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 42


@pytest.mark.parametrize("authority", ["mesh.example:7410", "127.0.0.1.evil.example", "", "[", "10.0.0.1"])
async def test_the_trust_of_a_machine_is_asked_for_by_its_own_name(authority: str) -> None:
    with pytest.raises(Forbidden, match=r"127\.0\.0\.1"):
        await admitted(LOCAL, {":authority": authority})
    assert await admitted(EVA, {":authority": authority}) is EVA


@pytest.mark.parametrize("authority", ["127.0.0.1:7410", "localhost", "[::1]:7410"])
async def test_this_machine_has_several_names(authority: str) -> None:
    assert await admitted(LOCAL, {":authority": authority}) is LOCAL


async def test_pages_are_refused_whoever_they_call_for() -> None:
    with pytest.raises(Forbidden, match="web pages"):
        await admitted(EVA, {"origin": "https://mesh.example"})
