"""Finds what of the standard library and anyio takes attributes by names that no reader sees, or makes code of parts.

``functools.update_wrapper(mine, thing, assigned=(name,))`` is ``getattr`` in other words, and so are a dozen others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.policy.kinds import What
from grader.policy.names import Names
from grader.policy.owned import Owned
from grader.policy.program import Placed, Program

_NEVER_NEEDED_NAMES = """
    attrgetter methodcaller get_type_hints ForwardRef evaluate_forward_ref singledispatch singledispatchmethod Formatter
    getweakrefs CodeType FunctionType LambdaType FrameType MethodType CellType new_class prepare_class resolve_bases
    make_dataclass copy_context get_running_tasks get_async_backend redirect_stdout redirect_stderr global_enum
    all_tasks current_root_task get_referents get_referrers get_objects _getframe settrace setprofile
"""
_NEVER_NEEDED = frozenset(_NEVER_NEEDED_NAMES.split())
"""The last parts of the names, because modules lend each other functions: ``contextlib.MethodType``."""
_WRAPPERS = {"wraps": 1, "update_wrapper": 2}
"""The functions that copy attributes, and how many arguments they have where nothing says which attributes."""
_TAKING_APART = frozenset({"fields", "asdict", "astuple", "replace"})
_COPYING = frozenset({"copy.copy", "copy.deepcopy", "copy.replace"})
_MACHINERY_MODULES = """
    builtins copyreg ctypes dis gc imp importlib inspect marshal opcode pickle pkgutil runpy symtable tracemalloc
    unittest
"""
_MACHINERY = frozenset(_MACHINERY_MODULES.split())
FORMATS = frozenset({"format", "format_map"})
_MADE = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Constant, ast.BinOp)
_MAKERS = frozenset({"list", "dict", "set", "tuple", "deque", "defaultdict", "bytearray", "sorted"})

Found = tuple[Placed, str]
"""A node, and what is to be said about it."""


def reaching(program: Program, owned: Owned) -> Iterator[Found]:
    """Find the uses of such functions. Their ordinary uses, on what the file defines, are left alone."""
    called = {call.func: call for call in program.of(ast.Call)}
    plain = frozenset(_plain_wrapping(program, owned))
    taken: list[ast.expr] = [
        *(node for node in program.of(ast.Name) if isinstance(node.ctx, ast.Load)),
        *(node for node in program.of(ast.Attribute) if isinstance(node.ctx, ast.Load)),
        *(node for node in program.of(ast.Call) if isinstance(node.func, ast.Name) and node.func.id == "getattr"),
    ]
    for node in taken:
        for meaning in program.names.meanings(node):
            call = called.get(node)
            last = meaning.rpartition(".")[2]
            if last in _NEVER_NEEDED:
                yield node, f"`{meaning}` reaches things by their names or makes code"
            elif last in _WRAPPERS and call not in plain:
                yield call or node, f"`{meaning}` takes attributes by their names"
            elif _takes_apart(meaning) and not (call and call.args and _is_own(meaning, call.args[0], owned)):
                yield call or node, f"`{meaning}` takes apart something that this file does not define"
    yield from _machinery(program)
    yield from _made_classes(program, owned)
    yield from _computed_formats(program)


def _plain_wrapping(program: Program, owned: Owned) -> Iterator[ast.Call]:
    """The calls that make a function of the file look like another one, with no say in which attributes it gets.

    So does an object of the file, unless it catches them in a ``__setattr__``, which is pointed out by itself.
    """
    functions = frozenset(function.name for function in program.functions())
    for function in program.functions():
        yield from (
            each
            for each in function.decorator_list
            if isinstance(each, ast.Call) and _is_short(each, _WRAPPERS["wraps"])
        )
    for call in program.of(ast.Call):
        match call:
            case ast.Call(func=ast.Call() as wrapping, args=[ast.Name(id=name)]) if name in functions:
                if _is_short(wrapping, _WRAPPERS["wraps"]):
                    yield wrapping
            case ast.Call(args=[ast.Name(id=name) as made, _]) if name in functions or owned.is_solid(made):
                if _is_short(call, _WRAPPERS["update_wrapper"]):
                    yield call


def _is_short(call: ast.Call, count: int) -> bool:
    """Whether a call has this number of arguments, and no other ones."""
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return len(call.args) == count and not call.keywords and not starred


def _takes_apart(meaning: str) -> bool:
    return meaning in _COPYING or (meaning.startswith("dataclasses.") and meaning.rpartition(".")[2] in _TAKING_APART)


def _is_own(meaning: str, node: ast.expr, owned: Owned) -> bool:
    if meaning in _COPYING and _is_made_here(node, owned):
        return True
    return owned.kind(node).what in (What.OWN, What.CLASS)


def _is_made_here(node: ast.expr, owned: Owned) -> bool:
    """Whether what is copied is the file's own object or collection."""
    match node:
        case ast.Attribute(value=value):
            return owned.kind(value).what is What.OWN
        case ast.Call(func=ast.Name(id=name)) if name in _MAKERS:
            return True
        case ast.Name():
            values = owned.values(node)
            return bool(values) and all(
                not isinstance(each, ast.Name) and _is_made_here(each, owned) for each in values
            )
    return isinstance(node, _MADE) or owned.kind(node).what in (What.OWN, What.MANY)


def _machinery(program: Program) -> Iterator[Found]:
    for node in program.of(ast.Import):
        for alias in node.names:
            if alias.name.partition(".")[0] in _MACHINERY:
                yield alias, f"`{alias.name}` reaches into the machinery of Python"
    for source in program.of(ast.ImportFrom):
        if source.module and source.module.partition(".")[0] in _MACHINERY:
            yield source, f"`{source.module}` reaches into the machinery of Python"


def _made_classes(program: Program, owned: Owned) -> Iterator[Found]:
    """Find classes that are not written down as classes, or that another class makes."""
    for call in program.of(ast.Call):
        if _is_type(call.func, program.names) and (
            len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred)
        ):
            yield call, "`type` makes a class out of parts"
    for owner in program.of(ast.ClassDef):
        for base in owner.bases:
            if _is_type(base, program.names):
                yield base, "a class that makes classes"
            elif any(_is_class_of(each, program.names) for each in (base, *_values(base, owned))):
                yield base, "a class inherits from the class of some object"
        for keyword in owner.keywords:
            meanings = program.names.meanings(keyword.value)
            if keyword.arg in (None, "metaclass") and not any(each.endswith(".ABCMeta") for each in meanings):
                yield keyword, "another class says what this class is"


def _values(node: ast.expr, owned: Owned) -> list[ast.expr]:
    return owned.values(node) if isinstance(node, ast.Name) else []


def _is_class_of(node: ast.expr, names: Names) -> bool:
    if isinstance(node, ast.Call):
        return _is_type(node.func, names)
    return isinstance(node, ast.Attribute) and node.attr == "__class__"


def _is_type(node: ast.expr, names: Names) -> bool:
    return isinstance(node, ast.Name) and node.id == "type" and "type" not in names.own


def _computed_formats(program: Program) -> Iterator[Found]:
    """Find formats that are no constants: what ``text.format(x)`` takes from ``x`` stands in the text."""
    if any(function.name in FORMATS for function in program.functions()):
        return
    for call in program.of(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Name(id="str"), attr=name) if name in FORMATS:
                text = call.args[0] if call.args else None
            case ast.Attribute(value=text, attr=name) if name in FORMATS:
                pass
            case _:
                continue
        if text is None or (program.texts.of(text) is None and not isinstance(text, ast.Constant)):
            yield call, "what is formatted into this text cannot be seen, because the text is computed"
