"""A service is held to the key by which it knows who was forgotten."""

import pytest
from pydantic import SecretStr

from framewell_kit.documents import MemoryDocuments
from framewell_kit.holdings import Holdings
from framewell_kit.kit_holdings import complete
from framewell_kit.name_hashes import NameHashes
from framewell_kit.name_key_check import WrongNameKey, require_name_key
from framewell_kit.settings import MeshSettings


def settings(key: str) -> MeshSettings:
    return MeshSettings(name_key=SecretStr(key))


async def test_the_key_of_the_first_start_is_the_key_of_every_start() -> None:
    documents = MemoryDocuments()
    await require_name_key(documents, settings("ab" * 32))
    await require_name_key(documents, settings("AB" * 32))


@pytest.mark.parametrize("other", ["cd" * 32, ""])
async def test_a_service_with_another_key_or_none_does_not_start(other: str) -> None:
    documents = MemoryDocuments()
    await require_name_key(documents, settings("ab" * 32))
    with pytest.raises(WrongNameKey, match=r"FRAMEWELL_NAME_KEY .* put the earlier key back"):
        await require_name_key(documents, settings(other))
    await require_name_key(documents, settings("ab" * 32))


async def test_a_service_that_never_had_a_key_does_without_and_may_be_given_one() -> None:
    documents = MemoryDocuments()
    await require_name_key(documents, settings(""))
    await require_name_key(documents, settings("ab" * 32))


async def test_neither_the_key_nor_a_name_can_be_read_from_what_is_kept() -> None:
    documents = MemoryDocuments()
    await require_name_key(documents, settings("ab" * 32))
    (kept,) = await documents.find("name_key", {})
    assert "ab" * 32 not in str(kept)
    assert kept["fingerprint"] != NameHashes(bytes.fromhex("ab" * 32)).of("Framewell: the key for names")
    assert not complete(Holdings(), documents).undeclared(await documents.collections())
