"""`framewell demo`: the whole story on real input; exit code 0 only if all of it happened."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import grpc
import httpx
import typer
from aiokafka import AIOKafkaProducer

from framewell_cli.console import Json, print_json
from framewell_cli.errors import CommandError
from framewell_cli.mesh.locking import LockHeld, exclusive
from framewell_cli.mesh.private import make_private
from framewell_demo.broadcaster import EventFactory, EventSender
from framewell_demo.checks import run_checks
from framewell_demo.facts import StepTimeoutError, following
from framewell_demo.gateway_reader import GatewayReader
from framewell_demo.media import Media, prepare
from framewell_demo.outcome import Outcome, summarise
from framewell_demo.page import gather, write_page
from framewell_demo.reviewer import Reviewer
from framewell_demo.screen import Screen, show
from framewell_demo.sources import Sources, SourcesMissingError, open_sources
from framewell_demo.story import Story
from framewell_demo.temporary_mesh import TemporaryMesh
from framewell_kafka.broker_access import BrokerAccess
from framewell_models.fetch import FetchError

HOME: Final = Path(".framewell-demo")
LOCK: Final = "demo.lock"


def demo(
    as_json: Json = False,
    stay: Annotated[
        bool, typer.Option("--stay", help="Leave the mesh running, with the day's data in its console.")
    ] = False,
    fetch_only: Annotated[
        bool, typer.Option("--fetch-only", help="Only fetch the media, for later.")
    ] = False,
    home: Annotated[Path, typer.Option(help="Folder of media, mesh and page.")] = HOME,
) -> None:
    """Play a broadcaster's day with the real parts and check every step.

    Starts a mesh of its own on free ports and takes it down again. Exit code 0 only if every step really
    happened; the page with the pictures is written either way.
    """
    if not home.exists() or (home / LOCK).exists():  # not a folder that something else shares with others
        make_private(home)
    sources = open_sources(home / "sources")
    if fetch_only:
        _fetch(sources)
        return
    outcome = _played(sources, home, stay=stay)
    if as_json:
        print_json(outcome.as_json())
    else:
        show(outcome)
    if not outcome.passed:
        raise typer.Exit(1)


def _played(sources: Sources, home: Path, *, stay: bool) -> Outcome:
    try:
        with exclusive(home / LOCK):
            return asyncio.run(_play(sources, home, stay=stay))
    except LockHeld:
        raise CommandError(f"demo: another demo is playing in {home}; wait for it, or use --home") from None
    except SourcesMissingError as error:
        raise CommandError(f"demo: {error}") from None
    except (StepTimeoutError, httpx.HTTPStatusError, grpc.aio.AioRpcError) as error:
        raise CommandError(f"demo: {error}\nThe logs are in {home / 'mesh' / 'logs'}.") from None


def _fetch(sources: Sources) -> None:
    try:
        for source in sources.fetch():
            typer.echo(f"{source.file_name} ({source.licence})", err=True)
    except FetchError as error:
        raise CommandError(f"demo: {error}") from None


async def _play(sources: Sources, home: Path, *, stay: bool) -> Outcome:
    screen = Screen()
    sources.check()
    screen.terms(sources)
    screen.report("rendering the programmes and starting a mesh for the demo")
    mesh = TemporaryMesh.at(home / "mesh", roots=(home,))
    rendering = asyncio.create_task(asyncio.to_thread(prepare, sources, home / "programmes"))
    began = time.monotonic()
    async with mesh.running(stay=stay) as endpoints:
        mesh_seconds = time.monotonic() - began
        screen.report(f"the mesh is up: {len(endpoints)} endpoints, REST at {endpoints['rest']}")
        media = await rendering
        async with _story(endpoints, media, screen) as story:
            record = await story.play()
            gathered = await gather(record, story.gateway)
            await story.refuse(record)
    outcome = summarise(record, run_checks(record), sources, mesh_seconds)
    outcome = replace(
        outcome,
        page=str(home / "story.html"),
        console=f"{endpoints['rest']}/console/",
        end_command=f"FRAMEWELL_STATE={mesh.folder.state} {_command()} down" if stay else "",
    )
    write_page(outcome, gathered, Path(outcome.page))
    return outcome


def _command() -> str:
    """Return how the command is typed: by its path where the shell does not find it, as after `make demo`."""
    return "framewell" if shutil.which("framewell") else sys.argv[0]


@contextlib.asynccontextmanager
async def _story(endpoints: Mapping[str, str], media: Media, screen: Screen) -> AsyncIterator[Story]:
    """Return the story, connected to a mesh."""
    kafka = BrokerAccess(endpoints["kafka"])
    async with (
        following(kafka) as log,
        AIOKafkaProducer(**kafka.client_options(), acks="all", enable_idempotence=True) as producer,
        httpx.AsyncClient(base_url=endpoints["rest"], timeout=15.0, trust_env=False) as rest,
        Reviewer.of(endpoints) as reviewer,
    ):
        yield Story(
            EventFactory(media), EventSender(producer), reviewer, GatewayReader(rest), log, screen.report
        )
