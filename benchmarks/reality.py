"""Plays generated programs for real: by plain ``anyio.run``, many at a time, because they mostly sleep.

    python benchmarks/reality.py PROGRAMS_AT_ONCE SECONDS_OF_A_UNIT ORDER < REQUESTS > OUTCOMES

It runs in processes of its own, in which nothing is patched but, for the order ``any``, which of the tasks that are
ready in one round of the event loop goes first. A program notes when the machine was so late that what happened may
have come from that; such an outcome is ``noisy``. One whose tasks give up their turns very often, with nothing else to
do, ``spins``: time passes meanwhile in reality, but in a play this is an ending.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import partial
from itertools import groupby

import anyio
import trio

UNIT = 0.02
"""Real seconds of a program's unit of time. An idle machine is rarely late by a third of it."""
HANGS, GOES_ON = "hung", "went on for ever"
"""From outside a real program that hangs looks like one that goes on for ever; plays tell them apart."""
HUNG = 300
"""Units after which a program hangs; 200 are a long program."""
SLOWER = ((1, 1), (4, 2), (16, 5))
"""How many times fewer programs are played at a time, and how many times slower, where the others were noisy."""
AT_ONCE = 32
"""Programs that one process plays at a time; each needs some 10 ms of CPU in a second."""
SPINNING = 5000
"""Rounds of the event loop in which a program spins; one that only waits needs some hundreds."""
OWN, ANY = "own", "any"
"""Orders of the tasks that are ready in one round: the one of the backend, or any, drawn anew each time."""
_STAGGER = 0.02

Request = tuple[str, str]
"""The source of a program, and the backend."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a program: what it recorded, as JSON, or in words how it ended otherwise."""

    what: str
    noisy: bool = False
    spins: bool = False

    @property
    def in_plays(self) -> set[str]:
        """What may come of a play, if it is like this."""
        return {self.what, GOES_ON} if self.spins or self.what == HANGS else {self.what}


def really(
    requests: Sequence[Request], *, at_once: int = AT_ONCE, unit: float = UNIT, order: str = OWN
) -> list[Outcome]:
    """What comes of each program. What comes out noisy is asked for again, of a slower program and beside fewer."""
    outcomes = [Outcome("", noisy=True)] * len(requests)
    for fewer, slower in SLOWER:
        noisy = [position for position, outcome in enumerate(outcomes) if outcome.noisy]
        again = _all([requests[position] for position in noisy], max(1, at_once // fewer), slower * unit, order)
        for position, outcome in zip(noisy, again, strict=True):
            outcomes[position] = outcome
    return outcomes


def _all(requests: Sequence[Request], at_once: int, unit: float, order: str) -> list[Outcome]:
    """The outcomes, in as many processes as there are processors."""
    count = min(os.cpu_count() or 1, len(requests))
    shares = [requests[first::count] for first in range(count)]
    if not shares:
        return []
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda share: _in_a_process(share, at_once, unit, order), shares))
    return [answers[position % count][position // count] for position in range(len(requests))]


def _in_a_process(requests: Sequence[Request], at_once: int, unit: float, order: str) -> list[Outcome]:
    command = [sys.executable, __file__, str(at_once), str(unit), order]
    done = subprocess.run(command, input=json.dumps(requests), stdout=subprocess.PIPE, text=True, check=True)
    return [Outcome(*outcome) for outcome in json.loads(done.stdout)]


# ---- in that process -------------------------------------------------------------------------------------------------


class OwnOrder(asyncio.SelectorEventLoop):
    """Counts its rounds."""

    def __init__(self, rounds: list[int]) -> None:
        super().__init__()
        self.rounds = rounds

    def _run_once(self) -> None:
        self.rounds[0] += 1
        super()._run_once()


class AnyOrder(OwnOrder):
    """Takes steps of tasks that are queued one behind the other in any order, and callbacks where they are."""

    def _run_once(self) -> None:
        # Other threads append meanwhile: what they post must neither be lost nor come first.
        queued = [self._ready.popleft() for _ in range(len(self._ready))]
        drawn = []
        for steps, handles in groupby(queued, _is_step):
            some = list(handles)
            drawn += random.sample(some, len(some)) if steps else some
        self._ready.extendleft(reversed(drawn))
        super()._run_once()


def _is_step(handle: asyncio.Handle) -> bool:
    return isinstance(getattr(handle._callback, "__self__", None), asyncio.Task)


class Rounds(trio.abc.Instrument):
    """Counts the rounds of trio."""

    def __init__(self, rounds: list[int]) -> None:
        self._rounds = rounds

    def before_io_wait(self, timeout: float) -> None:
        self._rounds[0] += 1


def options_of(backend: str, order: str, rounds: list[int]) -> dict[str, object]:
    if backend == "trio":
        # Has it shuffle the tasks of a round, as it does for Hypothesis.
        trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING = order == ANY
        return {"instruments": [Rounds(rounds)]}
    return {"loop_factory": partial(AnyOrder if order == ANY else OwnOrder, rounds)}


def play(source: str, backend: str, unit: float, order: str) -> Outcome:
    """Play one program in a thread of its own, which is left behind if the program hangs."""
    program: dict[str, object] = {}
    exec(compile(source, "program.py", "exec"), program)
    program["UNIT"] = unit
    outcomes: list[str] = []
    rounds = [0]
    options = options_of(backend, order, rounds)

    def run() -> None:
        try:
            returned = anyio.run(program["main"], backend=backend, backend_options=options)  # type: ignore[arg-type]
            outcomes.append(json.dumps(returned))
        except BaseException as error:
            outcomes.append(f"raised {type(error).__name__}")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(HUNG * unit)
    return Outcome(outcomes[0] if outcomes else HANGS, bool(program["NOISE"]), rounds[0] >= SPINNING)


def main() -> None:
    with suppress(PermissionError):  # a matter of root's; without it a busy machine makes more noise
        os.setpriority(os.PRIO_PROCESS, 0, -15)
    warnings.simplefilter("ignore")
    logging.getLogger("asyncio").disabled = True
    threading.excepthook = lambda arguments: None
    requests = json.load(sys.stdin)
    at_once, unit = int(sys.argv[1]), float(sys.argv[2])
    turns = threading.Lock()

    def in_turn(request: Request) -> Outcome:
        with turns:  # or as many programs as there are threads would begin at the same time
            threading.Event().wait(_STAGGER)
        source, backend = request
        return play(source, backend, unit, sys.argv[3])

    with ThreadPoolExecutor(at_once) as pool:
        outcomes = list(pool.map(in_turn, requests))
    json.dump([astuple(outcome) for outcome in outcomes], sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # threads that hang, or that a program has left behind, are not waited for


if __name__ == "__main__":
    main()
