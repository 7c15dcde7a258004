"""Work handed to a task group by partial, with a log of its own."""

import functools
import logging

import anyio

log = logging.getLogger(__name__)


class Job:
    def __init__(self, number, retries=0):
        self._number = number
        self._retries = retries
        self._log = logging.getLogger(f"job.{number}")
        self._state = "new"

    async def _run(self, results, *, prefix=""):
        self._state = "running"
        self._log.info("%sjob %d begins", prefix, self._number)
        await anyio.sleep(0.01)
        results[self._number] = self
        self._state = "done"


def _finished(job, results):
    return job._number in results and job._state == "done"


async def run_all(count):
    results = {}
    jobs = [Job(number) for number in range(count)]
    async with anyio.create_task_group() as group:
        for job in jobs:
            group.start_soon(functools.partial(job._run, results, prefix="> "))
    done = list(filter(functools.partial(_finished, results=results), jobs))
    log.info("%d of %d jobs are done", len(done), len(jobs))
    return sorted(done, key=lambda job: job._number)
