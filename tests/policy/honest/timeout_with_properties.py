"""A timeout with properties, static and class methods."""

from __future__ import annotations

from functools import cached_property

import anyio


class Deadline:
    _created = 0

    def __init__(self, at: float, *, parent: Deadline | None = None) -> None:
        self._at = at
        self._parent = parent

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        made = cls(anyio.current_time() + seconds)
        cls._created += 1
        made._parent = None
        return made

    @staticmethod
    def earliest(*deadlines: Deadline) -> Deadline:
        return min(deadlines, key=lambda each: each._at)

    @staticmethod
    def _never() -> Deadline:
        return Deadline(float("inf"))

    @property
    def parent(self) -> Deadline:
        return self._parent if self._parent is not None else Deadline._never()

    @cached_property
    def root(self) -> Deadline:
        return self if self._parent is None else self._parent.root

    def left(self) -> float:
        return min(self._at, self.parent._at) - anyio.current_time()


def remaining(seconds: float) -> float:
    deadline = Deadline.after(seconds)
    return deadline.root._at - anyio.current_time() + deadline.parent._at * 0
