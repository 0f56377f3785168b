"""The forked child: lock, report, work, answer, end. Nothing here returns to the zygote."""

from __future__ import annotations

import os
from typing import Any, Final, NoReturn

from framewell_contracts.sentences import kept_wording
from framewell_media.errors import MediaError
from framewell_media.sandbox.layers import Limits, die_with_parent, lock_down
from framewell_media.sandbox.registry import JobFiles, find_job
from framewell_media.sandbox.wire import write_frame

EXIT_DONE: Final = 0
EXIT_UNPROTECTED: Final = 71
EXIT_NO_MEMORY: Final = 72
EXIT_NO_ANSWER: Final = 73
_MESSAGE_LIMIT: Final = 500


def run_child(
    zygote: int, request: dict[str, Any], answer_pipe: int, inputs: list[int], outputs: list[int]
) -> NoReturn:
    """Run one job in this process, a child of the zygote with that process id, and end it.

    The report leaves before the job sees its files, so that code taken over by a file cannot claim
    a protection that was never there.
    Descriptors must be 3 or higher, which those a running process receives always are.
    """
    exit_code = EXIT_NO_ANSWER
    try:
        die_with_parent(zygote)
        _close_all_but({answer_pipe, *inputs, *outputs})
        for _standard in (0, 1, 2):  # what a hostile file makes a library say is nobody's log
            os.open("/dev/null", os.O_RDWR)
        job = find_job(request["job"])
        files = JobFiles(
            inputs=tuple(open(number, "rb", buffering=0) for number in inputs),  # noqa: PTH123, SIM115
            outputs=tuple(open(number, "r+b", buffering=0) for number in outputs),  # noqa: PTH123, SIM115
        )
        report = lock_down(Limits(**request["limits"]))
        write_frame(answer_pipe, {"report": report.layers})
        if not report.sufficient:
            os._exit(EXIT_UNPROTECTED)
        write_frame(answer_pipe, _answer(job, files, request["parameters"]))
        exit_code = EXIT_DONE
    except MemoryError:
        exit_code = EXIT_NO_MEMORY
    finally:
        os._exit(exit_code)


def _answer(job: Any, files: JobFiles, parameters: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": job(files, parameters)}
    except MediaError as verdict:
        detail = verdict.detail[:_MESSAGE_LIMIT]
        return {"verdict": {"code": verdict.code, "detail": detail, "wording": kept_wording(verdict.detail)}}
    except MemoryError:
        raise
    except Exception as bug:  # noqa: BLE001 - whatever it is, it is the parent's to report
        return {"failure": f"{type(bug).__name__}: {bug}"[:_MESSAGE_LIMIT]}


def _close_all_but(keep: set[int]) -> None:
    lowest = 0
    for number in [*sorted(keep), os.sysconf("SC_OPEN_MAX")]:
        os.closerange(lowest, number)
        lowest = number + 1
