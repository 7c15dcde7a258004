"""The next answer of a child, and whose fault it is if the grader's own code fails in one."""

from __future__ import annotations

from dataclasses import replace

from grader.sandbox.box import Box, Job
from grader.sandbox.child import Child, Gone, Patience, TimeIsUp, next_line
from grader.sandbox.play import Play, request
from grader.wire import PLAIN
from grader.wire.lines import Distrusted, Json, loads

_HARMLESS = """
import anyio

async def main():
    await anyio.sleep(1)
    return "done"
"""
_ITS_SCENARIO = """
import anyio

async def scenario(stage):
    async def work():
        async with stage.span("work"):
            await stage.attempt("main", stage.submission.main)
        stage.mark("worked")
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        group.start_soon(work)
"""
_HARMLESS_PLAIN = """
def main():
    return "done"
"""
_ITS_PLAIN_SCENARIO = """
def scenario(stage):
    with stage.span("work"):
        stage.attempt_sync("main", stage.submission.main)
    stage.mark("worked")
"""


class Fault(Exception):
    """The grader's own code in a child has failed before a byte of the submission ran there."""


class Stumbled(Exception):
    """The grader's own code in a child has failed beside the submission."""


def answer(box: Box, child: Child, patience: Patience) -> tuple[Json, int]:
    """The next answer of a child, and how many bytes it has.

    Raises Fault if the child failed before it was ready, and Stumbled after that; otherwise as ``next_line`` and the
    box's ``check`` do.
    """

    def has_ended(child: Child) -> bool:
        box.check()
        return box.has_ended(child)

    if not child.ready:
        _raise_fault(loads(next_line(child, has_ended, patience)), Fault)
        child.ready = True
    line = next_line(child, has_ended, patience)
    message = loads(line)
    _raise_fault(message, Stumbled)
    return message, len(line)


def player_works(box: Box, job: Job, backend: str) -> bool:
    """Whether the player plays a program of ours, in a child in which no byte of a submission runs.

    If it does not, it failed beside the submission through no fault of that one.
    """
    program = (_HARMLESS_PLAIN, _ITS_PLAIN_SCENARIO) if backend == PLAIN else (_HARMLESS, _ITS_SCENARIO)
    child = box.start(replace(job, submission=program[0], scenarios=program[1], needs=()))
    child.send(request(Play("scenario", Play.encode({}), backend, trace=True), "", job.limits))
    try:
        answer(box, child, Patience(wall=job.limits.wall_seconds, cpu=job.limits.cpu_seconds))
    except (Fault, Stumbled):
        return False
    except (TimeIsUp, Gone, Distrusted):
        pass  # killed, or slow: the player has not said that it failed
    finally:
        box.end(child)
    return True


def _raise_fault(message: Json, kind: type[Fault] | type[Stumbled]) -> None:
    if isinstance(message, dict) and message.keys() == {"fault"}:
        raise kind(str(message["fault"]))
