"""Plans of erasures as the dataset service makes them, for tests of other services."""

from collections.abc import Sequence

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned
from framewell.mesh.v1.mesh_pb2 import Subject


def erasure_plan(
    plan_id: str = "plan",
    *,
    class_ids: Sequence[str] = (),
    asset_ids: Sequence[str] = (),
    name_hashes: Sequence[str] = (),
    subject: Subject | None = None,
) -> ErasurePlanned:
    """Return a plan of one part; its subject is the first class or asset unless it is given."""
    if subject is None:
        subject = Subject(class_id=class_ids[0]) if class_ids else Subject(asset_id=asset_ids[0])
    return ErasurePlanned(
        erasure_id=f"erasure of {plan_id}",
        subject=subject,
        class_ids=class_ids,
        asset_ids=asset_ids,
        name_hashes=name_hashes,
        part=1,
        parts=1,
        plan_id=plan_id,
    )
