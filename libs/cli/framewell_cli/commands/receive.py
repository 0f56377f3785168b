"""`framewell receive`: take in live input, or a file that grows, while it is being recorded."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import typer
from google.protobuf.json_format import ParseError

from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_cli.broker import Kafka, broker_access, run
from framewell_cli.commands import statements
from framewell_cli.commands.gateway_access import asset_id
from framewell_cli.commands.ingest import labels_of
from framewell_cli.console import Json, print_json_line, progress, results
from framewell_cli.errors import UsageProblem
from framewell_cli.receive import ffmpeg
from framewell_cli.receive.growing_folder import GrowingFolder
from framewell_cli.receive.recording import ReceivedRecording
from framewell_cli.receive.segmenter import Segmenter
from framewell_client import Endpoints
from framewell_client.events import EventPublisher
from framewell_contracts.json_mapping import from_json

_SOURCE: Final = "/framewell/receive"


def receive(
    source: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE|DIR",
            help="udp:, rtp:, srt:, rtmp: or tcp: input, a growing file, or a folder where they grow.",
        ),
    ],
    *,
    channel: Annotated[str, typer.Option(help="Channel that airs it.")] = "",
    title: Annotated[str, typer.Option(help="Title of the programme; otherwise the file's name.")] = "",
    series: Annotated[str, typer.Option(help="Series it belongs to.")] = "",
    language: Annotated[str, typer.Option(help="Spoken language, e.g. de.")] = "",
    rights: Annotated[list[str] | None, typer.Option(help=statements.HELP)] = None,
    label: Annotated[list[str] | None, typer.Option(help="KEY=VALUE to find it again; may repeat.")] = None,
    asset: Annotated[
        str, typer.Option(help="Id of the recording's asset; go on with it after a break.")
    ] = "",
    into: Annotated[
        Path | None,
        typer.Option(
            help="Folder for its segments, which ingest may read; otherwise 'live' in the first folder of "
            "FRAMEWELL_INGEST_ROOTS, .framewell/inbox where none is set."
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="Length a segment aims at.")] = 4.0,
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds that live input may stay away before the recording ends.")
    ] = 60.0,
    settle: Annotated[
        float, typer.Option(min=1, help="Seconds that a file must not grow before it has ended.")
    ] = 10.0,
    kafka: Kafka = None,
    as_json: Json = False,
) -> None:
    """Take in live input, or a file that grows, segment by segment while it is recorded. Needs ffmpeg.

    Live input is waited for as long as it takes; the recording is closed once nothing came for --patience
    seconds, a file once it grew no more for --settle seconds, and either by Ctrl-C. With --asset a recording
    that broke off goes on. In a folder every file that appears is a recording of its own, until Ctrl-C.
    """
    if asset and Path(source).is_dir():
        raise UsageProblem("--asset names one recording, and a folder holds many")
    about = _about(
        {
            "programme": {"title": title, "series": series, "channel": channel, "language": language},
            "statements": statements.parse(rights or []),
            "labels": labels_of(label or []),
        }
    )
    wanted, is_folder = _input(source), Path(source).is_dir()
    ffmpeg.program()  # says that it is missing before anything else is asked for
    access = broker_access(kafka)
    report = _print_line if as_json else _print_sentence

    async def work() -> int:
        async with EventPublisher(_SOURCE, kafka=access) as publisher:

            def recording(one: str) -> ReceivedRecording:
                name = asset_id(asset).lower() if asset else str(uuid4())
                into_folder = _folder(into, name)
                segmenter = Segmenter(
                    one,
                    into_folder,
                    segment_seconds=seconds,
                    settle_seconds=settle,
                    patience_seconds=patience,
                    waiting=lambda reason: report({"asset_id": name, "waiting": reason}),
                    listening=lambda: report({"asset_id": name, "listening": one}),
                )
                if not as_json:
                    results.print(f"recording {name}: {one}", markup=False)
                return ReceivedRecording(name, segmenter, publisher, report, _titled(about, one))

            received: ReceivedRecording | GrowingFolder = (
                GrowingFolder(Path(wanted), lambda path: recording(str(path)), _print_problem)
                if is_folder
                else recording(wanted)
            )
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, received.stop)
            return await received.run()

    run(access, work())


def _about(values: Mapping[str, Any]) -> SegmentArrived:
    """Return what is said about the recording. Raises UsageProblem for what no fact may carry."""
    try:
        return from_json(values, SegmentArrived)
    except (ParseError, ValueError) as error:
        raise UsageProblem(f"What is said about the recording cannot be sent: {error}") from None


def _titled(about: SegmentArrived, source: str) -> SegmentArrived:
    """Return what is said of a recording, with the name of its file or its channel where it has no title."""
    made = SegmentArrived()
    made.CopyFrom(about)
    name = about.programme.channel if ffmpeg.is_live(source) else Path(source).name
    made.programme.title = about.programme.title or name
    return made


def _input(source: str) -> str:
    scheme, colon, _ = source.partition("://")
    if colon and scheme in ffmpeg.PROTOCOLS:
        return source
    if colon:
        raise UsageProblem(f"{source}: receive takes {', '.join(ffmpeg.PROTOCOLS)} and files, not {scheme}")
    path = Path(source)
    if not path.is_file() and not path.is_dir():
        raise UsageProblem(f"{source}: there is no such file or folder; name one that is there")
    return str(path.resolve())


def _folder(into: Path | None, name: str) -> Path:
    if into is not None:
        return into.resolve() / name
    roots = Endpoints.find().ingest_roots
    if not roots:
        raise UsageProblem(
            "The folders that ingest may read are not known here: name one of FRAMEWELL_INGEST_ROOTS by "
            "--into"
        )
    return roots[0].resolve() / "live" / name


def _print_problem(path: Path, reason: str) -> None:
    progress.print(f"{path.name}: {reason}", markup=False)


def _print_line(event: Mapping[str, Any]) -> None:
    print_json_line(event)


def _print_sentence(event: Mapping[str, Any]) -> None:
    if "waiting" in event:
        progress.print(f"waiting for more: {event['waiting']}", markup=False)
        return
    if "listening" in event:
        results.print(
            f"listening: what comes over {event['listening']} is received from now on", markup=False
        )
        return
    what = "was the last" if event["last"] else "was received"
    results.print(f"segment {event['sequence']} {what}", markup=False)
