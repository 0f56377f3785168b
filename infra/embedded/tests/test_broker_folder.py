"""The broker's folder can be formatted whatever id chance gives its cluster."""

import base64
from pathlib import Path

import pytest

from framewell_embedded.broker import Broker
from framewell_embedded.ports import free_ports

pytestmark = pytest.mark.integration


def test_a_cluster_id_may_begin_with_a_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = base64.urlsafe_b64encode(b"sixteen bytes id")
    monkeypatch.setattr(base64, "urlsafe_b64encode", lambda _: b"-" + encoded[1:])
    Broker(tmp_path, *free_ports(2)).prepare()
    (properties,) = tmp_path.rglob("meta.properties")
    assert "cluster.id=-" in properties.read_text()
