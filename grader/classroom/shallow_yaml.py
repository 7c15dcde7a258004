"""Reads the upper levels of a YAML file as plain text, lists and tables, whatever the rest of it is.

A loader of PyYAML calls itself for every level: a hundred kilobytes of ``[`` end the process, not with an exception.
Its parser does not. Taking its events also leaves out what nobody asks for, which is most of a large export, and makes
text of every scalar: ``0042`` keeps its zeros, and no tag makes an object.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.errors import ClassroomError

_DEEPEST = 200
"""Below it libyaml takes time that grows with the square of the depth: hours for a megabyte (measured)."""


def read_yaml(path: Path, *, depth: int, shown: str, hint: str) -> object:
    """Read the first document down to ``depth`` levels of lists and tables; what is deeper is left out.

    ``shown`` and ``hint`` are for the ClassroomError that it raises if the file is not YAML.
    """
    import yaml  # 20 ms, and few runs need it

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        with path.open("rb") as file:
            return _build(yaml.parse(file, Loader=loader), depth)
    except (yaml.YAMLError, OSError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or str(error) or type(error).__name__
        raise ClassroomError(f"{shown}{line}: this is not YAML that can be read: {what}", hint=hint) from error


class _Open:
    """A list or table that is being read."""

    def __init__(self, made: list[object] | dict[str, object]) -> None:
        self.made = made
        self._key: object = None
        self._at_key = True

    def add(self, value: object) -> None:
        if isinstance(self.made, list):
            self.made.append(value)
        elif self._at_key:
            self._key, self._at_key = value, False
        else:
            # A key that is itself a list or table stands for nothing here.
            if isinstance(self._key, str):
                self.made[self._key] = value
            self._at_key = True


def _build(events: Iterator[object], depth: int) -> object:
    import yaml

    root = _Open([])
    stack, ignored = [root], 0
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            ignored, end = max(ignored - 1, 0), not ignored
            if end:
                stack.pop()
        elif ignored:
            ignored += isinstance(event, yaml.CollectionStartEvent)
            if ignored > _DEEPEST:
                raise ValueError("it is nested too deep")
        elif isinstance(event, yaml.CollectionStartEvent):
            made: list[object] | dict[str, object] = {} if isinstance(event, yaml.MappingStartEvent) else []
            stack[-1].add(made)
            if len(stack) > depth:
                ignored = 1
            else:
                stack.append(_Open(made))
        elif isinstance(event, yaml.ScalarEvent):
            stack[-1].add(event.value)
        elif isinstance(event, yaml.AliasEvent):
            stack[-1].add(None)
        elif isinstance(event, yaml.DocumentEndEvent):
            break

    return next(iter(root.made), None)
