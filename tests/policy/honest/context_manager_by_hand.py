"""Scopes that nest, each of which knows the one around it."""

from __future__ import annotations

import contextvars

import anyio

_current: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("_current", default=None)


class Scope:
    def __init__(self, name: str) -> None:
        self._name = name
        self._parent: Scope | None = None
        self._children: list[Scope] = []
        self._cancelled = False

    def __enter__(self) -> Scope:
        self._parent = _current.get()
        if self._parent is not None:
            self._parent._children.append(self)
        self._token = _current.set(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        _current.reset(self._token)

    def cancel(self) -> None:
        self._cancelled = True
        for child in self._children:
            child.cancel()

    @property
    def path(self) -> str:
        names = []
        scope: Scope | None = self
        while scope is not None:
            names.append(scope._name)
            scope = scope._parent
        return "/".join(reversed(names))


async def nested() -> str:
    with Scope("outer") as outer, Scope("inner") as inner:
        await anyio.sleep(0.01)
        outer._children[0].cancel()
        return inner.path if inner._cancelled else outer._name
