"""Handlers that register themselves by `__init_subclass__`, and by a decorator."""

from __future__ import annotations

from typing import ClassVar


class Handler:
    _registry: ClassVar[dict[str, type[Handler]]] = {}
    _priority = 0

    def __init_subclass__(cls, *, name: str = "", **options: object) -> None:
        super().__init_subclass__(**options)
        if name:
            Handler._registry[name] = cls
            cls._name = name

    def __init__(self) -> None:
        self._seen: list[str] = []

    def handle(self, text: str) -> str:
        self._seen.append(text)
        return self._convert(text)

    def _convert(self, text: str) -> str:
        raise NotImplementedError


class Upper(Handler, name="upper"):
    _priority = 1

    def _convert(self, text: str) -> str:
        return text.upper()


class Lower(Handler, name="lower"):
    def _convert(self, text: str) -> str:
        return text.lower()


def make(name: str) -> Handler:
    try:
        return Handler._registry[name]()
    except KeyError:
        raise LookupError(name) from None


def all_handlers() -> list[Handler]:
    classes = sorted(Handler._registry.values(), key=lambda kind: kind._priority)
    return [kind() for kind in classes]


def seen(name: str, *texts: str) -> list[str]:
    handler = make(name)
    for text in texts:
        handler.handle(text)
    return handler._seen
