"""Reads the parameter sets of ``@pytest.mark.parametrize(...)`` from the text, and gives each the id that pytest gives.

Nothing is run, so the list has to be written out, here or in a constant of the file. The value of a parameter may be
computed if its set has an id: the value is pytest's business, and only the id has to be known.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from grader.kit.faults import Problem
from grader.kit.toplevel import TopLevel
from grader.text import counted

PARAMETRIZE = "pytest.mark.parametrize"
MOST_SETS = 500
"""The number of parameter sets of one test that is accepted: each is a test of its own, which is played and shown."""
_LONGEST = 100
"""Characters of a text from which pytest makes an id; it does so from longer ones only before version 9.2."""
_FORBIDDEN = "[]\\"
"""Characters that an id may not have: a wrong answer names ``test_x[id]``, and pytest doubles the backslash."""
_EXAMPLE = '`@pytest.mark.parametrize("seconds", [1, 2])`'
_WRITE_OUT = "this file is read without running it"
_GIVE_IDS = 'Give the ids: `ids=["first", "second"]`, or `pytest.param(..., id="first")` in the list.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What one decorator says: the names of the arguments, and the id of each set of values for them."""

    names: tuple[str, ...]
    ids: tuple[str, ...]


class Unreadable(Exception):
    """Raised for a decorator whose parameter sets cannot be told, or would not be what pytest makes of them."""

    def __init__(self, node: ast.expr, what: str, hint: str) -> None:
        super().__init__(what)
        self.problem = Problem(node.lineno, what, hint)


def read_parameters(call: ast.Call, top: TopLevel) -> Parameters:
    """Read one decorator. Raises Unreadable."""
    arguments = _arguments(call)
    names, one_each = _names(arguments["argnames"], top)
    sets = [_parameter_set(node, names, one_each, top) for node in _listed(arguments["argvalues"], top)]
    if "ids" in arguments:
        sets = _with_ids(sets, arguments["ids"], top)
    ids = tuple(_id(one, names, number, top) for number, one in enumerate(sets))
    _check_different(call, ids)
    return Parameters(names=names, ids=ids)


def combined(call: ast.expr, decorators: Sequence[Parameters]) -> tuple[str, ...]:
    """The ids of a test with several decorators, in the order of the text, in the order in which pytest collects them.

    Raises Unreadable where two are the same, or where there are too many.
    """
    names = Counter(name for one in decorators for name in one.names)
    for name in names:
        if names[name] > 1:
            raise Unreadable(call, f"is given `{name}` by two decorators", "Take one of the two out.")
    # pytest begins with the decorator that stands next to the function, and goes through the one above it the fastest.
    ids = tuple("-".join(parts) for parts in product(*(one.ids for one in reversed(decorators))))
    if len(ids) > MOST_SETS:
        raise _too_many(call, len(ids))
    _check_different(call, ids)
    return ids


def _check_different(node: ast.expr, ids: Sequence[str]) -> None:
    times = Counter(ids)
    for id in times:
        if times[id] > 1:
            raise Unreadable(node, f"has two parameter sets with the id {id!r}", _GIVE_IDS)


def _too_many(node: ast.expr, count: int) -> Unreadable:
    hint = f"Write {MOST_SETS} at most, or a loop inside the test: `for seconds in range(1000):`."
    return Unreadable(node, f"has {count} parameter sets, and each would be a test of its own", hint)


# ---- the decorator ---------------------------------------------------------------------------------------------------


def _arguments(call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of the decorator by name."""
    arguments = dict(zip(("argnames", "argvalues"), call.args, strict=False))
    for node in call.args[2:] + [node for node in call.args if isinstance(node, ast.Starred)]:
        raise Unreadable(node, f"has more in its parametrize than can be read: {_WRITE_OUT}", f"Write {_EXAMPLE}.")
    for keyword in call.keywords:
        if keyword.arg not in ("argnames", "argvalues", "ids"):
            name = keyword.arg or "**"
            what = f"has `{name}` in its parametrize, which hidden tests do without"
            raise Unreadable(keyword.value, what, f"Take `{name}` out; write {_EXAMPLE}.")
        arguments[keyword.arg] = keyword.value
    for name, what in (("argnames", "names no argument"), ("argvalues", "lists no values")):
        if name not in arguments:
            raise Unreadable(call, f"has a parametrize that {what}", f"Write {_EXAMPLE}.")
    return arguments


def _names(node: ast.expr, top: TopLevel) -> tuple[tuple[str, ...], bool]:
    """The names of the arguments, and whether each item of the list is the value of the only one."""
    match top.resolved(node):
        case ast.Constant(value=str(text)):
            names, one_each = tuple(name.strip() for name in text.split(",")), "," not in text
        case ast.List(elts=items) | ast.Tuple(elts=items):
            texts = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            names, one_each = tuple(texts) if len(texts) == len(items) else (), False
        case _:
            names, one_each = (), False
    # A comma at the end means one thing to pytest 8 and another to pytest 9.
    if not names or not all(name.isidentifier() for name in names):
        raise Unreadable(node, "has a parametrize whose arguments are no list of names", f"Write {_EXAMPLE}.")
    return names, one_each


def _listed(node: ast.expr, top: TopLevel) -> list[ast.expr]:
    """The items of the list of parameter sets."""
    match top.resolved(node):
        case ast.List(elts=items) | ast.Tuple(elts=items) if not any(isinstance(item, ast.Starred) for item in items):
            found = items
        case ast.Call(func=ast.Name(id="range"), args=arguments, keywords=[]) if arguments:
            found = _numbers(node, [top.resolved(argument) for argument in arguments])
        case _:
            what = f"does not write its parameter sets out as a list: {_WRITE_OUT}"
            raise Unreadable(node, what, f"Write the list out: {_EXAMPLE}.")
    if not found:
        hint = f"Write at least one value: {_EXAMPLE}."
        raise Unreadable(node, "has an empty list of parameter sets, so that pytest would skip it", hint)
    if len(found) > MOST_SETS:
        raise _too_many(node, len(found))
    return found


def _numbers(node: ast.expr, arguments: Sequence[ast.expr]) -> list[ast.expr]:
    try:
        numbers = range(*(ast.literal_eval(argument) for argument in arguments))
    except (ValueError, TypeError):
        what = f"has a `range` of something else than whole numbers: {_WRITE_OUT}"
        raise Unreadable(node, what, f"Write the numbers: `range(5)`, or {_EXAMPLE}.") from None
    if len(numbers) > MOST_SETS:
        raise _too_many(node, len(numbers))
    return [ast.copy_location(ast.Constant(number), node) for number in numbers]


# ---- a set and its id ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    node: ast.expr
    values: tuple[ast.expr, ...]
    id: str | None = None


def _parameter_set(node: ast.expr, names: tuple[str, ...], one_each: bool, top: TopLevel) -> _Set:
    # One argument, one value: the value may be a tuple itself.
    written, id = top.resolved(node), None
    if isinstance(written, ast.Call) and top.dotted(written.func) == "pytest.param":
        values, id = tuple(written.args), _id_of_param(written, top)
    elif one_each:
        values = (node,)
    elif isinstance(written, ast.Tuple | ast.List):
        values = tuple(written.elts)
    else:
        what = f"has a parameter set that is not written as a tuple: {_WRITE_OUT}"
        raise Unreadable(node, what, f"Write a tuple with a value for each of {', '.join(names)}.")
    if len(values) != len(names) or any(isinstance(value, ast.Starred) for value in values):
        what = f"has a parameter set of {counted(len(values), 'value')} for {counted(len(names), 'argument')}"
        raise Unreadable(node, what, f"Write a value for each of {', '.join(names)}.")
    return _Set(node=node, values=values, id=id)


def _id_of_param(call: ast.Call, top: TopLevel) -> str | None:
    for keyword in call.keywords:
        if keyword.arg != "id":
            hint = 'Write `pytest.param(1, id="one")`.'
            raise Unreadable(call, f"has `{keyword.arg or '**'}` in a `pytest.param`, which may have an id alone", hint)
    for keyword in call.keywords:
        match top.resolved(keyword.value):
            case ast.Constant(value=str(id)):
                return id
        raise Unreadable(call, "has an id that is no text", 'Write the text out: `pytest.param(1, id="one")`.')
    return None


def _with_ids(sets: Sequence[_Set], node: ast.expr, top: TopLevel) -> list[_Set]:
    """The sets with the ids of ``ids=[...]``, where they have none of their own."""
    match top.resolved(node):
        case ast.List(elts=items) | ast.Tuple(elts=items):
            pass
        case ast.Constant(value=None):
            return list(sets)
        case _:
            raise Unreadable(node, f"does not write its ids out as a list: {_WRITE_OUT}", _GIVE_IDS)
    if len(items) != len(sets):
        what = f"gives {counted(len(items), 'id')} to {counted(len(sets), 'parameter set')}"
        raise Unreadable(node, what, 'Write one id for each: `ids=["first", "second"]`.')
    return [
        one if one.id is not None else _Set(node=one.node, values=one.values, id=_listed_id(item, top))
        for one, item in zip(sets, items, strict=True)
    ]


def _listed_id(node: ast.expr, top: TopLevel) -> str | None:
    match top.resolved(node):
        case ast.Constant(value=str() | int() | float() as value):
            return str(value)
        case ast.Constant(value=None):
            return None
    raise Unreadable(node, "has an id that is no text", 'Write the text out: `ids=["first", "second"]`.')


def _id(one: _Set, names: tuple[str, ...], number: int, top: TopLevel) -> str:
    id = one.id
    if id is None:
        id = "-".join(_id_of_value(value, name, number, top) for value, name in zip(one.values, names, strict=True))
    if not id.isascii() or not id.isprintable() or not id.strip() or set(id) & set(_FORBIDDEN):
        what = f"has a parameter set with the id {id!r}, which wrong answers and the command line could not name"
        raise Unreadable(one.node, what, f"Use ASCII letters, digits and punctuation without brackets. {_GIVE_IDS}")
    return id


def _id_of_value(node: ast.expr, name: str, number: int, top: TopLevel) -> str:
    """The part of an id that pytest makes from a value."""
    written = top.resolved(node)
    if isinstance(written, ast.List | ast.Tuple | ast.Dict | ast.Set):
        return f"{name}{number}"  # whatever is inside
    try:
        value = ast.literal_eval(written)
    except (ValueError, TypeError):
        what = f"has a value whose id cannot be told, `{ast.unparse(node)}`: {_WRITE_OUT}"
        raise Unreadable(node, what, _GIVE_IDS) from None
    if isinstance(value, bytes):
        value = value.decode("ascii", "backslashreplace")
    if isinstance(value, str) and len(value) > _LONGEST:
        raise Unreadable(node, "has a text that is too long for an id", _GIVE_IDS)
    return str(value) if value is None or isinstance(value, str | int | float | complex) else f"{name}{number}"
