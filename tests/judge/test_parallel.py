"""Several exercises graded at the same time: what comes of each, and what Ctrl-C, a crash and a kill leave of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.judge import engine
from grader.judge.parallel import Work, grade_in_parallel, is_written
from grader.judge.progress import NOBODY, Onlooker, Progress, Stopping
from grader.judge.verdict import STOPPED, Status, Verdict
from grader.kit.kit import Kit, load_kit
from grader.sandbox.box import Box
from tests.kit_samples import EXERCISES, RIGHT, STUB, WRONG_VALUE, answer, change, make_kit
from tests.processes import below, command_of, wait_until

CHECKOUT = Path(__file__).parents[2]


def works_of(kit: Kit, folder: Path, *texts: str) -> list[Work]:
    """An answer of this text to each exercise."""
    works = []
    for exercise, (_, name), text in zip(kit.exercises, EXERCISES, texts, strict=True):
        path = folder / f"{name}.py"
        path.write_text(answer(text, name))
        works.append((exercise, engine.Request(path=path, shown=path.name)))
    return works


def graded(kit: Kit, works: list[Work], onlooker: Onlooker = NOBODY, workers: int = 2) -> list[Verdict]:
    """The verdicts in the order of what was to be graded."""
    known = dict(grade_in_parallel(kit, works, onlooker, workers=workers, processors=1))
    return [known[place] for place in range(len(works))]


def pressing_at(id: str, test: int, stopping: Stopping) -> Onlooker:
    """An onlooker who presses Ctrl-C, once, when this test begins."""
    pressed: list[int] = []

    def watch(progress: Progress) -> None:
        if (progress.exercise.id, progress.test.number) == (id, test) and not pressed:
            pressed.append(test)
            signal.raise_signal(signal.SIGINT)

    return Onlooker(watch=watch, stopping=stopping)


def broken(tmp_path: Path, old: str, new: str, exercise: str = "ex01_double") -> Kit:
    """A kit in which something is changed in the hidden tests of one exercise."""
    root = make_kit(tmp_path / "kit")
    change(root / "exercises" / exercise / "test_hidden.py", old, new)
    return load_kit(root)


def without_times(verdict: Verdict) -> Verdict:
    return replace(verdict, real_seconds=0.0, judged_at="")


# ---- what comes of them ----------------------------------------------------------------------------------------------


def test_the_verdicts_are_those_of_this_process(box: Box, tiny: Path, tmp_path: Path) -> None:
    kit = load_kit(tiny)
    works = works_of(kit, tmp_path, WRONG_VALUE, RIGHT)

    here = [engine.grade(box, kit, exercise, [request])[0] for exercise, request in works]

    assert [without_times(verdict) for verdict in graded(kit, works)] == [without_times(verdict) for verdict in here]
    assert [verdict.points for verdict in here] == [40, 100]


def test_one_worker_grades_all_of_them_in_turn_and_tells_how_far_it_is(tiny: Path, tmp_path: Path) -> None:
    kit = load_kit(tiny)
    told: list[tuple[str, int, str, bool]] = []

    def watch(progress: Progress) -> None:
        told.append((progress.exercise.id, progress.test.number, progress.backend, progress.over))

    graded(kit, works_of(kit, tmp_path, RIGHT, RIGHT), Onlooker(watch=watch), workers=1)

    turns = [(1, "asyncio", False), (1, "trio", False), (2, "asyncio", False), (2, "trio", False), (2, "trio", True)]
    assert told == [(id, *turn) for id in ("ex02", "ex01") for turn in turns]


def test_a_broken_exercise_costs_the_others_nothing(tmp_path: Path) -> None:
    kit = broken(tmp_path, "from grader.judge import grading", "from grader.judge import grading, nothing")
    first, second = graded(kit, works_of(kit, tmp_path, RIGHT, RIGHT))

    assert (first.status, first.own_fault, second.points) == (Status.NOT_JUDGED, False, 100)
    assert "test_hidden.py" in first.trouble


KILLS = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n    assert play"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_costs_the_others_nothing(tmp_path: Path, workers: int) -> None:
    kit = broken(tmp_path, 'assert play("call", n=3).result', KILLS + '("call", n=3).result')
    first, second = graded(kit, works_of(kit, tmp_path, RIGHT, RIGHT), workers=workers)

    assert (first.status, first.own_fault, second.points) == (Status.NOT_JUDGED, True, 100)
    assert "the process that graded ex01 has died (status -9)" in first.trouble


def test_a_stub_and_a_missing_file_are_not_written(tiny: Path, tmp_path: Path) -> None:
    kit = load_kit(tiny)
    (exercise, request), (other, missing) = works_of(kit, tmp_path, RIGHT, STUB)

    assert is_written(exercise, request)
    assert not is_written(other, missing)
    missing.path.unlink()
    assert not is_written(other, missing)
    os.mkfifo(missing.path)
    assert not is_written(other, missing)


# ---- Ctrl-C and death ------------------------------------------------------------------------------------------------

WAITS = "import time; time.sleep(200)\n    assert play"
"""A hidden test that goes on until Ctrl-C ends it."""


def test_ctrl_c_ends_what_goes_on_and_begins_nothing_more(tmp_path: Path) -> None:
    kit = broken(tmp_path, 'assert play("call", n=3).elapsed', WAITS + '("call", n=3).elapsed', "ex02_wait")
    with Stopping() as stopping:
        works = works_of(kit, tmp_path, RIGHT, RIGHT)
        first, second = graded(kit, works, pressing_at("ex02", 2, stopping), workers=1)

    assert (first.status, first.trouble, first.own_fault) == (Status.NOT_JUDGED, STOPPED, False)
    assert [test.passed for test in second.tests] == [True, False]
    assert {result.reason for result in second.tests[1].results} == {STOPPED}


def test_ctrl_c_of_a_terminal_is_that_of_the_parent_alone(tmp_path: Path) -> None:
    """A second one would end the worker before it has said what it knows."""
    kit = broken(tmp_path, 'assert play("call", n=3).elapsed', WAITS + '("call", n=3).elapsed')
    with Stopping() as stopping:
        pressing = pressing_at("ex01", 2, stopping)

        def watch(progress: Progress) -> None:
            (worker,) = workers()
            assert os.getpgid(worker) != os.getpgrp()
            pressing.watch(progress)

        onlooker = Onlooker(watch=watch, stopping=stopping)
        graded(kit, works_of(kit, tmp_path, RIGHT, RIGHT), onlooker, workers=1)

    assert stopping.presses == 1


def test_a_second_ctrl_c_ends_the_workers_at_once(tmp_path: Path) -> None:
    kit = broken(tmp_path, 'assert play("call", n=3).elapsed', WAITS + '("call", n=3).elapsed')
    seen: list[int] = []

    def watch(progress: Progress) -> None:
        if (progress.exercise.id, progress.test.number) == ("ex01", 2):
            seen.extend(workers())
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), Stopping() as stopping:
        graded(kit, works_of(kit, tmp_path, RIGHT, RIGHT), Onlooker(watch=watch, stopping=stopping))

    assert len(seen) == 2
    wait_until(lambda: gone(seen))


PROGRAM = """
    import sys
    from pathlib import Path
    from grader.judge.progress import Onlooker
    from grader.kit.kit import load_kit
    from tests.judge.test_parallel import RIGHT, graded, works_of
    if __name__ == "__main__":
        kit = load_kit(Path(sys.argv[1]))
        say = Onlooker(watch=lambda progress: print("ready", flush=True))
        graded(kit, works_of(kit, Path(sys.argv[2]), RIGHT, RIGHT), say)
"""


def test_when_the_parent_is_killed_its_workers_end_too(tmp_path: Path) -> None:
    kit = broken(tmp_path, 'assert play("call", n=3).result', WAITS + '("call", n=3).result')
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py"), str(kit.root), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    family = below(process.pid)
    assert len(family) >= 2
    process.kill()
    process.communicate()

    wait_until(lambda: gone(family))


def workers() -> list[int]:
    """The processes of this one that grade."""
    return [one for one in below(os.getpid()) if b"spawn_main" in command_of(one)]


def gone(processes: Iterable[int]) -> bool:
    return not any(Path(f"/proc/{one}").exists() for one in processes)
