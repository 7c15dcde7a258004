"""Calls of async functions without ``await``, by the syntax tree alone."""

from __future__ import annotations

import ast

import pytest

from grader.judge.explain.dropped import called_and_dropped, unawaited_at
from tests.explain_samples import case, code, evidence

HEAD = """
import anyio
async def work(n): ...
def plain(n): ...
async def items(n):
    yield n
class Source:
    async def pull(self): ...
    def close(self): ...
"""


@pytest.mark.parametrize(
    "line",
    [
        "work(1)",
        "anyio.sleep(1)",
        "anyio.lowlevel.checkpoint()",
        "source.aclose()",
        "source.pull()",
        "item = source.__anext__()",
        "return source.__anext__()",
        "found.append(source.__anext__())",
    ],
)
def test_a_call_that_nobody_awaits_is_named(line: str) -> None:
    found = called_and_dropped(case(f"{HEAD}async def join(source):\n    {line}\n"), evidence())

    assert found is not None
    assert (found.diagnosis, found.line) == ("never-awaited", 10)
    assert "is called here and never awaited" in found.error


@pytest.mark.parametrize(
    "line",
    [
        "await work(1)",
        "plain(1)",
        "items(1)",
        "source.close()",
        "print(1)",
        "coroutine = work(1); await coroutine",
        "asked = source.__anext__(); await asked",
        "unknown(1)",
        "anyio.work(1)",
        "source.work(1)",
        "pull()",
    ],
)
def test_a_call_that_is_awaited_or_need_not_be_is_let_be(line: str) -> None:
    assert called_and_dropped(case(f"{HEAD}async def join(source):\n    {line}\n"), evidence()) is None


def test_a_plain_function_may_hand_on_what_is_to_be_awaited() -> None:
    source = f"{HEAD}class Stream:\n    def __anext__(self):\n        return self.source.__anext__()\n"

    assert called_and_dropped(case(source), evidence()) is None


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("stream.send(text.encode())", "stream.send"),
        ("tg.start_soon(partial(work(1)))", "work"),
        ("await send(stream.receive())", "stream.receive"),
        ("x = 1", None),
    ],
)
def test_the_call_that_gave_the_coroutine_is_told_from_those_round_it(line: str, called: str | None) -> None:
    found = unawaited_at(code(f"{HEAD}async def join():\n    {line}\n"), 10)

    assert (None if found is None else ast.unparse(found.func)) == called
