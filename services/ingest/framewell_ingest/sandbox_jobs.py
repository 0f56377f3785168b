"""What a sandboxed child of ingest may be asked: its second composition root, imported in the child alone."""

from __future__ import annotations

from framewell_ingest.adapters import content_credentials, embedded_rights
from framewell_media.sandbox.registry import Answer, JobFiles, Parameters, media_job


@media_job("read_rights")
def read_rights(files: JobFiles, parameters: Parameters) -> Answer:  # noqa: ARG001 - the shape of a job
    """Answer `findings` ([{origin, found_at, property, text}]) and `holder` (may be empty)."""
    (source,) = files.inputs
    findings, holder = embedded_rights.read_embedded_rights(source)
    return {"findings": findings, "holder": holder}


@media_job("read_c2pa")
def read_c2pa(files: JobFiles, parameters: Parameters) -> Answer:
    """Answer `findings` as `read_rights` does; the parameters are the trust lists."""
    (source,) = files.inputs
    return {"findings": content_credentials.read_content_credentials(source, parameters)}


def warm_up() -> None:
    """Load once, before children are forked, what reading needs at first use."""
    embedded_rights.warm_up()
