"""Operators that make mistakes in what is special about tasks: starting, waiting, blocking, cancelling and closing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from edits import Answer, Edit, Edits, called, mistake, raised

# ---- tasks -----------------------------------------------------------------------------------------------------------


def _serialised(a: Answer, *, in_loop: bool) -> Iterator[Edits]:
    for statement, call in a.statements("start_soon"):
        if (a.around(call, ast.For) is not None) == in_loop:
            function, *arguments = map(a.text, call.args)
            yield (a.put(statement, f"await {function}({', '.join(arguments)})"),)


@mistake("serial", "losers-left-running")
def one_after_the_other(a: Answer) -> Iterator[Edits]:
    yield from _serialised(a, in_loop=True)


@mistake("serial", "losers-left-running")
def the_second_only_afterwards(a: Answer) -> Iterator[Edits]:
    yield from _serialised(a, in_loop=False)


@mistake("completion-order")
def appended(a: Answer) -> Iterator[Edits]:
    for whole in a.all(ast.Return):
        match whole.value:
            case ast.ListComp(elt=ast.Subscript(value=ast.Name(id=name))) as listed:
                edits = [a.put(listed, name)]
                for node in a.all(ast.Assign, ast.AnnAssign):
                    match node:
                        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=into))], value=value) if into == name:
                            edits.append(a.put(node, f"{name}.append({a.text(value)})"))
                        case ast.AnnAssign(target=ast.Name(id=into), value=ast.expr() as value) if into == name:
                            edits.append(a.put(value, "[]"))
                yield tuple(edits)
    for statement, _ in a.statements("sort"):
        yield (a.without(statement),)


@mistake("late-binding")
def closure_over_the_loop(a: Answer) -> Iterator[Edits]:
    tasks = {function.name: function for function in a.nested()}
    for call in a.calls("start_soon", "partial"):
        match call.args:
            case [ast.Name(id=name), *given] if given and name in tasks:
                taken = tasks[name].args.args
                if [argument.arg for argument in taken] == [a.text(argument) for argument in given]:
                    parameters = Edit(a.span(taken[0])[0], a.span(taken[-1])[1], "")
                    yield parameters, Edit(a.span(call.args[0])[1], a.span(call.args[-1])[1], "")


@mistake("early-return")
def return_in_the_loop(a: Answer) -> Iterator[Edits]:
    for statement, call in a.statements("start_soon"):
        function = next((one for one in a.public() if call in ast.walk(one)), None)
        if function is not None and a.around(call, ast.For) is not None:
            for node in a.all(ast.Return, below=function)[-1:]:
                yield (a.after(statement, a.text(node)),)


@mistake("polling")
def polls(a: Answer) -> Iterator[Edits]:
    for call in a.calls("wait"):
        statement = a.around(call, ast.stmt)
        if isinstance(call.func, ast.Attribute) and statement is not None:
            event = a.text(call.func.value)
            body = f"while not {event}.is_set():\n{a.indent(statement)}    await anyio.sleep(0.1)"
            yield (a.put(statement, body),)
    for loop in a.all(ast.For):
        if not any(called(node) == "start_soon" for node in ast.walk(loop)):
            continue
        for node in a.all(ast.Assign):
            match node.targets:
                case [ast.Subscript(value=ast.Name(id=results))]:
                    yield (a.after(loop, f"while len({results}) < len(fns):", "    await anyio.sleep(0.1)"),)
        for names in (node.names for node in a.all(ast.Nonlocal)):
            cancels = a.statements("cancel")
            said = [a.text(cancel) for _, cancel in cancels[:1]]
            look = a.after(loop, f"while {names[0]} is None:", "    await anyio.sleep(0.1)", *said)
            yield look, *(a.without(statement) for statement, _ in cancels)


# ---- blocking --------------------------------------------------------------------------------------------------------


def _import_time(a: Answer) -> Edit:
    first = next(node for node in a.all(ast.Import, ast.ImportFrom) if "__future__" not in a.text(node))
    return a.before(first, "import time")


@mistake("blocked-loop")
def time_sleep(a: Answer) -> Iterator[Edits]:
    for call in a.calls("sleep"):
        slept = ", ".join(map(a.text, call.args))
        yield _import_time(a), a.put(a.parents[call], f"time.sleep({slept})")


@mistake("blocked-loop")
def naps_before_it_waits(a: Answer) -> Iterator[Edits]:
    for statement in a.waiting()[:2]:
        yield _import_time(a), a.before(statement, "time.sleep(0.5)")


@mistake("no-checkpoint")
def checkpoint_forgotten(a: Answer) -> Iterator[Edits]:
    for statement, call in ((a.parents[a.parents[call]], call) for call in a.calls("checkpoint")):
        if isinstance(statement, ast.Expr) and isinstance(a.parents[call], ast.Await):
            yield (a.without(statement),)


# ---- cancelling, closing, errors -------------------------------------------------------------------------------------


@mistake("losers-left-running/siblings-left-running")
def cancel_forgotten(a: Answer) -> Iterator[Edits]:
    for statement, _ in a.statements("cancel"):
        yield (a.without(statement),)


@mistake("losers-left-running/siblings-left-running")
def cancel_not_called(a: Answer) -> Iterator[Edits]:
    for statement, call in a.statements("cancel"):
        yield (a.put(statement, a.text(call.func)),)


@mistake("swallowed-cancellation")
def cancellation_caught(a: Answer) -> Iterator[Edits]:
    for handler in a.all(ast.ExceptHandler):
        swallows = not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
        if swallows and isinstance(handler.type, ast.Name) and handler.type.id == "Exception":
            yield (a.put(handler.type, "BaseException"),)


@mistake("swallowed-cancellation", "losers-left-running", "siblings-left-running", "not-closed")
def shielded(a: Answer) -> Iterator[Edits]:
    if "anyio" not in {alias.name for node in a.all(ast.Import) for alias in node.names}:
        return
    for statement in a.waiting():
        lines = a.text(statement).replace("\n", "\n    ")
        yield (a.put(statement, f"with anyio.CancelScope(shield=True):\n{a.indent(statement)}    {lines}"),)


@mistake("not-closed")
def closing_forgotten(a: Answer) -> Iterator[Edits]:
    for call in a.calls("aclose"):
        statement = a.around(call, ast.stmt)
        if isinstance(statement, ast.Expr):
            yield (a.without(statement),)
    blocks: list[ast.AsyncWith | ast.With] = [*a.all(ast.AsyncWith), *a.all(ast.With)]
    for node in blocks:
        match node.items:
            case [ast.withitem(context_expr=opened, optional_vars=ast.Name(id=name))]:
                if re.search(r"connect_tcp|socket\(", a.text(opened)):
                    head = f"{name} = {a.text(opened)}\n{a.indent(node)}"
                    yield (a.body_alone(node, node.body, head),)
            case [ast.withitem(context_expr=ast.Call(func=ast.Name(id="aclosing")))]:
                yield (a.body_alone(node, node.body),)


@mistake("lost-error", "stale-state")
def error_not_kept(a: Answer) -> Iterator[Edits]:
    for handler in a.all(ast.ExceptHandler):
        for node in a.all(ast.Expr, below=handler):
            match node.value:
                case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Name(id=kept)]) if kept == handler.name:
                    yield (a.without(node),)
    for check in a.all(ast.If):
        match check.body:
            case [ast.Raise(exc=ast.Subscript() | ast.Attribute())] if not check.orelse:
                yield (a.without(check),)
            case [ast.Raise(exc=ast.Name(id=name))] if name.islower() and not check.orelse:
                yield (a.without(check),)


@mistake("stop-iteration")
def stop_iteration(a: Answer) -> Iterator[Edits]:
    for node in a.all(ast.Raise):
        if raised(node) == "StopAsyncIteration" and isinstance(node.exc, ast.Name):
            yield (a.put(node.exc, "StopIteration"),)
    for whole in a.all(ast.Try):
        if [handler.type and a.text(handler.type) for handler in whole.handlers] == ["StopIteration"]:
            yield (a.body_alone(whole, whole.body),)
