"""Whether a verdict ever differs: grades the same answers again and again beside two busy loops.

    python benchmarks/flakiness.py [ROUNDS] [ANSWERS]

ANSWERS is ``references`` (the default) or ``all``, which adds every right and wrong answer of the kit. The first round
runs on the machine as it is, the others beside the busy loops. Compared are the outcome of every hidden test on either
backend, the schedule it failed under, its diagnosis and line, the number of plays, and the virtual time of all of them,
to the last bit. Prints how many verdicts differed, and leaves with 1 if any did.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader import engine, kit
from grader.kit import Exercise, Kit
from grader.kitcheck import answer_requests
from grader.sandbox import Box
from grader.verdict import Verdict

Said = tuple[object, ...]


def said(verdict: Verdict) -> Said:
    """Everything about a verdict that must never differ."""
    results = tuple(
        (test.name, result.backend, result.outcome, result.schedules, result.all_schedules, result.reason)
        + ((f.diagnosis, f.line, f.ended, f.elapsed, f.schedule, f.exception) if (f := result.failure) else ())
        for test in verdict.tests
        for result in test.results
    )
    return (verdict.status, verdict.plays, verdict.virtual_seconds, results)


def grade_all(course: Kit, wanted: dict[str, list[engine.Request]]) -> dict[tuple[str, str], Said]:
    found: dict[tuple[str, str], Said] = {}
    for exercise in course.exercises:
        with Box() as box:  # a new one each time: a new process, with other addresses
            for verdict in engine.grade(box, course, exercise, wanted[exercise.id]):
                found[exercise.id, verdict.file] = said(verdict)
    return found


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def requests(exercise: Exercise, answers: str) -> list[engine.Request]:
    if answers == "all":
        return answer_requests(exercise)
    assert exercise.reference is not None
    return [engine.Request(path=exercise.reference, shown=exercise.file)]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    answers = sys.argv[2] if len(sys.argv) > 2 else "references"
    course = kit.load(Path(__file__).resolve().parent.parent)
    wanted = {exercise.id: requests(exercise, answers) for exercise in course.exercises}
    first = grade_all(course, wanted)
    plays = sum(int(str(verdict[1])) for verdict in first.values())
    differing = 0
    began = time.perf_counter()
    with busy_loops(2):
        for number in range(1, rounds + 1):
            for key, verdict in grade_all(course, wanted).items():
                if verdict != first[key]:
                    differing += 1
                    print(f"round {number}, {key[0]} {key[1]}:", *different(first[key], verdict), sep="\n  ")
            print(f"\r{number} of {rounds} rounds, {differing} differ", end="", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - began
    print(
        f"\n{len(first)} answers, {rounds} times beside two busy loops: {rounds * plays} plays in {seconds:.0f} s, "
        f"{differing} verdicts differ"
    )
    sys.exit(1 if differing else 0)


def different(one: Said, other: Said) -> list[str]:
    pairs = zip(one[:3] + tuple(one[3]), other[:3] + tuple(other[3]), strict=True)  # type: ignore[arg-type]
    return [f"{left}  ->  {right}" for left, right in pairs if left != right]


if __name__ == "__main__":
    main()
