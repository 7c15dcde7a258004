"""What an exception says of values that do not go together: numbers and text, what has no order, hosts without name."""

from __future__ import annotations

import ast
import re

from grader.judge.explain.code import Code, own_nodes
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.raised import Raise

_KINDS = (
    re.compile(r"not supported between instances of '(\w+)' and '(\w+)'"),
    re.compile(r"unsupported operand type\(s\) for \S+: '(\w+)' and '(\w+)'"),
    re.compile(r'can only concatenate (\w+) \(not "(\w+)"\)'),
)
_NUMBERS = frozenset({"int", "float"})
_TEXTS = frozenset({"str", "bytes"})


def _two_kinds(raised: Raise) -> set[str]:
    found = next((one for pattern in _KINDS if (one := pattern.search(raised.message))), None)
    return set() if found is None or raised.kind != "TypeError" else {found[1], found[2]}


def number_and_text(raised: Raise) -> Finding | None:
    """A number that is compared with text, or added to it: as a rule, it was read and not turned into a number."""
    kinds = _two_kinds(raised)
    if len(kinds) != 2 or not kinds & _NUMBERS or not kinds & _TEXTS:
        return None
    number, text = *(kinds & _NUMBERS), *(kinds & _TEXTS)
    return raised.finding(
        "raised",
        f"a number and text meet here ({number} and {text}), and Python never turns one into the other by itself",
        "turn text into a number with `int(...)` where you read it, or a number into text with `str(...)`",
    )


def no_order(raised: Raise) -> Finding | None:
    """Values of any kind that are sorted, or the smallest of them is asked for."""
    if "not supported between instances of" not in raised.message:
        return None
    calls = [ast.unparse(node.func) for node in raised.code.at(raised.line, ast.Call) if isinstance(node, ast.Call)]
    name = next((one for one in calls if one in ("sorted", "min", "max") or one.endswith(".sort")), None)
    if name is None:
        return None
    return raised.finding(
        "raised",
        f"`{name}(...)` compares the values with each other, and values of any kind have no order",
        "go by position and not by value: `results[i] = ...`, or a `key=` that looks at the position alone",
    )


def unknown_host(raised: Raise) -> Finding | None:
    """A name that no computer has, such as ``host:port`` in the place of the host."""
    if raised.kind.rpartition(".")[2] != "gaierror":
        return None
    return raised.finding(
        "raised",
        "no computer has the name that is connected to here",
        "give `connect_tcp` the host without the port, and the port as a number: "
        "`urlsplit(url).hostname` and `urlsplit(url).port`",
    )


# ---- text that is never equal to a number ----------------------------------------------------------------------------

_GIVE_TEXT = frozenset({"split", "rsplit", "partition", "rpartition", "strip", "decode", "splitlines", "lower"})


def never_equal(case: Case, evidence: Evidence) -> Finding | None:
    """``if status != 200: raise``, where the status is a piece of text: it is raised whatever the text says."""
    for leaf in evidence.shown.surprises:
        statement = case.code.statement(leaf.line)
        if not isinstance(statement, ast.Raise):
            continue
        for around in case.code.around(statement):
            if isinstance(around, ast.If) and (name := _text_and_number(case.code, around)):
                return Finding(
                    diagnosis="raised",
                    error=f"`{ast.unparse(around.test)}` compares text with a number, and they are never equal",
                    help=f"turn the text into a number first: `int({name})`",
                    line=around.lineno,
                )
    return None


def _text_and_number(code: Code, asked: ast.If) -> str:
    """The name of a text that a condition compares with a number; empty if it does no such thing."""
    match asked.test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.NotEq()], comparators=[ast.Constant(value=int())]):
            owner = code.owner(asked)
            stores = [node for node in own_nodes(owner or code.tree) if isinstance(node, ast.Assign)]
            values = [node.value for node in stores if any(ast.unparse(target) == name for target in node.targets)]
            return name if values and all(_is_text(value) for value in values) else ""
    return ""


def _is_text(value: ast.expr) -> bool:
    """Whether a value is a part of a text that was cut, or the text itself."""
    while isinstance(value, ast.Subscript):
        value = value.value
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _GIVE_TEXT
