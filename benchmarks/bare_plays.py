"""The least that grading can cost: a warm process forks for each program, and the child plays. Nothing looks at it.

    python benchmarks/bare_plays.py JOBS

JOBS is a JSON file: a list of programs with their plays, as ``class.py`` writes it. Prints the seconds of CPU of all
children and of this process while it forks them, and the wall time.
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

from grader.box import surroundings
from grader.box.player import Message, Program, play
from grader.box.simulation.core import Bounds
from grader.box.simulation.where import STUDENT
from grader.box.zygote import warm_up


def play_all(job: dict[str, Any]) -> NoReturn:
    surroundings.prepare_process()
    program = Program(
        module=job["module"],
        submission=compile(job["submission"], f"{STUDENT}{job['module']}.py", "exec", dont_inherit=True),
        scenarios=compile(job["scenarios"], "/scenarios.py", "exec", dont_inherit=True),
    )
    for request in job["plays"]:
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
        process = os.fork()
        if process == 0:
            play_all(job)
        os.waitpid(process, 0)
    print(cpu_seconds() - before, time.perf_counter() - began)


if __name__ == "__main__":
    main()
