"""Compares a submission with its stub: the names, ``async`` where the stub has it, the parameters.

The stub is the contract. The submission must define the stub's public names, and accept every call that the stub
accepts; the learner may rename positional parameters.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from grader.policy.names import names_bound_by
from grader.policy.program import Program, Remark, same_code
from grader.policy.submission import Fault

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_LISTED = 8


def check_interface(program: Program, stub_source: str) -> tuple[Fault, ...]:
    """Check that a submission is not the stub itself, and can be called like the stub."""
    stub = ast.parse(stub_source)
    if same_code(program.tree, stub):
        return program.faults([_untouched(program)])

    return program.faults(_compare(stub.body, program.tree.body, owner="", insist=True))


def check_interface_of_parts(program: Program, stub_source: str) -> tuple[Fault, ...]:
    """The same for an exercise in parts, of which a function may be missing as long as another one is there."""
    stub = ast.parse(stub_source)
    bound = bindings(program.tree.body)
    missing = [node for node in _asked_for(stub.body) if node.name not in bound]
    later = [node for node in missing if not _meant(node, bound) and _defined_inside(node.name, bound) is None]
    if same_code(program.tree, stub) or len(later) == len([*_asked_for(stub.body)]):
        return check_interface(program, stub_source)
    asked = [node for node in stub.body if node not in later]
    return program.faults(_compare(asked, program.tree.body, owner="", insist=True))


def asked_names(stub_source: str) -> frozenset[str]:
    """The names of the functions and methods of a stub, which are those that the scenario may call."""
    nodes = ast.walk(ast.parse(stub_source))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _untouched(program: Program) -> Remark:
    place = next(program.of(ast.Raise), None)
    asked = list(_asked_for(program.tree.body))
    holding = (node for node in asked if any(inner is place for inner in ast.walk(node)))
    name = next((node.name for node in (*holding, *asked)), "the file")
    error = "the file is still the stub, nothing of it has been written yet"
    return Remark(node=place, kind="untouched", error=error, help=f"write the body of `{name}`")


def _asked_for(body: list[ast.stmt]) -> Iterator[_Definition]:
    """The public functions and classes of a stub's body, including special methods such as ``__init__``."""
    for node in body:
        if not isinstance(node, _Definition) or (node.name.startswith("_") and not node.name.endswith("__")):
            continue
        # A Protocol in a stub describes a parameter; the tests never call it.
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not _is_protocol(node):
            yield node


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def _compare(asked: list[ast.stmt], given: list[ast.stmt], *, owner: str, insist: bool) -> Iterator[Remark]:
    """Compare the definitions in a stub's body with a submission's; ``insist`` makes a missing one a remark."""
    bound = bindings(given)
    for node in _asked_for(asked):
        if node.name in bound:
            yield from _compare_one(node, bound[node.name], owner)
        elif insist:
            yield _missing(node, bound, owner)


def _compare_one(asked: ast.stmt, given: ast.AST, owner: str) -> Iterator[Remark]:
    match asked, given:
        case ast.ClassDef(), ast.ClassDef():
            yield from _compare(asked.body, given.body, owner=given.name, insist=not _inherits(asked, given))
        case ((ast.FunctionDef() | ast.AsyncFunctionDef()), (ast.FunctionDef() | ast.AsyncFunctionDef())):
            if not asked.decorator_list and not given.decorator_list:
                yield from _compare_functions(asked, given, owner)


def _inherits(asked: ast.ClassDef, given: ast.ClassDef) -> bool:
    """Whether methods may come from another base, a metaclass or a decorator such as ``@dataclass``."""
    if given.keywords or given.decorator_list:
        return True
    return any(all(not same_code(base, known) for known in asked.bases) for base in given.bases)


def bindings(body: list[ast.stmt]) -> Mapping[str, ast.AST]:
    """All names that the body binds outside of its functions and classes; the last binding of a name counts."""
    bound: dict[str, ast.AST] = {}
    pending: list[ast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        bound |= dict.fromkeys(names_bound_by(node), node)
        if not isinstance(node, _Definition | ast.Lambda):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))
    return bound


def _missing(asked: _Definition, bound: Mapping[str, ast.AST], owner: str) -> Remark:
    if not owner and (hidden := _defined_inside(asked.name, bound)) is not None:
        return hidden
    near = _meant(asked, bound)
    place = bound[near] if near else None
    names = [f"`{name}`" for name, node in bound.items() if _is_worth_naming(name, node)]
    listed = ", ".join(names[:_LISTED]) + (" and more" if len(names) > _LISTED else "")
    where = f"the class `{owner}`" if owner else "the file"
    return Remark(
        node=place if isinstance(place, ast.stmt | ast.expr | ast.alias) else None,
        kind="name-missing",
        error=f"{where} defines no `{asked.name}`" + (f"; it has {listed}" if listed else ""),
        help=f"rename `{near}` to `{asked.name}`" if near else f"add `{_headline(asked)}` as the stub has it",
        name=near,
    )


def _meant(asked: _Definition, bound: Mapping[str, ast.AST]) -> str:
    """The definition of the same kind whose name is nearly the one that is asked for; empty if there is none.

    Special methods have names alike, and each is there for itself; only underscores may be too few, or too many.
    """
    if asked.name.startswith("__"):
        alike = (name for name in bound if name.startswith("_") and name.strip("_") == asked.name.strip("_"))
        return next(alike, "")
    of_its_kind = (
        ast.ClassDef if isinstance(asked, ast.ClassDef) else ast.FunctionDef | ast.AsyncFunctionDef
    ) | ast.Name
    names = [name for name, node in bound.items() if isinstance(node, of_its_kind) and not name.startswith("__")]
    return next(iter(difflib.get_close_matches(asked.name, names, n=1)), "")


def _is_worth_naming(name: str, node: ast.AST) -> bool:
    return (
        name.isidentifier()
        and not name.startswith("_")
        and not isinstance(node, ast.alias | ast.Import | ast.ImportFrom)
    )


def _defined_inside(name: str, bound: Mapping[str, ast.AST]) -> Remark | None:
    """What to say of a function or class that stands inside of another one."""
    for outer in bound.values():
        if not isinstance(outer, _Definition):
            continue
        for node in ast.walk(outer):
            if isinstance(node, _Definition) and node is not outer and node.name == name:
                is_method = isinstance(outer, ast.ClassDef) and node in outer.body
                what = f"a method of the class `{outer.name}`" if is_method else f"defined inside `{outer.name}`"
                return Remark(
                    node=node,
                    kind="name-missing",
                    error=f"`{name}` is {what}; the exercise calls it at the top level of the file",
                    help=f"move it out of `{outer.name}`" + (", and take `self` away" if is_method else ""),
                    name=name,
                )
    return None


def _headline(node: _Definition) -> str:
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    start = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    return f"{start} {node.name}({ast.unparse(_WithoutAnnotations().visit(deepcopy(node.args)))})"


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(arg=node.arg)


# ---- functions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One way to call a function: a number of positional arguments, and keywords."""

    positional: int
    keywords: tuple[str, ...]


def _compare_functions(asked: _Function, given: _Function, owner: str) -> Iterator[Remark]:
    name = f"{owner}.{given.name}" if owner else given.name
    if isinstance(asked, ast.AsyncFunctionDef) and isinstance(given, ast.FunctionDef):
        yield Remark(
            node=given,
            kind="not-async",
            error=f"`{name}` must be an async function: its callers await it",
            help=f"write `async def {given.name}`",
            name=given.name,
        )
    refused = next((call for call in _calls(asked.args) if not _accepts(given.args, call)), None)
    if refused is not None:
        yield Remark(
            node=given,
            kind="parameters",
            error=f"`{name}` cannot be called as `{_render(given.name, asked.args, refused, owner)}`",
            help=f"give it the parameters of the stub: `{_headline(asked)}`",
            name=given.name,
        )


def _positional(arguments: ast.arguments) -> list[str]:
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]


def _required_keywords(arguments: ast.arguments) -> list[str]:
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [argument.arg for argument, default in pairs if default is None]


def _calls(arguments: ast.arguments) -> Iterator[_Call]:
    """Some calls that the stub accepts; a function that accepts these accepts all that the stub does."""
    most = len(_positional(arguments))
    counts = [*range(most - len(arguments.defaults), most + 1), *([most + 1, most + 7] if arguments.vararg else [])]
    keywords = [argument.arg for argument in arguments.kwonlyargs]
    more = ["any_other_keyword"] if arguments.kwarg else []
    for count in counts:
        yield _Call(positional=count, keywords=tuple(_required_keywords(arguments)))
        yield _Call(positional=count, keywords=(*keywords, *more))


def _accepts(arguments: ast.arguments, call: _Call) -> bool:
    """Whether Python would bind this call to these parameters."""
    positional = _positional(arguments)
    if call.positional > len(positional) and arguments.vararg is None:
        return False
    filled = set(positional[: call.positional])
    by_keyword = {argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)}
    for keyword in call.keywords:
        if keyword in by_keyword and keyword not in filled:
            filled.add(keyword)
        elif arguments.kwarg is None or keyword in by_keyword:
            return False
    required = positional[: len(positional) - len(arguments.defaults)] + _required_keywords(arguments)

    return filled.issuperset(required)


def _render(name: str, asked: ast.arguments, call: _Call, owner: str) -> str:
    names = _positional(asked)[: call.positional]
    rest = f"*{asked.vararg.arg}" if asked.vararg and call.positional > len(names) else ""
    keywords = [f"{keyword}=..." for keyword in call.keywords]
    return f"{name}({', '.join(filter(None, [*names[1 if owner else 0 :], rest, *keywords]))})"
