"""A class that is graded by the workers of a dask scheduler has the gradebook that this computer alone would make."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.class_runs import FILES, differences, hand_in_forty, some_are_stored, stored, verdicts
from tests.kit_samples import make_kit
from tests.processes import below, environment, grade, start, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("distributed") is None, reason="NOT TESTED: --cluster needs `pip install 'awaitlings[cluster]'`"
    ),
]

CLASS = ("class", "class", "--schedules", "1", "--allow-level", "0", "--exercise", "ex01", "--quiet")


@contextmanager
def dask(*args: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of dask, which ends with everything below it."""
    with (cwd / "dask.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *args], cwd=cwd, env=environment(), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        kill_all(process)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that has not been waited for, and what it has started: dask's nanny would start it again."""
    if process.poll() is None:
        family = [process.pid, *below(process.pid)]
        for one in family:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler on loopback, and its two workers."""
    with ExitStack() as stack:
        file = tmp_path / "scheduler.json"
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        stack.enter_context(dask("scheduler", *options, cwd=tmp_path))
        wait_until(lambda: file.exists() and file.read_text().endswith("}"))
        address = str(json.loads(file.read_text())["address"])
        options = ("--nthreads", "1", "--death-timeout", "60", "--no-dashboard", "--local-directory", str(tmp_path))
        workers = [stack.enter_context(dask("worker", address, *options, cwd=tmp_path)) for _ in range(2)]
        yield address, workers


def test_a_worker_of_a_cluster_that_is_killed_costs_only_time(tmp_path: Path, cluster: tuple[str, list[Any]]) -> None:
    address, workers = cluster
    kit = make_kit(tmp_path / "kit")
    alone, together = tmp_path / "alone", tmp_path / "together"
    for root in (alone, together):
        hand_in_forty(root)
    assert grade(*CLASS, "--jobs", "1", "--kit", str(kit), cwd=alone).returncode == 0
    wait_until(lambda: (tmp_path / "dask.log").read_text().count("Registered to") == 2)
    run = start(*CLASS, "--cluster", address, "--kit", str(kit), cwd=together)
    wait_until(lambda: some_are_stored(together, 8))
    kill_all(workers[0])
    left = FILES - stored(together)
    _, errors = run.communicate(timeout=120)

    assert left > 0
    assert run.returncode == 0, errors.decode()
    assert differences(verdicts(together), verdicts(alone)) == []
