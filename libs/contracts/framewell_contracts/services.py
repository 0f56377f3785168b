"""The services of the mesh, in the order in which their ports are counted."""

from typing import Final

SERVICES: Final = ("ingest", "transcode", "inference", "dataset", "training", "gateway")
