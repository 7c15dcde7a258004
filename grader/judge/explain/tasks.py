"""Mistakes in how tasks are started and what becomes of their values, by the syntax tree and by what was returned."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from grader.judge.explain.code import Code, Function, Loop, Start, bound, opens_group, own_nodes
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.names import not_its_own
from grader.judge.explain.words import in_python
from grader.wire.recording import Returned
from grader.wire.values import Opaque

# ---- what the call came to -------------------------------------------------------------------------------------------


def outcome(case: Case, evidence: Evidence) -> tuple[Returned, Returned | None] | None:
    """What the function of the exercise returned in the play, and what the reference answer's did."""
    public = [promise.name for promise in case.promised if promise.name in case.defined]
    last = next((returned for returned in reversed(evidence.shown.returns) if returned.name in public), None)
    return None if last is None else (last, evidence.expected(last.name))


def _as_expected(case: Case, evidence: Evidence) -> bool:
    """Whether the play came to its end, and the function returned what that of the reference answer returned."""
    found = outcome(case, evidence)
    if found is None or found[1] is None or not evidence.shown.ended.by_itself:
        return False
    return in_python(found[0].value) == in_python(found[1].value)


def lacks_values(evidence: Evidence, case: Case) -> bool:
    """Whether None, or less, was returned where the reference answer returned something."""
    found = outcome(case, evidence)
    if found is None or found[1] is None:
        return evidence.stumbled
    mine, theirs = found[0].value, found[1].value
    if mine is None:
        return theirs is not None
    if not isinstance(mine, list | tuple) or not isinstance(theirs, list | tuple):
        return False
    return len(mine) < len(theirs) or mine.count(None) > theirs.count(None)


def got(case: Case, evidence: Evidence) -> str:
    """``join() returned ['c', 'c', 'c']``, if it returned."""
    found = outcome(case, evidence)
    return "" if found is None else f"{found[0].name}() returned {in_python(found[0].value)}"


def expected(case: Case, evidence: Evidence) -> str:
    """``join() returns ['a', 'b', 'c']``, as the reference answer does, if learners may see it."""
    found = outcome(case, evidence)
    if found is None or found[1] is None or "expected" not in evidence.test.show:
        return ""
    return f"{found[0].name}() returns {in_python(found[1].value)}"


# ---- a closure that sees the last value of the loop's variable -------------------------------------------------------


def late_binding(case: Case, evidence: Evidence) -> Finding | None:
    """All tasks run the last function: they look the loop's variable up when they run, and by then the loop is over."""
    known = _runs_one_again(evidence) or lacks_values(evidence, case) or _is_one_value(case, evidence)
    if not (known or raised_by_itself(case, evidence)):
        return None
    for loop in _loops(case.code):
        variables = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        for start in case.code.starts:
            if not any(node is start.call for node in ast.walk(loop)) or _waits_in_turn(case.code, loop, start):
                continue
            for closure in _started_by(case.code, start):
                seen = _free_loads(closure, variables)
                if seen:
                    return _late(closure, seen, start)
    return None


def raised_by_itself(case: Case, evidence: Evidence) -> bool:
    """Whether a line of the submission raised what it does not raise on purpose, as where a result is missing."""
    lines = [leaf.line for leaf in evidence.shown.surprises if leaf.scenario_line is None]
    return any(line is not None and not isinstance(case.code.statement(line), ast.Raise) for line in lines)


def _late(closure: Function | ast.Lambda, seen: list[ast.Name], start: Start) -> Finding:
    names = list(dict.fromkeys(node.id for node in seen))
    name = f"`{closure.name}`" if isinstance(closure, Function) else "this lambda"
    given = ", ".join(names)
    them = "it" if len(names) == 1 else "them"
    return Finding(
        diagnosis="late-binding",
        error=f"{name} looks up {_listed(names)} when its task runs, and by then the loop stands at its last turn",
        help=f"hand {them} on as an argument: `start_soon(run, {given})`, with `async def run({given})`",
        line=min(node.lineno for node in seen),
    )


def _listed(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names[:2])


def _waits_in_turn(code: Code, loop: ast.AST, start: Start) -> bool:
    """Whether the group is opened in the loop, whose variable stays as it is until the task is done."""
    around = [*code.around(start.call)]
    return any(opens_group(node) for node in around[: around.index(loop)]) if loop in around else False


def _loops(code: Code) -> Iterator[ast.For | ast.AsyncFor]:
    return (node for node in ast.walk(code.tree) if isinstance(node, ast.For | ast.AsyncFor))


def _started_by(code: Code, start: Start) -> Iterator[Function | ast.Lambda]:
    """The functions of the same function, or lambdas, that this call starts as a task or hands to what it starts.

    A lambda in the place of the function is called at once, and what it gives is run in the task.
    """
    given = [node for argument in start.call.args for node in ast.walk(argument)]
    names = {node.id for node in given if isinstance(node, ast.Name)}
    yield from (node for node in given if isinstance(node, ast.Lambda) and node is not start.function)
    owner = code.owner(start.call)
    yield from (one for one in code.functions if one.name in names and owner is not None and code.owner(one) is owner)


def _free_loads(closure: Function | ast.Lambda, variables: set[str]) -> list[ast.Name]:
    own = bound(closure)
    body = closure.body if isinstance(closure.body, list) else [closure.body]
    loads = [node for part in body for node in ast.walk(part) if isinstance(node, ast.Name)]
    return [node for node in loads if node.id in variables - own and isinstance(node.ctx, ast.Load)]


def _runs_one_again(evidence: Evidence) -> bool:
    """Whether one of the functions given ran several times, and another one never."""
    mine = Counter(span.name for span in evidence.spans)
    theirs = Counter(span.name for span in evidence.reference.spans) if evidence.reference is not None else Counter()
    return any(mine[name] > theirs[name] > 0 for name in mine) and any(name not in mine for name in theirs)


def _is_one_value(case: Case, evidence: Evidence) -> bool:
    """Whether a list of one value over and over was returned, and the reference answer's has several."""
    found = outcome(case, evidence)
    if found is None or found[1] is None:
        return False
    mine, theirs = found[0].value, found[1].value
    if not isinstance(mine, list) or not isinstance(theirs, list) or len(mine) < 2:
        return False
    return all(item == mine[0] for item in mine) and not all(item == theirs[0] for item in theirs)


# ---- a return that comes too early -----------------------------------------------------------------------------------


def early_return(case: Case, evidence: Evidence) -> Finding | None:
    """``return`` in the loop that starts the tasks, or before the end of the group has waited for them."""
    lines = {leaf.line for leaf in evidence.shown.surprises}
    known = lacks_values(evidence, case) or _never_begun(evidence)
    for node in ast.walk(case.code.tree):
        if not isinstance(node, ast.Return) or not (known or node.lineno in lines):
            continue
        if (loop := _left_at_once(case.code, node)) is not None:
            return Finding(
                diagnosis="early-return",
                error="this `return` stands in the loop: it leaves in the first turn, before the others have started",
                help=f"move it out of the `{_head(loop)}` loop, and behind the `async with`",
                line=node.lineno,
                got=got(case, evidence),
                expected=expected(case, evidence),
            )
    return _inside_the_group(case, evidence)


def _inside_the_group(case: Case, evidence: Evidence) -> Finding | None:
    """A ``return`` in the block of a task group whose value is computed before the tasks have stored anything."""
    if not lacks_values(evidence, case):
        return None
    for node in ast.walk(case.code.tree):
        if not isinstance(node, ast.Return) or node.value is None or isinstance(node.value, ast.Name):
            continue  # a list by its name is the same list when the tasks have filled it
        group = next((one for one in case.code.around(node) if opens_group(one)), None)
        if group is not None:
            return Finding(
                diagnosis="early-return",
                error="this `return` computes its value before the tasks are done: the group waits after that",
                help="move the `return` behind the block of the `async with`",
                line=node.lineno,
                got=got(case, evidence),
                expected=expected(case, evidence),
            )
    return None


def _left_at_once(code: Code, node: ast.Return) -> Loop | None:
    """The loop that a ``return`` leaves in its first turn, having started a task."""
    for outer in code.around(node):
        if isinstance(outer, ast.For | ast.AsyncFor):
            starts = any(start.call.lineno <= node.lineno and _holds(outer, start.call) for start in code.starts)
            return outer if starts else None
        if not isinstance(outer, ast.With | ast.AsyncWith | ast.Try):
            return None
    return None


def _holds(outer: ast.AST, node: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(outer))


def _head(loop: Loop) -> str:
    return "while" if isinstance(loop, ast.While) else "for"


def _never_begun(evidence: Evidence) -> bool:
    begun = {span.name for span in evidence.spans}
    return any(name not in begun for name in evidence.siblings)


# ---- handles in the place of results ---------------------------------------------------------------------------------


def handles_returned(case: Case, evidence: Evidence) -> Finding | None:
    """What ``start_soon`` hands back, in the place of what the tasks return."""
    found = outcome(case, evidence)
    if found is None or not isinstance(found[0].value, list | tuple):
        return None
    if not any(isinstance(item, Opaque) and item.type_name == HANDLE for item in found[0].value):
        return None
    starts = [start.call.lineno for start in case.code.starts]
    return Finding(
        diagnosis="await-missing",
        error=f"`{found[0].name}` returns the handles of its tasks, and not what the tasks return",
        help="store each result in its task; or `await` each handle behind the group, which gives its result",
        line=min(starts, default=case.defined[found[0].name].line),
        got=got(case, evidence),
        expected=expected(case, evidence),
    )


HANDLE = "TaskHandle"
"""What ``start_soon`` of anyio returns from 4.14 on."""


# ---- a value that reaches nobody -------------------------------------------------------------------------------------


def value_for_nobody(case: Case, evidence: Evidence) -> Finding | None:
    """A task returns its value and stores nothing, and no task group hands a value on."""
    if _as_expected(case, evidence):
        return None
    code = case.code
    awaits = [node.value for node in ast.walk(code.tree) if isinstance(node, ast.Await)]
    awaited = {ast.unparse(call.func) for call in awaits if isinstance(call, ast.Call)}
    for start in code.starts:
        name = start.name
        function = next((one for one in code.functions if one.name == name), None)
        parent = code.parents.get(start.call)
        parent = code.parents.get(parent) if isinstance(parent, ast.Await) else parent
        if function is None or name in awaited or not isinstance(parent, ast.Expr):
            continue
        given = [node for node in own_nodes(function) if isinstance(node, ast.Return) and _gives(node)]
        awaited_there = [node for node in given if _is_awaited_there(function, node)]
        given = awaited_there or ([] if _stores(function) else given)
        if given:
            owner = code.owner(start.call)
            where = f"`{owner.name}`" if owner is not None else "the caller"
            return Finding(
                diagnosis="nothing-returned",
                error=f"`{name}` returns its value to nobody: nothing keeps what its task gives",
                help=f"store it where {where} finds it afterwards: in a list by position, or in a `nonlocal` variable",
                line=min(node.lineno for node in given),
                got=got(case, evidence),
                expected=expected(case, evidence),
            )
    return None


def _is_awaited_there(function: Function, node: ast.Return) -> bool:
    """Whether a ``return`` gives what the function has awaited, which is what its task is for."""
    found = {
        name.id
        for assigned in own_nodes(function)
        if isinstance(assigned, ast.Assign) and isinstance(assigned.value, ast.Await)
        for target in assigned.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    inside = [*ast.walk(node)]
    return any(isinstance(one, ast.Await) or (isinstance(one, ast.Name) and one.id in found) for one in inside)


_KEEPING = ("append", "extend", "add", "update", "put", "setdefault", "send", "send_nowait", "insert")
"""Methods that keep a value somewhere."""


def _stores(function: Function) -> bool:
    """Whether a function keeps a value where others can find it."""
    outer = {name for node in own_nodes(function) if isinstance(node, ast.Nonlocal | ast.Global) for name in node.names}
    for node in own_nodes(function):
        match node:
            case ast.Subscript(ctx=ast.Store()) | ast.Attribute(ctx=ast.Store()):
                return True
            case ast.Name(id=name, ctx=ast.Store()) if name in outer:
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name in _KEEPING:
                return True
    return False


def _gives(node: ast.Return) -> bool:
    return node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)


def not_nonlocal(case: Case, evidence: Evidence) -> Finding | None:
    """An inner function assigns a name that the outer one returns, and it is another variable."""
    if _as_expected(case, evidence):
        return None
    code = case.code
    for function in code.functions:
        outer = code.owner(function)
        if outer is None:
            continue
        own = bound(function) - _parameters(function)
        loaded = [node for node in own_nodes(outer) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
        asked = {node.id for node in loaded if _decides(code, node)}
        for name in sorted(own & bound(outer) & asked):
            if _assigns(function, name) and not _reads(function, name):
                return not_its_own(function, name, outer)
    return None


def _parameters(function: Function) -> set[str]:
    return {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}


def _decides(code: Code, node: ast.Name) -> bool:
    """Whether a name is read in a ``return`` or in a condition."""
    statement = next((one for one in code.around(node) if isinstance(one, ast.stmt)), None)
    return isinstance(statement, ast.Return | ast.If | ast.While | ast.Assign | ast.Raise)


def _assigns(function: Function, name: str) -> bool:
    targets = (
        target
        for node in own_nodes(function)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )
    return any(isinstance(inner, ast.Name) and inner.id == name for target in targets for inner in ast.walk(target))


def _reads(function: Function, name: str) -> bool:
    """Whether a function uses a variable of its own, which is then meant to be its own."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in own_nodes(function)
    )
