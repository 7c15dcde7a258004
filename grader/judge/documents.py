"""Verdicts as versioned JSON documents, and back. What a report shows can be had from the document alone.

Records are objects with the names of their fields. Traces are the exception, being most of the bytes: their tasks,
events, spans and deviations are rows, in the order of the fields that ``wire.rows`` states. A span is stored
without its value or error, because a report draws spans and does not tell what came of them.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from itertools import repeat
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

from grader.judge.verdict import FORMAT, Verdict
from grader.wire.rows import Deviation, Event, Span, TracedTask

_ROWS = (TracedTask, Event, Span, Deviation)
_NOT_STORED = "value_or_error"

_KEYS = {"remarks": "cautions"}
"""Fields whose keys in a document keep an earlier name."""


class Unreadable(ValueError):
    """A document is not a verdict of this version."""


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain data for JSON, with its status and points spelled out for other readers."""
    document = _dump(verdict)
    assert isinstance(document, dict)
    return {
        "format": FORMAT,
        "status": verdict.status.value,
        "points": round(verdict.points, 2),
        **document,
    }


def read_verdict(document: object) -> Verdict:
    """A verdict from its document. Raises Unreadable."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Unreadable(f"not a verdict in format {FORMAT}")
    verdict: Verdict = _load(Verdict, document)
    return verdict


def run_document(verdicts: tuple[Verdict, ...], *, version: str) -> str:
    """What ``--json`` prints for a run."""
    document = {
        "format": FORMAT,
        "grader": version,
        "verdicts": [_without_names(verdict_document(verdict)) for verdict in verdicts],
    }
    # In a log of GitHub Actions ``##[`` begins a command anywhere on a line, even inside a string.
    return json.dumps(document, indent=1, ensure_ascii=True).replace("##[", "#\\u0023[")


def _without_names(document: dict[str, Any]) -> dict[str, Any]:
    """The document as a learner gets it: a hidden test has its number and label, and not the name of its function."""
    return {
        **document,
        "tests": [{key: value for key, value in test.items() if key != "name"} for test in document["tests"]],
    }


# ---- out -------------------------------------------------------------------------------------------------------------


def _dump(value: object) -> object:
    kind: Any = type(value)
    if kind is tuple:
        return _dump_tuple(value)
    if names := _names(kind):
        return {_KEYS.get(name, name): _dump(getattr(value, name)) for name in names}
    return value.value if isinstance(value, StrEnum) else value


def _dump_tuple(values: Any) -> list[object]:
    kind: Any = type(values[0]) if values else None
    if kind in _ROWS:
        return [list(stored) for stored in map(attrgetter(*_stored(kind)), values)]
    return [_dump(value) for value in values]


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a record; none of anything else."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


@cache
def _stored(kind: Any) -> Mapping[str, frozenset[type]]:
    """The fields of a row that are stored, in their order, and the types that each may have."""
    hints = {name: get_args(hint) or (hint,) for name, hint in _fields(kind).items() if name != _NOT_STORED}
    return {name: frozenset((*types, int) if float in types else types) for name, types in hints.items()}


# ---- in --------------------------------------------------------------------------------------------------------------


def _load(kind: Any, value: Any) -> Any:
    if type(value) is kind:
        # The verdicts of a class repeat their texts so often that sharing them saves half of the memory.
        return sys.intern(value) if kind is str else value
    if dataclasses.is_dataclass(kind):
        return _load_record(kind, value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _load_tuple(inner, value)
    if origin in (Union, types.UnionType):
        (wanted,) = (option for option in inner if option is not type(None))
        return None if value is None else _load(wanted, value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError:
            raise Unreadable(f"{value!r} is no {kind.__name__}") from None
    if kind is float and type(value) is int:
        return float(value)
    raise Unreadable(f"a {type(value).__name__} where a {kind.__name__} belongs")


def _load_record(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise Unreadable(f"not a {kind.__name__}")
    stored = {name: value[key] for name in _fields(kind) if (key := _KEYS.get(name, name)) in value}
    if missing := _required(kind) - stored.keys():
        raise Unreadable(f"a {kind.__name__} without {min(missing)}")
    return kind(**{name: _load(_fields(kind)[name], item) for name, item in stored.items()})


@cache
def _required(kind: Any) -> frozenset[str]:
    """The fields that every document has: an earlier release knew nothing of some that have a default."""
    absent = dataclasses.MISSING
    return frozenset(field.name for field in dataclasses.fields(kind) if field.default is absent)


@cache
def _fields(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _load_tuple(inner: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Unreadable("not a list")
    if len(inner) == 2 and inner[1] is Ellipsis:
        if inner[0] in _ROWS:
            return _load_rows(inner[0], value)
        return tuple(_load(inner[0], item) for item in value)
    if len(inner) != len(value):
        raise Unreadable(f"{len(value)} items where {len(inner)} belong")
    return tuple(_load(kind, item) for kind, item in zip(inner, value, strict=True))


def _load_rows(kind: Any, rows: list[Any]) -> tuple[Any, ...]:
    """Records from their rows, column by column, because the rows of traces are most of what a gradebook holds."""
    if not rows:
        return ()
    stored = _stored(kind)
    try:
        columns: dict[str, Iterable[Any]] = dict(zip(stored, zip(*rows, strict=True), strict=True))
    except (TypeError, ValueError):
        raise Unreadable(f"not rows of a {kind.__name__}") from None
    for name, allowed in stored.items():
        if not allowed.issuperset(map(type, columns[name])):
            raise Unreadable(f"the {name} of a {kind.__name__} is of another type")
        if allowed == {str}:
            columns[name] = map(sys.intern, columns[name])
    return tuple(map(kind, *(columns.get(name, repeat(None)) for name in _names(kind))))
