"""The submission as its author reads it: the statement of a line, the function round it, and whose names it uses.

A submission may have 25,000 nodes and fail in every hidden test. What looks at all of them is computed once, and no
rule may walk from each node of one kind to all that is inside it: in nested loops that grows with the square.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef

Loop = ast.For | ast.AsyncFor | ast.While
STARTERS = ("start_soon", "start", "create_task")
"""Methods of a task group that start a task."""


class Start(NamedTuple):
    """A call that starts a task, and the expression of the function that the task runs."""

    call: ast.Call
    function: ast.expr | None

    @property
    def name(self) -> str:
        """The function as it is written, without ``partial`` round it; empty if none is given."""
        function = self.function
        while isinstance(function, ast.Call) and function.args and last_name(function.func) == "partial":
            function = function.args[0]
        return "" if function is None else ast.unparse(function)


class Code:
    """One submission's syntax tree, and what the rules ask of it. The source is Python: the policy has parsed it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._holders: dict[tuple[type[ast.AST], ...], set[ast.AST]] = {}

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, outer ones first."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node that each node stands in."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def holds(self, outer: ast.AST, *kinds: type[ast.AST]) -> bool:
        """Whether a node is of one of these kinds, or one of them stands inside it."""
        if kinds not in self._holders:
            self._holders[kinds] = self._find_holders(kinds)
        return outer in self._holders[kinds]

    def _find_holders(self, kinds: tuple[type[ast.AST], ...]) -> set[ast.AST]:
        found: set[ast.AST] = set()
        for inner in self.nodes:
            node: ast.AST | None = inner if isinstance(inner, kinds) else None
            while node is not None and node not in found:
                found.add(node)
                node = self.parents.get(node)
        return found

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """All functions and methods, those inside of others too, in the order of the file."""
        found = [node for node in self.nodes if isinstance(node, Function)]
        return tuple(sorted(found, key=lambda node: node.lineno))

    @cached_property
    def _named(self) -> Mapping[str, Sequence[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions:
            found[function.name].append(function)
        return dict(found)

    def named(self, name: str) -> Sequence[Function]:
        """The functions and methods of a name, wherever they stand, in the order of the file."""
        return self._named.get(name, ())

    @cached_property
    def groups(self) -> frozenset[ast.AST]:
        """The statements that open a task group."""
        return frozenset(node for node in self.nodes if isinstance(node, ast.AsyncWith) and _opens_group(node))

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The classes at the top level, by name."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    def within_reach(self, home: Definition) -> frozenset[int]:
        """The lines of a definition, and of all functions and classes whose names stand in it, and so on.

        A method counts for every attribute of its name, whatever the object is.
        """
        lines: set[int] = set()
        seen: set[ast.AST] = set()
        names: set[str] = set()
        waiting: list[ast.AST] = [home]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            waiting += ast.iter_child_nodes(node)
            if isinstance(node, Definition):
                lines.update(range(_first_line(node), _last_line(node) + 1))
            elif isinstance(node, ast.Name | ast.Attribute) and (name := last_name(node)) not in names:
                names.add(name)
                waiting += [*self.named(name), *filter(None, [self.classes.get(name)])]
        return frozenset(lines)

    # ---- lines -------------------------------------------------------------------------------------------------------

    def statement(self, line: int | None) -> ast.stmt | None:
        """The innermost statement that the line belongs to."""
        return self._statements[line] if line is not None and 0 <= line < len(self._statements) else None

    @cached_property
    def _statements(self) -> Sequence[ast.stmt | None]:
        """The innermost statement of each line, the first of several; a line's number is its index."""
        # Inner statements overwrite outer ones: they begin later, or end earlier.
        found = [node for node in reversed(self.nodes) if isinstance(node, ast.stmt)]
        found.sort(key=lambda node: (node.lineno, -(node.end_lineno or 0)))
        lines: list[ast.stmt | None] = [None] * (max((_last_line(node) for node in found), default=0) + 1)
        for node in found:
            first, after = _first_line(node), _last_line(node) + 1
            lines[first:after] = [node] * (after - first)
        return lines

    def last_line(self, line: int) -> int:
        """The last line of the expression or of the head of the statement that begins at, or goes over, a line."""
        statement = self.statement(line)
        if statement is None:
            return line
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body:
            first = body[0].lineno
            return int(max(line, min(first - 1, _head_end(statement))))
        return int(max(line, statement.end_lineno or line))

    def at(self, line: int | None, *kinds: type[ast.AST]) -> list[ast.AST]:
        """The nodes of these kinds that begin on the line, outermost first."""
        return [node for node in self._by_line.get(line, ()) if isinstance(node, kinds)]

    @cached_property
    def _by_line(self) -> Mapping[int | None, Sequence[ast.AST]]:
        found: dict[int | None, list[ast.AST]] = defaultdict(list)
        for node in self.nodes:
            if isinstance(node, ast.expr | ast.stmt | ast.ExceptHandler):
                found[node.lineno].append(node)
        return dict(found)

    def function_at(self, line: int | None) -> Function | None:
        """The innermost function that the line stands in."""
        if line is None:
            return None
        around = [node for node in self.functions if _covers(node, line)]
        return max(around, key=lambda node: node.lineno, default=None)

    def function(self, qualified: str) -> Function | None:
        """The function or method at the top of the file by its qualified name, the last of that name."""
        first, _, second = qualified.partition(".")
        body = self.tree.body
        if second:
            owner = self.classes.get(first)
            body = owner.body if owner is not None else []
        named = [node for node in body if isinstance(node, Function) and node.name == (second or first)]
        return named[-1] if named else None

    def defines(self, called: str) -> bool:
        """Whether the function of that name, which may be an attribute, is one of the submission."""
        return bool(self.named(called.rpartition(".")[2]))

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What the node stands in, innermost first, up to the function, lambda or class that it belongs to."""
        while (node := self.parents.get(node, self.tree)) is not self.tree:
            yield node
            if isinstance(node, _Scope):
                return

    def owner(self, node: ast.AST) -> Function | None:
        """The function whose body the node stands in."""
        while (node := self.parents.get(node, self.tree)) is not self.tree:
            if isinstance(node, Function):
                return node
        return None

    def loop_at(self, line: int | None) -> Loop | None:
        """The innermost loop that the line stands in, of the function that it stands in."""
        statement = self.statement(line)
        if statement is None:
            return None
        inside = [statement, *self.around(statement)]
        return next((node for node in inside if isinstance(node, Loop)), None)

    @cached_property
    def starts(self) -> tuple[Start, ...]:
        """All calls that start a task, in the order of the file."""
        calls = [node for node in self.nodes if isinstance(node, ast.Call)]
        found = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in STARTERS]
        return tuple(Start(call, call.args[0] if call.args else None) for call in sorted(found, key=lambda c: c.lineno))

    @cached_property
    def first_starts(self) -> Mapping[ast.AST, Start]:
        """The first call that starts a task in each node that holds one."""
        found: dict[ast.AST, Start] = {}
        for start in self.starts:
            node: ast.AST | None = start.call
            while node is not None and node not in found:
                found[node] = start
                node = self.parents.get(node)
        return found

    # ---- names -------------------------------------------------------------------------------------------------------

    @cached_property
    def imported(self) -> dict[str, str]:
        """The names that imports bind, anywhere in the file, and the dotted name that each stands for."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return found

    def dotted(self, node: ast.AST) -> str:
        """The full name that an expression stands for, as ``anyio.sleep``; empty if it is no such name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imported.get(node.id, node.id), *reversed(parts)])

    def visible(self, line: int | None) -> set[str]:
        """The names that the code on a line can use: of its functions from the innermost out, and of the module."""
        names = bound(self.tree)
        node: ast.AST | None = self.function_at(line)
        while node is not None and node is not self.tree:
            if isinstance(node, Function | ast.Lambda):
                names |= bound(node)
            node = self.parents.get(node)
        return names


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes in a function or module, without those of the functions and classes inside it."""
    pending = list(ast.iter_child_nodes(scope))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _Scope):
            pending.extend(ast.iter_child_nodes(node))


def bound(scope: ast.AST) -> set[str]:
    """The names that a function or a module binds itself."""
    names = set()
    if isinstance(scope, Function | ast.Lambda):
        arguments = scope.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        names |= {argument.arg for argument in every if argument is not None}
    elsewhere: set[str] = set()
    for node in own_nodes(scope):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
            case (
                ast.ExceptHandler(name=str() as name)
                | ast.MatchAs(name=str() as name)
                | ast.MatchStar(name=str() as name)
            ):
                names.add(name)
            case ast.Nonlocal(names=others) | ast.Global(names=others):
                elsewhere |= set(others)
    return names - elsewhere


def last_name(function: ast.expr) -> str:
    """The name of what is called, without what stands before its dot; empty if it has none."""
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


@lru_cache(maxsize=8)
def code_of(source: str) -> Code:
    """The code of a submission, parsed once for all of its failures."""
    return Code(source)


def line_of_shield(node: ast.AST) -> int | None:
    """The line of ``shield=True`` or ``scope.shield = True``."""
    match node:
        case ast.keyword(arg="shield", value=ast.Constant(value=True)):
            return node.value.lineno
        case ast.Assign(targets=[ast.Attribute(attr="shield")], value=ast.Constant(value=True)):
            return node.lineno
    return None


def _opens_group(node: ast.AsyncWith) -> bool:
    made = (item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call))
    return any(last_name(call.func) in ("create_task_group", "TaskGroup", "open_nursery") for call in made)


def _covers(node: ast.stmt, line: int) -> bool:
    return _first_line(node) <= line <= _last_line(node)


def _first_line(node: ast.stmt) -> int:
    return int(min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]))


def _last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _head_end(statement: ast.stmt) -> int:
    """The last line of what stands before the body of a compound statement."""
    heads = [
        value
        for name, value in ast.iter_fields(statement)
        if name in ("test", "iter", "items", "subject", "args", "returns", "bases")
    ]
    flat = [node for head in heads for node in (head if isinstance(head, list) else [head])]
    ends = [getattr(inner, "end_lineno", 0) or 0 for node in flat if node is not None for inner in ast.walk(node)]
    return max([statement.lineno, *ends])
