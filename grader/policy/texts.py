"""Works out the texts that a program puts together from constants: ``"__glo" + "bals__"`` is ``"__globals__"``.

Only what needs no running is worked out: sums, joins, slices, formats, ``chr`` and a few methods of texts. What stays
unknown is not lost: whatever takes an attribute by a name that is computed is pointed out where it does so.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | bytes | int | tuple[Value, ...]"

_LONGEST = 200
"""Characters of a text and parts of a tuple; no name that does harm is longer. It keeps the time linear."""
_LARGEST = 2**31
_ROUNDS = 3
"""How many assignments a text may pass through."""
_PLAIN_PERCENT = re.compile(r"(?:[^%]|%[sdc])*")  # without widths: `"%999999999s"` would fill the memory
_PLAIN_FIELDS = re.compile(r"(?:[^{}]|\{\d{0,2}\})*")
_METHODS: dict[str, tuple[type | tuple[type, ...], int]] = {
    **dict.fromkeys(("lower", "upper", "title", "swapcase", "capitalize", "casefold", "encode"), (str, 0)),
    **dict.fromkeys(("strip", "lstrip", "rstrip", "split", "removeprefix", "removesuffix"), ((str, bytes), 1)),
    **dict.fromkeys(("replace", "partition"), ((str, bytes), 2)),
}
"""The methods that are worked out: whose they are, and how many arguments they take at most."""
_FOLDED = (
    *(ast.Constant, ast.Name, ast.Tuple, ast.List, ast.BinOp, ast.UnaryOp, ast.JoinedStr, ast.FormattedValue),
    *(ast.Call, ast.Subscript, ast.ListComp, ast.GeneratorExp, ast.NamedExpr, ast.Starred),
)


class Texts:
    """The constant values of the expressions of one program."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        """Read all nodes of a program, of which outer ones come first."""
        self._values: dict[ast.AST, Value] = {}
        self._named: dict[str, Value] = {}
        inner_first = [node for node in reversed(nodes) if isinstance(node, _FOLDED)]
        assigned = _assigned_once(nodes)
        for _ in range(_ROUNDS):
            for node in inner_first:
                value = _bounded(self._fold(node))
                if value is not None:
                    self._values[node] = value
            named = {name: self._values[value] for name, value in assigned.items() if value in self._values}
            if named.keys() == self._named.keys():
                return
            self._named = named

    def of(self, node: ast.AST) -> str | None:
        """The text that an expression gives, if it is constant."""
        value = self._values.get(node)
        return value if isinstance(value, str) else None

    def put_together(self) -> list[tuple[ast.expr, str]]:
        """The expressions that make a text out of others, instead of writing it down or picking it from a list."""
        return [
            (node, value)
            for node, value in self._values.items()
            if isinstance(node, ast.expr) and isinstance(value, str) and _puts_together(node)
        ]

    def _fold(self, node: ast.AST) -> Value | None:
        match node:
            case ast.Constant(value=str() | bytes() | int() as value):
                return value
            case ast.Name(id=name, ctx=ast.Load()):
                return self._named.get(name)
            case ast.NamedExpr(value=inner) | ast.Starred(value=inner):
                return self._values.get(inner)
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if len(elements) <= _LONGEST:
                return self._all(elements)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._operate(left, operator, right)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self._values.get(operand)
                return -number if isinstance(number, int) else None
            case ast.JoinedStr(values=parts) if len(parts) <= _LONGEST:
                return _join("", self._all(parts))
            case ast.FormattedValue(value=inner, format_spec=None):
                part = self._values.get(inner)
                return str(part) if isinstance(part, str | int) else None
            case ast.Subscript(value=whole, slice=place):
                return self._part(self._values.get(whole), place)
            case ast.Call(func=called, args=arguments, keywords=[]) if len(arguments) <= _LONGEST:
                return self._call(called, arguments)
            case (
                ast.ListComp(elt=element, generators=[generator])
                | ast.GeneratorExp(elt=element, generators=[generator])
            ):
                return self._comprehension(element, generator)
        return None

    def _all(self, nodes: Sequence[ast.AST]) -> tuple[Value, ...] | None:
        values: list[Value] = []
        for node in nodes:
            value = self._values.get(node)
            if value is None:
                return None
            if isinstance(node, ast.Starred):
                if not isinstance(value, str | tuple):
                    return None
                values += value
            else:
                values.append(value)
        return tuple(values)

    def _operate(self, left: ast.expr, operator: ast.operator, right: ast.expr) -> Value | None:
        one, two = self._values.get(left), self._values.get(right)
        if one is None or two is None:
            return None
        if isinstance(operator, ast.Mod) and isinstance(one, str):
            return _percent(one, two if isinstance(two, tuple) else (two,))
        return _arithmetic(one, operator, two)

    def _part(self, whole: Value | None, place: ast.expr) -> Value | None:
        if not isinstance(whole, str | bytes | tuple):
            return None
        if not isinstance(place, ast.Slice):
            index = self._values.get(place)
            return whole[index] if isinstance(index, int) and -len(whole) <= index < len(whole) else None
        bounds: list[int | None] = []
        for bound in (place.lower, place.upper, place.step):
            value = None if bound is None else self._values.get(bound)
            if bound is not None and not isinstance(value, int):
                return None
            bounds.append(value if isinstance(value, int) else None)
        return whole[slice(*bounds)] if bounds[2] != 0 else None

    def _call(self, called: ast.expr, nodes: list[ast.expr]) -> Value | None:
        match called, nodes:
            case ast.Name(id="map"), [ast.Name(id="chr"), numbers]:
                return _each(self._values.get(numbers), _character)
        arguments = self._all(nodes)
        if arguments is None:
            return None
        match called:
            case ast.Name(id=name):
                return _builtin(name, arguments)
            case ast.Attribute(value=ast.Name(id="bytes" | "bytearray"), attr="fromhex"):
                return _from_hexadecimal(arguments)
            case ast.Attribute(value=ast.Name(id="str"), attr=name) if arguments:
                return _method(arguments[0], name, arguments[1:])
            case ast.Attribute(value=whose, attr=name):
                return _method(self._values.get(whose), name, arguments)
        return None

    def _comprehension(self, element: ast.expr, generator: ast.comprehension) -> Value | None:
        match generator:
            case ast.comprehension(target=ast.Name(id=name), iter=iterated, ifs=[]):
                return _each(self._values.get(iterated), lambda value: self._with(element, name, value))
        return None

    def _with(self, node: ast.expr, name: str, value: Value) -> Value | None:
        """Work out ``chr(c + 1)`` and the like, with ``c`` for the name."""
        match node:
            case ast.Name(id=found) if found == name:
                return value
            case ast.Call(func=ast.Name(id="chr"), args=[inner], keywords=[]):
                number = self._with_number(inner, name, value)
                return None if number is None else _character(number)
        return None

    def _with_number(self, node: ast.expr, name: str, value: Value) -> Value | None:
        match node:
            case ast.Name(id=found) if found == name:
                return value
            case ast.BinOp(left=ast.Name(id=found), op=operator, right=right) if found == name:
                other = self._values.get(right)
                return None if other is None else _arithmetic(value, operator, other)
        return None


def _puts_together(node: ast.expr) -> bool:
    match node:
        case ast.Subscript(slice=place):
            return isinstance(place, ast.Slice)
        case ast.JoinedStr(values=parts):
            return len(parts) > 1
        case ast.BinOp() | ast.Call():
            return True
    return False


def _assigned_once(nodes: Sequence[ast.AST]) -> dict[str, ast.expr]:
    """The names that the whole file gives a value once, and that value."""
    stored = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    taken = {node.arg for node in nodes if isinstance(node, ast.arg)}
    found: dict[str, ast.expr] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                found |= {target.id: value for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                found[name] = value
    return {name: value for name, value in found.items() if stored[name] == 1 and name not in taken}


def _bounded(value: Value | None) -> Value | None:
    if isinstance(value, int):
        return value if -_LARGEST < value < _LARGEST else None
    return value if value is not None and len(value) <= _LONGEST else None


def _arithmetic(one: Value, operator: ast.operator, two: Value) -> Value | None:
    match one, operator, two:
        case int(), ast.Add(), int():
            return one + two
        case int(), ast.Sub(), int():
            return one - two
        case int(), ast.BitXor(), int():
            return one ^ two
        case (str(), ast.Add(), str()) | (bytes(), ast.Add(), bytes()) | (tuple(), ast.Add(), tuple()):
            return one + two  # type: ignore[operator]
        case (str() | bytes() | tuple(), ast.Mult(), int()) if len(one) * two <= _LONGEST:
            return one * two
    return None


def _percent(text: str, values: tuple[Value, ...]) -> str | None:
    # A tuple in a tuple may be short, and as text as long as the product of all their lengths.
    if not _PLAIN_PERCENT.fullmatch(text) or not all(isinstance(value, str | bytes | int) for value in values):
        return None
    try:
        return text % values
    except (TypeError, ValueError, OverflowError):
        return None


def _join(between: Value | None, parts: Value | None) -> Value | None:
    if isinstance(between, str) and isinstance(parts, str | tuple):
        texts = [part for part in parts if isinstance(part, str)]
        return between.join(texts) if len(texts) == len(parts) else None
    if isinstance(between, bytes) and isinstance(parts, tuple):
        pieces = [part for part in parts if isinstance(part, bytes)]
        return between.join(pieces) if len(pieces) == len(parts) else None
    return None


def _each(values: Value | None, change: Callable[[Value], Value | None]) -> Value | None:
    if not isinstance(values, str | bytes | tuple):
        return None
    changed = [change(value) for value in values]
    return tuple(value for value in changed if value is not None) if None not in changed else None


def _character(number: Value) -> str | None:
    return chr(number) if isinstance(number, int) and 0 <= number < 0x110000 else None


def _builtin(name: str, arguments: tuple[Value, ...]) -> Value | None:
    match name, arguments:
        case "chr", (number,):
            return _character(number)
        case "str", (str() | int() as value,):
            return str(value)
        case "str", (bytes() as value, *_):
            return _decoded(value)
        case (("bytes" | "bytearray"), (bytes() as value,)):
            return value
        case (("bytes" | "bytearray"), (tuple() as numbers,)):
            small = [number for number in numbers if isinstance(number, int) and 0 <= number < 256]
            return bytes(small) if len(small) == len(numbers) else None
        case (("tuple" | "list"), ((str() | bytes() | tuple()) as value,)):
            return tuple(value)
        case "reversed", ((str() | bytes() | tuple()) as value,):
            return tuple(reversed(value))
    return None


def _method(whose: Value | None, name: str, arguments: tuple[Value, ...]) -> Value | None:
    if name == "join":
        return _join(whose, arguments[0]) if len(arguments) == 1 else None
    if name == "format" and isinstance(whose, str):
        return _formatted(whose, arguments)
    if name == "decode" and isinstance(whose, bytes):
        return _decoded(whose)
    kinds, most = _METHODS.get(name, ((), 0))
    if not isinstance(whose, kinds) or len(arguments) > most:
        return None
    try:
        found = getattr(whose, name)(*arguments)
    except (TypeError, ValueError, LookupError):
        return None
    return tuple(found) if isinstance(found, list) else found


def _formatted(text: str, values: tuple[Value, ...]) -> str | None:
    if not _PLAIN_FIELDS.fullmatch(text) or not all(isinstance(value, str | int) for value in values):
        return None
    try:
        return text.format(*values)
    except (IndexError, ValueError):
        return None


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _from_hexadecimal(arguments: tuple[Value, ...]) -> bytes | None:
    match arguments:
        case (str() as text,):
            try:
                return bytes.fromhex(text)
            except ValueError:
                return None
    return None
