"""Makes small faults in a reference answer, one at a time: a hidden test must notice each.

Which values, operators, arguments and assignments are changed, and into what, is decided by mutmut, the library for
it. Two more kinds are ours, because in async code these are the mistakes: a statement that is missing, and an `await`
that is. What no test can notice is left alone: annotations, type variables, docstrings, assertions and the words of
messages.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.errors import MachineError

if TYPE_CHECKING:
    import libcst as cst

_TYPE_MAKERS = ("NewType", "ParamSpec", "TypeVar", "TypeVarTuple")
_WORDS = "operator_string"
"""What mutmut calls its change of the words of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A reference answer with one fault. ``line`` is the first that differs; ``before`` and ``after`` stand there.

    The two are without the blanks on either side, so that a fault has the same name wherever the line stands.
    """

    line: int
    before: str
    after: str
    source: str


def mutants_of(source: str) -> tuple[Mutant, ...]:
    """All mutants of an answer that are other programs, each once. Raises MachineError where mutmut is missing."""
    try:
        import libcst as cst
    except ModuleNotFoundError as error:
        hint = "Install it: `python -m pip install mutmut`."
        raise MachineError(
            "mutants of the reference answers are made with mutmut, which is missing", hint=hint
        ) from error
    module = cst.parse_module(source)
    met = {ast.dump(ast.parse(source))}
    found = []
    for node, changed in _changes(module):
        text = cst.ensure_type(module.deep_replace(node, changed), cst.Module).code
        try:
            tree = ast.dump(ast.parse(text))
        except SyntaxError:
            continue  # such as an argument taken out of `nonlocal x`: no program, and so no mutant
        if tree not in met:
            met.add(tree)
            found.append(_mutant(source, text))
    return tuple(sorted(found, key=lambda mutant: mutant.line))


def _mutant(source: str, text: str) -> Mutant:
    old, new = source.splitlines(), text.splitlines()
    number = next(n for n, (one, other) in enumerate(zip([*old, ""], [*new, ""], strict=False)) if one != other)
    before, after = (lines[number].strip() if number < len(lines) else "" for lines in (old, new))
    return Mutant(line=number + 1, before=before, after=after, source=text)


def _changes(module: cst.Module) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """Pairs of a node and what may stand in its place."""
    import libcst as cst
    from mutmut.mutation.mutators import mutation_operators

    nothing = cst.parse_statement("pass")
    for node in _nodes(module):
        if isinstance(node, cst.SimpleStatementLine) and not isinstance(node.body[0], cst.Pass):
            yield node, nothing.with_changes(leading_lines=node.leading_lines)
        if isinstance(node, cst.Await):
            yield node, node.expression
        for kind, operator in mutation_operators:
            if isinstance(node, kind) and operator.__name__ != _WORDS:
                yield from ((node, changed) for changed in operator(node))


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, but for those that a test cannot notice."""
    import libcst as cst

    if isinstance(node, cst.Annotation) or _says_nothing(node) or _raises_with_words(node):
        return
    yield node
    for child in node.children:
        yield from _nodes(child)


def _says_nothing(node: cst.CSTNode) -> bool:
    """Whether a line is a docstring, an import, an assertion, a declaration or a type variable."""
    import libcst as cst

    match node:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.Ellipsis()), *_]):
            return True
        case cst.SimpleStatementLine(body=[cst.Assign(value=cst.Call(func=cst.Name(value=name))), *_]):
            return name in _TYPE_MAKERS
        case cst.SimpleStatementLine(body=[cst.AnnAssign(value=None), *_]):
            return True
        case cst.SimpleStatementLine(body=[statement, *_]):
            return isinstance(statement, cst.Assert | cst.Global | cst.Import | cst.ImportFrom | cst.Nonlocal)
    return False


def _raises_with_words(node: cst.CSTNode) -> bool:
    """Whether a statement raises an error of which only the words could change; without it is another change."""
    import libcst as cst

    match node:
        case cst.Raise(exc=cst.Call(args=arguments)):
            return all(isinstance(one.value, cst.SimpleString | cst.FormattedString) for one in arguments)
    return False
