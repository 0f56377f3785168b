"""People whom tests show to the service, and what reviewers do with their samples."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from framewell.dataset.v1 import review_service_pb2 as review_rpc
from framewell.dataset.v1.dataset_pb2 import Sample
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import DECISION_ACCEPT, Decision, SampleProposed
from framewell_dataset.testing.bench import DatasetBench
from framewell_dataset.testing.footage import Seen, stated
from framewell_kit.testing.ids import asset_called

MAN = Seen(1, name="Jörg Müßigbrodt", role="Reporter (fiktiv)")
ASTRONAUT = Seen(2, name="Eileen Collins", role="NASA")
ASSET = asset_called("a")
BAN = rights.RightsStatement(issuer="court", statement_id="1", revision=1, use=rights.USE_PROHIBITED)


async def samples(bench: DatasetBench, **query: object) -> list[Sample]:
    """Return the first page of samples."""
    request = review_rpc.ListSamplesRequest(**query)  # type: ignore[arg-type]
    return list((await bench.call("ListSamples", request)).samples)


async def proposed_man(bench: DatasetBench, asset_id: str = ASSET) -> SampleProposed:
    """Show the man in an asset of the house's own; return the proposal that follows."""
    await bench.take_in(asset_id, stated())
    await bench.show(asset_id, MAN)
    return bench.facts.of(SampleProposed)[-1]


async def decide(
    bench: DatasetBench,
    sample_id: str,
    decision: "Decision.ValueType" = DECISION_ACCEPT,
    *,
    by: str = "anna",
    **more: object,
) -> review_rpc.ReviewResult:
    """Decide about one sample; return what became of the decision."""
    review = review_rpc.Review(sample_id=sample_id, decision=decision, **more)  # type: ignore[arg-type]
    answer = await bench.call("ReviewSamples", review_rpc.ReviewSamplesRequest(reviews=[review]), by=by)
    result: review_rpc.ReviewResult = answer.results[0]
    return result


async def review_each(
    bench: DatasetBench, *sample_ids: str, decision: "Decision.ValueType" = DECISION_ACCEPT
) -> None:
    """Decide about several samples, all of which must be taken."""
    for sample_id in sample_ids:
        result = await decide(bench, sample_id, decision)
        assert not result.error, result.error


async def accepted_people(bench: DatasetBench, *numbers: int, **terms: Any) -> list[str]:
    """Show one person per number, each in an asset of its own, and accept their samples; return the ids."""
    ids = []
    for number in numbers:
        asset_id = asset_called(number)
        await bench.take_in(asset_id, stated(**terms))
        await bench.show(asset_id, Seen(number, name=f"Ada {chr(65 + number)}mann"))
        ids.append(bench.facts.of(SampleProposed)[-1].sample_id)
    await review_each(bench, *ids)
    return ids


async def read_table(bench: DatasetBench, ref: ObjectRef) -> pa.Table:
    """Return a Parquet object as a table."""
    return pq.read_table(pa.BufferReader(await bench.objects.read(ref)))
