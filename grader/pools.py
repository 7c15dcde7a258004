"""Who does the work of a class run: processes of this computer, or the workers of a dask cluster.

A pool is a ``concurrent.futures.Executor`` with a size, that can be made anew after one of its processes was killed.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any, Protocol

from grader import worker
from grader.errors import MachineError
from grader.worker import Answer, Chunk

CONNECT_SECONDS = 10


class Pool(Protocol):
    """Grades chunks. ``size`` is how many it grades at once."""

    @property
    def size(self) -> int: ...

    def submit(self, chunk: Chunk) -> Future[Answer]:
        """Hand over a chunk. Its future raises ``WorkerLost`` or whatever went wrong while it was graded."""

    def renew(self) -> None:
        """Make everything anew after a worker was lost; what was handed over and not finished is forgotten."""

    def close(self) -> None:
        """Stop at once, whatever is being graded."""


WorkerLost = BrokenProcessPool
"""A process of the pool has died, and with it everything that was handed over."""


def local_jobs() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


# ---- this computer ---------------------------------------------------------------------------------------------------


class LocalPool:
    """Processes of this computer, each with a warm box. They end when this process does, even by SIGKILL."""

    def __init__(self, jobs: int) -> None:
        self.size = jobs
        self._begin()

    def _begin(self) -> None:
        # Not forked: a fork would copy whatever threads and locks the parent has, such as those of the progress bar.
        context = multiprocessing.get_context("spawn")
        reader, self._lifeline = context.Pipe(duplex=False)
        self._reader = reader
        self._executor = ProcessPoolExecutor(self.size, mp_context=context, initializer=_settle_in, initargs=(reader,))

    def submit(self, chunk: Chunk) -> Future[Answer]:
        return self._executor.submit(worker.grade_chunk, chunk)

    def renew(self) -> None:
        self.close()
        self._begin()

    def close(self) -> None:
        # An executor waits for what its processes are doing, which may take minutes; they listen for this instead.
        self._lifeline.close()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._reader.close()


def _settle_in(lifeline: connection.Connection) -> None:
    """Make a new process a worker: deaf to Ctrl-C, which is the parent's to answer, silent, and mortal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A hidden test that prints must not write between the lines of `--json`.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    threading.Thread(target=_die_with, args=(lifeline,), daemon=True).start()


def _die_with(lifeline: connection.Connection) -> None:
    """End this process when the parent closes its end or dies: a worker of a dead pool waits for work for ever."""
    connection.wait([lifeline])
    os._exit(0)  # the box ends by itself: its zygote reads end-of-file, and its children die with the zygote


# ---- a cluster -------------------------------------------------------------------------------------------------------


class ClusterPool:
    """The workers of a dask scheduler. dask itself hands a lost worker's chunks to another one."""

    def __init__(self, address: str) -> None:
        try:
            # By name: it comes with an extra, and has no types whether it is installed or not.
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise MachineError(
                "--cluster needs dask.distributed, which is not installed",
                hint=f"Type `{sys.executable} -m pip install 'awaitlings[cluster]'`.",
            ) from None
        self._client = _connected(distributed, address)
        self._executor: Executor = self._client.get_executor(pure=False)

    @property
    def size(self) -> int:
        """Workers come and go; without any, chunks wait for the first."""
        return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def submit(self, chunk: Chunk) -> Future[Answer]:
        return self._executor.submit(worker.grade_chunk, chunk)

    def renew(self) -> None:
        """The scheduler has seen to it."""

    def close(self) -> None:
        self._executor.shutdown(wait=False)  # this executor cancels what has not begun
        self._client.close()


def _connected(distributed: Any, address: str) -> Any:
    """A client of the scheduler at this address, which has a worker. Raises MachineError."""
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise MachineError(
            f"{address}: no dask scheduler answers there ({type(error).__name__})",
            hint="Start one with `dask scheduler`, and give its address as in `--cluster tcp://host:8786`.",
        ) from error
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        client.close()
        raise MachineError(
            f"{address}: this dask scheduler has no worker",
            hint=f"Start some with `dask worker {address} --nthreads 1 --death-timeout 60`.",
        ) from None
    return client
