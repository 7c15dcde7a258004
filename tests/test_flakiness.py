"""Whether the benchmarks that look for flakes would see one."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.box import Box
from grader.wire import BACKENDS

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"

LISTENING = """
async def main():
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
    raise ValueError(f"port {port}")
"""
OF_ITS_PROCESS = """
async def main():
    import os
    for _ in range(os.getpid() % 100):
        await checkpoint()
"""


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def test_what_differs_is_found_and_what_is_missing_too(load: Any) -> None:
    first = {"ex01": ["pass", "fail"], "ex02": ["pass"]}
    other = {"ex01": ["pass", "pass", "more"], "ex03": ["pass"]}

    assert load("flakiness").differences(first, first) == []
    assert load("flakiness").differences(first, other) == [
        "ex01: fail  ->  pass",
        "ex01: nothing  ->  more",
        "ex02: pass  ->  nothing",
        "ex03: nothing  ->  pass",
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_port_that_the_kernel_chose_is_no_difference_and_another_step_is(load: Any, box: Box, backend: str) -> None:
    programs, fingerprint = load("programs"), load("flakiness").fingerprint

    def fingerprints(body: str) -> list[str]:
        program = programs.Program(name="a program", body=body, elapsed=0.0)
        return [fingerprint(programs.play(box, program, backend)) for _ in range(2)]

    same, different = fingerprints(LISTENING), fingerprints(OF_ITS_PROCESS)

    assert same[0] == same[1]
    assert different[0] != different[1]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_play_that_does_not_come_to_what_it_must_is_a_fault(load: Any, box: Box, backend: str) -> None:
    programs, threads = load("programs"), load("threads")
    early, right = (
        programs.Program(name="a nap", body="async def main():\n    await sleep(2)", elapsed=seconds)
        for seconds in (3.0, 2.0)
    )

    assert threads.fault(early, programs.play(box, early, backend)).startswith("returned after 2 s")
    assert threads.fault(right, programs.play(box, right, backend)) == ""
