"""How long ``grade run --all`` takes for the reference answers of the course, beside the exercises one by one.

    python benchmarks/course.py [ROUNDS]

Prints the medians of wall time and the ratio. The two ways are taken in turn, so that whatever else the machine does
meets both of them.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.judge.cells import usable_processors
from grader.kit.kit import builtin_root, load_kit

GRADE = (sys.executable, "-m", "grader")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        ids = make_workspace(Path(folder))
        together, one_by_one = [], []
        for _ in range(rounds + 1):
            together.append(seconds(folder, ["run", "--all", "-q"]))
            one_by_one.append(sum(seconds(folder, ["run", id, "-q"]) for id in ids))
    # The first round fills the caches.
    wall, before = statistics.median(together[1:]), statistics.median(one_by_one[1:])
    print(f"{len(ids)} exercises on {usable_processors()} processors")
    print(f"grade run --all     {wall:6.1f} s   {wall / before:.2f}")
    print(f"grade run, each     {before:6.1f} s   1.00")


def make_workspace(folder: Path) -> list[str]:
    """Make a learner's folder in which every answer is the reference; returns the ids of the exercises."""
    subprocess.run((*GRADE, "-C", folder, "init"), check=True, stdout=subprocess.DEVNULL)
    kit = load_kit(builtin_root())
    for exercise in kit.exercises:
        assert exercise.reference is not None
        shutil.copyfile(exercise.reference, folder / exercise.folder.name / exercise.file)
    return [exercise.id for exercise in kit.exercises]


def seconds(folder: str, command: list[str]) -> float:
    """Wall time of one command, which must pass."""
    began = time.perf_counter()
    subprocess.run((*GRADE, "-C", folder, *command), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
