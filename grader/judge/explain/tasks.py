"""Mistakes in how tasks are started and what becomes of their values, by the syntax tree and by what was returned."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from grader.judge.explain.code import Code, Function, Loop, Start, bound, own_nodes
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.names import not_its_own
from grader.judge.explain.words import in_python
from grader.wire.rows import Returned
from grader.wire.values import Opaque

Closure = Function | ast.Lambda

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
    return _late_closure(case.code) if known or raised_by_itself(case, evidence) else None


@lru_cache(maxsize=8)
def _late_closure(code: Code) -> Finding | None:
    """The first closure that is started in a loop and reads the loop's variable."""
    started, local = _started_in_loops(code), _local_functions(code)
    readers: dict[ast.Lambda | _Local, Mapping[str, Closure]] = {}
    for loop in code.nodes:
        if not isinstance(loop, ast.For | ast.AsyncFor) or loop not in started:
            continue
        variables = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        for given in started[loop]:
            if given not in readers:
                readers[given] = _readers([given] if isinstance(given, ast.Lambda) else local.get(given, ()))
            late = [readers[given][name] for name in variables if name in readers[given]]
            if late:
                closure = min(late, key=lambda node: node.lineno)
                return _late(closure, [node for node in _free_loads(closure) if node.id in variables])
    return None


def raised_by_itself(case: Case, evidence: Evidence) -> bool:
    """Whether a line of the submission raised what it does not raise on purpose, as where a result is missing."""
    lines = [leaf.line for leaf in evidence.shown.surprises if leaf.scenario_line is None]
    return any(line is not None and not isinstance(case.code.statement(line), ast.Raise) for line in lines)


def _late(closure: Closure, seen: list[ast.Name]) -> Finding:
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


_Local = tuple[Function, str]
"""The functions of one name that are defined in one function."""


def _local_functions(code: Code) -> Mapping[_Local, Sequence[Function]]:
    found: dict[_Local, list[Function]] = defaultdict(list)
    for function in code.functions:
        if (owner := code.owner(function)) is not None:
            found[owner, function.name].append(function)
    return found


def _started_in_loops(code: Code) -> Mapping[ast.AST, Mapping[ast.Lambda | _Local, None]]:
    """What is started in each loop while the loop goes on, each once, in the order of the file."""
    found: dict[ast.AST, dict[ast.Lambda | _Local, None]] = defaultdict(dict)
    for start in code.starts:
        given = dict.fromkeys(_started_by(code, start))
        for loop in _loops_that_go_on(code, start):
            found[loop] |= given
    return found


def _loops_that_go_on(code: Code, start: Start) -> Iterator[ast.AST]:
    """The loops round a start, without those that wait for the task in each turn by a group of their own."""
    around = list(code.around(start.call))
    waits = next((place for place, node in enumerate(around) if node in code.groups), len(around))
    yield from around[:waits]
    node = code.parents.get(around[-1]) if around else None
    while node is not None:
        yield node
        node = code.parents.get(node)


def _started_by(code: Code, start: Start) -> Iterator[ast.Lambda | _Local]:
    """The functions of the same function, or lambdas, that this call starts as a task or hands to what it starts.

    A lambda in the place of the function is called at once, and what it gives is run in the task.
    """
    given = [node for argument in start.call.args for node in ast.walk(argument)]
    yield from (node for node in given if isinstance(node, ast.Lambda) and node is not start.function)
    owner = code.owner(start.call)
    if owner is not None:
        yield from ((owner, node.id) for node in given if isinstance(node, ast.Name))


def _readers(closures: Sequence[Closure]) -> Mapping[str, Closure]:
    """The first of these closures that reads each name from outside of itself."""
    return {node.id: closure for closure in reversed(closures) for node in _free_loads(closure)}


def _free_loads(closure: Closure) -> list[ast.Name]:
    own = bound(closure)
    body = closure.body if isinstance(closure.body, list) else [closure.body]
    loads = [node for part in body for node in ast.walk(part) if isinstance(node, ast.Name)]
    return [node for node in loads if node.id not in own and isinstance(node.ctx, ast.Load)]


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
    for node in case.code.nodes:
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
    rebound = {name for node in case.code.nodes if isinstance(node, ast.Nonlocal | ast.Global) for name in node.names}
    for node in case.code.nodes:
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        if isinstance(node.value, ast.Name) and node.value.id not in rebound:
            continue  # a list by its name is the same list when the tasks have filled it
        if any(outer in case.code.groups for outer in case.code.around(node)):
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
            start = code.first_starts.get(outer)
            return outer if start is not None and start.call.lineno <= node.lineno else None
        if not isinstance(outer, ast.With | ast.AsyncWith | ast.Try):
            return None
    return None


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
    found = None if _as_expected(case, evidence) else _kept_by_nobody(case.code)
    return found and replace(found, got=got(case, evidence), expected=expected(case, evidence))


@lru_cache(maxsize=8)
def _kept_by_nobody(code: Code) -> Finding | None:
    awaits = [node.value for node in code.nodes if isinstance(node, ast.Await)]
    awaited = {ast.unparse(call.func) for call in awaits if isinstance(call, ast.Call)}
    lines: dict[str, int | None] = {}
    for start in code.starts:
        name = start.name
        parent = code.parents.get(start.call)
        parent = code.parents.get(parent) if isinstance(parent, ast.Await) else parent
        if not code.named(name) or name in awaited or not isinstance(parent, ast.Expr):
            continue
        if name not in lines:
            lines[name] = _line_of_value(code.named(name)[0])
        if lines[name] is not None:
            owner = code.owner(start.call)
            where = f"`{owner.name}`" if owner is not None else "the caller"
            return Finding(
                diagnosis="nothing-returned",
                error=f"`{name}` returns its value to nobody: nothing keeps what its task gives",
                help=f"store it where {where} finds it afterwards: in a list by position, or in a `nonlocal` variable",
                line=lines[name],
            )
    return None


def _line_of_value(function: Function) -> int | None:
    """The first ``return`` of a value that nothing but its task has; of a function that stores none, any value."""
    given = [node for node in own_nodes(function) if isinstance(node, ast.Return) and _gives(node)]
    awaited = _names_of_awaited(function)
    given = [node for node in given if _is_awaited(node, awaited)] or ([] if _stores(function) else given)
    return min((node.lineno for node in given), default=None)


def _names_of_awaited(function: Function) -> set[str]:
    """The variables to which a function assigns what it has awaited."""
    return {
        name.id
        for assigned in own_nodes(function)
        if isinstance(assigned, ast.Assign) and isinstance(assigned.value, ast.Await)
        for target in assigned.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }


def _is_awaited(node: ast.Return, awaited: set[str]) -> bool:
    """Whether a ``return`` gives what the function has awaited, which is what its task is for."""
    inside = ast.walk(node)
    return any(isinstance(one, ast.Await) or (isinstance(one, ast.Name) and one.id in awaited) for one in inside)


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
    return None if _as_expected(case, evidence) else _assigned_in_vain(case.code)


@lru_cache(maxsize=8)
def _assigned_in_vain(code: Code) -> Finding | None:
    asked: dict[Function, set[str]] = {}
    for function in code.functions:
        outer = code.owner(function)
        if outer is None:
            continue
        if outer not in asked:
            asked[outer] = bound(outer) & {node.id for node in _loads(outer) if _decides(code, node)}
        own = (bound(function) - _parameters(function)) & _assigned(function)
        names = (own & asked[outer]) - {node.id for node in _loads(function)}  # what it reads is meant to be its own
        if names:
            return not_its_own(function, min(names), outer)
    return None


def _parameters(function: Function) -> set[str]:
    return {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}


def _decides(code: Code, node: ast.Name) -> bool:
    """Whether a name is read in a ``return`` or in a condition."""
    statement = next((one for one in code.around(node) if isinstance(one, ast.stmt)), None)
    return isinstance(statement, ast.Return | ast.If | ast.While | ast.Assign | ast.Raise)


def _assigned(function: Function) -> set[str]:
    targets = (
        target
        for node in own_nodes(function)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )
    return {inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)}


def _loads(function: Function) -> list[ast.Name]:
    return [node for node in own_nodes(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
