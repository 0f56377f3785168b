"""Datasets and classes. A class's document is the only place in the mesh that holds a person's name."""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Purpose
from framewell_contracts.identity import derived_id

DATASET_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: which rules propose for it, what its snapshots start, what its samples are used for."""

    dataset_id: str
    title: str
    rules: tuple[str, ...] = ()
    recipe: str = ""
    purpose: "Purpose.ValueType" = PURPOSE_OWN_TRAINING


@dataclass(frozen=True, slots=True)
class DatasetClass:
    """A class and its names. `revision` grows with every change."""

    class_id: str
    dataset_id: str
    name: str
    aliases: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    fictional: bool = False
    merged_into: str = ""
    revision: int = 1


def folded(name: str) -> str:
    """Return the name without case, encoding of accents, punctuation and double spaces, to compare it."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", plain).split())


def name_hash(name: str, salt: bytes) -> str:
    """Return what the do-not-learn list keeps of an erased name: enough to know it again, not to read it."""
    return hmac.new(salt, folded(name).encode(), sha256).hexdigest()


def class_id(dataset_id: str, name: str, salt: bytes) -> str:
    """Return the id of the class a rule makes for a name: the same at a redelivery, no clue to the name."""
    return derived_id(dataset_id, "class", name_hash(name, salt))
