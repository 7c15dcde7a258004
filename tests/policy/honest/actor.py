"""An actor that is told and asked by messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import anyio


@dataclass(frozen=True)
class _Message:
    _name: str
    _args: tuple[Any, ...]
    _reply: _Reply | None


class _Reply:
    def __init__(self) -> None:
        self._event = anyio.Event()
        self._value: Any = None

    def _resolve(self, value: Any) -> None:
        self._value = value
        self._event.set()


class Actor:
    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[_Message](10)

    async def tell(self, name: str, *args: Any) -> None:
        await self._send.send(_Message(name, args, None))

    async def ask(self, name: str, *args: Any) -> Any:
        reply = _Reply()
        await self._send.send(_Message(name, args, reply))
        await reply._event.wait()
        return reply._value

    async def run(self) -> None:
        async for message in self._receive:
            handler = getattr(self, "on_" + message._name, None)
            result = await handler(*message._args) if handler else None
            if message._reply:
                message._reply._resolve(result)
