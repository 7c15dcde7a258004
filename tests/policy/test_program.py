"""What a program weighs is no less than what the compiler makes of it, and what is too heavy is not compiled."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.kit.kit import builtin_root
from grader.policy.program import MOST_WEIGHT, Program, flatten, read, weight
from grader.policy.submission import Fault, Submission


def weigh(source: str) -> int:
    return weight(flatten(ast.parse(source), most=100_000))


def reading(source: str) -> object:
    return read(Submission(path=Path("x.py"), source=source, digest=""))


def instructions(code: CodeType) -> int:
    return len(code.co_code) // 2 + sum(instructions(each) for each in code.co_consts if isinstance(each, CodeType))


def kinds(nodes: Iterable[ast.AST]) -> str:
    return " ".join(type(node).__name__ for node in nodes)


# ---- flattening ------------------------------------------------------------------------------------------------------


def test_a_flat_tree_has_outer_parts_first_and_knows_who_is_whose() -> None:
    flat = flatten(ast.parse("if a:\n    b = -c\nelse:\n    d"), most=100)

    assert kinds(flat.nodes) == "Module If Name Assign Expr Name UnaryOp Name Name"
    assert kinds(flat.nodes[parent] for parent in flat.parents[1:]) == "Module If If If Assign Assign Expr UnaryOp"
    assert flat.ends == [2, 5, 5, 7, 8, 8, 9, 9, 9]


def test_flattening_stops_soon_after_the_most() -> None:
    assert len(flatten(ast.parse("a\n" * 1000), most=2000).nodes) == 2001
    assert 100 < len(flatten(ast.parse("a\n" * 1000), most=100).nodes) <= 1001


# ---- the weight ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "more", "less"),
    [
        ("try: 0\nfinally: a; a; a", "try: 0\nfinally: a; a; a; a; a", "0; 0; 0; 0"),
        ("def f():\n try: return\n finally: a", "def f():\n try: return; return\n finally: a", "def f():\n return; a"),
        ("def f():\n with a: return", "def f():\n with a: return; return", "def f():\n with a: pass"),
        ("lambda: a", "lambda: lambda: a", "a"),
    ],
)
def test_what_the_compiler_copies_weighs_as_often_as_it_is_copied(source: str, more: str, less: str) -> None:
    assert weigh(less) < weigh(source) < weigh(more)


STATEMENTS = st.recursive(
    st.sampled_from(["a", "return", "return f(a)", "break", "continue", "b = [c for c in d]"]).map(lambda each: [each]),
    lambda inner: st.builds(
        lambda head, parts: _nested(head, parts),
        st.sampled_from(["try finally", "try except finally", "with", "while", "for", "if else", "def"]),
        st.lists(inner, min_size=3, max_size=3),
    ),
    max_leaves=20,
)


def _nested(head: str, parts: list[list[str]]) -> list[str]:
    one, two, three = ([f" {line}" for line in part] for part in parts)
    match head:
        case "try finally":
            return ["try:", *one, *two, "finally:", *three]
        case "try except finally":
            return ["try:", *one, "except A as e:", *two, "finally:", *three]
        case "with":
            return ["with a as b, c:", *one, *two, *three]
        case "while":
            return ["while a:", *one, *two, *three]
        case "for":
            return ["for a in b:", *one, *two, "else:", *three]
        case "if else":
            return ["if a:", *one, *two, "else:", *three]
        case _:
            return ["def g(a):", *one, *two, *three]


@settings(max_examples=100)
@given(STATEMENTS)
def test_no_program_becomes_longer_than_its_weight_says(lines: list[str]) -> None:
    source = "\n".join(["def f():", " while a:", *(f"  {line}" for line in lines)])
    try:
        code = compile(source, "x", "exec")
    except SyntaxError:  # `break` in a function of its own, or blocks nested too deeply
        return

    assert instructions(code) <= 25 * weigh(source)


# ---- what is too heavy -----------------------------------------------------------------------------------------------


def nested_finally(depth: int) -> str:
    levels = "".join(f"{' ' * level}try: return\n{' ' * level}finally:\n" for level in range(1, depth + 1))
    return f"def f():\n{levels}{' ' * (depth + 1)}0\n"


NAMES = ",".join(f"a{number}" for number in range(1000))


@pytest.mark.parametrize(
    "source",
    [
        nested_finally(11),
        "".join(f"{' ' * level}try: 0\n{' ' * level}finally:\n" for level in range(15)) + " " * 15 + "0\n",
        "def f():\n try:\n  " + "return;" * 400 + "\n finally:\n  " + "a;" * 400 + "\n",
        f"def f({NAMES}):\n" + f" {'lambda:' * 90}({NAMES})\n" * 2,
        "def f(): 0\n" * 4000,
        "[a for a in b]\n" * 4000,
        "lambda:" * 500 + "0\n",
        f"class {'A' * 19000}:\n" + " " + ";".join(f"__{number}" for number in range(2500)) + "\n",
        "match x:\n case A(" + ",\n".join(f"a{number}=b{number}" for number in range(2000)) + "): 0\n",
        "async def f():\n"
        + "".join(f"{' ' * level}async with a:\n" for level in range(1, 20))
        + f"{' ' * 20}{'return;' * 2800}\n" * 2,
        "[" * 16 + "x" + " for x in y]" * 16 + "\n",
        "with " + ",".join("a" * 16) + ": 0\n",
    ],
    ids=[
        "finally",
        "two-copies",
        "ways-out",
        "names",
        "functions",
        "comprehensions",
        "lambdas",
        "class",
        "match",
        "with",
        "nested",
        "in-a-row",
    ],
)
def test_what_a_short_file_can_do_to_the_compiler_is_refused_before_it_is_compiled(source: str) -> None:
    # Each would take a second or two, and with a few lines more all of the computer's memory.
    fault = reading(source)

    assert isinstance(fault, Fault)
    assert fault.kind == "syntax"
    assert "nested in each other too often" in fault.error


def test_every_answer_of_the_kit_is_light() -> None:
    root = builtin_root()
    weights = [weigh(path.read_text("utf-8")) for path in root.glob("solutions/**/*.py")]

    assert len(weights) > 50
    assert max(weights) < MOST_WEIGHT / 10


def test_long_honest_code_is_light_enough() -> None:
    """Dense code of 64 KiB with methods, closures and blocks that tidy up."""
    method = """
    async def fetch(self, name):
        async with self.lock:
            try:
                found = [each.strip() for each in await self.source.get(name) if each]
            except (KeyError, ValueError) as error:
                self.errors.append((name, error))
                return None
            finally:
                self.count += 1
                await self.done.send(name)
        return sorted(found, key=lambda each: (len(each), each))
"""
    source = "class Fetcher:" + method * (64_000 // len(method))

    assert not isinstance(reading(source), Fault)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("```python\nx = 1\n```\n", 1, "Markdown fence"),
        ("x = 1\n```\n", 2, "Markdown fence"),
        (">>> x = 1\n", 1, "prompt of Python"),
        ("1  import anyio\n2\n3  def f():\n4      pass\n", 1, "begin with their numbers"),
        ("\n1: import anyio\n2:\n3: x = 1\n", 2, "begin with their numbers"),
        ("$ grade ex01\n", 1, "prompt of a shell"),
        ("x = 1\npip install anyio\n", 2, "command for the shell"),
        ("<<<<<<< HEAD\nx = 1\n", 1, "merge conflict"),
    ],
)
def test_what_was_pasted_with_the_code_is_told_as_such(source: str, line: int, words: str) -> None:
    fault = reading(source)

    assert isinstance(fault, Fault)
    assert (fault.kind, fault.line) == ("syntax", line)
    assert words in fault.error


def test_a_fence_in_a_text_is_no_fault() -> None:
    assert isinstance(reading('"""\n```\n"""\n'), Program)
