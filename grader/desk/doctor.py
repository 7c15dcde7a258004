"""Tests whether this computer offers what the grader needs: versions, isolation, private names, virtual time."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from grader import __version__
from grader.errors import GraderError
from grader.judge.engine import versions
from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.isolation import LEVELS
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended

TESTED_PYTHONS = ((3, 11), (3, 13))

_SUBMISSION = "import anyio\n\nasync def wait():\n    await anyio.sleep(86400)\n"
_SCENARIO = "async def day(stage):\n    await stage.submission.wait()\n    return 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one test."""

    subject: str
    result: str
    fine: bool = True


def examine() -> list[Check]:
    """Run every test; none of them changes anything."""
    checks = [Check(subject="grade", result=__version__), _python()]
    checks += [Check(subject=name, result=version) for name, version in versions() if name != "python"]
    try:
        with Box() as box:
            try:
                checks += _isolation(box)
            finally:  # a missing name may be the reason why the box did not start
                checks += _private_names(box)
            checks += _plays(box)
    except GraderError as error:
        checks.append(Check(subject="box", result=f"{error}. {error.hint}", fine=False))
    return checks


def _isolation(box: Box) -> list[Check]:
    """The proven level, why no higher one is, and each forbidden action that was tried in the box."""
    checks = [Check(subject="isolation", result=f"level {box.level}: {LEVELS[box.level]}")]
    checks += [Check(subject="isolation", result=note) for note in box.notes]
    for probe in sorted(box.probes, key=lambda probe: probe.level):
        result = f"{'cannot' if probe.prevented else 'CAN'} {probe.what}: {probe.detail}"
        checks.append(Check(subject=f"  level {probe.level}", result=result, fine=probe.prevented))
    return checks


def _private_names(box: Box) -> list[Check]:
    """Whether asyncio, trio and anyio have the private names that plays use and that any release may remove."""
    if box.missing is None:
        return []
    if not box.missing:
        result = "every private name of asyncio, trio and anyio that plays need is there"
        return [Check(subject="box names", result=result)]
    return [Check(subject="box names", result=f"missing: {name}. {_remedy(name)}", fine=False) for name in box.missing]


def _remedy(name: str) -> str:
    """What the learner does about a missing private name."""
    library = next((library for library in ("anyio", "trio") if library in name), None)
    if library is None:
        lowest, newest = TESTED_PYTHONS
        return f"Run grade with Python {lowest[0]}.{lowest[1]} to {newest[0]}.{newest[1]}, and report this."
    return f"Install an older {library} with `pip install '{library}<{dict(versions())[library]}'`, and report this."


def _plays(box: Box) -> list[Check]:
    """Whether a submission that waits for a day is judged at once on each backend."""
    checks = []
    cell = Cell(box, Job(module="probe", submission=_SUBMISSION, scenarios=_SCENARIO, limits=Limits()))
    for backend in BACKENDS:
        recording = cell.recording(Play("day", Play.encode({}), backend))
        fine = recording.ended is Ended.RETURNED and recording.elapsed == 86400
        result = "a day of virtual time passes at once" if fine else f"{recording.ended}: {recording.reason}"
        checks.append(Check(subject=f"box {backend}", result=result, fine=fine))
    cell.close()
    return checks


def _python() -> Check:
    lowest, newest = TESTED_PYTHONS
    tested = lowest <= sys.version_info[:2] <= newest
    warning = "" if tested else f" (not tested yet: {lowest[0]}.{lowest[1]} to {newest[0]}.{newest[1]} are)"
    return Check(subject="python", result=platform.python_version() + warning)
