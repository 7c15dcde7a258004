"""What grading a class costs for each submission, beside two rivals on the same files; ratios in one run.

    python benchmarks/class.py [--learners 300] [--exercises 5] [--sample 30] [--schedules 1 21] [--hangs] [--growth]

A class is made from the answers in ``solutions/`` that the rules let pass, right and wrong ones in turn, each made a
file of its own by a comment, and graded by ``grade class`` in a process, then once more unchanged. The rivals are given
a sample of it, and are compared with what the class costs on average:

    cold pytest    one ``python -m pytest`` for each file, over the same hidden tests with the same virtual clock, and
                   with several schedules as many repeats of each test (``cold_pytest.py``)
    bare plays     the same plays in a child forked from a warm process, with no box and no judge (``bare_plays.py``)

CPU is user and system time of all processes together, those included that a box has killed. Only ``grade`` knows
when a test has no further schedules, or shares a play between tests, so cold pytest plays more; the columns with plays
say how much, and what one of them costs. ``--hangs`` grades the class once more with a deadlock in one file of a
hundred, and once more with a busy loop in one of a hundred beside it; ``--growth`` grades 10, 100 and 1000 learners of
one exercise, and shows the memory of the parent process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader.box import kernel  # noqa: E402
from grader.judge import engine  # noqa: E402
from grader.judge.options import PlayOptions  # noqa: E402
from grader.kit.exercise import Exercise  # noqa: E402
from grader.kit.kit import Kit, load_kit  # noqa: E402
from grader.sandbox.box import Box  # noqa: E402
from grader.sandbox.cell import Cell  # noqa: E402
from grader.sandbox.play import Play, request  # noqa: E402
from grader.text import counted  # noqa: E402
from grader.wire.recording import Recording  # noqa: E402

DEADLOCK = "import anyio\n\n\nasync def {name}(*args, **kwargs):\n    await anyio.Event().wait()\n"
BUSY = "import anyio\n\n\nasync def {name}(*args, **kwargs):\n    while True:\n        pass\n"
EXEMPT = "# off-limits: exempt"
"""The first line of answers that a learner could not hand in; nothing is played of them."""
EVERY = 100
"""The number of files of which one hangs."""

File = tuple[Exercise, Path]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU and of wall time and plays for one submission, and the peak memory of the parent in MiB."""

    cpu: float
    wall: float
    plays: float
    memory: float = 0.0


# ---- classes ---------------------------------------------------------------------------------------------------------


def answers(exercise: Exercise) -> list[str]:
    assert exercise.solutions is not None
    right, wrong = (sorted((exercise.solutions / below).glob("*.py")) for below in ("right", "wrong"))
    pairs = [path for pair in zip(right, wrong, strict=False) for path in pair]
    texts = [path.read_text() for path in [*pairs, *right[len(wrong) :], *wrong[len(right) :]]]
    return [text for text in texts if not text.startswith(EXEMPT)]


def make_class(folder: Path, exercises: Sequence[Exercise], learners: int, hanging: Sequence[str] = ()) -> list[File]:
    """Write the class; one file of a hundred is each of ``hanging``. Returns all its files."""
    texts = {exercise.id: answers(exercise) for exercise in exercises}
    files: list[File] = []
    for learner in range(learners):
        for exercise in exercises:
            text = texts[exercise.id][learner % len(texts[exercise.id])]
            place = len(files) % EVERY
            if place % 2 == 0 and place // 2 < len(hanging):
                text = hanging[place // 2].replace("{name}", function_of(exercise))
            path = folder / f"learner{learner:04}" / exercise.folder.name / exercise.file
            path.parent.mkdir(parents=True)
            path.write_text(f"{text}\n# learner {learner}\n")
            files.append((exercise, path))
    return files


def function_of(exercise: Exercise) -> str:
    lines = exercise.stub.read_text().splitlines()
    return next(line.split("def ")[1].split("(")[0] for line in lines if "def " in line)


# ---- what is compared ------------------------------------------------------------------------------------------------


def grade_class(folder: Path, out: Path, schedules: int, count: int) -> Cost:
    command = (sys.executable, "-m", "grader", "class", str(folder), "--out", str(out), "--schedules", str(schedules))
    before, began, memory = children_seconds(), time.perf_counter(), 0.0
    process = subprocess.Popen((*command, "--allow-level", "0", "-q"), cwd=ROOT, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        memory = max(memory, peak_memory(process.pid))
        time.sleep(0.02)
    wall = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost((children_seconds() - before) / count, wall / count, plays_in(out) / count, memory)


def plays_in(out: Path) -> int:
    rows = map(json.loads, (out / "results.jsonl").read_text().splitlines())
    return sum(row["verdict"]["plays"] for row in rows if row["verdict"])


def peak_memory(process: int) -> float:
    with suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
    return 0.0


def children_seconds() -> float:
    """CPU of all descendants that have ended: a worker ends without waiting for its box, which then becomes ours."""
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cold_pytest(folder: Path, files: Sequence[File], repeats: int) -> Cost:
    """One process for each file. Of the installed plugins none is loaded, and no traceback is rendered."""
    options = ("-q", "--tb=no", "-c", os.devnull, "--noconftest", "-p", "no:cacheprovider")
    plays = folder / f"plays{repeats}"
    more = {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "REPEATS": str(repeats),
        "PLAYS": str(plays),
    }
    before, began = children_seconds(), time.perf_counter()
    for exercise, path in files:
        command = (sys.executable, "-m", "pytest", *options, "-p", "benchmarks.cold_pytest", str(exercise.test_file))
        done = subprocess.run(command, env={**os.environ, **more, "SUBMISSION": str(path)}, capture_output=True)
        if done.returncode not in (0, 1):
            sys.exit(f"cold pytest of {path}: {done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}")
    wall, count = time.perf_counter() - began, len(files)
    return Cost((children_seconds() - before) / count, wall / count, plays.stat().st_size / count)


def bare_plays(folder: Path, course: Kit, files: Sequence[File], schedules: int) -> Cost:
    """The plays that grading these files takes, in one child for each file that does not end it."""
    jobs = folder / f"jobs{schedules}.json"
    jobs.write_text(json.dumps(list(plays_of(course, files, schedules))))
    command = (sys.executable, str(ROOT / "benchmarks" / "bare_plays.py"), str(jobs))
    cpu, wall, plays = map(float, subprocess.run(command, check=True, capture_output=True).stdout.split())
    return Cost(cpu / len(files), wall / len(files), plays / len(files))


def plays_of(course: Kit, files: Sequence[File], schedules: int) -> Iterator[dict[str, Any]]:
    """Grade these files and note what is played of each; the reference beside it is not the learner's."""
    asked: dict[str, dict[Play, None]] = {}

    class Noting(Cell):
        def _keep(self, play: Play, recording: Recording) -> None:
            asked.setdefault(self._job.submission, {})[play] = None
            super()._keep(play, recording)

    options = PlayOptions(schedules=schedules)
    engine.Cell = Noting  # type: ignore[attr-defined,misc]
    with Box() as box:
        for exercise, path in files:
            engine.grade(box, course, exercise, [engine.Request(path=path, shown="", options=options)])
            source = path.read_text()
            yield {
                "module": exercise.module,
                "submission": source,
                "scenarios": exercise.scenarios.read_text(),
                "plays": [document(play, exercise) for play in asked.pop(source, ())],
            }
    engine.Cell = Cell  # type: ignore[attr-defined,misc]


def document(play: Play, exercise: Exercise) -> dict[str, Any]:
    return request(play, "1", exercise.limits)


# ---- the table -------------------------------------------------------------------------------------------------------


def show(name: str, cost: Cost, base: Cost) -> None:
    memory = f"{cost.memory:8.0f} MiB" if cost.memory else ""
    print(
        f"{name:<38}{cost.cpu * 1000:8.1f} ms{cost.cpu / base.cpu:9.3f}{cost.wall * 1000:9.1f} ms"
        f"{cost.wall / base.wall:9.3f}{cost.plays:9.1f}{cost.cpu / cost.plays * 1000:8.2f} ms{memory}",
        flush=True,
    )


def compare(folder: Path, course: Kit, files: list[File], schedules: int, sample: int) -> Cost:
    """The first table for one number of schedules, in units of grading the class."""
    first = grade_class(folder / "class", folder / f"out{schedules}", schedules, len(files))
    chosen = random.Random(1).sample(files, min(sample, len(files)))
    cold = cold_pytest(folder, chosen, schedules)
    bare = bare_plays(folder, course, chosen, schedules)
    show(f"grade class, {counted(schedules, 'schedule')}", first, first)
    show(f"cold pytest, sample of {len(chosen)}", cold, first)
    show("bare plays, same sample", bare, first)
    show(
        "unchanged, once more", grade_class(folder / "class", folder / f"out{schedules}", schedules, len(files)), first
    )
    return first


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--exercises", type=int, default=5)
    parser.add_argument("--sample", type=int, default=30)
    parser.add_argument("--schedules", type=int, nargs="*", default=[1, 21])
    parser.add_argument("--hangs", action="store_true")
    parser.add_argument("--growth", type=int, nargs="*", default=[])
    asked = parser.parse_args()
    course = load_kit(ROOT)
    exercises = course.exercises[: asked.exercises]
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_class(folder / "class", exercises, asked.learners)
        print(f"{asked.learners} learners x {len(exercises)} exercises, {len(os.sched_getaffinity(0))} processors")
        costs = f"{'CPU':>11}{'ratio':>9}{'wall':>12}{'ratio':>9}"
        print(f"{'per submission':<38}{costs}{'plays':>9}{'CPU/play':>11}{'parent':>12}")
        firsts = {number: compare(folder, course, files, number, asked.sample) for number in asked.schedules}
        if asked.hangs:
            for title, hanging in (("1 % deadlocks", [DEADLOCK]), ("1 % deadlocks, 1 % busy", [DEADLOCK, BUSY])):
                place = folder / title.replace(" ", "-")
                count = len(make_class(place / "class", exercises, asked.learners, hanging))
                for number, first in firsts.items():
                    cost = grade_class(place / "class", place / f"out{number}", number, count)
                    show(f"{title}, {counted(number, 'schedule')}", cost, first)
        for learners in asked.growth:
            place = folder / f"growth{learners}"
            count = len(make_class(place / "class", exercises[:1], learners))
            cost = grade_class(place / "class", place / "out", 1, count)
            show(f"{learners} learners, {exercises[0].id}", cost, next(iter(firsts.values()), cost))


if __name__ == "__main__":
    main()
