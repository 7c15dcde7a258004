"""What an instructor is asked to look at: code that reaches for what ordinary code has no use for.

None of it is forbidden and none of it costs points. Honest programs hardly ever do these things; programs that try to
change how they are judged nearly always do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.names import Names
from grader.program import Placed, Program, Remark
from grader.submission import Fault

_USUAL_NAMES = """
    __abs__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotations__ __await__ __bool__ __call__
    __cause__ __class__ __class_getitem__ __contains__ __context__ __debug__ __doc__ __enter__ __eq__ __exit__ __float__
    __format__ __ge__ __getitem__ __gt__ __hash__ __index__ __init__ __int__ __invert__ __iter__ __le__ __len__ __lt__
    __match_args__ __mul__ __name__ __ne__ __neg__ __new__ __next__ __or__ __post_init__ __pos__ __qualname__ __radd__
    __repr__ __reversed__ __round__ __setattr__ __setitem__ __delitem__ __module__ __slots__ __str__ __sub__
    __suppress_context__ __traceback__ __xor__ __notes__
"""
_FRAMES_NAMES = """
    ag_await ag_code ag_frame co_code co_consts cr_await cr_code cr_frame cr_origin f_back f_builtins f_code f_globals
    f_lasti f_lineno f_locals f_trace gi_code gi_frame gi_yieldfrom mro tb_frame tb_lasti tb_next
"""
_USUAL = frozenset(_USUAL_NAMES.split())
_FRAMES = frozenset(_FRAMES_NAMES.split())
_REFLECTION = frozenset({"globals", "locals", "vars"})
_BY_NAME = frozenset({"getattr", "setattr", "delattr"})
_BY_TEXT = (
    *("typing.get_type_hints", "operator.attrgetter", "operator.methodcaller"),
    *("types.CodeType", "types.FunctionType", "types.FrameType"),
)
_FORMAT_FIELD = re.compile(r"\{[^{}:!]*\.")


def please_look(program: Program) -> tuple[Fault, ...]:
    """Find the first few places that deserve a look."""
    return program.faults(remark for node in program.nodes for remark in _look_at(node, program.names))


def _look_at(node: ast.AST, names: Names) -> Iterator[Remark]:
    match node:
        case ast.Attribute():
            yield from _hidden_attribute(node, node.attr)
            yield from _change_of_module(node, names)
            yield from _by_text(node, names)
        case ast.Name():
            yield from _name(node, names)
        case ast.alias(name=name):
            yield from _hidden_attribute(node, name)
        case ast.Call():
            yield from _call(node, names)
        case ast.MatchClass(kwd_attrs=attributes):
            for attribute in attributes:
                yield from _hidden_attribute(node, attribute)


def _name(node: ast.Name, names: Names) -> Iterator[Remark]:
    yield from _hidden_attribute(node, node.id)
    if node.id in names.own:
        yield from _by_text(node, names)
    elif node.id in _REFLECTION:
        yield _remark(node, f"`{node.id}` reaches every name of a scope")


def _hidden_attribute(node: Placed, name: str) -> Iterator[Remark]:
    is_dunder = name.startswith("__") and name.endswith("__") and name not in _USUAL
    if is_dunder or name in _FRAMES:
        yield _remark(node, f"`{name}` reaches into the machinery of Python", name)


def _by_text(node: ast.Name | ast.Attribute, names: Names) -> Iterator[Remark]:
    for meaning in names.meanings(node):
        if meaning in _BY_TEXT:
            yield _remark(node, f"`{meaning}` reaches things by their names or makes code")


def _change_of_module(node: ast.Attribute, names: Names) -> Iterator[Remark]:
    if not isinstance(node.ctx, ast.Load) and names.meanings(node.value):
        yield _remark(node, f"`{names.meanings(node)[0]}` belongs to a library, and is changed here")


def _call(node: ast.Call, names: Names) -> Iterator[Remark]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _BY_NAME and name not in names.own:
            yield from _attribute_by_name(node, name, names)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format" | "format_map")):
            yield from _format(node, text)
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="str"), attr="format"), args=[ast.Constant(value=str(text)), *_]
        ):
            yield from _format(node, text)


def _attribute_by_name(node: ast.Call, function: str, names: Names) -> Iterator[Remark]:
    match node.args:
        case [value, ast.Constant(value=str(name)), *_]:
            yield from _hidden_attribute(node, name)
            if function != "getattr" and names.meanings(value):
                yield _remark(node, f"`{names.meanings(value)[0]}.{name}` belongs to a library, and is changed here")
        case _:
            yield _remark(node, f"`{function}` with a name that is computed")


def _format(node: ast.Call, text: str) -> Iterator[Remark]:
    if _FORMAT_FIELD.search(text):
        yield _remark(node, "a format string reaches for an attribute")


def _remark(node: Placed, error: str, name: str = "") -> Remark:
    return Remark(node=node, kind="please-look", error=error, help="read this line before the mark counts", name=name)
