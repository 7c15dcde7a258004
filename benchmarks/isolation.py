"""What isolation costs: grading a handful of answers, and starting a box, at each level that this computer has.

As in a class run, one warm box of each level grades answer after answer. The levels take turns, forwards and then
backwards, so that whatever else the computer does falls on all of them alike. Prints medians, and the median of each
round's ratio to level 0 in CPU time, which another program on the computer changes less; the aim for level 3 is under
1.15.

    python benchmarks/isolation.py [ROUNDS]
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from grader.judge.engine import Request, grade
from grader.judge.verdict import Status
from grader.kit.kit import Kit, load_kit
from grader.sandbox.box import Box
from grader.sandbox.isolation import ceiling

CHECKOUT = Path(__file__).parent.parent
EXERCISES = ("ex01", "ex03")
ANSWERS_EACH = 2
STARTS = 5


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured at one level, in seconds; ``starts`` and ``ends`` of boxes of their own."""

    starts: list[float] = field(default_factory=list)
    starting: list[float] = field(default_factory=list)
    """CPU time of a box until it was up."""
    ends: list[float] = field(default_factory=list)
    grading: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """CPU time of all processes while a round was graded."""


def main(rounds: int) -> None:
    course = load_kit(CHECKOUT)
    with ExitStack() as stack:
        boxes = [stack.enter_context(Box(level)) for level in range(ceiling()[0] + 1)]
        costs = {box.level: Costs() for box in boxes if proven(box)}
        boxes = [box for box in boxes if box.level in costs]
        for number in range(-1, rounds):
            for box in boxes if number % 2 else reversed(boxes):
                one_round(course, box, costs[box.level] if number >= 0 else Costs())  # the first warms up
    for _ in range(STARTS):
        for level, level_costs in costs.items():
            one_start(level, level_costs)
    show(rounds, costs)


def show(rounds: int, costs: dict[int, Costs]) -> None:
    answers = len(EXERCISES) * ANSWERS_EACH
    print(f"medians of {rounds} rounds, {answers} answers each, and of {STARTS} boxes\n")
    print("level   start of a box   its CPU     its end   one answer   its CPU   ratio")
    for level, level_costs in costs.items():
        ratio = median(cpu / least for cpu, least in zip(level_costs.cpu, costs[0].cpu, strict=True))
        print(
            f"{level:>5}   {1000 * median(level_costs.starts):>11.0f} ms{1000 * median(level_costs.starting):>7.0f} ms"
            f"{1000 * median(level_costs.ends):>9.1f} ms"
            f"{1000 * median(level_costs.grading) / answers:>10.0f} ms"
            f"{1000 * median(level_costs.cpu) / answers:>7.0f} ms"
            f"{ratio:>8.2f}"
        )


def cpu_seconds(box: Box) -> float:
    """CPU time of this process, and of the zygote with all children that it has collected, killed ones included.

    What bubblewrap itself takes is not in it: a few milliseconds for each box.
    """
    fields = Path(f"/proc/{box.process}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def proven(box: Box) -> bool:
    if box.level and box.notes:
        print(f"a level is not measured: {'; '.join(box.notes)}", file=sys.stderr)
    return not box.notes


def one_round(course: Kit, box: Box, costs: Costs) -> None:
    """Grade the references."""
    began, before = time.perf_counter(), cpu_seconds(box)
    for name in EXERCISES:
        exercise = course.exercise(name)
        assert exercise.reference is not None
        request = Request(path=exercise.reference, shown=exercise.file)
        graded = grade(box, course, exercise, [request] * ANSWERS_EACH)
        assert all(verdict.status is Status.PASS for verdict in graded)
    costs.grading.append(time.perf_counter() - began)
    costs.cpu.append(cpu_seconds(box) - before)


def one_start(level: int, costs: Costs) -> None:
    began, before = time.perf_counter(), time.process_time()
    with Box(level) as box:
        assert box.level == level
        costs.starts.append(time.perf_counter() - began)
        costs.starting.append(cpu_seconds(box) - before)
        began = time.perf_counter()
    costs.ends.append(time.perf_counter() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 6)
