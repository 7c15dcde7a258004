"""The rules of an exercise, read off the syntax tree: what may be imported, and what is the answer itself.

A deterrent and a piece of teaching, not a wall: the box is the wall. What breaks a rule cannot be judged; what merely
looks as if somebody were reaching behind the curtain is judged, and an instructor is asked to look at it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.imports import check_imports
from grader.interface import check_interface
from grader.kit import Exercise, Rules
from grader.names import Names
from grader.please_look import please_look
from grader.program import Placed, Program, Remark, read
from grader.submission import Fault, Submission

_TEXT_AS_CODE = ("eval", "exec", "compile")
_KEYWORD_RULE = re.compile(r"(?P<name>[\w.]+)\((?P<keyword>\w+)=\)")
_ATTRIBUTE_RULE = re.compile(r"\.(?P<attribute>\w+) =")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What reading a submission brought up."""

    faults: tuple[Fault, ...]
    """Why it cannot be judged; those of the first stage that has any."""
    look: tuple[Fault, ...]
    """What an instructor is asked to look at; it is judged all the same."""


def check(submission: Submission, exercise: Exercise, stub_source: str) -> Findings:
    """Hold a submission against the stub and the rules of the exercise. Runs nothing and raises nothing about it."""
    program = read(submission)
    if isinstance(program, Fault):
        return Findings(faults=(program,), look=())
    faults = check_interface(program, stub_source) or check_rules(program, exercise.rules)
    return Findings(faults=faults, look=please_look(program))


def check_rules(program: Program, rules: Rules) -> tuple[Fault, ...]:
    """Find what the rules of the exercise do not allow: imports first, then what is off limits."""
    return program.faults(check_imports(program, rules)) or program.faults(
        [*_off_limits(program, rules), *_text_as_code(program)]
    )


def _off_limits(program: Program, rules: Rules) -> Iterator[Remark]:
    dotted = [rule for rule in rules.off_limits if not _KEYWORD_RULE.fullmatch(rule) and not rule.startswith(".")]
    keywords = [found for rule in rules.off_limits if (found := _KEYWORD_RULE.fullmatch(rule))]
    attributes = [found["attribute"] for rule in rules.off_limits if (found := _ATTRIBUTE_RULE.fullmatch(rule))]
    own = _own_attributes(program.of(ast.ClassDef)) if attributes else frozenset()
    for node in program.of(ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, ast.Call, ast.Subscript):
        yield from _names_off_limits(node, program.names, dotted)
        if isinstance(node, ast.Call):
            yield from (_answer(node, found[0]) for found in keywords if _gives_keyword(node, program.names, found))
        stored = _stored_attribute(node)
        if stored in attributes and node not in own:
            assert isinstance(node, ast.expr)
            yield _answer(node, f".{stored} = ...")


def _names_off_limits(node: ast.AST, names: Names, dotted: list[str]) -> Iterator[Remark]:
    match node:
        case ast.Import():
            used = [(alias, alias.name) for alias in node.names]
        case ast.ImportFrom(level=0):
            used = [(alias, f"{node.module}.{alias.name}") for alias in node.names]
        case ast.Name(ctx=ast.Load()) | ast.Attribute() | ast.Call() | ast.Subscript():
            yield from _matching(node, names.meanings(node), dotted)
            return
        case _:
            return
    for alias, meaning in used:
        yield from _matching(alias, [meaning], dotted)


def _matching(node: Placed, meanings: Iterable[str], dotted: list[str]) -> Iterator[Remark]:
    for meaning in meanings:
        yield from (_answer(node, rule) for rule in dotted if f"{meaning}.".startswith(f"{rule}."))


def _gives_keyword(call: ast.Call, names: Names, rule: re.Match[str]) -> bool:
    """Whether the call, or a `functools.partial` of it, gives the keyword, spelled out or in a literal ``**{}``."""
    called = {meaning for node in (call.func, *call.args[:1]) for meaning in names.meanings(node)}
    if rule["name"] not in called:
        return False
    for keyword in call.keywords:
        if keyword.arg == rule["keyword"]:
            return True
        if isinstance(keyword.value, ast.Dict) and keyword.arg is None:
            keys = [key.value for key in keyword.value.keys if isinstance(key, ast.Constant)]
            if rule["keyword"] in keys:
                return True
    return False


def _stored_attribute(node: ast.AST) -> str | None:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store()):
            return name
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=str(name)), *_]):
            return name
    return None


def _own_attributes(classes: Iterable[ast.ClassDef]) -> frozenset[ast.AST]:
    """The ``self.x`` of the file's own classes: an object may call its attributes what it likes."""
    own: set[ast.AST] = set()
    for owner in classes:
        for method in owner.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.args.args:
                itself = method.args.args[0].arg
                own.update(node for node in ast.walk(method) if _is_attribute_of(node, itself))
    return frozenset(own)


def _is_attribute_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name


def _answer(node: Placed, rule: str) -> Remark:
    return Remark(
        node=node,
        kind="off-limits",
        error=f"`{rule}` is off limits: it is the answer to this exercise, not a building block for it",
        help="build it from the parts that the README names",
    )


def _text_as_code(program: Program) -> Iterator[Remark]:
    for node in program.of(ast.Name):
        if node.id in _TEXT_AS_CODE and node.id not in program.names.own:
            yield Remark(
                node=node,
                kind="off-limits",
                error=f"`{node.id}` turns text into code, and a rule that reads code cannot see through it",
                help="write the code itself instead of a text that holds it",
            )
