"""`framewell ingest`: ask the mesh to take media in, and wait for what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from framewell_cli.commands import statements
from framewell_cli.commands.asset_text import print_asset
from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.commands.progress import progress_lines
from framewell_cli.console import Json, print_json, print_table, progress
from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.private import make_private
from framewell_cli.report import write_asset_page
from framewell_cli.report.written_pages import WrittenPages
from framewell_client import ClientError, Endpoints, Gateway, Refused

SCHEMES: Final = ("file", "https", "s3", "upload")


def ingest(
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE|URL…", help="Files, or file:, https:, s3: URLs.")
    ],
    *,
    title: Annotated[str, typer.Option(help="Title of the programme; otherwise the file's name.")] = "",
    series: Annotated[str, typer.Option(help="Series it belongs to.")] = "",
    channel: Annotated[str, typer.Option(help="Channel that airs it.")] = "",
    language: Annotated[str, typer.Option(help="Spoken language, e.g. de.")] = "",
    rights: Annotated[list[str] | None, typer.Option(help=statements.HELP)] = None,
    label: Annotated[list[str] | None, typer.Option(help="KEY=VALUE to find it again; may repeat.")] = None,
    captions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LANGUAGE=]FILE|URL", help="Subtitles of the one file, e.g. de=a.srt; may repeat."
        ),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Work on it before everything that can wait.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is analysed or rejected.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="With --wait: where to write the page (with several files: a folder).")
    ] = None,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Take media in. With --wait, show what was seen and write a page with pictures.

    Exit code 1 if anything was refused or rejected.
    """
    if captions and len(sources) > 1:
        raise UsageProblem("--captions belong to one file: take files with subtitles in one by one")
    programme = {"series": series, "channel": channel, "language": language}
    request: dict[str, Any] = {
        "statements": statements.parse(rights or []),
        "labels": labels_of(label or []),
        "lane": "live" if live else "archive",
    }
    named = [_uri_or_path(source) for source in sources]
    texts = [_captions(one) for one in captions or []]
    with open_gateway(acting_as) as gateway:
        roots = Endpoints.find().ingest_roots
        titles: dict[str, str] = {}
        refused = False
        for source in named:
            shown = title or _name(source)
            asked = {**request, "programme": {"title": shown, **programme}}
            try:
                asked["uri"] = _uri(gateway, source, roots)
                asked["captions"] = [
                    {"uri": _uri(gateway, one, roots), "language": spoken} for spoken, one in texts
                ]
                titles[gateway.submit(asked)["asset_id"]] = shown
            except Refused as error:
                refused = True
                progress.print(f"{source}: {error}", markup=False)
        views = _wait(gateway, titles) if wait else []
        for view in views:
            _write_page(gateway, view, _page_path(report, view, several=len(views) > 1))
    if wait:
        _print_views(views, as_json=as_json)
    else:
        _print_submitted(titles, as_json=as_json)
    if refused or any(view["state"] == "rejected" for view in views):
        raise typer.Exit(1)


def _uri_or_path(source: str) -> str | Path:
    scheme = urlsplit(source).scheme
    if scheme in SCHEMES:
        return source
    if len(scheme) > 1 and "://" in source:
        raise UsageProblem(f"{source}: ingest reads {', '.join(SCHEMES)}, not {scheme}")
    path = Path(source)
    if not path.is_file():
        missing = "is no file" if path.exists() else "there is no such file"
        raise UsageProblem(f"{source}: {missing}")
    if not os.access(path, os.R_OK):
        raise UsageProblem(f"{source}: the file may not be read")
    return path.resolve()


def _captions(option: str) -> tuple[str, str | Path]:
    """Return language and place of a file of timed text; the language is empty where none is given."""
    language, equals, source = option.partition("=")
    named = bool(equals) and language.replace("-", "").isalnum()
    return (language, _uri_or_path(source)) if named else ("", _uri_or_path(option))


def _uri(gateway: Gateway, source: str | Path, roots: Sequence[Path]) -> str:
    """Return where ingest finds it: by path inside its roots, otherwise it is sent there."""
    if isinstance(source, str):
        return source
    if any(source.is_relative_to(root.resolve()) for root in roots):
        return source.as_uri()
    progress.print(f"sending {source.name} ({source.stat().st_size / 1e6:.1f} MB)", markup=False)
    uri: str = gateway.upload(source)["uri"]
    return uri


def _name(source: str | Path) -> str:
    name = source.name if isinstance(source, Path) else Path(urlsplit(source).path).name or source
    return name.encode(errors="surrogateescape").decode(errors="replace")


def labels_of(options: list[str]) -> dict[str, str]:
    """Return labels as a person gives them, KEY=VALUE. Raise UsageProblem for anything else."""
    labels = {}
    for one in options:
        key, equals, value = one.partition("=")
        if not key or not equals:
            raise UsageProblem(f"--label {one}: write it KEY=VALUE")
        labels[key] = value
    return labels


def _wait(gateway: Gateway, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    try:
        with progress_lines(titles) as lines:
            return [gateway.wait(asset_id, lines[asset_id].apply) for asset_id in titles]
    except KeyboardInterrupt:
        for asset_id in titles:
            progress.print(f"the mesh goes on with it: framewell watch {asset_id}", markup=False)
        raise


def _write_page(gateway: Gateway, view: dict[str, Any], path: Path) -> None:
    """Write the page; one that cannot be written is reported, and does not change the result."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        WrittenPages(MeshFolder.here()).note(path, view["asset_id"])
        write_asset_page(view, path, gateway)
    except (ClientError, OSError) as error:
        progress.print(f"no page was written: {error}", markup=False)
    else:
        progress.print(f"page: {path.absolute()}", markup=False)


def _page_path(report: Path | None, view: Mapping[str, Any], *, several: bool) -> Path:
    name = f"{view['asset_id']}.html"
    if report is None:
        folder = MeshFolder.here()
        make_private(folder.state)
        return folder.pages / name
    return report / name if several else report


def _print_submitted(titles: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        submitted = [{"asset_id": asset_id, "title": title} for asset_id, title in titles.items()]
        print_json({"assets": submitted})
    elif titles:
        print_table(("asset", "title"), [*titles.items()], text=("title",))
        progress.print("follow it with: framewell watch ASSET")


def _print_views(views: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"assets": views})
        return
    for view in views:
        print_asset(view)
