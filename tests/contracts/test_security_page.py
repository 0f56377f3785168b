"""The table of rights in the documentation is the one that the fact types and the groups give."""

from __future__ import annotations

from pathlib import Path

from framewell_cli.mesh.access import markdown
from framewell_kafka.access_table import grants
from framewell_kit.settings import MeshSettings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "security.md").read_text()


def test_the_table_of_rights_is_current() -> None:
    table = PAGE.partition("<!-- access -->\n")[2].partition("\n<!-- /access -->")[0]
    assert table == markdown(grants()), "run make proto, which writes it"


def test_every_setting_of_the_broker_is_explained() -> None:
    for name in MeshSettings.model_fields:
        if name.startswith("kafka_") and name != "kafka_prefix":
            suffix = name.removeprefix("kafka").upper()
            assert f"FRAMEWELL_KAFKA{suffix}`" in PAGE or f"`{suffix}`" in PAGE, name
