"""A stream as a class, whose steps are made from other streams."""

from __future__ import annotations

import anyio.lowlevel


class Stream:
    def __init__(self, source, parent=None):
        self._source = source
        self._parent = parent
        self._ended = False

    @classmethod
    def from_iter(cls, items):
        async def generate():
            for item in items:
                await anyio.lowlevel.checkpoint()
                yield item

        return cls(generate())

    def map(self, fn):
        async def mapped():
            async for item in self:
                yield fn(item)

        return Stream(mapped(), parent=self)

    def zip(self, other):
        async def zipped():
            while not (self._ended or other._ended):
                try:
                    yield await self.__anext__(), await other.__anext__()
                except StopAsyncIteration:
                    return

        return Stream(zipped(), parent=self)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self._ended:
            raise StopAsyncIteration
        try:
            return await self._source.__anext__()
        except BaseException:
            self._ended = True
            raise

    async def aclose(self):
        stream = self
        while stream is not None:
            stream._ended = True
            if hasattr(stream._source, "aclose"):
                await stream._source.aclose()
            stream = stream._parent
