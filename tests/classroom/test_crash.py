"""A class run that is killed again and again, parent, workers and boxes at random, ends as if nothing had happened.

Every process of the run is a descendant of this one: it adopts the orphans, so that none can hide, and it kills nothing
that it has not just seen below its own run.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.box import kernel
from grader.kit.exercise import Limits
from grader.sandbox import zygote
from grader.sandbox.box import STARTS, Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.isolation import Probe
from grader.sandbox.play import Play
from tests.class_runs import FILES, differences, hand_in_forty, verdicts
from tests.processes import below, grade, start

CLASS = ("class", "class", "--schedules", "1", "--jobs", "2", "--allow-level", "0", "--exercise", "ex01", "--quiet")
LONGEST = {"parent": 2.0, "worker": 0.7, "box": 0.7}
"""Seconds for which a process of each kind is let live at most, from when the run has one."""


@pytest.fixture
def adopting() -> Iterator[None]:
    """While a test runs, whatever a killed process leaves behind becomes a child of this one."""
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    yield
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 0)


def victims(run: int) -> dict[str, list[int]]:
    """The processes of a run by what they are: the run itself, its workers, and what is below those."""
    workers = [one for one in zygote.children_of(run) if b"spawn_main" in command_of(one)]
    return {"parent": [run], "worker": workers, "box": [one for worker in workers for one in below(worker)]}


def command_of(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def wait_for_one(run: subprocess.Popen[bytes], kind: str, chance: random.Random) -> None:
    """Wait until the run has such a process, and for a random time after that, or until it ends."""
    while run.poll() is None and not victims(run.pid)[kind]:
        with suppress(subprocess.TimeoutExpired):
            run.wait(0.01)
    with suppress(subprocess.TimeoutExpired):
        run.wait(chance.uniform(0, LONGEST[kind]))


def kill_one(run: subprocess.Popen[bytes], kind: str, chance: random.Random) -> int:
    """Kill one process of this kind at random; returns how many were, as it may be too late."""
    found = victims(run.pid)[kind] if run.poll() is None else []
    if not found:
        return 0
    chosen = chance.choice(found)
    try:
        descriptor = os.pidfd_open(chosen)
    except ProcessLookupError:
        return 0
    try:
        # The descriptor holds on to the process; only now is it certain that its number had not become another's.
        if chosen not in (run.pid, *below(run.pid)):
            return 0
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    finally:
        os.close(descriptor)
    return 1


def wait_until_nothing_runs(before: set[int]) -> None:
    """Collect what became ours when its parent was killed. It has to end by itself."""
    deadline = time.monotonic() + 60
    while orphans := set(zygote.children_of(os.getpid())) - before:
        assert time.monotonic() < deadline, [command_of(one) for one in orphans]
        for one in orphans:
            with suppress(ChildProcessError):
                os.waitpid(one, os.WNOHANG)
        time.sleep(0.005)


def disturb(root: Path, kit: Path, chance: random.Random, kills: int, killed: Counter[str]) -> Iterator[None]:
    """Give the same command again and again, and kill that many of its processes of each kind.

    Yields whenever the class is done; from then on it is graded afresh. ``killed`` counts the dead by what they were.
    """

    def wanted() -> list[str]:
        return [kind for kind in LONGEST if killed[kind] < kills]

    before = set(zygote.children_of(os.getpid()))
    command = [*CLASS, "--kit", str(kit)]
    done = False
    while not done or wanted():
        run = start(*command, cwd=root, stdout=subprocess.DEVNULL)
        while run.poll() is None and (kinds := wanted()):
            kind = chance.choice(kinds)
            wait_for_one(run, kind, chance)
            killed[kind] += kill_one(run, kind, chance)
        _, errors = run.communicate(timeout=120)
        wait_until_nothing_runs(before)
        # 4: a file with which workers died three times is not judged, and graded when the command is given again.
        assert run.returncode in (0, 4, -signal.SIGKILL), errors.decode()
        done = run.returncode == 0
        if done:
            yield
            command = [*CLASS, "--kit", str(kit), "--fresh"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> dict[str, dict[str, Any]]:
    root = tmp_path_factory.mktemp("undisturbed")
    hand_in_forty(root)
    done = grade(*CLASS, "--kit", str(tiny), cwd=root)
    assert done.returncode == 0, done.stderr
    found = verdicts(root)
    assert len(found) == FILES
    return found


# ---- one death each --------------------------------------------------------------------------------------------------

BUSY = "def answer():\n    return sum(range(5_000_000))\n"
ASK = "async def ask(stage):\n    return stage.submission.answer()\n"


def test_a_play_whose_process_is_killed_from_outside_is_played_again() -> None:
    with Box() as box:
        cell = Cell(box, Job(module="x", submission=BUSY, scenarios=ASK, limits=Limits()))
        play = Play("ask", Play.encode({}), "asyncio")
        cell.send(play)
        (child,) = zygote.children_of(box.process)
        os.kill(child, signal.SIGKILL)

        assert cell.recording(play).result == sum(range(5_000_000))
        cell.close()


@pytest.mark.parametrize("soon", [0.0, 0.001, 0.002, 0.004, 0.01, 0.05])
def test_a_box_that_is_killed_while_it_starts_keeps_its_level(box: Box, adopting: None, soon: float) -> None:
    level, before = box.level, set(zygote.children_of(os.getpid()))
    with Box() as starting:
        starting.begin()
        (first,) = set(zygote.children_of(os.getpid())) - before
        select.select([], [], [], soon)  # bubblewrap, its namespace and the zygote come one after the other
        os.kill(first, signal.SIGKILL)

        assert (starting.level, starting.notes) == (level, box.notes)
    wait_until_nothing_runs(before)


def test_boxes_that_are_killed_one_after_the_other_while_they_start_keep_their_level(
    box: Box, adopting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    level, before, starts = box.level, set(zygote.children_of(os.getpid())), 0

    class Killed(zygote.ZygoteHandle):
        def ready(self) -> tuple[Probe, ...]:
            nonlocal starts
            starts += 1
            if starts < STARTS:
                self._process.kill()
            return super().ready()

    monkeypatch.setattr("grader.sandbox.box.ZygoteHandle", Killed)
    with Box() as starting:
        assert (starting.level, starting.notes, starts) == (level, box.notes, STARTS)
    wait_until_nothing_runs(before)


# ---- many deaths -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kills", [1, pytest.param(17, marks=pytest.mark.slow)])
def test_whatever_is_killed_the_gradebook_ends_the_same(
    tmp_path: Path, tiny: Path, undisturbed: dict[str, dict[str, Any]], adopting: None, kills: int
) -> None:
    hand_in_forty(tmp_path)
    killed: Counter[str] = Counter()
    for _ in disturb(tmp_path, tiny, random.Random(kills), kills, killed):
        assert differences(verdicts(tmp_path), undisturbed) == []

    assert killed == dict.fromkeys(LONGEST, kills)
