"""Whether a verdict or a play ever differs: between runs, hash seeds, versions of Python, an idle and a busy machine.

    python benchmarks/flakiness.py [ANSWERS] [--rounds N] [--seconds N] [--python PATH]... [--short]

ANSWERS is ``references`` (the default), or ``all``: every reference, right and wrong answer of the kit and every race
of ``benchmarks/races``. With either go the threads, sockets, deadlocks and timers of ``benchmarks/programs.py``, and
random programs of ``benchmarks/generated.py``. The first round runs on the machine as it is; the others beside two busy
loops, each with another hash seed in a process of its own, and with each Python of ``--python`` in turn.

Compared are verdicts (the outcome of every hidden test on either backend, the schedule it failed under, diagnosis,
line, exception, virtual time to the last bit) and every single play (ending, time, choices, steps, marks, digest);
with real processes, all of a play but its steps. Another version of Python has to agree in verdicts; its plays are
compared too, and only counted. Leaves with 1 if anything differed. ``--short`` is one answer per exercise for at most
40 seconds, for CI.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from differential import job_of
from generated import FAMILIES, generate
from programs import PROGRAMS, busy_loops, play_job

from grader.judge import engine
from grader.judge.kitanswers import answer_requests
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import load_kit
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Recording

ROOT = Path(__file__).resolve().parent.parent
SHORT_SECONDS = 40.0
PLAY_SEEDS = 4
GENERATED = 8
"""Random programs of each family."""

Repeatable = dict[str, list[str]]
"""What must never differ, for each answer and program: its verdicts, then one line for each of its plays."""


# ---- one round, in a process of its own ------------------------------------------------------------------------------


WITH_PROCESSES = ("in_processes",)
"""Scenarios with real processes. Which of two answers first is up to the computer, so that their steps differ."""

_noted: list[str] = []


class NotingCell(Cell):
    """Notes all there is to know about the plays of an answer when it is closed."""

    def send(self, play: Play) -> Play:
        # With a trace, and so with the fingerprint of all steps, where it costs little.
        natural = play.seed == 0 and play.choices is None
        return super().send(replace(play, trace=True) if natural else play)

    def close(self) -> None:
        _noted.extend(sorted(f"{play}: {fingerprint(recording)}" for play, recording in self._done.items()))
        super().close()


def fingerprint(recording: Recording) -> str:
    steps = (recording.digest, recording.steps, recording.choices, recording.widths)
    exact = (
        (recording.ended, recording.line, recording.elapsed),
        () if recording.scenario in WITH_PROCESSES else steps,
        [(mark.time, mark.name) for mark in recording.marks],
        [(span.name, span.start, span.stopped, span.how, span.task) for span in recording.spans + recording.attempts],
    )
    texts = (
        (recording.reason, recording.value, recording.waiting, recording.remarks, recording.output),
        [mark.value for mark in recording.marks],
        [(attempt.raised.leaves, attempt.how == "returned" and attempt.value) for attempt in recording.attempts],
        recording.error.leaves,
    )
    # The kernel chooses the ports of listeners, and messages of errors and values may name them.
    text = repr(exact) + re.sub(r"\b\d{4,5}\b", "PORT", repr(texts))
    return sha256(text.encode(errors="replace")).hexdigest()[:16]


def repeatable(verdict: Verdict) -> list[str]:
    """Everything about a verdict that must never differ."""
    results = [
        (test.name, result.backend, str(result.outcome), result.schedules, result.all_schedules, result.reason)
        + ((f.diagnosis, f.line, str(f.ended), f.elapsed, f.schedule, f.exception) if (f := result.failure) else ())
        for test in verdict.tests
        for result in test.results
    ]
    return [repr((str(verdict.status), verdict.plays, verdict.virtual_seconds)), *map(repr, results)]


def one_round(answers: str) -> dict[str, Repeatable]:
    """Grade and play everything once, in new boxes: new processes, with other addresses."""
    verdicts: Repeatable = {}
    plays: Repeatable = {}
    engine.Cell = NotingCell  # type: ignore[misc]
    for root in (ROOT, ROOT / "benchmarks" / "races") if answers == "all" else (ROOT,):
        course = load_kit(root)
        for exercise in course.exercises:
            with Box() as box:
                for request in requests(exercise, answers):
                    _noted.clear()
                    (verdict,) = engine.grade(box, course, exercise, [request])
                    key = f"{root.name} {exercise.id} {verdict.file}"
                    verdicts[key], plays[key] = repeatable(verdict), list(_noted)
    with Box() as box:
        for name, job in jobs():
            recordings = [(b, s, play_job(box, job, b, s)) for b in BACKENDS for s in range(PLAY_SEEDS)]
            plays[name] = [f"{backend} {seed}: {fingerprint(played)}" for backend, seed, played in recordings]
            verdicts[name] = [
                f"{backend} {seed}: {recording.ended} {recording.elapsed!r} {recording.value!r}"
                for backend, seed, recording in recordings
            ]
    return {"verdicts": verdicts, "plays": plays}


def jobs() -> Iterator[tuple[str, Job]]:
    """The programs that are no answers to an exercise, with their names."""
    yield from ((program.name, program.job) for program in PROGRAMS)
    for family in FAMILIES:
        yield from ((f"{family} {seed}", job_of(generate(seed, family))) for seed in range(GENERATED))


def requests(exercise: Exercise, answers: str) -> Iterator[engine.Request]:
    if answers == "all":
        yield from answer_requests(exercise)
    elif exercise.reference is not None:
        yield engine.Request(path=exercise.reference, shown=exercise.file)


# ---- many rounds -----------------------------------------------------------------------------------------------------


def another_round(python: str, answers: str, hash_seed: int) -> dict[str, Repeatable]:
    done = subprocess.run(
        [python, __file__, answers, "--say"],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    round_of_child: dict[str, Repeatable] = json.loads(done.stdout)
    return round_of_child


def differences(first: Repeatable, other: Repeatable) -> list[str]:
    return [
        f"{key}: {before}  ->  {after}"
        for key in sorted(first.keys() | other.keys())
        for before, after in pairs(first.get(key, []), other.get(key, []))
        if before != after
    ]


def clipped(line: str) -> str:
    """A line without the middle of the inputs of its plays, which may be megabytes."""
    return re.sub(r"(inputs='.{200}).*?(', backend)", r"\1...\2", line)


def pairs(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    length = max(len(before), len(after))
    padded = [rows + ["nothing"] * (length - len(rows)) for rows in (before, after)]
    return list(zip(*padded, strict=True))


def main() -> None:
    asked = arguments()
    if asked.say:
        json.dump(one_round(asked.answers), sys.stdout)
        return
    first = another_round(sys.executable, asked.answers, 0)
    until = time.monotonic() + asked.seconds
    plays = sum(map(len, first["plays"].values()))
    differ: Counter[str] = Counter()
    rounds = 0
    pythons = [sys.executable, *asked.python]
    with busy_loops(2):
        while rounds < asked.rounds and time.monotonic() < until:
            python = pythons[rounds % len(pythons)]
            rounds += 1
            other = another_round(python, asked.answers, rounds)
            same = python == sys.executable
            for what, counted in (("verdicts", "verdicts"), ("plays", "plays" if same else "plays elsewhere")):
                lines = differences(first[what], other[what])
                differ[counted] += len(lines)
                for line in lines if counted != "plays elsewhere" else ():
                    print(f"round {rounds}, {python}: {clipped(line)}", flush=True)
            print(f"{rounds} rounds, {differ['verdicts']} + {differ['plays']} differ", file=sys.stderr, flush=True)
    print(
        f"{len(first['verdicts'])} answers and programs, {rounds} times beside two busy loops, {rounds * plays} plays: "
        f"{differ['verdicts']} lines of verdicts and {differ['plays']} plays differ; "
        f"{differ['plays elsewhere']} plays in other versions of Python"
    )
    sys.exit(1 if differ["verdicts"] or differ["plays"] else 0)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Whether a verdict or a play ever differs.")
    parser.add_argument("answers", nargs="?", choices=("references", "all"), default="references")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=3600.0, help="begin no round after so many real seconds")
    parser.add_argument("--python", action="append", default=[], help="an interpreter with the same dependencies")
    parser.add_argument("--short", action="store_true", help=f"the references, for {SHORT_SECONDS:g} seconds")
    parser.add_argument("--say", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.short:
        asked.seconds = SHORT_SECONDS
    return asked


if __name__ == "__main__":
    main()
