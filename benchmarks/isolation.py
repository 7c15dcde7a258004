"""What isolation costs: grading a handful of answers, and starting a box, at each level that this computer has.

The levels take turns, so that whatever else the computer does falls on all of them alike. Prints medians, and the ratio
to level 0 in CPU time, which another program on the computer changes less; the aim for level 3 is under 1.15.

    python benchmarks/isolation.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

from grader import kit
from grader.engine import Request, grade
from grader.isolation import ceiling
from grader.sandbox import Box
from grader.verdict import Status

CHECKOUT = Path(__file__).parent.parent
EXERCISES = ("ex01", "ex03")
ANSWERS_EACH = 2
Seconds = dict[int, list[float]]


def main(rounds: int) -> None:
    levels = [level for level in range(ceiling()[0] + 1) if proven(level)]
    course = kit.load(CHECKOUT)
    starts: Seconds = {level: [] for level in levels}
    ends: Seconds = {level: [] for level in levels}
    grading: Seconds = {level: [] for level in levels}
    cpu: Seconds = {level: [] for level in levels}
    for _ in range(rounds):
        for level in levels:
            one_round(course, level, starts[level], grading[level], ends[level], cpu[level])
    answers = len(EXERCISES) * ANSWERS_EACH
    print(f"medians of {rounds} rounds, {answers} answers each\n")
    print("level   start of a box     its end   one answer   CPU of everything   ratio")
    for level in levels:
        print(
            f"{level:>5}   {1000 * statistics.median(starts[level]):>11.0f} ms"
            f"{1000 * statistics.median(ends[level]):>9.1f} ms"
            f"{1000 * statistics.median(grading[level]) / answers:>10.0f} ms"
            f"{statistics.median(cpu[level]):>18.2f} s"
            f"{statistics.median(cpu[level]) / statistics.median(cpu[levels[0]]):>8.2f}"
        )


def cpu_seconds(box: Box) -> float:
    """Of this process, and of the zygote with all children that it has collected."""
    fields = Path(f"/proc/{box.process}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def proven(level: int) -> bool:
    with Box(level) as box:
        if box.level < level:
            print(f"level {level} is not measured: {'; '.join(box.notes)}", file=sys.stderr)
        return box.level == level


def one_round(
    course: kit.Kit, level: int, starts: list[float], grading: list[float], ends: list[float], cpu: list[float]
) -> None:
    """Start a box, grade the references in it, and close it."""
    began, before = time.perf_counter(), time.process_time()
    with Box(level) as box:
        assert box.level == level
        starts.append(time.perf_counter() - began)
        began = time.perf_counter()
        for name in EXERCISES:
            exercise = course.exercise(name)
            assert exercise.reference is not None
            request = Request(path=exercise.reference, shown=exercise.file)
            graded = grade(box, course, exercise, [request] * ANSWERS_EACH)
            assert all(verdict.status is Status.PASS for verdict in graded)
        grading.append(time.perf_counter() - began)
        cpu.append(cpu_seconds(box) - before)
        began = time.perf_counter()
    ends.append(time.perf_counter() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5)
