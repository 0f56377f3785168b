"""Objects: the protocol, local disk and memory; S3 in `.s3`. Handlers import `.protocol` alone."""

from framewell_kit.objects.local import LocalObjects
from framewell_kit.objects.memory import MemoryObjects
from framewell_kit.objects.protocol import Key, Objects, key_of

__all__ = ["Key", "LocalObjects", "MemoryObjects", "Objects", "key_of"]
