# root: recursion
# not: (?i)process ends
"""classes, one per operator, as one would write it by hand for asyncio"""
from anyio.lowlevel import checkpoint


class _Iter:
    def __init__(self, items):
        self.it = iter(items)

    async def __anext__(self):
        await checkpoint()
        try:
            return next(self.it)
        except StopIteration:
            raise StopAsyncIteration

    async def aclose(self):
        self.it = iter(())


class _Map:
    def __init__(self, source, fn):
        self.source, self.fn = source, fn

    async def __anext__(self):
        return self.fn(await self.source.__anext__())

    async def aclose(self):
        await self.source.aclose()


class _Filter:
    def __init__(self, source, keep):
        self.source, self.keep = source, keep

    async def __anext__(self):
        item = await self.source.__anext__()
        if self.keep(item):
            return item
        return await self.__anext__()

    async def aclose(self):
        await self.source.aclose()


class _Take:
    def __init__(self, source, n):
        self.source, self.n = source, n

    async def __anext__(self):
        if self.n == 0:
            await self.source.aclose()
            raise StopAsyncIteration
        item = await self.source.__anext__()
        self.n -= 1
        if self.n == 0:
            await self.source.aclose()
        return item

    async def aclose(self):
        await self.source.aclose()


class Stream:
    def __init__(self, source):
        self.source = source
        self.over = False

    @classmethod
    def from_iter(cls, items):
        return cls(_Iter(items))

    def map(self, fn):
        return Stream(_Map(self, fn))

    def filter(self, keep):
        return Stream(_Filter(self, keep))

    def take(self, n):
        if n < 0:
            raise ValueError(n)
        return Stream(_Take(self, n))

    async def collect(self):
        result = []
        async for item in self:
            result.append(item)
        return result

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.over:
            raise StopAsyncIteration
        try:
            return await self.source.__anext__()
        except Exception:
            self.over = True
            raise

    async def aclose(self):
        self.over = True
        close = getattr(self.source, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc_info):
        await self.aclose()
