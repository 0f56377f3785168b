"""How work ended, as facts say it: done, or given up with a code for programs and a sentence for people."""

from framewell.mesh.v1.mesh_pb2 import Done, Failed, Outcome
from framewell_contracts.sentences import worded, wording_of


def done() -> Outcome:
    """Return the outcome of work that was done."""
    return Outcome(done=Done())


def failed(code: str, detail: str) -> Outcome:
    """Return the outcome of work that was given up: a stable word for programs, a sentence for people.

    A sentence made from a template has its wording beside it.
    """
    return Outcome(failed=Failed(code=code, detail=detail, wording=wording_of(detail)))


def reason_of(failed: Failed) -> str:
    """Return why work was given up, with what that sentence was made of."""
    return worded(failed.detail, failed.wording)


def is_done(outcome: Outcome) -> bool:
    """Return whether the work was done."""
    return outcome.HasField("done")
