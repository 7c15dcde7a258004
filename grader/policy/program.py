"""A submission that Python can read: its syntax tree, and the places of its nodes in the source.

The source may be nested deeply, huge, or not Python at all, so no function here recurses, and a program that would cost
Python's compiler too much is refused before it is compiled.
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
from grader.policy.texts import Texts

MOST_FAULTS = 5
"""How many are shown at a time; correcting five often corrects the rest."""

_CONTINUATION = re.compile(r"\\(?:\r\n|\r|\n)")
_LONGEST_LINE = 20_000
_MOST_NODES = 25_000
"""Dense code of 64 KiB has 10,000. A larger file would take a second to read, and a class may have 300 hostile ones."""
_MESSAGE_LENGTH = 300
_HELP = (
    ("'await' outside", "put `async` in front of the `def` that this line is in"),
    ("'async with' outside", "put `async` in front of the `def` that this line is in"),
    ("'async for' outside", "put `async` in front of the `def` that this line is in"),
    ("was never closed", "close the bracket that is opened here"),
    ("expected ':'", "put a colon at the end of the line"),
    ("unterminated", "close the quotation marks"),
    ("indented block after function", "indent the lines of its body by four more spaces; a comment alone is no body"),
    ("indented block", "indent the lines that belong to it by four more spaces"),
    ("indent", "indent by four spaces per level, and use no tabs"),
    ("'return' outside", "indent the line so that it belongs to a function"),
    ("'yield' outside", "indent the line so that it belongs to a function"),
    ("maybe you meant '=='", "compare with `==`; a single `=` assigns"),
    ("call to 'print'", "write `print(...)`, with parentheses"),
    ("invalid character", "type this character again; quotation marks and dashes must be plain ones"),
    ("non-printable character", "type the spaces of this line again; one of them is no ordinary space"),
    ("unmatched", "take the bracket out, or open it before"),
)


Node = TypeVar("Node", bound=ast.AST)

MOST_WEIGHT = 100_000
"""The compiler needs about a quarter of a second for it. Dense code of 64 KiB weighs 40,000."""
MOST_NESTING = 15
"""Python promises 20, but with more than that its compiler crashes instead of refusing (3.12.1, 3.13.0)."""

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_SAY_NOTHING = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_TYPES = tuple(getattr(ast, name) for name in ("TypeAlias", "TypeVar") if hasattr(ast, name))  # from Python 3.12 on
_SCOPES = (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS, *_TYPES)
_LEFT_IN_ORDER = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.ExceptHandler)
_WEIGHTY = frozenset((*_SCOPES, *_LEFT_IN_ORDER, ast.Return, ast.Break, ast.Continue, ast.match_case))
_CATCHING = frozenset((*_COMPREHENSIONS, *_LEFT_IN_ORDER))
_NAME_LENGTH, _SCOPES_SQUARED, _PATTERN_SQUARED = 500, 50, 20
"""The amount of each that takes the compiler as long as one part of the tree (measured)."""


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
    """A fault at a node. Small, because a hostile file may cause a hundred thousand of them."""

    node: Placed | None
    kind: str
    error: str
    help: str
    name: str = ""
    """The part of the node to underline, if not the whole."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """A submission and its syntax tree."""

    submission: Submission
    tree: ast.Module
    kinds: Mapping[type[ast.AST], list[ast.AST]]
    """Every node of the tree except operators and the like, by kind, outer ones first."""
    names: Names
    texts: Texts

    def of(self, *kinds: type[Node]) -> Iterator[Node]:
        """The nodes of these kinds, one kind after the other."""
        for kind in kinds:
            yield from self.kinds.get(kind, ())  # type: ignore[misc]

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions and methods, but for lambdas."""
        yield from self.of(ast.FunctionDef)
        yield from self.of(ast.AsyncFunctionDef)

    def faults(self, remarks: Iterable[Remark]) -> tuple[Fault, ...]:
        """Place the first few remarks in the order of the lines, each remark about a line once."""
        first: dict[tuple[int, str], Remark] = {}
        for remark in sorted(remarks, key=_position):
            first.setdefault((_position(remark)[0], remark.error), remark)
        return tuple(self._place(remark) for remark in islice(first.values(), MOST_FAULTS))

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
        if remark.name and (name := re.compile(rf"\b{re.escape(remark.name)}\b").search(text, start)):
            start, end = name.span()

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
    """Shorten a message, which may quote a name as long as the whole file."""
    return text if len(text) <= _MESSAGE_LENGTH else f"{text[:_MESSAGE_LENGTH]}..."


def _position(remark: Remark) -> tuple[int, int]:
    return (remark.node.lineno, remark.node.col_offset) if remark.node else (0, 0)


def _characters(text: str, offset: int) -> int:
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))


def read(submission: Submission) -> Program | Fault:
    """Parse and compile the source without running it."""
    # For `import a.b.b.b...` the parser's time grows with the square of the length: 12 s for a line of 256 KiB.
    joined = _CONTINUATION.sub("", submission.source)
    if any(len(line) > _LONGEST_LINE for line in re.split(r"[\r\n]", joined)):
        return _unreadable(f"a line has more than {_LONGEST_LINE} characters")
    try:
        # The compiler may warn of learners' code, and under `-W error` the warning would become a SyntaxError.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(submission.source)
            flat = flatten(tree, most=_MOST_NODES)
            if len(flat.nodes) > _MOST_NODES:
                return _unreadable("it has more parts than any exercise can ask for")
            if weight(flat) > MOST_WEIGHT or nesting(flat) > MOST_NESTING:
                return _unreadable("its functions and blocks are too many, or nested in each other too often")
            # Parsing accepts `return` outside of a function and two arguments of one name; compiling does not.
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
    texts = Texts(flat.nodes)
    return Program(submission=submission, tree=tree, kinds=kinds, names=Names(flat.nodes, texts), texts=texts)


def _unreadable(error: str) -> Fault:
    return Fault(kind="syntax", error=error, help="write the long expressions and blocks in a shorter way")


_PASTED = (
    ("```", "a Markdown fence, which is no Python", "remove the lines that begin with three backticks"),
    ("~~~", "a Markdown fence, which is no Python", "remove the lines that begin with three tildes"),
    (">>>", "the prompt of Python's shell", "remove the prompts, and the lines that Python has printed"),
    ("In [", "the prompt of a notebook", "remove the prompts, and the lines that Python has printed"),
    ("<<<<<<<", "the mark of a merge conflict", "choose one of the two versions, and remove the marks"),
    ("$ ", "the prompt of a shell", "remove the line: it belongs into a terminal"),
    ("pip install", "a command for the shell", "remove the line: it belongs into a terminal"),
)
"""How lines begin that are often pasted with code, what they are, and what to do."""


def _pasted(submission: Submission) -> Fault | None:
    """The first line that came with the code from a chat, a shell or a merge."""
    for number, line in enumerate(submission.source.splitlines(), start=1):
        text = line.strip()
        for begin, what, help in _PASTED:
            if text.startswith(begin):
                error = f"this line begins with {what}"
                column = line.index(text[0]) + 1
                return Fault(
                    kind="syntax", error=error, help=help, line=number, column=column, width=len(begin), text=line
                )
    return None


_NUMBERED = re.compile(r"\s*(\d+)[:.|]?(?=\s|$)")


def _numbered(submission: Submission) -> Fault | None:
    """The first line of a file whose first lines all begin with their numbers, as an editor shows them."""
    lines = [line for line in submission.source.splitlines() if line.strip() and line[0] != "#"][:5]
    found = [int(number[1]) for line in lines if (number := _NUMBERED.match(line)) is not None]
    if len(found) < 3 or len(found) < len(lines) or found != sorted(set(found)):
        return None
    first = lines[0]
    return Fault(
        kind="syntax",
        error="the lines begin with their numbers, as an editor or a web page shows them",
        help="remove the numbers, and what stands between them and the code",
        line=submission.source.splitlines().index(first) + 1,
        column=1,
        width=len(first) - len(first.lstrip()) + len(str(found[0])),
        text=first,
    )


def _syntax_fault(submission: Submission, error: SyntaxError) -> Fault:
    if (pasted := _pasted(submission) or _numbered(submission)) is not None:
        return pasted
    message = _cut(error.msg or "invalid syntax")
    line = error.lineno if error.lineno and error.lineno > 0 else None
    text = submission.line(line)
    # Where something is missing, Python may point behind the end of the line or before its beginning.
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
    """Compare two pieces of code, apart from comments, docstrings and layout."""
    pending: list[tuple[object, object]] = [(left, right)]  # not ast.dump, which recurses
    while pending:
        ours, theirs = pending.pop()
        if type(ours) is not type(theirs):
            return False
        if isinstance(ours, ast.AST) and isinstance(theirs, ast.AST):
            pending.extend(zip(_parts(ours), _parts(theirs), strict=True))
        elif isinstance(ours, list) and isinstance(theirs, list):
            if len(ours) != len(theirs):
                return False
            pending.extend(zip(ours, theirs, strict=True))
        elif ours != theirs:
            return False
    return True


def _parts(node: ast.AST) -> Iterator[object]:
    documented = isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None
    for field in node._fields:
        value: object = getattr(node, field, None)
        yield value[1:] if documented and field == "body" and isinstance(value, list) else value


# ---- weight ----------------------------------------------------------------------------------------------------------
#
# The compiler's work may be out of all proportion to the length of a program. It compiles a ``finally`` block once for
# every way out of its ``try``: 516 bytes of nested ones took 9 GB of memory and stopped the computer (Python 3.11). It
# looks a name up in every enclosing scope, prefixes each private name in a class with the name of the class, compares
# functions with each other, and sorts the names that a pattern captures; each of these took 1 to 2 s for 64 KiB.


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A syntax tree as a list, outer parts first, without operators and the like: half of the nodes, without weight."""

    nodes: list[ast.AST]
    parents: list[int]
    """The index of each node's parent in the list."""
    ends: list[int]
    """The index after each node's last child. Children stand side by side."""


def flatten(tree: ast.AST, *, most: int) -> Flat:
    """Lay out a tree without recursion, and stop soon after ``most`` nodes."""
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
    """Count the parts that the compiler sees, copies included, and other work as the parts that would take as long."""
    sizes, ways = [1] * len(flat.nodes), [0] * len(flat.nodes)
    """The parts in each node and the ways out of it, itself included."""
    extra = scopes = 0
    for index in range(len(flat.nodes) - 1, -1, -1):
        node = flat.nodes[index]
        match node:
            case _ if type(node) not in _WEIGHTY:
                pass
            case ast.Try() | ast.TryStar():
                _copy_finally(sizes, ways, index, range(flat.ends[index] - len(node.finalbody), flat.ends[index]))
            case ast.With() | ast.AsyncWith() | ast.ExceptHandler():  # each way out runs its clean-up
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
    inside, out = sum(sizes[last.start : last.stop]), sum(ways[last.start : last.stop])
    copies = 1 + ways[index] - out  # besides the first: one for an exception, and one for every other way out
    sizes[index] += copies * inside
    ways[index] += copies * out


def nesting(flat: Flat) -> int:
    """Count the deepest nesting of blocks that handle exceptions; since Python 3.12 comprehensions are such blocks."""
    depths = [0] * len(flat.nodes)
    for index in range(len(flat.nodes) - 1, -1, -1):
        node = flat.nodes[index]
        if type(node) in _CATCHING:
            depths[index] += len(node.items) if isinstance(node, ast.With | ast.AsyncWith) else 1
        if depths[index] > depths[flat.parents[index]]:
            depths[flat.parents[index]] = depths[index]
    return depths[0]
