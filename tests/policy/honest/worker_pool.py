"""Workers that take jobs from a queue; each is a class with an async run."""

import anyio


class Job:
    def __init__(self, fn, args):
        self._fn = fn
        self._args = args
        self._done = anyio.Event()
        self._result = None

    async def result(self):
        await self._done.wait()
        return self._result


class Worker:
    def __init__(self, pool, name):
        self._pool = pool
        self._name = name
        self._jobs_done = 0

    async def _run(self):
        async for job in self._pool._receive:
            job._result = await job._fn(*job._args)
            job._done.set()
            self._jobs_done += 1


class Pool:
    def __init__(self, size):
        self._send, self._receive = anyio.create_memory_object_stream(100)
        self._workers = tuple(Worker(self, f"worker-{number}") for number in range(size))

    async def submit(self, fn, *args):
        job = Job(fn, args)
        await self._send.send(job)
        return job

    async def run(self, group):
        for worker in self._workers:
            group.start_soon(worker._run)

    def busiest(self):
        return max(self._workers, key=lambda worker: worker._jobs_done)._name

    def total(self):
        return sum(worker._jobs_done for worker in self._workers)
