"""The line protocol between the trusted side and the box: one JSON document per line, read with distrust.

A line that comes out of the box was written beside a stranger's code. ``loads`` therefore accepts less than
``json`` does: a size cap, no duplicate keys (two readers might pick different ones), no NaN or infinities, no
numbers that turn into them, no integers that take quadratic time to parse, no deep nesting. Never pickle.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from json.encoder import c_make_encoder  # type: ignore[attr-defined]
from json.encoder import encode_basestring_ascii as c_encode
from typing import Any, NoReturn, TypeAlias

MAX_LINE = 4 * 1024 * 1024
"""Bytes in one line; the largest honest message (a full trace of 50,000 steps is cut off before) stays under it."""

MAX_INTEGER_DIGITS = 400
MAX_NESTING = 60

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


_NESTS = (list, dict)


def _no_json(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is no JSON")


# The C halves of json, bound before a submission is loaded beside them. ``JSONEncoder.encode`` looks up names of its
# module and methods of its class with every call, and a submission that changes those made our own message fail.
_DUMP = c_make_encoder(None, _no_json, c_encode, None, ":", ",", False, False, False)
_SCAN = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class Distrusted(ValueError):
    """What came out of the box is not something the box's own code would have written."""


def dumps(document: object) -> bytes:
    """Encode one document as one line, newline included.

    Lone surrogates in student text survive as escapes (``ensure_ascii``).
    """
    return "".join(_DUMP(document, 0)).encode("ascii") + b"\n"


def decode(line: bytes) -> Any:
    """Decode one line of the trusted side, inside the box."""
    return _SCAN(line.decode("ascii"), 0)[0]


def loads(line: bytes) -> Json:
    """Decode one line.

    Raises Distrusted for everything but plain, finite, moderately nested JSON with unique keys.
    """
    if len(line) > MAX_LINE:
        raise Distrusted(f"a line of {len(line)} bytes")
    try:
        text = line.decode("ascii")
        # Python's json recurses in C; RecursionError is how a nesting bomb shows, long after it cost us anything.
        document: Json = _STRICT.decode(text)
    except Distrusted:
        raise
    except (ValueError, RecursionError) as error:
        raise Distrusted(f"not a line of JSON: {type(error).__name__}") from None
    # Most lines are short, and could not nest too deeply if all of their brackets stood in each other.
    if text.count("[") + text.count("{") > MAX_NESTING:
        _check_nesting(document)

    return document


def _unique(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise Distrusted("a key occurs twice")
        found[key] = value
    return found


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
        # Most of a message are numbers in the rows of a trace: a function called for each was a sixth of judging.
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
