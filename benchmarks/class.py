"""What grading a class costs for each submission, beside grading the same files one by one; ratios in one run.

    python benchmarks/class.py [--learners 20] [--schedules 1] [--sample 20] [--hangs 0.0] [--growth 10 100 1000]

A class is made from the answers in ``solutions/``, right and wrong ones in turn, each made a file of its own by a
comment. It is graded by ``grade class`` in a process, then once more unchanged. The loop grades a sample of the same
files with one call of ``engine.grade`` for each, in one warm box. CPU is of all processes together. ``--hangs`` is the
share of files that are replaced by a deadlock and by a busy loop, half of each; ``--growth`` grades classes of these
sizes in the first exercise and shows time and the memory of the parent process.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader import engine  # noqa: E402
from grader import kit as kits  # noqa: E402
from grader.kit import Exercise, Kit  # noqa: E402
from grader.sandbox import Box  # noqa: E402

DEADLOCK = "import anyio\n\n\nasync def {name}(*args, **kwargs):\n    await anyio.Event().wait()\n"
BUSY = "import anyio\n\n\nasync def {name}(*args, **kwargs):\n    while True:\n        pass\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU and of wall time for one submission, and the peak memory of the parent in MiB."""

    cpu: float
    wall: float
    memory: float = 0.0


def answers(exercise: Exercise) -> list[str]:
    assert exercise.solutions is not None
    right, wrong = (sorted((exercise.solutions / kind).glob("*.py")) for kind in ("right", "wrong"))
    pairs = [path for pair in zip(right, wrong, strict=False) for path in pair]
    return [path.read_text() for path in [*pairs, *right[len(wrong) :], *wrong[len(right) :]]]


def make_class(
    folder: Path, exercises: tuple[Exercise, ...], learners: int, hangs: float
) -> list[tuple[Exercise, Path]]:
    """Write the class; returns all its files."""
    files = []
    every = round(2 / hangs) if hangs else 0
    for learner in range(learners):
        for exercise in exercises:
            texts = answers(exercise)
            text = texts[learner % len(texts)]
            if every and len(files) % every in (0, every // 2):
                text = (DEADLOCK if len(files) % every == 0 else BUSY).replace("{name}", exercise.module)
            path = folder / f"learner{learner:04}" / exercise.folder.name / exercise.file
            path.parent.mkdir(parents=True)
            path.write_text(f"{text}\n# learner {learner}\n")
            files.append((exercise, path))
    return files


def grade_class(folder: Path, out: Path, schedules: int, count: int) -> Cost:
    command = (sys.executable, "-m", "grader", "class", str(folder), "--out", str(out), "--schedules", str(schedules))
    before, began, memory = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0.0
    process = subprocess.Popen((*command, "--allow-level", "0", "-q"), cwd=ROOT, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        memory = max(memory, peak_memory(process.pid))
        time.sleep(0.02)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu / count, wall / count, memory)


def peak_memory(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def grade_one_by_one(kit: Kit, files: list[tuple[Exercise, Path]], schedules: int) -> Cost:
    """One call for each file, in one warm box; the CPU of the box counts when it is closed."""
    before = cpu_seconds()
    began = time.perf_counter()
    with Box() as box:
        for exercise, path in files:
            engine.grade(box, kit, exercise, [engine.Request(path=path, shown=path.name, schedules=schedules)])
    wall = time.perf_counter() - began
    return Cost((cpu_seconds() - before) / len(files), wall / len(files))


def cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def show(name: str, cost: Cost, base: Cost) -> None:
    memory = f"{cost.memory:10.0f} MiB" if cost.memory else ""
    print(
        f"{name:<28}{cost.cpu * 1000:9.1f} ms{cost.cpu / base.cpu:8.2f}{cost.wall * 1000:10.1f} ms"
        f"{cost.wall / base.wall:8.2f}{1 / cost.wall:9.1f}/s{memory}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--learners", type=int, default=20)
    parser.add_argument("--schedules", type=int, default=1)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--hangs", type=float, default=0.0)
    parser.add_argument("--growth", type=int, nargs="*", default=[])
    asked = parser.parse_args()
    kit = kits.load(ROOT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_class(folder / "class", kit.exercises, asked.learners, asked.hangs)
        size = f"{asked.learners} learners x {len(kit.exercises)} exercises"
        print(f"{size}, schedules: {asked.schedules}, hangs: {asked.hangs:.0%}")
        print(f"{'per submission':<28}{'CPU':>12}{'ratio':>8}{'wall':>13}{'ratio':>8}{'rate':>11}{'parent':>14}")
        step = max(1, len(files) // asked.sample)
        single = grade_one_by_one(kit, list(islice(files, 0, None, step)), asked.schedules)
        show("one by one", single, single)
        first = grade_class(folder / "class", folder / "out", asked.schedules, len(files))
        show("grade class", first, single)
        again = grade_class(folder / "class", folder / "out", asked.schedules, len(files))
        show("unchanged, once more", again, first)
        for learners in asked.growth:
            place = folder / f"growth{learners}"
            files = make_class(place / "class", kit.exercises[:1], learners, 0.0)
            show(
                f"{learners} learners, {kit.exercises[0].id}",
                grade_class(place / "class", place / "out", 1, len(files)),
                first,
            )


if __name__ == "__main__":
    main()
