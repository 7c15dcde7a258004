"""Values as they cross between the box and the trusted side, and as hidden tests compare them.

Values keep their types: ``1``, ``1.0`` and ``True`` are three different answers (a wrong submission once got full marks
by ``1 == True``). An object is known by the token that the scenario gave it, never by its own ``__eq__``.

On the wire a value is null, bool, int, float, str or list as it is, or an object with one key:
``k`` a token's name, ``t`` a tuple, ``d`` the pairs of a dict, ``b`` bytes as latin-1, ``f`` "nan" "inf" or "-inf",
``r`` a record's type name and the pairs of its fields, ``o`` the type name of anything else.

Three ways: ``Encoder`` writes, inside the box and for the inputs of a play; ``revive`` reads inside the box, where the
trusted side is believed; ``Decoder`` reads on the trusted side, with distrust.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from grader.wire.lines import MAX_INTEGER_DIGITS, Distrusted, Json

MAX_DEPTH = 8
MAX_NODES = 50_000
"""Parts of all values of one play."""
MAX_TEXT = 2_000_000
"""Characters and bytes in all values of one play."""
MAX_OF_ONE_HASH = 50
"""Different integers, or tuples, of one hash in all values of one play."""

T = TypeVar("T")


class TooLarge(Exception):
    """Values have more parts or more text than may cross."""


def name_of(kind: type) -> str:
    """The name of a class, which neither its metaclass nor a subclass of str can change."""
    name: str = type.__dict__["__name__"].__get__(kind)
    return str.__getitem__(name, slice(100))


# ---- into the wire ---------------------------------------------------------------------------------------------------


class Encoder:
    """Encodes the values of one play with a budget of parts and of text.

    ``token_of`` gives the names of the objects that the scenario handed out, and None for all others.
    """

    def __init__(
        self, token_of: Callable[[object], str | None], *, parts: int = MAX_NODES, text: int = MAX_TEXT
    ) -> None:
        self._token_of = token_of
        self._left = parts
        self._text_left = text

    def spend(self, characters: int) -> None:
        """Count characters that cross beside the values. Raises TooLarge."""
        self._text_left -= characters
        if self._text_left < 0:
            raise TooLarge

    def encode(self, value: object, depth: int = 0) -> Json:
        """A value as it crosses. Raises TooLarge.

        Only exact built-in types cross as data, because a subclass may lie about what it equals.
        """
        self._left -= 1
        if self._left < 0:
            raise TooLarge
        token = self._token_of(value)
        if token is not None:
            return {"k": token}
        kind = type(value)
        if value is None or kind is bool:
            return value  # type: ignore[return-value]
        for scalar, encode in _SCALARS:  # no look-up in a dict: a metaclass chooses its own hash and equality
            if kind is scalar:
                self.spend(len(value) if isinstance(value, str | bytes) else 0)
                return encode(value)
        if depth < MAX_DEPTH:
            if kind is list:
                return [self.encode(item, depth + 1) for item in value]  # type: ignore[attr-defined]
            if kind is tuple:
                return {"t": [self.encode(item, depth + 1) for item in value]}  # type: ignore[attr-defined]
            if kind is dict:
                pairs = [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]  # type: ignore[attr-defined]
                return {"d": pairs}  # type: ignore[dict-item]
        return self.other(value, depth)

    def other(self, value: object, depth: int) -> Json:
        """What crosses of a value that is no plain data: the name of its type."""
        return {"o": name_of(type(value))}


class ReportEncoder(Encoder):
    """Encodes values to be shown, and never compared: of a dataclass the fields cross as well, and digits count."""

    def encode(self, value: object, depth: int = 0) -> Json:
        if type(value) is int:
            self.spend(value.bit_length() // 3)
        return super().encode(value, depth)

    def other(self, value: object, depth: int) -> Json:
        fields = type.__dict__["__dict__"].__get__(type(value)).get("__dataclass_fields__")
        if type(fields) is not dict or depth >= MAX_DEPTH:
            return super().other(value, depth)
        pairs: list[Json] = []
        for name in fields:
            if type(name) is str:
                self.spend(len(name))
                pairs.append([name, self.encode(object.__getattribute__(value, name), depth + 1)])
        return {"r": [name_of(type(value)), pairs]}


def _encode_int(value: int) -> Json:
    return value if value.bit_length() < 3 * MAX_INTEGER_DIGITS else {"o": "int"}


def _encode_float(value: float) -> Json:
    return value if math.isfinite(value) else {"f": str(value)}


def _encode_bytes(value: bytes) -> Json:
    return {"b": value.decode("latin-1")} if len(value) <= 1_000_000 else {"o": "bytes"}


def _encode_str(value: str) -> Json:
    return value if len(value) <= 200_000 else {"o": "str"}


_SCALARS: tuple[tuple[type, Callable[..., Json]], ...] = (
    (int, _encode_int),
    (str, _encode_str),
    (float, _encode_float),
    (bytes, _encode_bytes),
)


def encode_inputs(inputs: dict[str, object]) -> Json:
    """Encode the inputs of a play; they hold no tokens."""
    return Encoder(lambda value: None).encode(inputs)


# ---- out of the wire, inside the box: plain Python -------------------------------------------------------------------


def revive(value: Json) -> object:
    """Turn a value that came from the trusted side into plain Python data."""
    match value:
        case list():
            return [revive(item) for item in value]
        case {"t": list(items)}:
            return tuple(revive(item) for item in items)
        case {"d": list(pairs)}:
            return {revive(key): revive(item) for key, item in (_pair(pair) for pair in pairs)}
        case {"b": str(text)}:
            return text.encode("latin-1")
        case {"f": str(text)}:
            return float(text)
        case _:
            return value


# ---- out of the wire, outside of the box: typed, with distrust -------------------------------------------------------


class Token(str):
    """The name of an object that the scenario handed out and that came back as the very same object."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is Token and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"<{self!s}>"


class TypedInt(int):
    """An int that equals ints only, if it stands on the left: in ``True == TypedInt(1)`` bool decides, and says yes."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) in (int, TypedInt) and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


class TypedBool(int):
    """A bool that equals bools only."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) in (bool, TypedBool) and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__

    def __repr__(self) -> str:
        return repr(bool(self))


class TypedFloat(float):
    """A float that equals floats only."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) in (float, TypedFloat) and float.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value of which only the name of its type crosses. Equal to nothing but itself."""

    type_name: str

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Record:
    """A dataclass of the submission as a report shows it. Equal to nothing but itself, like an Opaque."""

    type_name: str
    fields: tuple[tuple[str, object], ...]

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


class Decoder:
    """Turns the values of one play into typed Python data, in time that grows with their size alone.

    Integers and tuples of one hash make dicts and sets compare each with each, here and in hidden tests: a dict of
    12,000 integers took minutes. Python's hash of a text is secret, but anybody can compute that of an integer and so
    of a tuple. So of each hash only a few values are taken; chance hardly ever makes two, and 21 powers of two share
    one. Floats are not counted, as there are at most some 200 of any hash.
    """

    def __init__(self) -> None:
        self._left = MAX_NODES
        self._of_hash: dict[int, list[object]] = {}

    def decode(self, value: Json) -> object:
        """Decode a value of the wire.

        Raises Distrusted for what ``Encoder`` does not write, and TooLarge for too many values of one hash.
        """
        return None if value is None else self._part(value)

    def _part(self, value: Json) -> object:
        self._left -= 1
        if self._left < 0:
            raise Distrusted("more parts of values than may cross")
        match value:
            case bool():
                return TypedBool(value)
            case int():
                return self._counted(TypedInt(value))
            case float():
                return TypedFloat(value)
            case list():
                return [self._part(item) for item in value]
            case dict():
                return self._tagged(value)
            case _:
                return value

    def _tagged(self, value: dict[str, Json]) -> object:
        match value:
            case {"k": str(name), **rest} if not rest:
                return Token(name)
            case {"t": list(items), **rest} if not rest:
                return self._counted(tuple(self._part(item) for item in items))
            case {"b": str(text), **rest} if not rest:
                return _latin(text)
            case {"f": "nan" | "inf" | "-inf" as text, **rest} if not rest:
                return TypedFloat(text)
            case {"o": str(name), **rest} if not rest:
                return Opaque(name)
            case {"r": [str(name), list(pairs)], **rest} if not rest:
                return Record(name, tuple((_name(key), self._part(item)) for key, item in map(_pair, pairs)))
            case {"d": list(pairs), **rest} if not rest:
                return self._mapping(pairs)
        raise Distrusted("not a value")

    def _mapping(self, pairs: list[Json]) -> dict[object, object]:
        try:
            return {self._part(key): self._part(item) for key, item in map(_pair, pairs)}
        except TypeError:
            raise Distrusted("a key that cannot be hashed") from None

    def _counted(self, value: T) -> T:
        """The value, if not too many others of its hash have come before it."""
        try:
            hashed = hash(value)
        except TypeError:  # a tuple that holds a list
            return value
        alike = self._of_hash.setdefault(hashed, [])
        if value not in alike:
            if len(alike) == MAX_OF_ONE_HASH:
                raise TooLarge("it returned or marked too many values of one hash")
            alike.append(value)
        return value


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise Distrusted("bytes that are none") from None


def _name(value: Json) -> str:
    if type(value) is str:
        return value
    raise Distrusted("a field without a name")


def _pair(pair: Json) -> tuple[Json, Json]:
    if isinstance(pair, list) and len(pair) == 2:
        return pair[0], pair[1]
    raise Distrusted("not a pair")
