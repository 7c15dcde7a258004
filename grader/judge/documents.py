"""Verdicts as versioned JSON documents, and back. What a report shows can be had from the document alone.

Records are objects with the names of their fields. Traces are the exception, being most of the bytes: their tasks,
events and spans are rows, in the order of the fields of ``recording.TracedTask``, ``Event`` and ``Outcome``.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from grader.judge.verdict import FORMAT, Verdict
from grader.wire.recording import NOTHING, Deviation, Event, Span, Trace, TracedTask

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
    # In a log of GitHub Actions, ``##[`` begins a command anywhere on a line, also inside of a string.
    return json.dumps(document, indent=1, ensure_ascii=True).replace("##[", "#\\u0023[")


def _without_names(document: dict[str, Any]) -> dict[str, Any]:
    """The document as a learner gets it: a hidden test has a number and a label; its function is its author's."""
    return {
        **document,
        "tests": [{key: value for key, value in test.items() if key != "name"} for test in document["tests"]],
    }


# ---- out -------------------------------------------------------------------------------------------------------------


def _dump(value: object) -> object:
    if isinstance(value, Trace):
        return _dump_trace(value)
    if isinstance(value, tuple):
        return [_dump(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    kind: Any = type(value)
    names = _names(kind)
    return {_KEYS.get(name, name): _dump(getattr(value, name)) for name in names} if names else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a record; none of anything else."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def _dump_trace(trace: Trace) -> dict[str, object]:
    return {
        "tasks": [[task.id, task.name, task.parent] for task in trace.tasks],
        "events": [[event.time, event.kind, event.task, event.line, event.info] for event in trace.events],
        "spans": [[span.name, span.start, span.stopped, span.how, span.task] for span in trace.spans],
        "elapsed": trace.elapsed,
        "deviations": [[turn.time, turn.task, turn.instead_of] for turn in trace.deviations],
        "failed_at": trace.failed_at,
    }


# ---- in --------------------------------------------------------------------------------------------------------------


def _load(kind: Any, value: Any) -> Any:
    if kind is Trace:
        return _load_trace(value)
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
    if type(value) is not kind:
        raise Unreadable(f"a {type(value).__name__} where a {kind.__name__} belongs")
    # The verdicts of a class say the same things again and again: half of their memory.
    return sys.intern(value) if kind is str else value


def _load_record(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise Unreadable(f"not a {kind.__name__}")
    try:
        return kind(**{name: _load(hint, value[_KEYS.get(name, name)]) for name, hint in _fields(kind).items()})
    except KeyError as error:
        raise Unreadable(f"a {kind.__name__} without {error}") from None


@cache
def _fields(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _load_tuple(inner: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Unreadable("not a list")
    if len(inner) == 2 and inner[1] is Ellipsis:
        return tuple(_load(inner[0], item) for item in value)
    if len(inner) != len(value):
        raise Unreadable(f"{len(value)} items where {len(inner)} belong")
    return tuple(_load(each, item) for each, item in zip(inner, value, strict=True))


def _load_trace(value: Any) -> Trace:
    try:
        return Trace(
            tasks=tuple(TracedTask(id=id, name=name, parent=parent) for id, name, parent in value["tasks"]),
            events=tuple(
                Event(time=time, kind=sys.intern(kind), task=task, line=line, info=info)
                for time, kind, task, line, info in value["events"]
            ),
            spans=tuple(
                Span(name=name, start=start, stopped=stopped, how=how, raised=NOTHING, result=None, task=task)
                for name, start, stopped, how, task in value["spans"]
            ),
            elapsed=float(value["elapsed"]),
            deviations=tuple(
                Deviation(time=time, task=task, instead_of=other) for time, task, other in value["deviations"]
            ),
            failed_at=None if value["failed_at"] is None else float(value["failed_at"]),
        )
    except (TypeError, KeyError, ValueError) as error:
        raise Unreadable(f"not a trace: {error}") from None
