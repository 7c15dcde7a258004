"""A shield is blamed for what goes on, and not one that stands round the closing alone."""

from __future__ import annotations

import ast

import pytest

from grader.judge.explain.cancelling import _only_closes

SHIELD = """
async def pump(source):
    with anyio.CancelScope(shield=True):
        {line}
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("await source.aclose()", True),
        ("[await each.aclose() for each in source]", True),
        ("await source.run()", False),
        ("await close(source)", False),
        ("source.close()", False),
        ("async for item in source: await source.aclose()", False),
    ],
)
def test_a_block_that_waits_for_aclose_alone_is_a_closing(line: str, expected: bool) -> None:
    tree = ast.parse(SHIELD.format(line=line))

    assert [_only_closes(node) for node in ast.walk(tree) if isinstance(node, ast.With)] == [expected]
