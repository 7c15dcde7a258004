"""An LRU cache by hand: a dictionary and a linked list with a sentinel."""


class _Link:
    __slots__ = "_key", "_next", "_prev", "_value"

    def __init__(self, key=None, value=None):
        self._key, self._value = key, value
        self._prev = self._next = self


class Recent:
    def __init__(self, size):
        self._size = size
        self._links = {}
        self._root = _Link()

    def _unlink(self, link):
        link._prev._next = link._next
        link._next._prev = link._prev

    def _to_front(self, link):
        first = self._root._next
        link._prev, link._next = self._root, first
        first._prev = self._root._next = link

    def get(self, key, default=None):
        link = self._links.get(key)
        if link is None:
            return default
        self._unlink(link)
        self._to_front(link)
        return link._value

    def put(self, key, value):
        if key in self._links:
            link = self._links[key]
            link._value = value
            self._unlink(link)
        else:
            if len(self._links) >= self._size:
                last = self._root._prev
                self._unlink(last)
                del self._links[last._key]
            link = self._links[key] = _Link(key, value)
        self._to_front(link)
