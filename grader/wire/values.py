"""Values as they cross between the box and the trusted side, and as hidden tests compare them.

Values keep their types: ``1``, ``1.0`` and ``True`` are three different answers (a wrong submission once got full marks
by ``1 == True``). An object is known by the token that the scenario gave it, never by its own ``__eq__``.

On the wire a value is null, bool, int, float, str or list as it is, or an object with one key:
``k`` a token's name, ``t`` a tuple, ``d`` the pairs of a dict, ``b`` bytes as latin-1, ``f`` "nan" "inf" or "-inf",
``o`` the type name of anything else.

Three ways: ``Encoder`` writes, inside the box and for the inputs of a play; ``revive`` reads inside the box, where the
trusted side is believed; ``decode`` reads on the trusted side, with distrust.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from grader.wire.lines import MAX_INTEGER_DIGITS, Distrusted, Json

MAX_DEPTH = 8
MAX_NODES = 50_000
"""Parts of all values of one play."""
MAX_TEXT = 2_000_000
"""Characters and bytes in all values of one play."""


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

    def __init__(self, token_of: Callable[[object], str | None]) -> None:
        self._token_of = token_of
        self._left = MAX_NODES
        self._text_left = MAX_TEXT

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
        return {"o": name_of(kind)}


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

    def __eq__(self, other: object) -> bool:
        return type(other) in (int, TypedInt) and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


class TypedBool(int):
    """A bool that equals bools only."""

    def __eq__(self, other: object) -> bool:
        return type(other) in (bool, TypedBool) and int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__

    def __repr__(self) -> str:
        return repr(bool(self))


class TypedFloat(float):
    """A float that equals floats only."""

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


def decode(value: Json) -> object:
    """Turn a value of the wire into typed Python data."""
    match value:
        case bool():
            return TypedBool(value)
        case int():
            return TypedInt(value)
        case float():
            return TypedFloat(value)
        case list():
            return [decode(item) for item in value]
        case dict():
            return _decode_tagged(value)
        case _:
            return value


def _decode_tagged(value: dict[str, Json]) -> object:
    match value:
        case {"k": str(name), **rest} if not rest:
            return Token(name)
        case {"t": list(items), **rest} if not rest:
            return tuple(decode(item) for item in items)
        case {"b": str(text), **rest} if not rest and all(ord(c) < 256 for c in text):
            return text.encode("latin-1")
        case {"f": "nan" | "inf" | "-inf" as text, **rest} if not rest:
            return TypedFloat(text)
        case {"o": str(name), **rest} if not rest:
            return Opaque(name)
        case {"d": list(pairs), **rest} if not rest:
            try:
                return {decode(key): decode(item) for key, item in (_pair(pair) for pair in pairs)}
            except TypeError:
                raise Distrusted("a key that cannot be hashed") from None
    raise Distrusted("not a value")


def _pair(pair: Json) -> tuple[Json, Json]:
    if isinstance(pair, list) and len(pair) == 2:
        return pair[0], pair[1]
    raise Distrusted("not a pair")
