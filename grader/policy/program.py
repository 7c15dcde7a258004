"""A submission that Python can read: its syntax tree, and where the things in it stand in the source.

Nothing here recurses and nothing trusts the source: it may be deep, huge or plainly not Python.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from grader.policy.names import Names
from grader.policy.submission import Fault, Submission

MOST_FAULTS = 5
"""More than these are not shown at a time; mending five often mends the rest."""

_CONTINUATION = re.compile(r"\\(?:\r\n|\r|\n)")
_LONGEST_LINE = 20_000
_MOST_NODES = 25_000
"""Dense code of 64 KiB has 10,000. With more, reading would take a second that 300 hostile files take in turn."""
_MESSAGE_LENGTH = 300
_HELP = (
    ("'await' outside", "put `async` in front of the `def` that this line is in"),
    ("'async with' outside", "put `async` in front of the `def` that this line is in"),
    ("'async for' outside", "put `async` in front of the `def` that this line is in"),
    ("was never closed", "close the bracket that is opened here"),
    ("expected ':'", "put a colon at the end of the line"),
    ("unterminated", "close the quotation marks"),
    ("indented block", "indent the lines that belong to it by four more spaces"),
    ("indent", "indent by four spaces per level, and use no tabs"),
    ("'return' outside", "indent the line so that it belongs to a function"),
    ("'yield' outside", "indent the line so that it belongs to a function"),
    ("maybe you meant '=='", "compare with `==`; a single `=` assigns"),
)


Node = TypeVar("Node", bound=ast.AST)

MOST_WEIGHT = 100_000
"""About a quarter of a second. Dense code of 64 KiB weighs 40,000."""

MOST_NESTING = 15
"""Of 20 that Python promises; with more, its compiler crashes instead of saying so (3.12.1, 3.13.0)."""

_SAY_NOTHING = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_TYPES = tuple(getattr(ast, name) for name in ("TypeAlias", "TypeVar") if hasattr(ast, name))  # from Python 3.12 on
_SCOPES = (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS, *_TYPES)
_LEFT_IN_ORDER = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.ExceptHandler)
_WEIGHTY = frozenset((*_SCOPES, *_LEFT_IN_ORDER, ast.Return, ast.Break, ast.Continue, ast.match_case))
_CATCHING = frozenset((*_COMPREHENSIONS, *_LEFT_IN_ORDER))
_NAME_LENGTH, _SCOPES_SQUARED, _PATTERN_SQUARED = 500, 50, 20
"""Measured: so much of each takes as long as one part of the tree."""


class Placed(Protocol):
    """A node of a syntax tree that knows where it stands; columns count bytes of UTF-8 from 0."""

    @property
    def lineno(self) -> int: ...
    @property
    def col_offset(self) -> int: ...
    @property
    def end_lineno(self) -> int | None: ...
    @property
    def end_col_offset(self) -> int | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to say about a node. Small, because a hostile file may call for a hundred thousand of them."""

    node: Placed | None
    kind: str
    error: str
    help: str
    name: str = ""
    """What to underline, if it is only this part of the node."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A submission and its syntax tree."""

    submission: Submission
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """Every node of the tree but for operators and the like, outer ones first."""
    kinds: Mapping[type[ast.AST], list[ast.AST]]
    """The same nodes by kind: a rule looks at a few kinds only, and a hostile file has a hundred thousand nodes."""
    names: Names

    def of(self, *kinds: type[Node]) -> Iterator[Node]:
        """Go through the nodes of these kinds, one kind after the other."""
        for kind in kinds:
            yield from self.kinds.get(kind, ())  # type: ignore[misc]

    def faults(self, remarks: Iterable[Remark]) -> tuple[Fault, ...]:
        """Place the first few remarks, in the order of the lines; what is said of a line is said once."""
        once: dict[tuple[int, str], Remark] = {}
        for remark in sorted(remarks, key=_position):
            once.setdefault((_line(remark), remark.error), remark)
        return tuple(self._place(remark) for remark in islice(once.values(), MOST_FAULTS))

    def _place(self, remark: Remark) -> Fault:
        node = remark.node
        error, help = _cut(remark.error), _cut(remark.help)
        if node is None:
            return Fault(kind=remark.kind, error=error, help=help)
        text = self.submission.line(node.lineno)
        start = _characters(text, node.col_offset)
        end = len(text)
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            end = _characters(text, node.end_col_offset)
        if remark.name and (found := re.compile(rf"\b{re.escape(remark.name)}\b").search(text, start)):
            start, end = found.span()

        return Fault(
            kind=remark.kind,
            error=error,
            help=help,
            line=node.lineno,
            column=start + 1,
            width=max(end - start, 1),
            text=text,
        )


def _cut(text: str) -> str:
    """Cut a message short: a name in it may be as long as the whole file."""
    return text if len(text) <= _MESSAGE_LENGTH else f"{text[:_MESSAGE_LENGTH]}..."


def _line(remark: Remark) -> int:
    return remark.node.lineno if remark.node else 0


def _position(remark: Remark) -> tuple[int, int]:
    return (_line(remark), remark.node.col_offset if remark.node else 0)


def _characters(text: str, offset: int) -> int:
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))


def read(submission: Submission) -> Program | Fault:
    """Parse and compile the source, running nothing of it."""
    # Python's parser takes a square of time for `import a.b.b.b...`: 12 s for a quarter of a megabyte in one line.
    joined = _CONTINUATION.sub("", submission.source)
    if any(len(line) > _LONGEST_LINE for line in re.split(r"[\r\n]", joined)):
        return _unreadable(f"a line has more than {_LONGEST_LINE} characters")
    try:
        # Learners' code may warn; under `-W error` a warning would turn into a SyntaxError that is none of theirs.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(submission.source)
            flat = flatten(tree, most=_MOST_NODES)
            if len(flat.nodes) > _MOST_NODES:
                return _unreadable("it has more parts than any exercise can ask for")
            if weight(flat) > MOST_WEIGHT or nesting(flat) > MOST_NESTING:
                return _unreadable("its functions and blocks are too many, or nested in each other too often")
            # The tree alone misses `return` outside of a function, two arguments of one name and the like.
            compile(tree, "<submission>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _syntax_fault(submission, error)
    except (RecursionError, MemoryError):
        return _unreadable("Python cannot read the file: it is nested too deeply")
    except (ValueError, OverflowError) as error:
        return _unreadable(f"Python cannot read the file: {_cut(str(error))}")

    kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    for node in flat.nodes:
        kinds[type(node)].append(node)
    return Program(submission=submission, tree=tree, nodes=tuple(flat.nodes), kinds=kinds, names=Names(flat.nodes))


def _unreadable(error: str) -> Fault:
    return Fault(kind="syntax", error=error, help="write the long expressions and blocks in a shorter way")


def _syntax_fault(submission: Submission, error: SyntaxError) -> Fault:
    message = _cut(error.msg or "invalid syntax")
    line = error.lineno if error.lineno and error.lineno > 0 else None
    text = submission.line(line)
    # Python points behind the end of a line, or before its beginning, when something is missing there.
    column = min(max(error.offset or 1, 1), len(text) + 1)
    width = 1
    if error.end_lineno == error.lineno and error.end_offset is not None:
        width = max(min(error.end_offset, len(text) + 1) - column, 1)
    help = next((help for part, help in _HELP if part in message), "look at this line and the end of the one before it")

    return Fault(
        kind="syntax",
        error=f"Python cannot read this: {message}",
        help=help,
        line=line,
        column=column if line else None,
        width=width,
        text=text,
    )


def same_code(left: ast.AST, right: ast.AST) -> bool:
    """Compare two pieces of code; comments, docstrings and the layout make no difference."""
    # With a list of what is left to compare instead of ast.dump, which recurses.
    pending: list[tuple[object, object]] = [(left, right)]
    while pending:
        one, other = pending.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, ast.AST) and isinstance(other, ast.AST):
            pending.extend(zip(_parts(one), _parts(other), strict=True))
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pending.extend(zip(one, other, strict=True))
        elif one != other:
            return False

    return True


def _parts(node: ast.AST) -> Iterator[object]:
    for field in node._fields:
        value: object = getattr(node, field, None)
        yield value[1:] if isinstance(value, list) and field == "body" and _has_docstring(node) else value


def _has_docstring(node: ast.AST) -> bool:
    match node:
        case (
            ast.Module(body=[ast.Expr(value=ast.Constant(value=str())), *_])
            | ast.ClassDef(body=[ast.Expr(value=ast.Constant(value=str())), *_])
            | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str())), *_])
            | ast.AsyncFunctionDef(body=[ast.Expr(value=ast.Constant(value=str())), *_])
        ):
            return True
    return False


# ---- weight ----------------------------------------------------------------------------------------------------------
#
# How much work a program is for Python's compiler, which may be out of all proportion to its length.
#
# A ``finally`` block is compiled once for every way out of its ``try``: 516 bytes of them in each other took 9 GB, and
# the computer with them (Python 3.11). A name is looked up through every scope round it, a class spells its own name
# out in each hidden one, functions are compared with each other, and a pattern sorts what it captures: 1 to 2 s for 64
# KiB.


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A syntax tree as a list, outer parts first, without operators and the like: half of all, they say nothing."""

    nodes: list[ast.AST]
    parents: list[int]
    """Of each node, where in the list its parent is."""
    ends: list[int]
    """Of each node, where its children end. They stand side by side."""


def flatten(tree: ast.AST, *, most: int) -> Flat:
    """Lay out a tree without recursion; a little more than ``most`` nodes at most."""
    nodes, parents, ends = [tree], [0], list[int]()
    for index, node in enumerate(nodes):
        if len(nodes) > most:
            break
        for value in vars(node).values():
            if type(value) is list:
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, _SAY_NOTHING):
                nodes.append(value)
        parents += [index] * (len(nodes) - len(parents))
        ends.append(len(nodes))
    return Flat(nodes=nodes, parents=parents, ends=ends)


def weight(flat: Flat) -> int:
    """Count the parts that the compiler sees in a whole tree, with copies, and with what takes as long as a part."""
    sizes, ways = [1] * len(flat.nodes), [0] * len(flat.nodes)
    """Of each node, the parts in it and the ways out of it, itself included."""
    extra = scopes = 0
    for index in range(len(flat.nodes) - 1, -1, -1):
        node = flat.nodes[index]
        match node:
            case _ if type(node) not in _WEIGHTY:
                pass
            case ast.Try() | ast.TryStar():
                _copy_finally(sizes, ways, index, range(flat.ends[index] - len(node.finalbody), flat.ends[index]))
            case ast.With() | ast.AsyncWith() | ast.ExceptHandler():  # to be left in order, whichever way
                sizes[index] += ways[index]
            case ast.Return() | ast.Break() | ast.Continue():
                ways[index] = 1
            case ast.match_case():
                extra += sizes[flat.ends[index - 1]] ** 2 // _PATTERN_SQUARED
            case _:
                extra += sizes[index] * (1 + len(getattr(node, "name", "")) // _NAME_LENGTH)
                scopes += 1
                ways[index] = 0
        if index:
            sizes[flat.parents[index]] += sizes[index]
            ways[flat.parents[index]] += ways[index]
    return sizes[0] + extra + scopes**2 // _SCOPES_SQUARED


def _copy_finally(sizes: list[int], ways: list[int], index: int, last: range) -> None:
    inside, out = sum(sizes[each] for each in last), sum(ways[each] for each in last)
    copies = 1 + ways[index] - out  # beside the first one: for an exception, and for every other way
    sizes[index] += copies * inside
    ways[index] += copies * out


def nesting(flat: Flat) -> int:
    """Count the most blocks in each other whose errors have to be caught; comprehensions count since Python 3.12."""
    depths = [0] * len(flat.nodes)
    for index in range(len(flat.nodes) - 1, -1, -1):
        node = flat.nodes[index]
        if type(node) in _CATCHING:
            depths[index] += len(node.items) if isinstance(node, ast.With | ast.AsyncWith) else 1
        if depths[index] > depths[flat.parents[index]]:
            depths[flat.parents[index]] = depths[index]
    return depths[0]
