"""The least that grading can cost: a warm process forks for each program, and the child plays. Nothing looks at it.

    python benchmarks/bare_plays.py JOBS

JOBS is a JSON file: a list of programs with their plays, as ``class.py`` writes it. Prints the seconds of CPU of all
children and of this process while it forks them, the wall time, and how many plays there were. After a play that ends
its process, or leaves it unfit for another one, the rest is played in a new child, as in a box.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.box import player
from grader.box.player import Message, Program, play
from grader.box.simulation.core import Bounds
from grader.box.simulation.trace import STUDENT
from grader.box.zygote import warm_up


def play_in_child(job: dict[str, Any], plays: list[Message]) -> int:
    """Play as many of these as one child can; returns how many."""
    done, doing = os.pipe()
    process = os.fork()
    if process == 0:
        play_all(job, plays, doing)
    os.close(doing)
    with open(done, "rb") as file:
        count = len(file.read())
    os.waitpid(process, 0)
    return max(count, 1)


def play_all(job: dict[str, Any], plays: list[Message], doing: int) -> NoReturn:
    player.prepare_process()
    program = Program(
        module=job["module"],
        source=job["submission"],
        submission=compile(job["submission"], f"{STUDENT}{job['module']}.py", "exec", dont_inherit=True),
        scenarios=compile(job["scenarios"], "/scenarios.py", "exec", dont_inherit=True),
    )
    for request in plays:
        os.write(doing, b".")
        if play(program, request, Bounds(), leave)["spent"]:
            break
    os._exit(0)


def leave(message: Message) -> NoReturn:
    os._exit(0)


def cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text())
    warm_up()
    before, began = cpu_seconds(), time.perf_counter()
    for job in jobs:
        plays = job["plays"]
        while plays:
            plays = plays[play_in_child(job, plays) :]
    print(cpu_seconds() - before, time.perf_counter() - began, sum(len(job["plays"]) for job in jobs))


if __name__ == "__main__":
    main()
