"""How work ended, as facts say it: done, or given up with a code for programs and a sentence for people."""

from collections.abc import Sequence

from framewell.mesh.v1.mesh_pb2 import Done, Failed, Outcome

# So many sentences about missing parts go into a fact, which must not grow with its asset.
LONGEST_MISSING = 20


def done() -> Outcome:
    """Return the outcome of work that was done."""
    return Outcome(done=Done())


def failed(code: str, detail: str) -> Outcome:
    """Return the outcome of work that was given up: a stable word for programs, a sentence for people."""
    return Outcome(failed=Failed(code=code, detail=detail))


def is_done(outcome: Outcome) -> bool:
    """Return whether the work was done."""
    return outcome.HasField("done")


def missing_sentences(sentences: Sequence[str], *, longest: int = LONGEST_MISSING) -> list[str]:
    """Return at most `longest` of the sentences about what is missing; the last says how many more there are.

    The sentences of all parts stand in the object that the fact refers to.
    """
    if len(sentences) <= longest:
        return list(sentences)
    kept = longest - 1
    return [*sentences[:kept], f"{len(sentences) - kept} more parts are missing: the asset's index names them."]
