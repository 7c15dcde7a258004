"""Whether plays equal reality: random structured programs, played in a box and by plain ``anyio.run``.

    python benchmarks/differential.py [--programs N] [--seed S] [--family FAMILY]... [--short]

Every program of ``generated`` is played on both backends, in natural order and under a few seeds, and once for real on
each. What is recorded has to be the same: what happened in which unit of time, or that the program hangs. On asyncio
natural order has to come to what reality comes to; trio draws its order, so there one of the seeds has to. Reality is
asked again, alone, before a difference counts, and has to answer alike each time. Where a seed comes to something else,
reality is asked in other orders of its tasks: if it always says the same, no order decides, and the seed is wrong. If
tasks spin in reality, a play may hang: it ends as ``never-yields`` then, by definition, while real time passes. Each
play is repeated in a process of its own: digest and all of the recording have to be equal.

Prints each difference with its program, made as short as it stays different, and each program about which reality does
not decide: it does not always answer alike, and never as some play does. Leaves with 1 if there is any difference. Runs
with the same fingerprint were of the same programs. ``--short`` is a fixed number of programs, for CI.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from queue import SimpleQueue

from generated import FAMILIES, Program, generate, shorter
from reality import ANY, GOES_ON, HANGS, UNIT, Outcome, Request, really

from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording

SEEDS, MORE_SEEDS = range(3), range(24)
"""Schedules of every program, and of one that seems to differ."""
ASKED_AGAIN = 3
"""How often reality is asked again, alone and in slower motion. It has to answer alike without noise."""
ORDERS = (4, 16)
"""How often it is asked in other orders where a seed comes to something else, and once more where none of them does."""
CHUNK = 500
SHORT = 150
AT_A_TIME, ATTEMPTS = 24, 150
"""Shorter programs that are tried for each difference."""

SCENARIO = "async def scenario(stage):\n    return await stage.submission.main()\n"
LIMITS = Limits(wall_seconds=60, cpu_seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A program, and what became of it in plays and for real; without ``real`` two plays of one seed differ."""

    program: Program
    backend: str
    played: tuple[str, ...]
    real: str = ""
    decided: bool = True
    """False if reality did not always say ``real``, so that it cannot tell whether the plays are wrong."""

    @property
    def shown(self) -> str:
        reality = self.real or "two plays of one seed differ"
        plays = "\n".join(f"play: {what}" for what in self.played)
        where = f"seed {self.program.seed} on {self.backend}{'' if self.decided else ', undecided'}"
        return f"--- {where}\n{self.program.shown}\nreal: {reality}\n{plays}\n"


# ---- plays -----------------------------------------------------------------------------------------------------------


class Boxes:
    """One box per processor, each used by one thread at a time."""

    def __init__(self, stack: ExitStack, count: int) -> None:
        self._free: SimpleQueue[Box] = SimpleQueue()
        for _ in range(count):
            self._free.put(stack.enter_context(Box()))
        self._threads = stack.enter_context(ThreadPoolExecutor(count))

    def played(
        self, programs: Iterable[Program], seeds: Sequence[int], backends: Sequence[str]
    ) -> Iterator[Recordings]:
        """The recordings of each program, twice: in two children, so that no play is taken for its own repetition."""
        return self._threads.map(lambda program: self._played(program, seeds, backends), programs)

    def _played(self, program: Program, seeds: Sequence[int], backends: Sequence[str]) -> Recordings:
        box = self._free.get()
        try:
            return [_in_a_child(box, program, seeds, backends) for _ in range(2)]
        finally:
            self._free.put(box)


Recordings = list[dict[str, list[Recording]]]


def _in_a_child(
    box: Box, program: Program, seeds: Sequence[int], backends: Sequence[str]
) -> dict[str, list[Recording]]:
    cell = Cell(box, job_of(program))
    try:
        return {
            backend: [cell.recording(Play("scenario", Play.encode({}), backend, seed, trace=True)) for seed in seeds]
            for backend in backends
        }
    finally:
        cell.close()


def job_of(program: Program) -> Job:
    return Job(module="x", submission=program.source, scenarios=SCENARIO, limits=LIMITS, needs=())


def outcome_of(recording: Recording) -> str:
    """What came of a play, in the words of ``reality.Outcome``."""
    match recording.ended:
        case Ended.RETURNED:
            return json.dumps(recording.value)
        case Ended.DEADLOCK:
            return HANGS
        case Ended.NEVER_YIELDS | Ended.LATE:
            return GOES_ON
        case Ended.RAISED:
            return "raised " + ", ".join(leaf.types[0] for leaf in recording.error.leaves)
        case ended:
            return f"{ended} {recording.reason}, line {recording.line}"


# ---- comparing -------------------------------------------------------------------------------------------------------


def differences(boxes: Boxes, programs: Sequence[Program], backends: Sequence[str] = BACKENDS) -> Iterator[Difference]:
    """Every difference between two plays of one seed, then every one between plays and reality."""
    asked = [(program, backend) for program in programs for backend in backends]
    outcomes = iter(really([request(*each) for each in asked]))
    suspects: list[tuple[Program, str]] = []
    strays: list[tuple[Difference, Outcome]] = []
    for program, recordings in zip(programs, boxes.played(programs, SEEDS, backends), strict=True):
        for backend in backends:
            first, again = (recordings[which][backend] for which in (0, 1))
            real, played = next(outcomes), plays_of(first)
            if [repeatable(recording) for recording in first] != [repeatable(recording) for recording in again]:
                yield Difference(program=program, backend=backend, played=plays_of(first + again))
            elif real.in_plays.isdisjoint(comparable(first, backend)):
                suspects.append((program, backend))
            elif not real.in_plays.issuperset(played):
                strays.append((Difference(program=program, backend=backend, played=played, real=real.what), real))
    yield from strayed(strays)
    for program, backend in suspects:
        yield from confirmed(boxes, program, backend)


def comparable(recordings: Sequence[Recording], backend: str) -> tuple[str, ...]:
    """What came of the plays of which one has to be like reality: asyncio takes its tasks in natural order alone."""
    return plays_of(recordings[:1] if backend == "asyncio" else recordings)


def strayed(suspects: Sequence[tuple[Difference, Outcome]]) -> Iterator[Difference]:
    """Those of which reality, in other orders of its tasks, does not come to all that came of the seeds."""
    strays = [stray for stray, _ in suspects]
    said, likely = [{real.what} for _, real in suspects], [real.in_plays for _, real in suspects]
    left = list(range(len(strays)))
    for orders in ORDERS:
        requests = [request(strays[number].program, strays[number].backend) for number in left for _ in range(orders)]
        outcomes = iter(really(requests, order=ANY))
        for number in left:
            came = [next(outcomes) for _ in range(orders)]
            said[number].update(outcome.what for outcome in came)
            likely[number].update(*(outcome.in_plays for outcome in came))
        left = [number for number in left if not likely[number].issuperset(strays[number].played)]
    for number in left:
        yield replace(strays[number], real=" or ".join(sorted(said[number])), decided=len(said[number]) == 1)


def confirmed(boxes: Boxes, program: Program, backend: str) -> Iterator[Difference]:
    """The difference, unless a schedule comes to what reality says; undecided if reality does not say one thing."""
    ((recordings, _),) = boxes.played([program], MORE_SEEDS, [backend])
    played = comparable(recordings[backend], backend)
    said: set[str] = set()
    likely: set[str] = set()
    decided = True
    for unit in (2 * UNIT, 4 * UNIT):
        outcomes = really([request(program, backend)] * ASKED_AGAIN, at_once=ASKED_AGAIN, unit=unit)
        said.update(outcome.what for outcome in outcomes if not outcome.noisy)
        likely.update(*(outcome.in_plays for outcome in outcomes if not outcome.noisy))
        decided = decided and any(not outcome.noisy for outcome in outcomes)
        if likely & set(played):
            return
    real = " or ".join(sorted(said)) or "nothing without noise"
    yield Difference(program=program, backend=backend, played=played, real=real, decided=decided and len(said) == 1)


def repeatable(recording: Recording) -> tuple[object, ...]:
    """What must be the same in every play of one seed; the digest holds the rest."""
    return recording.digest, outcome_of(recording), recording.elapsed


def plays_of(recordings: Iterable[Recording]) -> tuple[str, ...]:
    return tuple(sorted({outcome_of(recording) for recording in recordings}))


def request(program: Program, backend: str) -> Request:
    return program.source, backend


def shortest(boxes: Boxes, difference: Difference) -> Difference:
    """The shortest program that still differs in the same way, as far as the attempts go."""
    attempts = 0
    while attempts < ATTEMPTS:
        candidates = sorted(shorter(difference.program), key=lambda program: len(program.source))
        for first in range(0, len(candidates), AT_A_TIME):
            some = candidates[first : first + AT_A_TIME]
            attempts += len(some)
            found = next((each for each in differences(boxes, some, [difference.backend]) if each.decided), None)
            if found is not None:
                difference = found
                break
        else:
            break
    return difference


# ---- the whole of it -------------------------------------------------------------------------------------------------


def compared(boxes: Boxes, programs: Sequence[Program], counts: Counter[str]) -> Iterator[Difference]:
    """The differences of many programs, chunk by chunk."""
    for first in range(0, len(programs), CHUNK):
        some = programs[first : first + CHUNK]
        counts["programs"] += len(some)
        counts["plays"] += 2 * len(some) * len(SEEDS) * len(BACKENDS)
        for difference in differences(boxes, some):
            counts["differing" if difference.decided else "undecided"] += 1
            yield difference
        print(
            f"{counts['programs']} programs, {counts['differing']} differ, {counts['undecided']} undecided",
            file=sys.stderr,
            flush=True,
        )


def fingerprint(programs: Iterable[Program]) -> str:
    """The same for the same programs in the same order: what a seed makes changes with the generator."""
    return hashlib.sha256("\0".join(program.source for program in programs).encode()).hexdigest()[:12]


def main() -> None:
    asked = arguments()
    began = time.monotonic()
    families = asked.family or FAMILIES
    count = SHORT if asked.short else asked.programs
    programs = [generate(asked.seed + number, families[number % len(families)]) for number in range(count)]
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        boxes = Boxes(stack, os.cpu_count() or 1)
        for difference in compared(boxes, programs, counts):
            is_shortened = asked.shorten and difference.decided
            print((shortest(boxes, difference) if is_shortened else difference).shown, flush=True)
    print(
        f"{counts['programs']} programs of fingerprint {fingerprint(programs)}, "
        f"{counts['plays']} plays in {time.monotonic() - began:.0f} s: "
        f"{counts['differing']} differ from reality or from themselves, {counts['undecided']} undecided"
    )
    sys.exit(1 if counts["differing"] else 0)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Whether plays equal reality.")
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="only programs of this kind")
    parser.add_argument(
        "--no-shorten", dest="shorten", action="store_false", help="show differing programs as they are"
    )
    parser.add_argument("--short", action="store_true", help=f"{SHORT} programs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
