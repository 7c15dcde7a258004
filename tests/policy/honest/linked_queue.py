"""A doubly linked list as an ordered set of waiting tasks."""


class Node:
    __slots__ = ("_next", "_prev", "value")

    def __init__(self, value):
        self.value = value
        self._next = None
        self._prev = None


class LinkedQueue:
    def __init__(self):
        self._head = None
        self._tail = None
        self._length = 0

    def push(self, value):
        node = Node(value)
        if self._tail is None:
            self._head = node
        else:
            self._tail._next = node
            node._prev = self._tail
        self._tail = node
        self._length += 1
        return node

    def remove(self, node):
        if node._prev is not None:
            node._prev._next = node._next
        else:
            self._head = node._next
        if node._next is not None:
            node._next._prev = node._prev
        else:
            self._tail = node._prev
        self._length -= 1

    def pop(self):
        node = self._head
        if node is None:
            raise IndexError("empty")
        self.remove(node)
        return node.value

    def __iter__(self):
        node = self._head
        while node is not None:
            yield node.value
            node = node._next

    def __len__(self):
        return self._length
