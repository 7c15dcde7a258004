"""A binary tree with private helpers that recur."""

from __future__ import annotations

from collections.abc import Iterator


class _Node:
    def __init__(self, key: int) -> None:
        self._key = key
        self._left: _Node | None = None
        self._right: _Node | None = None


class Tree:
    def __init__(self) -> None:
        self._root: _Node | None = None

    def add(self, key: int) -> None:
        self._root = self._insert(self._root, key)

    def _insert(self, node: _Node | None, key: int) -> _Node:
        if node is None:
            return _Node(key)
        if key < node._key:
            node._left = self._insert(node._left, key)
        elif key > node._key:
            node._right = self._insert(node._right, key)
        return node

    def __iter__(self) -> Iterator[int]:
        return self._in_order(self._root)

    def _in_order(self, node: _Node | None) -> Iterator[int]:
        if node is not None:
            yield from self._in_order(node._left)
            yield node._key
            yield from self._in_order(node._right)

    def __contains__(self, key: int) -> bool:
        node = self._root
        while node is not None and node._key != key:
            node = node._left if key < node._key else node._right
        return node is not None
