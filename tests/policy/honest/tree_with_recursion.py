"""A tree of tasks, walked recursively."""


class TreeNode:
    def __init__(self, value, children=()):
        self._value = value
        self._children = list(children)
        self._parent = None
        for child in self._children:
            child._parent = self

    def _walk(self, depth=0):
        yield depth, self
        for child in self._children:
            yield from child._walk(depth + 1)

    def total(self):
        return self._value + sum(child.total() for child in self._children)

    def depth(self):
        return 1 + max((child.depth() for child in self._children), default=0)

    def leaves(self):
        return [node._value for _, node in self._walk() if not node._children]

    def root(self):
        node = self
        while node._parent:
            node = node._parent
        return node


def insert(node, value):
    if node is None:
        return TreeNode(value)
    if value < node._value:
        node._children.insert(0, TreeNode(value))
    else:
        node._children.append(insert(None, value))
    return node


def build(values):
    root = None
    for value in values:
        root = insert(root, value)
    return root
