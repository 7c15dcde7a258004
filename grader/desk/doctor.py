"""Tests whether this computer offers what the grader needs: versions, isolation, private names, virtual time.

The last test is the plainest: the reference answer of an exercise is graded, as a learner's answer would be.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from grader import __version__
from grader.desk.learner import Desk
from grader.errors import GraderError
from grader.judge import engine
from grader.judge.engine import Request, versions
from grader.judge.exempt import check_for
from grader.judge.verdict import Status
from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.isolation import LEVELS
from grader.sandbox.play import Play
from grader.text import clean, joined
from grader.wire import BACKENDS
from grader.wire.recording import Ended

TESTED_PYTHONS = ((3, 11), (3, 12), (3, 13))
"""The versions on which the project's own tests have passed. Add one when they have, and not before."""
LIBRARIES = ("anyio", "trio", "pytest", "click", "rich", "watchfiles")
ASKED_FOR = (
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "LANG",
    "LC_ALL",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "WSL_DISTRO_NAME",
    "CI",
)
"""The variables of the environment that decide what a screen looks like or where this is. No others are shown."""

_SUBMISSION = "import anyio\n\nasync def wait():\n    await anyio.sleep(86400)\n"
_SCENARIO = "async def day(stage):\n    await stage.submission.wait()\n    return 1\n"
_HOMES = re.compile(r"""(/home/|/Users/|\\Users\\)([^/\\\n'":;,]{1,40}(?=[/\\])|[^/\\\s'"]+)""")
"""A folder of homes and the name after it, which may have blanks as long as the path goes on."""
MAX_BUNDLE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one test. ``detail`` is one of many alike, which is shown only if it fails or is asked for."""

    subject: str
    result: str
    fine: bool = True
    detail: bool = False


def examine(desk: Desk, terminal: str) -> list[Check]:
    """Run every test; none of them changes anything. ``terminal`` is what standard output is like."""
    checks = [Check(subject="grade", result=f"{__version__}, {Path(__file__).parents[1]}"), _python()]
    checks += _libraries()
    checks += [Check(subject="system", result=platform.platform()), Check(subject="terminal", result=terminal)]
    checks.append(_folder(desk))
    try:
        with Box() as box:
            try:
                checks += _isolation(box)
            finally:  # a missing name may be the reason why the box did not start
                checks += _private_names(box)
            checks += _plays(box)
            checks += _verdict(box, desk)
    except GraderError as error:
        checks.append(Check(subject="box", result=f"{error}. {error.hint}", fine=False))
    return checks


def to_show(checks: Iterable[Check]) -> list[Check]:
    """The tests without the details that are as they should be."""
    return [check for check in checks if not (check.detail and check.fine)]


# ---- what to put into a question -------------------------------------------------------------------------------------


def bundle(checks: Iterable[Check], environment: Mapping[str, str]) -> str:
    """All tests and the variables that matter, as text to paste, without the user's home or name."""
    lines = [f"{check.subject:<12} {'' if check.fine else 'PROBLEM: '}{check.result}" for check in checks]
    lines += [f"{'variable':<12} {name}={environment[name]}" for name in ASKED_FOR if name in environment]
    return clean(masked("\n".join(lines), environment), MAX_BUNDLE)


def masked(text: str, environment: Mapping[str, str]) -> str:
    """The text with ``~`` for the user's home, and USER and HOST for their names wherever they stand alone."""
    homes = {environment.get(name, "") for name in ("HOME", "USERPROFILE")}
    homes |= {os.path.realpath(home) for home in homes if home}
    for home in sorted(homes - {"", "/"}, key=len, reverse=True):
        text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
    # Under WSL the home of Windows is another one, with another name.
    text = _HOMES.sub(r"\1USER", text)
    names = {environment.get(name, ""): "USER" for name in ("USER", "LOGNAME", "USERNAME")}
    names[platform.node()] = "HOST"
    for name in sorted(names.keys() - {"", "root", "localhost"}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", names[name], text, flags=re.IGNORECASE)
    return text


# ---- versions and the folder -----------------------------------------------------------------------------------------


def _python() -> Check:
    tested = joined([".".join(map(str, version)) for version in TESTED_PYTHONS])
    here = platform.python_version()
    if sys.version_info[:2] not in TESTED_PYTHONS:
        here += f", which is not tested yet ({tested} are): if something is odd, try one of those"
    return Check(subject="python", result=f"{here}, {sys.executable}")


def _libraries() -> Iterator[Check]:
    for name in LIBRARIES:
        try:
            yield Check(subject=name, result=metadata.version(name))
        except metadata.PackageNotFoundError:
            result = f"missing. Install it with `pip install {name}`."
            yield Check(subject=name, result=result, fine=False)


def _folder(desk: Desk) -> Check:
    """The learner's folder and its kit. Raises nothing: a fault of either is a result."""
    try:
        workspace, kit = desk.workspace, desk.kit
    except GraderError as error:
        return Check(subject="exercises", result=f"{error}. {error.hint}", fine=False)
    where = "no folder of exercises here" if workspace is None else str(workspace.root)
    if workspace is not None and not os.access(workspace.root, os.W_OK):
        return Check(subject="exercises", result=f"{where} is read-only: no attempt can be kept there.", fine=False)
    return Check(subject="exercises", result=f"{kit.title} {kit.version}; {where}")


# ---- the box ---------------------------------------------------------------------------------------------------------


def _isolation(box: Box) -> list[Check]:
    """The proven level, why no higher one is, and each forbidden action that was tried in the box."""
    level = box.level  # proves it, before which nothing has been tried
    probes = sorted(box.probes, key=lambda probe: probe.level)
    prevented = sum(probe.prevented for probe in probes)
    tried = f"; {prevented} of {len(probes)} forbidden actions were tried and prevented" if probes else ""
    checks = [Check(subject="isolation", result=f"level {level}: {LEVELS[level]}{tried}")]
    checks += [Check(subject="isolation", result=note) for note in box.notes]
    for probe in probes:
        result = f"{'cannot' if probe.prevented else 'CAN'} {probe.what}: {probe.detail}"
        checks.append(Check(subject=f"  level {probe.level}", result=result, fine=probe.prevented, detail=True))
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
        lowest, newest = TESTED_PYTHONS[0], TESTED_PYTHONS[-1]
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


def _verdict(box: Box, desk: Desk) -> Iterator[Check]:
    """Whether the reference of the first exercise that has one gets all points: everything works together."""
    kit = desk.kit
    for exercise in kit.exercises:
        if exercise.reference is None:
            continue
        request = Request(
            path=exercise.reference, shown=exercise.file, check=check_for(exercise, exercise.reference), beside=()
        )
        (verdict,) = engine.grade(box, kit, exercise, [request], processors=1)
        points = f"the reference answer of {exercise.id} gets {verdict.points:g} of {verdict.total} points"
        why = "" if verdict.status is Status.PASS else f" ({verdict.trouble or verdict.status}). Please report this."
        yield Check(subject="self-test", result=f"{points}{why}", fine=not why)
        return
    yield Check(subject="self-test", result="left out: this kit comes without answers")
