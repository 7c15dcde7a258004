"""A private attribute is the file's own only of an object that the file can be seen to have made."""

from __future__ import annotations

import ast

import pytest

from grader.policy.kinds import UNKNOWN
from grader.policy.owned import Owned
from tests.policy.reading_samples import program

OWN = "class Own:\n    def __init__(self):\n        self._x = None\n\n"


def strangers(source: str) -> list[str]:
    """The private attributes that are not seen to belong to the file."""
    read = program(source)
    owned = Owned(read)
    private = [each for each in read.of(ast.Attribute) if each.attr.startswith("_") and not each.attr.endswith("__")]
    return [ast.unparse(each) for each in private if not owned.may_have(each.value, each.attr)]


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def f(self):\n        self._x = 1\n        return self._x",
        "class A:\n    @classmethod\n    def make(cls):\n        made = cls()\n        made._x = 1",
        "class A:\n    def make(self):\n        made = A.__new__(A)\n        made._x = 1",
        "class A:\n    _made = 0\nA._made += 1",
        "class A:\n    def f(self, a):\n        if not isinstance(a, A):\n            return 0\n        a._x",
        "class A:\n    def __eq__(self, other):\n        return isinstance(other, A) and self._x == other._x",
        "class A:\n    def f(self, other):\n        return other._x if isinstance(other, A) else 0",
        "class A:\n    def f(self):\n        def g():\n            return self._x\n        [self._x for _ in g()]",
        "class A:\n    def __mul__(self, x):\n        return self._x\n    __rmul__ = __mul__",
        "class A:\n    def set(self): ...\n    @property\n    def x(self):\n        return self._x\n"
        "    @x.setter\n    def x(self, x):\n        self._x = x",
        "class A:\n    seen = set()\n    def set(self):\n        self._x = 1",
        "import anyio\nclass A(anyio.abc.ByteStream):\n    def __init__(self):\n        self._x = 1",
        "class N:\n    def __init__(self, next):\n        self._next = next\n"
        "class L:\n    def __init__(self):\n        self._head = None\n"
        "    def add(self):\n        self._head = N(self._head)\n"
        "    def third(self):\n        return self._head._next._next",
        "class S:\n    def __init__(self, up):\n        self._up = up\n    def _pull(self): ...\n"
        "    def map(self):\n        return M(self)\nclass M(S):\n    def _pull(self):\n        self._up._pull()",
        OWN + "own = Own()\nown._x",
        OWN + "async def f():\n    async def run(own):\n        own._x\n    group.start_soon(run, Own())",
        OWN + "def f():\n    own = [Own() for _ in range(3)]\n    own.append(Own())\n    own[0]._x\n    own.pop()._x\n"
        "    for each in own:\n        each._x\n    for i, each in enumerate(own):\n        each._x",
        OWN + "class Q:\n    def __init__(self):\n        self._q = deque()\n    def put(self):\n        own = Own()\n"
        "        self._q.append(own)\n    def get(self):\n        self._q.popleft()._x",
        OWN + "def _make():\n    return Own()\n_make()._x",
        OWN + "from dataclasses import dataclass\n@dataclass\nclass D:\n    own: Own\nD(Own()).own._x",
        OWN + "class B(Own):\n    def f(self):\n        super()._x",
    ],
)
def test_a_private_attribute_of_an_own_object_is_the_files_own(source: str) -> None:
    assert strangers(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "class Own:\n    _x = None\ndef f(thing):\n    thing._x",
        OWN + "def f(thing):\n    thing._x = 1",
        OWN + "_x = None\ndef f(thing):\n    thing._x",
        OWN + "def f(thing: Own):\n    thing._x",
        OWN + "def f(thing):\n    own: Own = thing\n    own._x",
        OWN + "for thing in fns:\n    thing._x",
        OWN + "with thing as own:\n    own._x",
        OWN + "def join(thing):\n    thing._x\njoin(Own())",
        OWN + "def _f(thing):\n    thing._x\n_f(Own())\n_f(fns[0])",
        OWN + "def _f(thing):\n    thing._x\n_f(Own())\nmap(_f, fns)",
        OWN + "def _f(thing):\n    thing._x\n_f(Own())\n_f(*fns)",
        OWN + "def _f(thing=fns):\n    thing._x\n_f(Own())",
        OWN + "own = Own()\nown = thing\nown._x",
        OWN + "own = thing\nother = own\nown = Own()\nown = thing\nother._x",
        OWN + "own = Own()\ndef f():\n    global own\n    own = thing\nown._x",
        OWN + "def f(thing):\n    if isinstance(thing, Own):\n        thing = fns[0]\n        thing._x",
        OWN + "def f(thing):\n    if isinstance(thing, Own):\n        pass\n    thing._x",
        OWN + "lambda self: self._x",
        OWN + "own = [Own()]\nalias = own\nalias.append(thing)\nown[1]._x",
        OWN + "own = [Own()]\nown[0] = thing\nown[0]._x",
        OWN + "own = [Own()]\nfill(own)\nown[0]._x",
        OWN + "own = [Own()]\nown.extend(fns)\nown[0]._x",
        "class Own:\n    def f(self):\n        self._x\nOwn.f(thing)",
        "class Own:\n    def f(self):\n        self._x\nfor each in map(Own.f, fns): ...",
        "class Own:\n    def f(self, x=None):\n        self._x\n[Own][0].f(thing)",
        "class Own:\n    def f(self):\n        self._x\n    f(thing)",
        "class Own:\n    @staticmethod\n    def f(self):\n        self._x",
        "def call(f):\n    f(thing)\nclass Own:\n    @call\n    def f(self):\n        self._x",
        "class Own:\n    def f(self):\n        self = thing\n        self._x",
        "class Own:\n    def f(self):\n        def g(self):\n            self._x\n        g(thing)",
        "class Own:\n    def __new__(cls, thing):\n        return thing\nOwn(fns[0])._x",
        "class Own(metaclass=M): ...\nOwn(thing)._x",
        "@replaced\nclass Own: ...\nOwn(thing)._x",
        OWN + "Own = lambda x: x\nOwn(thing)._x",
        "class Own(typing.Protocol):\n    _x: int\ndef f(a):\n    if isinstance(a, Own):\n        a._x",
        "import functools\nclass Own(functools.partial):\n    def f(self):\n        self._x",
        "class Own:\n    def __init__(self, it):\n        self._it = it\n    def f(self):\n        self._it._x\n"
        "Own(Own(None))\nOwn(thing)",
        OWN + "class B:\n    def __init__(self):\n        self.own = Own()\n"
        "    def f(self, thing):\n        self.own = thing\n        self.own._x",
        OWN + "class B:\n    def __init__(self):\n        self.own = Own()\n"
        "b = B()\nsetattr(b, 'own', thing)\nb.own._x",
        OWN + "from dataclasses import dataclass\n@dataclass\nclass D:\n    own: Own\nD(thing).own._x",
        "class Own:\n    def __await__(self):\n        return thing\nasync def f():\n    (await Own())._x",
        OWN + "def list(x):\n    return fns\nlist([Own()])[0]._x",
        OWN + "def isinstance(a, b):\n    return True\ndef f(a):\n    if isinstance(a, Own):\n        a._x",
        "class Own:\n    def __init__(self, it):\n        self._it = it\n    def f(self):\n        self._it._x\n"
        "Own(Own(None))\nmap(Own, fns)",
        "class Own:\n    def __enter__(self):\n        return thing\nwith Own() as own:\n    own._x",
    ],
)
def test_what_a_class_only_mentions_is_no_excuse(source: str) -> None:
    assert strangers(source) != []


def test_what_is_not_settled_soon_counts_as_unknown() -> None:
    chain = "".join(f"def _f{number}(x):\n    _f{number + 1}(x)\n" for number in reversed(range(30)))

    read = program(f"{OWN}{chain}def _f30(x):\n    x._x\n_f0(Own())")
    owned = Owned(read)

    assert [owned.kind(each.value) for each in read.of(ast.Attribute) if ast.unparse(each) == "x._x"] == [UNKNOWN]
