"""`framewell reanalyse`: models look again at what is stored of the archive."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from framewell_cli.commands.gateway_access import ActingAs, asset_id, open_gateway
from framewell_cli.commands.times import rest_time
from framewell_cli.console import Json, print_json, print_line, print_sheet, print_table, progress
from framewell_cli.documents import seconds
from framewell_cli.errors import UsageProblem

app = typer.Typer(no_args_is_help=True, help="Re-analysis: look again at what is stored of the archive.")

SHOWN_CHANGES: Final = 20

_TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _campaign_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise UsageProblem(
            f"{text[:80]!r} is no id of a campaign: 'framewell reanalyse list' lists them"
        ) from None


CampaignId = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="Id of the campaign.", callback=_campaign_id)
]


@app.command()
def start(
    *,
    model: Annotated[str, typer.Option(metavar="NAME[@VERSION]", help="A model that was imported.")] = "",
    analyser: Annotated[str, typer.Option(help="An analyser, e.g. faces, with the model it runs now.")] = "",
    skipped: Annotated[
        bool, typer.Option("--skipped", help="Whatever a budget skipped of live programmes.")
    ] = False,
    asset: Annotated[list[str] | None, typer.Option(help="Only this asset; repeatable.")] = None,
    series: Annotated[list[str] | None, typer.Option(help="Only this series; repeatable.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Only this channel; repeatable.")] = None,
    since: Annotated[str, typer.Option(help="Only assets asked for since then: a date, or a time.")] = "",
    until: Annotated[str, typer.Option(help="Only assets asked for before that.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="The whole archive.")] = False,
    between: Annotated[
        str, typer.Option(metavar="HH:MM-HH:MM", help="Work in these hours alone, e.g. 22:00-06:00.")
    ] = "",
    time_zone: Annotated[str, typer.Option(help="Whose hours, e.g. Europe/Berlin.")] = "UTC",
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say what it would be, and start nothing.")
    ] = False,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Let a model, an analyser or what was skipped look at stored pictures and sounds again.

    It works below everything live and everything that arrives. What has looked at an asset already is left
    out.
    """
    window = _window(between, time_zone) if between else None
    request: dict[str, Any] = {
        "target": _target(model, analyser, skipped=skipped),
        "selection": _selection(
            asset or [], series or [], channel or [], (since, until), everything=everything
        ),
    }
    if estimate:
        with open_gateway(acting_as) as gateway:
            found = gateway.estimate_reanalysis(request)
        if as_json:
            print_json(found)
        else:
            print_sheet(_estimate_rows(found["estimate"]))
            _print_notes(found["notes"])
        return
    if window:
        request["window"] = window
    with open_gateway(acting_as) as gateway:
        started = gateway.start_reanalysis(request)
    if as_json:
        print_json(started)
        return
    campaign = started["reanalysis"]
    waits = [("waits", campaign["waiting"])] if campaign["waiting"] else []
    print_sheet([("campaign", campaign["reanalysis_id"]), *_estimate_rows(campaign["estimate"]), *waits])
    _print_notes(started["notes"])


@app.command("list")
def list_campaigns(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100, as_json: Json = False
) -> None:
    """List campaigns, newest first."""
    with open_gateway() as gateway:
        found = gateway.reanalyses(limit=limit)
    if as_json:
        print_json({"reanalyses": found})
        return
    print_table(
        ["campaign", "what looks", "state", "assets", "chunks", "skipped", "failed", "by", "started"],
        [
            [
                one["reanalysis_id"],
                _target_text(one["target"]),
                _state_text(one),
                _of(one, "assets"),
                _of(one, "chunks"),
                str(_sum(one["skipped"])),
                str(_sum(one["failed"])),
                one["actor"]["principal"],
                one["started_at"],
            ]
            for one in found
        ],
        text=("what looks", "by"),
    )


@app.command()
def show(campaign: CampaignId, as_json: Json = False) -> None:
    """Show how far a campaign has come, what it passed over and what it changed."""
    with open_gateway() as gateway:
        found = gateway.reanalysis(campaign)
    if as_json:
        print_json(found)
        return
    print_sheet(_rows(found))
    if found["changes"]:
        print_table(
            ["kind", "label", "before", "after"],
            [
                [one["kind"], one["label"], str(one["before"]), str(one["after"])]
                for one in found["changes"][:SHOWN_CHANGES]
            ],
            text=("kind", "label"),
        )


@app.command()
def pause(campaign: CampaignId, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Stop a campaign for now; what is being looked at is finished within seconds."""
    _change(campaign, "pause", acting_as, as_json=as_json)


@app.command()
def resume(campaign: CampaignId, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Let a paused campaign go on where it stopped."""
    _change(campaign, "resume", acting_as, as_json=as_json)


@app.command()
def cancel(campaign: CampaignId, acting_as: ActingAs = "", as_json: Json = False) -> None:
    """End a campaign for good; what it has seen stays."""
    _change(campaign, "cancel", acting_as, as_json=as_json)


def _change(campaign: str, change: str, acting_as: str, *, as_json: bool) -> None:
    with open_gateway(acting_as) as gateway:
        found = gateway.change_reanalysis(campaign, change)
    if as_json:
        print_json(found)
        return
    under_way = {
        "pause": "; what is being looked at is finished within seconds",
        "cancel": "; what is being looked at is finished within seconds, and whatever it has seen stays",
    }
    print_line(f"{campaign} is {found['state']}{under_way.get(change, '')}")


def _target(model: str, analyser: str, *, skipped: bool) -> dict[str, Any]:
    if [bool(model), bool(analyser), skipped].count(True) != 1:
        raise UsageProblem("say what looks: --model NAME, --analyser NAME or --skipped, one of them")
    if model:
        return {"model": model}
    return {"analyser": analyser} if analyser else {"skipped": True}


def _selection(
    assets: Sequence[str],
    series: Sequence[str],
    channels: Sequence[str],
    times: tuple[str, str],
    *,
    everything: bool,
) -> dict[str, Any]:
    selection: dict[str, Any] = {
        "asset_ids": [asset_id(text) for text in assets],
        "series": list(series),
        "channels": list(channels),
        "since": rest_time(times[0]),
        "until": rest_time(times[1]),
    }
    selection = {name: value for name, value in selection.items() if value}
    if bool(selection) == everything:
        raise UsageProblem(
            "say at which assets: --asset, --series, --channel, --since, --until, or else --all of them"
        )
    return selection or {"all": True}


def _window(between: str, time_zone: str) -> dict[str, str]:
    """Return the hours as REST spells them. Raises UsageProblem for what are none."""
    begin, _, end = (text.strip() for text in between.partition("-"))
    if not (_TIME_OF_DAY.fullmatch(begin) and _TIME_OF_DAY.fullmatch(end)):
        raise UsageProblem(f"--between {between}: write it HH:MM-HH:MM, e.g. 22:00-06:00")
    if begin == end:
        raise UsageProblem(f"--between {between} leaves no time: leave it out for all day")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageProblem(
            f"--time-zone {time_zone}: write it as the IANA database does, e.g. Europe/Berlin"
        ) from None
    return {"begin": begin, "end": end, "time_zone": time_zone}


def _rows(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [
        ("campaign", one["reanalysis_id"]),
        ("what looks", _target_text(one["target"])),
        ("state", _state_text(one)),
        ("assets", _of(one, "assets")),
        ("chunks", _of(one, "chunks")),
        ("pictures", f"{one['pictures']}, in {_length(one['busy'])} of looking"),
        ("remaining", _length(one["remaining"]) if "remaining" in one else ""),
        *((f"skipped {each['count']}", each["reason"]) for each in one["skipped"]),
        *((f"failed {each['count']}", each["reason"]) for each in one["failed"]),
        ("started", f"{one['started_at']} by {one['actor']['principal']}"),
        ("ended", one.get("ended_at", "")),
    ]
    return [(name, value) for name, value in rows if value]


def _estimate_rows(estimate: Mapping[str, Any]) -> list[tuple[str, str]]:
    lasts = _length(estimate["duration"]) if "duration" in estimate else "not known"
    rows = [
        ("assets", str(estimate["assets"])),
        ("looked at already", str(estimate["done_assets"]) if estimate["done_assets"] else ""),
        ("chunks", str(estimate["chunks"])),
        ("pictures", str(estimate["pictures"]) if estimate["pictures"] else ""),
        ("sound", _length(estimate["sound"]) if "sound" in estimate else ""),
        ("takes", f"{lasts} ({estimate['basis']})"),
    ]
    return [(name, value) for name, value in rows if value]


def _of(one: Mapping[str, Any], what: str) -> str:
    """Return `3 of 12`, or the number alone where nobody estimated how many there are."""
    done, expected = one[what], one["estimate"][what]
    return f"{done} of {expected}" if expected >= done else str(done)


def _state_text(one: Mapping[str, Any]) -> str:
    """Return the state; of a running one with what it waits for."""
    waits = one["state"] == "running" and one["waiting"]
    return f"{one['state']}: {one['waiting']}" if waits else str(one["state"])


def _target_text(target: Mapping[str, Any]) -> str:
    return str(target["model"] or target["analyser"] or "what was skipped")


def _length(duration: str) -> str:
    """Return a duration as people say it: `12 s`, `3 min`, `4.5 h`."""
    lasts = seconds(duration)
    if lasts < 120:
        return f"{lasts:.0f} s" if lasts >= 10 else f"{lasts:.1f} s"
    return f"{lasts / 60:.0f} min" if lasts < 7200 else f"{lasts / 3600:.1f} h"


def _sum(counts: Sequence[Mapping[str, Any]]) -> int:
    return sum(one["count"] for one in counts)


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes:
        progress.print(note, markup=False)
