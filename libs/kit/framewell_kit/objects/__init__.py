"""Objects: the protocol, local disk, S3, and the one in memory. Handlers import `.protocol` alone."""

from framewell_kit.objects.local import LocalObjects
from framewell_kit.objects.memory import MemoryObjects
from framewell_kit.objects.protocol import Key, Objects, key_of
from framewell_kit.objects.s3 import S3Objects

__all__ = ["Key", "LocalObjects", "MemoryObjects", "Objects", "S3Objects", "key_of"]
