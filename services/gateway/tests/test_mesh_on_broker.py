"""Operations over REST on the real broker: what was given up is counted, listed, replayed and discarded."""

from typing import Any
from uuid import uuid4

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.gateway.v1.mesh_view_pb2 import (
    DeadLetterState,
    DiscardDeadLettersRequest,
    ListDeadLettersRequest,
    ReplayDeadLettersRequest,
)
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.fact_types import topics
from framewell_contracts.topics import DEAD_LETTER_ACTIONS
from framewell_gateway.adapters.broker_search import KafkaSearch
from framewell_gateway.adapters.dead_letters import KafkaDeadLetters
from framewell_gateway.ports import Away
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.kept_admin import KeptAdmin
from framewell_kafka.topic_admin import apply
from framewell_kit.clock import SystemClock
from framewell_kit.documents import MemoryDocuments
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.stream import Stage
from framewell_kit.testing.streams import StreamBench
from framewell_kit.testing.waiting import eventually

pytestmark = pytest.mark.integration

GROUP = "transcode.plan_chunks"
ASSETS = [str(uuid4()) for _ in range(3)]


async def test_dead_letters_are_counted_paged_replayed_and_discarded(broker: str) -> None:
    refusing, handled = True, list[str]()

    async def handle(fact: AssetIngested, cause: Cause) -> list[AssetRejected]:
        if refusing:
            raise Rejected("the clock of the file is broken", code="bad_clock")
        handled.append(fact.work.asset_id)
        return []

    async with StreamBench(broker, MemoryDocuments()) as bench:
        await bench.declare(AssetIngested, AssetRejected, groups=[GROUP])
        actions = [topic for topic in topics() if topic.name == DEAD_LETTER_ACTIONS]
        await apply(bench.access, prefix=bench.prefix, declared=actions)
        await bench.run(Stage(GROUP, handle))
        letters = KafkaDeadLetters(bench.access, SystemClock(), bench.prefix, groups=(GROUP,))
        for asset in ASSETS:
            await bench.publish(AssetIngested(work=Work(asset_id=asset)))

        async def found() -> Any:
            return (await letters.page(ListDeadLettersRequest(page_size=2))).total_size == 3

        await eventually(found, every=0.2)
        first = await letters.page(ListDeadLettersRequest(page_size=2))
        rest = await letters.page(ListDeadLettersRequest(page_size=2, page_token=first.next_page_token))
        listed = [*first.dead_letters, *rest.dead_letters]
        assert sorted(one.asset_id for one in listed) == sorted(ASSETS)
        assert rest.next_page_token == ""
        assert {(one.code, one.reason, one.payload_kind) for one in listed} == {
            ("bad_clock", "the clock of the file is broken", "fact")
        }
        (count,) = await letters.counts()
        assert (count.group, count.code, count.count) == (GROUP, "bad_clock", 3)
        async with KeptAdmin(bench.access) as admin:
            backlogs = await KafkaSearch(admin, bench.prefix).backlogs()
        assert not [one for one in backlogs if one.group == GROUP and one.behind > 3]

        refusing = False
        one = listed[0]
        asked = ReplayDeadLettersRequest(group=GROUP, ids=[one.dead_letter_id])
        done = await letters.replay(asked, "anna")
        assert (done.matching, done.replayed) == (1, 1)
        await eventually(lambda: handled == [one.asset_id])
        assert (await letters.replay(asked, "bernd")).matching == 0
        replayed = await letters.page(
            ListDeadLettersRequest(state=[DeadLetterState.DEAD_LETTER_STATE_REPLAYED])
        )
        assert [(each.dead_letter_id, each.handled_by) for each in replayed.dead_letters] == [
            (one.dead_letter_id, "anna")
        ]
        rest_of_them = DiscardDeadLettersRequest(
            group=GROUP, ids=[each.dead_letter_id for each in listed[1:]], because="sent again by hand"
        )
        assert (await letters.discard(rest_of_them, "anna")).discarded == 2
        assert (await letters.page(ListDeadLettersRequest())).total_size == 0
        with pytest.raises(NotFound):
            await letters.replay(ReplayDeadLettersRequest(group="nobody.reads"), "anna")


async def test_a_broker_that_is_away_is_said_to_be() -> None:
    nobody = BrokerAccess("127.0.0.1:1")
    with pytest.raises(Away):
        await KafkaDeadLetters(nobody, SystemClock()).counts()
    with pytest.raises(Away):
        await KafkaSearch(KeptAdmin(nobody), seconds=1.0).backlogs()
