"""A tree of letters, gone through with a stack."""


class Trie:
    class _Node:
        def __init__(self):
            self._children = {}
            self._is_word = False

    def __init__(self, words=()):
        self._root = self._Node()
        for word in words:
            self.insert(word)

    def insert(self, word):
        node = self._root
        for letter in word:
            node = node._children.setdefault(letter, self._Node())
        node._is_word = True

    def _find(self, prefix):
        node = self._root
        for letter in prefix:
            if letter not in node._children:
                return None
            node = node._children[letter]
        return node

    def __contains__(self, word):
        node = self._find(word)
        return node is not None and node._is_word

    def words(self, prefix=""):
        node = self._find(prefix)
        stack = [(prefix, node)] if node else []
        while stack:
            text, node = stack.pop()
            if node._is_word:
                yield text
            for letter, child in node._children.items():
                stack.append((text + letter, child))
