"""Finds code that an instructor should look at: it uses parts of Python for which an answer has no ordinary need.

Such code is not forbidden and costs no points. Honest programs hardly ever contain it; programs that try to change how
they are judged nearly always do.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from grader.policy.decorators import last_name
from grader.policy.kinds import What
from grader.policy.names import Names, whose_class
from grader.policy.owned import Owned
from grader.policy.program import Placed, Program, Remark
from grader.policy.reaching import FORMATS, reaching
from grader.policy.submission import Fault, Submission

_USUAL_NAMES = """
    __abs__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotations__ __await__ __bool__
    __call__ __cause__ __class__ __class_getitem__ __contains__ __context__ __debug__ __doc__ __enter__ __eq__
    __exit__ __float__ __format__ __ge__ __getitem__ __gt__ __hash__ __index__ __init__ __init_subclass__ __int__
    __invert__ __iter__ __le__ __len__ __lt__ __mul__ __name__ __ne__ __neg__ __new__ __next__ __or__ __post_init__
    __pos__ __qualname__ __radd__ __repr__ __reversed__ __round__ __setitem__ __delitem__ __module__ __slots__
    __str__ __sub__ __suppress_context__ __traceback__ __xor__ __notes__ __rsub__ __rmul__ __ror__ __rand__ __iadd__
    __isub__ __ior__ __iand__ __truediv__ __floordiv__ __mod__ __missing__ __version__ __author__ __license__
"""
_FRAMES_NAMES = """
    ag_await ag_code ag_frame co_code co_consts co_freevars co_names co_positions co_varnames cr_await cr_code cr_frame
    cr_origin f_back f_builtins f_code f_generator f_globals f_lasti f_lineno f_locals f_trace gi_code gi_frame
    gi_yieldfrom mro tb_frame tb_lasti tb_next backend_class get_coro get_stack native_token
"""
_HOOK_NAMES = """
    __copy__ __deepcopy__ __delattr__ __delete__ __dir__ __get__ __getattr__ __getattribute__ __getnewargs__
    __getnewargs_ex__ __getstate__ __instancecheck__ __mro_entries__ __prepare__ __reduce__ __reduce_ex__ __set__
    __set_name__ __setattr__ __setstate__ __subclasscheck__ __subclasshook__
"""
_INNER_PARTS = frozenset({"args", "cell_contents", "coro", "fdel", "fget", "fset", "func", "keywords"})
"""The attributes by which one gets from a ``partial``, a cell, a property or a task to what was put into it."""
_TUPLE_NAMES = frozenset({"_asdict", "_field_defaults", "_fields", "_make", "_replace"})
_ENUM_NAMES = frozenset({"_name_", "_value_"})
"""What every member of an enum tells everybody. To change it is another thing."""
_USUAL = frozenset(_USUAL_NAMES.split())
_FRAMES = frozenset(_FRAMES_NAMES.split())
_HOOKS = frozenset(_HOOK_NAMES.split())
"""The special methods that Python calls when an attribute is taken or set, or an object is copied or classified."""
_SETTING = frozenset({"__delattr__", "__setattr__"})
_REFLECTION = frozenset({"dir", "globals", "locals", "vars"})
_BY_NAME = frozenset({"getattr", "setattr", "delattr"})
_TEXTS = frozenset({"__main__", "__dict__", "__weakref__"})
"""Special names that honest programs write as texts, two of them in ``__slots__``."""
# The class excludes braces and dots, so that a search never goes back over them: otherwise the time would grow with the
# square of the length, and a megabyte of braces would take minutes.
_FORMAT_FIELD = re.compile(r"\{[^{}:!.]*\.")
# Embeddings, overrides and isolates, which make an editor show a line in another order than Python reads it
# (https://trojansource.codes, CVE-2021-42574); the same nine that rustc refuses. Right-to-left letters, and the marks
# that honest Arabic and Hebrew text has between them, are not among them.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_KINDS = (ast.Attribute, ast.Name, ast.alias, ast.Call, ast.MatchClass, ast.Constant, ast.FunctionDef)
"""The kinds of nodes that are examined."""


def please_look(program: Program, asked: frozenset[str] | None = None) -> tuple[Fault, ...]:
    """Find the first few places that an instructor should look at.

    ``asked`` names the functions and methods that the exercise asks for, whose arguments come from outside. Without it,
    those of any public function may.
    """
    return program.faults(_all_remarks(program, Owned(program, asked)))


def _all_remarks(program: Program, owned: Owned) -> Iterator[Remark]:
    paramspecs = frozenset(_paramspecs(program))
    texts_are_formats = any(attribute.attr in FORMATS for attribute in program.of(ast.Attribute))
    for node in program.of(*_KINDS):
        yield from _look_at(node, program.names, owned)
        if node not in paramspecs:
            yield from _of_a_stranger(node, owned)
        if texts_are_formats and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _format(node, node.value)
    for whole, text in program.texts.put_together():
        yield from _hidden_name(whole, text)
        if texts_are_formats:
            yield from _format(whole, text)
    for place, error in reaching(program, owned):
        yield _remark(place, error)
    yield from _set_by_name(program, owned)
    yield from _handed_on(program)
    yield from _reordered(program.submission)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """One character of the source. It may stand in a comment, for which the syntax tree has no node."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int


def _reordered(submission: Submission) -> Iterator[Remark]:
    if _REORDERING.search(submission.source) is None:
        return
    for number, line in enumerate(submission.lines(), start=1):
        if character := _REORDERING.search(line):
            start, end = (len(line[:place].encode("utf-8", "surrogatepass")) for place in character.span())
            spot = _Spot(lineno=number, col_offset=start, end_lineno=number, end_col_offset=end)
            yield _remark(spot, "text here is not shown in the order in which Python reads it")


# ---- what belongs to others ------------------------------------------------------------------------------------------


def _of_a_stranger(node: ast.AST, owned: Owned) -> Iterator[Remark]:
    """Find private attributes, and inner parts, of what is not seen to be the file's own."""
    match node:
        case ast.Attribute(value=value, attr=name, ctx=context):
            if name not in _ENUM_NAMES or not isinstance(context, ast.Load):
                yield from _stranger(node, value, name, owned)
        case ast.Call(func=ast.Name(id=function), args=[value, ast.Constant(value=str(name)), *_]):
            if function in _BY_NAME:
                yield from _stranger(node, value, name, owned)
        case ast.MatchClass(cls=whose, kwd_attrs=names) if not owned.is_solid(whose):
            for name in names:
                if _is_private(name) or (name in _INNER_PARTS and not _is_error(whose)):
                    yield _inner(node, name)


def _stranger(node: Placed, value: ast.expr, name: str, owned: Owned) -> Iterator[Remark]:
    if name in _INNER_PARTS:
        kind = owned.kind(value).what
        # A class that inherits from `partial` has these parts from there, whatever its body says of them.
        if not owned.may_have_part(value, name) and not (name == "args" and kind is What.CAUGHT):
            yield _inner(node, name)
    elif _is_private(name) and not owned.may_have(value, name):
        yield _inner(node, name)


def _paramspecs(program: Program) -> Iterator[ast.AST]:
    """The ``P.args`` and ``P.kwargs`` of ``*args: P.args, **kwargs: P.kwargs``, where ``P`` is nothing else."""
    values = {
        target.id: statement.value
        for statement in program.of(ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    written = Counter(name.id for name in program.of(ast.Name) if isinstance(name.ctx, ast.Store))
    for arguments in program.of(ast.arguments):
        match arguments.vararg:
            case ast.arg(annotation=ast.Attribute(value=ast.Name(id=name)) as annotation) if written[name] <= 1:
                match values.get(name):
                    case ast.Call(func=called) if last_name(called) == "ParamSpec":
                        yield annotation
                    case None if name not in program.names.own:  # `def f[**P](*args: P.args)`, from Python 3.12 on
                        yield annotation


def _inner(node: Placed, name: str) -> Remark:
    if _is_private(name):
        return _remark(node, f"`{name}` is a private part of something that this file does not define", name)
    return _remark(node, f"`{name}` takes out what was put into something that this file does not define", name)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name != "_" and name not in _TUPLE_NAMES


def _set_by_name(program: Program, owned: Owned) -> Iterator[Remark]:
    """Find ``object.__setattr__``, unless it sets a plain attribute of the file's own, as a frozen dataclass must."""
    calls = {call.func: call for call in program.of(ast.Call)}
    for attribute in program.of(ast.Attribute):
        if attribute.attr in _SETTING:
            match calls.get(attribute):
                case ast.Call(args=[itself, ast.Constant(value=str(name)), *_]) if owned.has(itself, name):
                    pass
                case _:
                    yield _remark(attribute, "an attribute is set by its name, of something unknown", attribute.attr)


def _is_error(whose: ast.expr) -> bool:
    """Whether a class is one of Python's exceptions."""
    named = getattr(builtins, whose.id, None) if isinstance(whose, ast.Name) else None
    return isinstance(named, type) and issubclass(named, BaseException)


def _hidden_name(node: ast.expr, text: str) -> Iterator[Remark]:
    if text.isidentifier() and (text in _FRAMES or text in _INNER_PARTS or text.startswith("_")) and text.strip("_"):
        yield _remark(node, f"`{text}` is put together here, so that no reader sees the name")


# ---- what is handed on -----------------------------------------------------------------------------------------------


def _handed_on(program: Program) -> Iterator[Remark]:
    """Find modules, and ``getattr``, that are used as values: reading cannot tell what is then taken from them."""
    followed = frozenset(_followed(program))
    for name in program.of(ast.Name):
        if name in followed or not isinstance(name.ctx, ast.Load):
            continue
        if name.id in program.names.modules:
            yield _remark(name, f"the module `{name.id}` is handed on as a value")
        elif name.id in _BY_NAME and name.id not in program.names.own:
            yield _remark(name, f"`{name.id}` is handed on as a value")


def _followed(program: Program) -> Iterator[ast.AST]:
    """The places where a name may stand without being handed on, because ``Names`` follows it there."""
    names = program.names
    yield from (
        attribute.value for attribute in program.of(ast.Attribute) if not _names_a_builtin(attribute.value, names)
    )
    yield from (named.value for named in program.of(ast.NamedExpr) if not _names_a_builtin(named.value, names))
    of_classes = {inner for owner in program.of(ast.ClassDef) for inner in owner.body}
    for assignment in program.of(ast.Assign):
        target, value = assignment.targets[0], assignment.value
        if isinstance(target, ast.Name) and assignment not in of_classes and not _names_a_builtin(value, names):
            yield value
    for arguments in program.of(ast.arguments):
        defaults = (default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None)
        yield from (default for default in defaults if not _names_a_builtin(default, names))
    for call in program.of(ast.Call):
        yield call.func
        if _names_a_builtin(call.func, names) or last_name(call.func) in ("vars", "hasattr"):
            yield from (argument for argument in call.args[:1] if not _names_a_builtin(argument, names))


def _names_a_builtin(node: ast.AST, names: Names) -> bool:
    return isinstance(node, ast.Name) and node.id in _BY_NAME and node.id not in names.own


def _look_at(node: ast.AST, names: Names, owned: Owned) -> Iterator[Remark]:
    match node:
        case ast.Attribute():
            if node.attr not in _SETTING:
                yield from _hidden_attribute(node, node.attr)
            yield from _change_of_module(node, names)
            if node.attr == "__class__" and not isinstance(node.ctx, ast.Load):
                yield _remark(node, "an object is made to belong to another class", node.attr)
            if not isinstance(node.ctx, ast.Load) and whose_class(node.value) is not None:
                yield _remark(node, "the class of some object is changed")
        case ast.Name():
            yield from _name(node, names)
        case ast.Constant(value=str(text)):
            yield from _hidden_text(node, text)
        case ast.alias(name=name):
            yield from _hidden_attribute(node, name)
        case ast.Call(func=ast.Name(id=name)) if name in _BY_NAME and name not in names.own:
            yield from _attribute_by_name(node, name, names, owned)
        case ast.MatchClass(kwd_attrs=attributes):
            for attribute in attributes:
                yield from _hidden_attribute(node, attribute)
        case ast.FunctionDef(name=name) if name in _HOOKS:
            yield _remark(node, f"`{name}` is called by Python where no reader sees a call", name)
        case ast.FunctionDef(name="__eq__" | "__ne__", body=[*_, ast.Return(value=ast.Constant())] as body):
            if len(body) == 1:
                yield _remark(node, f"`{node.name}` gives the same answer whatever it is asked", node.name)


def _name(node: ast.Name, names: Names) -> Iterator[Remark]:
    yield from _hidden_attribute(node, node.id)
    if node.id == "__class__" and isinstance(node.ctx, ast.Store):
        yield _remark(node, "an object says that it is of another class")
    if node.id in names.own:
        return
    if node.id in _REFLECTION:
        yield _remark(node, f"`{node.id}` reaches every name of a scope")
    if node.id == "open":
        yield _remark(node, "`open` reaches for files, of which there are none")


def _hidden_text(node: ast.Constant, text: str) -> Iterator[Remark]:
    if text.startswith("__") and text.isidentifier() and text not in _TEXTS:
        yield from _hidden_attribute(node, text)


def _hidden_attribute(node: Placed, name: str) -> Iterator[Remark]:
    is_dunder = name.startswith("__") and name.endswith("__") and name not in _USUAL
    if is_dunder or name in _FRAMES:
        yield _remark(node, f"`{name}` reaches into the machinery of Python", name)


def _change_of_module(node: ast.Attribute, names: Names) -> Iterator[Remark]:
    if not isinstance(node.ctx, ast.Load) and names.meanings(node.value):
        yield _remark(node, f"`{names.meanings(node)[0]}` belongs to a library, and is changed here")


def _attribute_by_name(node: ast.Call, function: str, names: Names, owned: Owned) -> Iterator[Remark]:
    match node.args:
        case [value, ast.Constant(value=str(name)), *_]:
            yield from _hidden_attribute(node, name)
            if function != "getattr" and names.meanings(value):
                yield _remark(node, f"`{names.meanings(value)[0]}.{name}` belongs to a library, and is changed here")
        case [itself, *_] if function == "getattr" and owned.is_solid(itself):
            pass  # `getattr(self, f"on_{name}")`: what it gives is looked at like any other value
        case _:
            yield _remark(node, f"`{function}` with a name that is computed")


def _format(node: Placed, text: str) -> Iterator[Remark]:
    if _FORMAT_FIELD.search(text):
        yield _remark(node, "a format string reaches for an attribute")


def _remark(node: Placed, error: str, name: str = "") -> Remark:
    return Remark(node=node, kind="please-look", error=error, help="read this line before the mark counts", name=name)
