# fails: test_operators_leave_their_stream_alone (shared-state)
# root: shared-state
"""map(), filter() and take() add a step to the stream itself and return it."""

from anyio.lowlevel import checkpoint


class Items:
    def __init__(self, items):
        self.iterator = iter(items)

    async def __anext__(self):
        await checkpoint()
        try:
            return next(self.iterator)
        except StopIteration:
            raise StopAsyncIteration from None


class Stream:
    def __init__(self, source):
        self.source = source
        self.steps = []
        self.over = False

    @classmethod
    def from_iter(cls, items):
        return cls(Items(items))

    def map(self, fn):
        self.steps.append(("map", fn))
        return self

    def filter(self, keep):
        self.steps.append(("filter", keep))
        return self

    def take(self, n):
        if n < 0:
            raise ValueError("n must not be negative")
        self.steps.append(["take", n])
        return self

    async def collect(self):
        return [item async for item in self]

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.over:
            raise StopAsyncIteration
        try:
            return await self.next_item()
        except Exception:
            self.over = True
            raise

    async def next_item(self):
        while True:
            if self.satisfied():
                await self.aclose()
                raise StopAsyncIteration
            item = await self.source.__anext__()
            keep = True
            for step in self.steps:
                kind, what = step
                if kind == "map":
                    item = what(item)
                elif kind == "take":
                    step[1] -= 1
                elif not what(item):
                    keep = False
                    break
            if self.satisfied():
                await self.aclose()
            if keep:
                return item

    def satisfied(self):
        return any(step[0] == "take" and step[1] == 0 for step in self.steps)

    async def aclose(self):
        self.over = True
        if hasattr(self.source, "aclose"):
            await self.source.aclose()

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, tb):
        await self.aclose()
