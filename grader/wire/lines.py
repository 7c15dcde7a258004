"""The line protocol between the trusted side and the box: one JSON document per line, read with distrust.

A line that comes out of the box was written beside a stranger's code. ``loads`` therefore accepts less than ``json``
does. It refuses long lines, duplicate keys (two readers might pick different ones), NaN, infinities and numbers that
turn into them, integers so long that parsing them takes quadratic time, and deep nesting. Nothing here is ever pickled.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from json.encoder import c_make_encoder  # type: ignore[attr-defined]
from json.encoder import encode_basestring_ascii as c_encode
from typing import Any, NoReturn, TypeAlias
from zlib import crc32

MAX_LINE = 4 * 1024 * 1024
"""Bytes in one line. The largest honest message stays below: a trace is cut off long before its 50,000 steps."""

MAX_INTEGER_DIGITS = 400
MAX_NESTING = 60

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_NESTS = (list, dict)


def _no_json(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is no JSON")


# The C halves of json, bound before a submission is loaded beside them. ``JSONEncoder.encode`` looks up names of its
# module and methods of its class with every call: a submission that changed those once made our own message fail.
_DUMP = c_make_encoder(None, _no_json, c_encode, None, ":", ",", False, False, False)
_SCAN = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class Distrusted(ValueError):
    """Something came out of the box that our own code in the box would not have written."""


def dumps(document: object) -> bytes:
    """Encode one document as one line of ASCII, newline included.

    Lone surrogates in texts of the learner's code survive as escapes.
    """
    return "".join(_DUMP(document, 0)).encode("ascii") + b"\n"


def checksum(document: object) -> int:
    """A number below 10**9 by which one document is told from another, the same on both sides."""
    return crc32(dumps(document)) % 10**9


def decode(line: bytes) -> Any:
    """Decode, inside the box, a line that the trusted side wrote."""
    return _SCAN(line.decode("ascii"), 0)[0]


def rest_of_line(receive: Callable[[int], bytes], line: bytes = b"") -> bytes:
    """A line that begins so, to its end, as ``receive`` gives it; empty if the sender is gone before the end."""
    while not line.endswith(b"\n"):
        more = receive(1 << 16)
        if not more:
            return b""
        line += more
    return line


def loads(line: bytes) -> Json:
    """Decode, on the trusted side, a line that came out of the box.

    Raises Distrusted unless it is plain, finite, moderately nested JSON with unique keys.
    """
    if len(line) > MAX_LINE:
        raise Distrusted(f"a line of {len(line)} bytes")
    try:
        text = line.decode("ascii")
        # Python's json recurses in C and stops a nesting bomb with RecursionError, before the bomb has cost us much.
        document: Json = _STRICT.decode(text)
    except Distrusted:
        raise
    except (ValueError, RecursionError) as error:
        raise Distrusted(f"not a line of JSON: {type(error).__name__}") from None
    # Most lines have so few brackets that they could not nest too deeply even if each stood inside the one before.
    if text.count("[") + text.count("{") > MAX_NESTING:
        _check_nesting(document)

    return document


def _unique(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    unique: dict[str, Json] = {}
    for key, value in pairs:
        if key in unique:
            raise Distrusted("a key occurs twice")
        unique[key] = value
    return unique


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Distrusted("a number is out of range")
    return number


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise Distrusted(f"an integer of {len(text)} digits")
    return int(text)


def _no_constant(name: str) -> Json:
    raise Distrusted(f"{name} is not a value")


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_int=_integer, parse_constant=_no_constant
)


def _check_nesting(document: Json) -> None:
    level = [document]
    for _ in range(MAX_NESTING):
        # Most of a message is numbers in the rows of a trace: to call a function for each took a sixth of all judging.
        inner: list[Json] = []
        for node in level:
            if isinstance(node, list):
                inner += [child for child in node if isinstance(child, _NESTS)]
            elif isinstance(node, dict):
                inner += [child for child in node.values() if isinstance(child, _NESTS)]
        if not inner:
            return
        level = inner
    raise Distrusted("nested too deeply")
