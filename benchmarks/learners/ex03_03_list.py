# root: async-for
# line: 5
class Stream:
    def __init__(self, source):
        self.items = list(source)
        self.pos = 0
    @classmethod
    def from_iter(cls, items):
        return cls(items)
    def map(self, fn):
        return Stream(fn(x) for x in self.items)
    def filter(self, keep):
        return Stream(x for x in self.items if keep(x))
    def take(self, n):
        return Stream(self.items[:n])
    async def collect(self):
        return self.items
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.pos >= len(self.items):
            raise StopAsyncIteration
        self.pos += 1
        return self.items[self.pos - 1]
    async def aclose(self):
        pass
    async def __aenter__(self):
        return self
    async def __aexit__(self, *a):
        pass
