# root: none-used
# says: None
# line: 81
from anyio.lowlevel import checkpoint


class Stream:
    def __init__(self, source):
        self.source = source
        self.finished = False

    @classmethod
    def from_iter(cls, items):
        async def gen():
            for item in items:
                await checkpoint()
                yield item
            await checkpoint()

        return cls(gen())

    def map(self, fn):
        return Stream(Mapped(self, fn))

    def filter(self, keep):
        return Stream(Filtered(self, keep))

    def take(self, n):
        if n < 0:
            raise ValueError("n is negative")
        return Stream(Taken(self, n))

    async def collect(self):
        result = []
        async for item in self:
            result.append(item)
        return result

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.finished:
            raise StopAsyncIteration
        try:
            return await self.source.__anext__()
        except Exception:
            self.finished = True
            raise

    async def aclose(self):
        self.finished = True
        if hasattr(self.source, "aclose"):
            await self.source.aclose()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *args):
        await self.aclose()


class Mapped:
    def __init__(self, source, fn):
        self.source = source
        self.fn = fn

    async def __anext__(self):
        item = await self.source.__anext__()
        return self.fn(item)

    async def aclose(self):
        await self.source.aclose()


class Filtered:
    def __init__(self, source, keep):
        self.source = source
        self.keep = keep

    async def __anext__(self):
        item = await self.source.__anext__()
        if self.keep(item):
            return item

    async def aclose(self):
        await self.source.aclose()


class Taken:
    def __init__(self, source, n):
        self.source = source
        self.n = n

    async def __anext__(self):
        if self.n <= 0:
            await self.source.aclose()
            raise StopAsyncIteration
        item = await self.source.__anext__()
        self.n -= 1
        if self.n == 0:
            await self.source.aclose()
        return item

    async def aclose(self):
        await self.source.aclose()
