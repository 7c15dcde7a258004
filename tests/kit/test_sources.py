"""Files that are no Python: every broken statement is named, and all others are kept on their lines."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from grader.kit.faults import Faults
from grader.kit.sources import Source, blanked, read_source, span_of

GOOD = '''\
"""A docstring
at the margin
"""

import anyio

CASES = [
1,
2,
]


def decorate(function): ...


@decorate
@(
    decorate
)
async def first(stage):
    text = """
at the margin, too
"""
    return text


if CASES:
    last = 1
else:
    last = 2
'''


def read(tmp_path: Path, text: str) -> tuple[Source, list[tuple[int, str]]]:
    """The source and what is wrong with it, each with its line."""
    path = tmp_path / "scenarios.py"
    path.write_text(text)
    faults = Faults()
    source = read_source(path, faults.report, of_statements=faults.report)
    assert source is not None
    assert all(fault.path == path and fault.hint.endswith(".") for fault in faults.in_order())
    return source, [(fault.line, fault.what) for fault in faults.in_order()]


def defined(source: Source) -> list[str]:
    return [node.name for node in source.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_a_file_that_is_python_is_kept_as_it_is(tmp_path: Path) -> None:
    source, wrong = read(tmp_path, GOOD)

    assert (source.text, source.broken, wrong) == (GOOD, "", [])


BROKEN = {
    "a colon that is missing": ("def wrong(stage)\n    pass\n", 1, "expected ':'"),
    "a bracket that stays open": ("wrong = anyio.sleep(\n", 1, "'(' was never closed"),
    "a bracket that stays open inside": ("def wrong():\n    anyio.sleep(1\n\n    return 1\n", 2, "was never closed"),
    "a text that stays open": ("def wrong():\n    '''says\n    return 1\n", 2, "unterminated triple-quoted"),
    "a quote that stays open": ('wrong = "x\n', 1, "unterminated string"),
    "a word of no meaning": ("async def wrong():\n    async wiht 1:\n        pass\n", 2, "invalid syntax"),
    "a block that is missing": ("def wrong():\n", 1, "expected an indented block after function definition on line"),
    "a decorator of nothing but nonsense": ("@decorate(\ndef wrong(): ...\n", 1, "'(' was never closed"),
    "an indentation of its own": ("def wrong():\n    a = 1\n      b = 2\n", 3, "unexpected indent"),
    "a return outside": ("return 1\n", 1, "'return' outside function"),
    "an await outside": ("def wrong():\n    await x\n", 2, "'await' outside async function"),
    "an import that comes too late": ("from __future__ import annotations\n", 1, "must occur at the beginning"),
    "a null byte": ("wrong = 1\0\n", 1, "null bytes"),
}


@pytest.mark.parametrize(("statement", "line", "said"), BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("after", ["", "\n\ndef after(): ...\n"], ids=["at the end", "in the middle"])
def test_a_statement_that_is_no_python_is_blanked_out_and_named_with_its_line(
    tmp_path: Path, statement: str, line: int, said: str, after: str
) -> None:
    text = f"{GOOD}\n{statement}{after}"
    before = len(GOOD.splitlines()) + 1

    source, wrong = read(tmp_path, text)

    ((found, what),) = wrong
    assert (found, said in what) == (before + line, True), wrong
    assert what.startswith("not Python: ")
    assert defined(source) == ["decorate", "first", *(["after"] if after else [])]
    assert len(source.text.split("\n")) == len(text.split("\n"))
    assert source.text.startswith(GOOD)
    assert source.broken.split() == statement.split()


def test_what_python_says_of_another_line_names_that_line(tmp_path: Path) -> None:
    _, wrong = read(tmp_path, "import anyio\n\n\ndef wrong():\n\n\ndef after(): ...\n")

    assert wrong == [(4, "not Python: expected an indented block after function definition on line 4")]


def test_every_statement_that_is_no_python_is_named_in_one_reading(tmp_path: Path) -> None:
    text = "def one(:\n    pass\n\ndef good(): ...\n\ntwo = (\n\ndef better(): ...\n\nif True\n    three = 1\n"

    source, wrong = read(tmp_path, text)

    assert [line for line, _ in wrong] == [1, 6, 10]
    assert defined(source) == ["good", "better"]


def test_a_text_of_which_no_line_is_python_leaves_nothing(tmp_path: Path) -> None:
    source, wrong = read(tmp_path, "Dear learner,\nthis is a letter.\n")

    assert [line for line, _ in wrong] == [1, 2]
    assert source.tree.body == []


@pytest.mark.parametrize(
    ("content", "said"), [(None, "this file is missing"), (b"# \xe9\n", "cannot be read: 'utf-8' codec")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "scenarios.py"
    if content is not None:
        path.write_bytes(content)
    faults = Faults()

    assert read_source(path, faults.report, of_statements=faults.report) is None
    (fault,) = faults.in_order()
    assert fault.what.startswith(said)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    source, wrong = read(tmp_path, "\ufeffdef good(): ...\n")

    assert wrong == []
    assert defined(source) == ["good"]


def test_a_pipe_that_is_named_like_a_file_is_named_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "scenarios.py")
    faults = Faults()

    assert read_source(tmp_path / "scenarios.py", faults.report, of_statements=faults.report) is None
    assert [fault.what for fault in faults.in_order()] == ["this is no file"]


def test_a_text_that_is_not_closed_is_named_without_a_line_counted_from_elsewhere(tmp_path: Path) -> None:
    _, wrong = read(tmp_path, 'one = 1\n\n\ndef two():\n    return "two\n')

    assert wrong == [(5, "not Python: unterminated string literal")]


def test_lines_are_blanked_out_with_their_decorators_and_counted_on() -> None:
    text = "import x\n\n@x.y\n@x.z(\n    1\n)\ndef f():\n    pass\n\nlast = 1\n"
    statement = ast.parse(text).body[1]

    assert span_of(statement) == range(3, 9)
    assert blanked(text, [span_of(statement)]) == "import x\n\n\n\n\n\n\n\n\nlast = 1\n"
