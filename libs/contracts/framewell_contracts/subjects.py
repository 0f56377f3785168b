"""What a fact about rights or an erasure is about, as text."""

from framewell.mesh.v1.mesh_pb2 import Subject


def subject_key(subject: Subject) -> str:
    """Return the subject as a record key, e.g. `asset:<id>`, `class:<id>` or `holder:<name>`.

    Empty for a subject that names nothing. Nobody parses the text: whoever needs the parts reads the message.
    """
    kind = subject.WhichOneof("subject")
    return "" if kind is None else f"{kind.removesuffix('_id')}:{getattr(subject, kind)}"
