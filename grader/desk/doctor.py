"""Tests what the grader needs of this computer, and says what it found."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from grader import __version__
from grader.errors import GraderError
from grader.judge.engine import versions
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell, Play
from grader.sandbox.isolation import LEVELS
from grader.wire import BACKENDS
from grader.wire.recording import Ended

TESTED_PYTHONS = ((3, 11), (3, 13))

_SUBMISSION = "import anyio\n\nasync def wait():\n    await anyio.sleep(86400)\n"
_SCENARIO = "async def day(stage):\n    await stage.submission.wait()\n    return 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was tested."""

    subject: str
    said: str
    fine: bool = True


def examine() -> list[Check]:
    """Test everything; nothing is changed."""
    findings = [Check(subject="grade", said=__version__), _python()]
    findings += [Check(subject=name, said=version) for name, version in versions() if name != "python"]
    try:
        with Box() as box:
            try:
                findings += _isolation(box)
            finally:  # a name that is missing may be why there is no box
                findings += _private_names(box)
            findings += _plays(box)
    except GraderError as error:
        findings.append(Check(subject="box", said=f"{error}. {error.hint}", fine=False))
    return findings


def _isolation(box: Box) -> list[Check]:
    """The proven level, why it is no higher one, and each thing that was tried in the box."""
    found = [Check(subject="isolation", said=f"level {box.level}: {LEVELS[box.level]}")]
    found += [Check(subject="isolation", said=note) for note in box.notes]
    for attempt in sorted(box.probes, key=lambda attempt: attempt.level):
        word = "cannot" if attempt.prevented else "CAN"
        found.append(
            Check(
                subject=f"  level {attempt.level}",
                said=f"{word} {attempt.what}: {attempt.said}",
                fine=attempt.prevented,
            )
        )
    return found


def _private_names(box: Box) -> list[Check]:
    """What plays need of asyncio, trio and anyio and no release of them promises to keep."""
    if box.missing is None:
        return []
    if not box.missing:
        return [
            Check(subject="box names", said="every private name of asyncio, trio and anyio that plays need is there")
        ]
    return [Check(subject="box names", said=f"missing: {name}. {_remedy(name)}", fine=False) for name in box.missing]


def _remedy(name: str) -> str:
    """What to do about a private name that is missing."""
    library = next((library for library in ("anyio", "trio") if library in name), None)
    if library is None:
        lowest, newest = TESTED_PYTHONS
        return f"Run grade with Python {lowest[0]}.{lowest[1]} to {newest[0]}.{newest[1]}, and report this."
    return f"Install an older {library} with `pip install '{library}<{dict(versions())[library]}'`, and report this."


def _plays(box: Box) -> list[Check]:
    """Whether a submission that waits for a day is judged at once on each backend."""
    from grader.kit.exercise import Limits

    found = []
    cell = Cell(box, Job(module="probe", submission=_SUBMISSION, scenarios=_SCENARIO, limits=Limits()))
    for backend in BACKENDS:
        recording = cell.recording(Play("day", Play.encode({}), backend))
        fine = recording.ended is Ended.RETURNED and recording.elapsed == 86400
        said = "a day of virtual time passes at once" if fine else f"{recording.ended}: {recording.reason}"
        found.append(Check(subject=f"box {backend}", said=said, fine=fine))
    cell.close()
    return found


def _python() -> Check:
    lowest, newest = TESTED_PYTHONS
    tested = lowest <= sys.version_info[:2] <= newest
    warning = "" if tested else f" (not tested yet: {lowest[0]}.{lowest[1]} to {newest[0]}.{newest[1]} are)"
    return Check(subject="python", said=platform.python_version() + warning)
