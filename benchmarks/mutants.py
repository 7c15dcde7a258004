"""Makes wrong answers from right ones: each operator on the syntax tree makes one mistake, whose name is known.

``mutants_of`` applies all operators to one answer: those of this module make mistakes in Python itself, those of
``task_mutants.py`` in what is special about tasks. What does not compile is left out, and so is a program that another
operator has made already. A mutant may still be right: the grader tells, and ``diagnoses.py`` counts it as equivalent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import task_mutants  # noqa: F401 (its operators are registered when it is loaded)
from edits import MISTAKES, Answer, Edit, Edits, called, mistake, raised

PER_OPERATOR = 4
"""Mutants that one operator makes of one answer at most; more of them would differ in little."""
LIBRARY = frozenset(
    {
        "create_task_group",
        "create_memory_object_stream",
        "start_soon",
        "cancel_scope",
        "cancel",
        "sleep",
        "Event",
        "set",
    }
    | {"wait", "CancelScope", "connect_tcp", "receive", "send", "send_nowait", "clone", "EndOfStream", "return_value"}
    | {"set", "receive_until", "receive_exactly", "wait_readable", "setblocking", "recv", "aclose"}
)
"""Attributes that come from anyio or the standard library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A program with one mistake.

    ``root`` is the diagnosis that is the truth, or two with a stroke between them; ``also`` are others that are true.
    """

    operator: str
    root: str
    also: tuple[str, ...]
    source: str


def mutants_of(source: str, asked: frozenset[str]) -> list[Mutant]:
    """All mutants of an answer. ``asked`` are the names of the stub's functions and methods, which callers know."""
    answer = Answer(source, asked)
    found: dict[str, Mutant] = {}
    seen = {ast.dump(answer.tree)}
    for each in MISTAKES:
        for edits in islice(each.operator(answer), PER_OPERATOR):
            text = answer.edited(edits)
            try:
                # The compiler finds more than the parser, such as a `return` with a value in an async generator.
                compile(text, "mutant", "exec", dont_inherit=True)
            except SyntaxError:
                continue
            shape = ast.dump(ast.parse(text))
            if shape not in seen:
                seen.add(shape)
                name = each.operator.__name__
                found[text] = Mutant(operator=name, root=each.root, also=each.also, source=text)
    return list(found.values())


# ---- values that do not arrive ---------------------------------------------------------------------------------------


@mistake("wrong-kind", "nothing-returned")
def return_dropped(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        match function.body[-1]:
            case ast.Return(value=ast.expr() as value) as last:
                yield (a.put(last, a.text(value)),)


@mistake("nothing-returned", "wrong-kind", "lost-error")
def returned_inside_the_task(a: Answer) -> Iterator[Edits]:
    for function in a.nested():
        outer = {name for node in a.all(ast.Nonlocal, below=function) for name in node.names}
        for node in a.all(ast.Assign, ast.Expr, below=function):
            match node:
                case ast.Assign(targets=[ast.Subscript()], value=value):
                    yield (a.put(node, f"return {a.text(value)}"),)
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in outer:
                    yield (a.put(node, f"return {a.text(value)}"),)
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[value])):
                    yield (a.put(node, f"return {a.text(value)}"),)


@mistake("wrong-kind")
def generator_for_list(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        for node in a.all(ast.Return, below=function):
            if isinstance(node.value, ast.ListComp):
                yield (a.put(node.value, f"({a.text(node.value)[1:-1]})"),)


@mistake("wrong-kind")
def tuple_for_list(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        for node in a.all(ast.Return, below=function):
            if isinstance(node.value, ast.ListComp) and "async for" not in a.text(node.value):
                yield (a.put(node.value, f"tuple({a.text(node.value)[1:-1]})"),)


@mistake("wrong-kind")
def tuple_or_dict_for_winner(a: Answer) -> Iterator[Edits]:
    for call in a.calls("Winner"):
        parts = [a.text(part) for part in call.args]
        if len(parts) == 2:
            yield (a.put(call, f"({parts[0]}, {parts[1]})"),)
            yield (a.put(call, f'{{"index": {parts[0]}, "value": {parts[1]}}}'),)


@mistake("wrong-kind")
def yield_for_return(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        last = function.body[-1]
        if isinstance(function, ast.AsyncFunctionDef) and isinstance(last, ast.Return) and last.value is not None:
            yield (a.put(last, f"yield {a.text(last.value)}"),)


@mistake("text-for-bytes", "wrong-kind")
def text_returned(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        if isinstance(function.returns, ast.Name) and function.returns.id == "bytes":
            for node in a.all(ast.Return, below=function)[-1:]:
                if node.value is not None:
                    yield (a.put(node, f"return ({a.text(node.value)}).decode()"),)


@mistake("text-for-bytes")
def text_sent_or_gathered(a: Answer) -> Iterator[Edits]:
    for call in a.calls("encode"):
        if isinstance(call.func, ast.Attribute):
            yield (a.put(call, a.text(call.func.value)),)
    for node in a.all(ast.Assign):
        if isinstance(node.value, ast.Constant) and node.value.value == b"":
            yield (a.put(node.value, '""'),)


# ---- await, async, calls ---------------------------------------------------------------------------------------------


@mistake("never-awaited/await-missing", "no-checkpoint")
def await_dropped(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.Await):
        if isinstance(a.parents[node], ast.Expr):
            yield (a.put(node, a.text(node.value)),)


@mistake("await-missing/never-awaited", "wrong-kind")
def await_dropped_before_a_value(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.Await):
        if not isinstance(a.parents[node], ast.Expr):
            yield (a.put(node, a.text(node.value)),)


@mistake("not-awaitable")
def function_awaited_uncalled(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.Await):
        match node.value:
            case ast.Call(func=ast.Name() as function, args=[], keywords=[]) as call:
                yield (a.put(call, a.text(function)),)


@mistake("not-awaitable", "serial")
def start_soon_awaited(a: Answer) -> Iterator[Edits]:
    for statement, call in a.statements("start_soon"):
        yield (a.put(statement, f"await {a.text(call)}"),)


@mistake("not-awaitable")
def cancel_awaited(a: Answer) -> Iterator[Edits]:
    for statement, call in a.statements("cancel", "set"):
        yield (a.put(statement, f"await {a.text(call)}"),)


@mistake("called-not-given")
def called_not_given(a: Answer) -> Iterator[Edits]:
    for call in a.calls("start_soon"):
        first, *rest = map(a.text, call.args)
        yield (Edit(a.span(call.args[0])[0], a.span(call.args[-1])[1], f"{first}({', '.join(rest)})"),)


@mistake("wrong-arguments")
def argument_forgotten(a: Answer) -> Iterator[Edits]:
    for call in a.calls("start_soon", "partial", "Winner"):
        if len(call.args) > 1:
            yield (Edit(a.span(call.args[-2])[1], a.span(call.args[-1])[1], ""),)


@mistake("async-with")
def plain_with(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.AsyncWith):
        start, _ = a.span(node)
        yield (Edit(start, start + len("async "), ""),)


@mistake("async-for")
def plain_for(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.AsyncFor):
        start, _ = a.span(node)
        yield (Edit(start, start + len("async "), ""),)
    for whole in a.all(ast.ListComp):
        start, text = a.span(whole)[0], a.text(whole)
        if (place := text.find("async for")) >= 0:
            yield (Edit(start + place, start + place + len("async "), ""),)


# ---- names -----------------------------------------------------------------------------------------------------------


def _misspelt(name: str) -> str:
    return name.replace("_", "", 1) if "_" in name.strip("_") else name[:-2] + name[-1] + name[-2]


@mistake("unknown-name")
def attribute_misspelt(a: Answer) -> Iterator[Edits]:
    first: dict[str, ast.Attribute] = {}
    for node in a.all(ast.Attribute):
        own = isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name) and node.value.id == "self"
        if node.attr in LIBRARY or (own and node.attr.startswith("_") and not node.attr.endswith("__")):
            first.setdefault(node.attr, node)
    for name, node in list(first.items())[:3]:
        _, end = a.span(node)
        yield (Edit(end - len(name), end, _misspelt(name)),)


@mistake("unknown-name")
def variable_misspelt(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        own = {node.arg for node in a.all(ast.arg, below=function)}
        stored = (node for node in a.all(ast.Name, below=function) if isinstance(node.ctx, ast.Store))
        own |= {node.id for node in stored}
        inside = [node for statement in function.body for node in a.all(ast.Name, below=statement)]
        loads = [node for node in inside if isinstance(node.ctx, ast.Load) and node.id in own and len(node.id) > 3]
        for node in loads[:1]:
            yield (a.put(node, _misspelt(node.id)),)


@mistake("unknown-name")
def import_forgotten(a: Answer) -> Iterator[Edits]:
    library, others = [], []
    for node in a.all(ast.Import, ast.ImportFrom):
        text = a.text(node)
        if "anyio" in text:
            library.append(node)
        elif "__future__" not in text:
            others.append(node)
    for node in (*library, *others[-1:]):
        yield (a.without(node),)


@mistake("nonlocal")
def nonlocal_forgotten(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.Nonlocal):
        yield (a.without(node),)


# ---- edges, the protocol ---------------------------------------------------------------------------------------------


@mistake("edge-case", "none-used")
def check_forgotten(a: Answer) -> Iterator[Edits]:
    for check in a.all(ast.If):
        match check.body:
            case [ast.Raise() as only] if raised(only) == "ValueError" and not check.orelse:
                yield (a.without(check),)
    for call in a.calls("max"):
        yield (a.put(call, a.text(call.args[-1])),)


@mistake("lost-error")
def status_unchecked(a: Answer) -> Iterator[Edits]:
    for check in a.all(ast.If):
        match check.body:
            case [ast.Raise() as only] if raised(only) == "FetchError" and "200" in a.text(check.test):
                if not a.all(ast.NamedExpr, below=check.test):
                    yield (a.without(check),)


@mistake("not-written")
def not_written(a: Answer) -> Iterator[Edits]:
    for function in a.public():
        if isinstance(a.parents[function], ast.ClassDef) and not function.name.startswith("__"):
            whole = Edit(a.span(function.body[0])[0], a.span(function.body[-1])[1], 'raise NotImplementedError("todo")')
            yield (whole,)


@mistake("partial-data")
def received_once(a: Answer) -> Iterator[Edits]:
    for loop in a.all(ast.While):
        names = {called(node) for node in ast.walk(loop)}
        if not isinstance(loop.test, ast.Constant) and any(name.startswith("receive") for name in names):
            start, _ = a.span(loop)
            yield (Edit(start, start + len("while"), "if"),)


@mistake("partial-data")
def header_names_as_written(a: Answer) -> Iterator[Edits]:
    for call in a.calls("lower"):
        if isinstance(call.func, ast.Attribute):
            yield (a.put(call, a.text(call.func.value)),)


@mistake("malformed-request")
def request_incomplete(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.JoinedStr):
        text = a.text(node)
        if " HTTP/1." in text:
            yield (a.put(node, re.sub(r"\\r\\n(?=\"$)", "", text)),)
            yield (a.put(node, re.sub(r"Host: \{[^}]*\}\\r\\n", "", text)),)
            yield (a.put(node, text.replace("GET ", "GET", 1)),)
    for either in a.all(ast.BoolOp):
        if isinstance(either.op, ast.Or) and a.text(either.values[-1]) == '"/"':
            yield (a.put(either, a.text(either.values[0])),)
