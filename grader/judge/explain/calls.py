"""What an exception says of a call whose arguments do not fit, in the submission or in the exercise that calls it."""

from __future__ import annotations

import ast
import re

from grader.judge.explain.code import Code, Function
from grader.judge.explain.finding import Finding
from grader.judge.explain.raised import Raise

_ARGUMENTS = re.compile(
    r"([\w.<>]+)\(\) (missing \d+ required (?:positional|keyword-only) arguments?: .*|takes .* given\)?"
    r"|takes no (?:keyword )?arguments|got an unexpected keyword argument '\w+'|got multiple values for argument .*)"
)
_TOO_MANY = re.compile(r"takes (\d+) positional arguments? but (\d+) w(?:as|ere) given")


def wrong_arguments(raised: Raise) -> Finding | None:
    """A call with too many arguments, or too few."""
    found = _ARGUMENTS.search(raised.message)
    if found is None or raised.kind != "TypeError":
        return None
    function = found[1].rpartition(".<locals>.")[2]
    known = _started_and_told(raised) or _takes_none(raised, function, found[2]) or _no_init(raised, function, found[2])
    return known or raised.finding(
        "wrong-arguments",
        f"`{function}` is called with the wrong arguments: it {'is ' * found[2].startswith('missing')}{found[2]}",
        _how_to_call(raised.code, function),
    )


def _how_to_call(code: Code, function: str) -> str:
    owner, _, name = function.rpartition(".")
    if code.function(function) is None and not code.defines(name):
        known = owner if name == "__init__" else function
        return f"look up which arguments `{known}` takes"
    method = code.function(function) if owner in code.classes else None
    plain = method is not None and not method.decorator_list
    if method is not None and plain and [argument.arg for argument in method.args.args[:1]] != ["self"]:
        return f"write `self` as the first parameter of `{name}`: a method gets its object there"
    return f"compare this call with the `def` of `{name}`"


def _started_and_told(raised: Raise) -> Finding | None:
    """``await tg.start(fn)``, which hands ``task_status`` to the function and waits until that is told."""
    call = next((one for one in _calls(raised) if ast.unparse(one.func).endswith(".start")), None)
    if call is None or "'task_status'" not in raised.message or not call.args:
        return None
    starter, given = ast.unparse(call.func), ", ".join(map(ast.unparse, call.args))
    return raised.finding(
        "wrong-arguments",
        f"`{starter}` is for functions with a parameter `task_status`, which tell by it that they are ready",
        f"write `{starter}_soon({given})`, without `await`: that takes any async function",
    )


def _takes_none(raised: Raise, function: str, what: str) -> Finding | None:
    """A function that was given to the submission, and takes none of the arguments of the call.

    The message speaks of its own name and counts `self`, neither of which the learner has written.
    """
    found = _TOO_MANY.search(what)
    if found is None or raised.code.defines(function):
        return None
    for call in _calls(raised):
        called, arguments = _given(call)
        if arguments and len(arguments) == int(found[2]) - int(found[1]) and isinstance(called, ast.Name):
            starts = called is not call.func
            right = f"{ast.unparse(call.func)}({called.id})" if starts else f"{called.id}()"
            return raised.finding(
                "wrong-arguments",
                f"`{called.id}` takes no arguments here, and gets `{', '.join(map(ast.unparse, arguments))}`",
                f"write `{right}`",
            )
    return None


def _given(call: ast.Call) -> tuple[ast.expr, list[ast.expr]]:
    """The function that a call runs, there or in a task, and what it hands to it."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "start_soon" and call.args:
        return call.args[0], call.args[1:]
    return call.func, call.args


def _no_init(raised: Raise, function: str, what: str) -> Finding | None:
    """A class of the submission that says which fields it has, and not how they get their values."""
    owner = raised.code.classes.get(function.removesuffix(".__init__"))
    if owner is None or what != "takes no arguments":
        return None
    listed = any(isinstance(node, ast.AnnAssign) for node in owner.body)
    return raised.finding(
        "wrong-arguments",
        f"the class `{owner.name}` has no `__init__`, so that it takes no arguments",
        f"write `@dataclass` above `class {owner.name}`, which makes the `__init__` from its fields"
        if listed
        else f"give `{owner.name}` an `__init__` with these parameters",
    )


def _calls(raised: Raise) -> list[ast.Call]:
    return [node for node in raised.code.at(raised.line, ast.Call) if isinstance(node, ast.Call)]


# ---- the def that is called ------------------------------------------------------------------------------------------


def init_is_async(raised: Raise) -> Finding | None:
    """``async def __init__``: nothing can await that."""
    if "__init__() should return None, not 'coroutine'" not in raised.message:
        return None
    made = (one for one in raised.code.functions if isinstance(one, ast.AsyncFunctionDef) and one.name == "__init__")
    return raised.finding(
        "wrong-kind",
        "`__init__` is an `async def`, and nothing awaits it: an object is made at once",
        "write `def __init__`, without `async`, and do there what needs no waiting",
        next((one.lineno for one in made), None),
    )


def not_a_classmethod(raised: Raise) -> Finding | None:
    """A method that the exercise calls on the class, and that has no ``@classmethod``: an argument seems to be missing.

    It is raised where the exercise calls, and not in a line of the submission.
    """
    found = _ARGUMENTS.search(raised.message)
    method = raised.code.function(found[1]) if found is not None and "." in found[1] else None
    if found is None or method is None or not found[2].startswith("missing 1 ") or method.decorator_list:
        return None
    return raised.finding(
        "wrong-arguments",
        f"`{found[1]}` is called on the class, so that `{_first(method)}` gets the argument, and nothing is left over",
        f"write `@classmethod` in the line above `def {method.name}`",
        method.lineno,
    )


def _first(method: Function) -> str:
    return next((argument.arg for argument in method.args.args), "its first parameter")
