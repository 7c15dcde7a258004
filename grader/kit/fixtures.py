"""Checks the fixtures of a hidden test file from its text: what each takes, and what a test reaches through them.

A fixture is set up for a hidden test as pytest does it, but by the judge, anew for every schedule. What pytest would
refuse is refused here, with the line, and so is what would make two calls of a test differ in more than the schedule.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.kit.faults import Problem
from grader.kit.toplevel import Function, TopLevel

FIXTURE = "pytest.fixture"
PLAY = "play"
SCOPES = ("function", "class", "module", "package", "session")
"""The scopes of pytest, the narrowest first."""
GIVEN: Mapping[str, str] = {
    PLAY: "function",
    "request": "session",
    "monkeypatch": "function",
    "tmp_path": "function",
    "tmp_path_factory": "session",
}
"""The scopes of the fixtures that a hidden test has without writing them: the grader's own, and four of pytest. A
``request`` fits the scope of whatever takes it."""
_KNOWN = ("scope", "autouse", "name")
_EXAMPLE = '`@pytest.fixture(scope="module")`'
_WRITE_OUT = "this file is read without running it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One fixture as its file declares it."""

    name: str
    node: Function
    scope: str
    autouse: bool
    takes: tuple[str, ...]
    problems: tuple[Problem, ...]
    """What is wrong with it, apart from what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixtures:
    """The fixtures of a file."""

    read: tuple[Fixture, ...]
    by_name: Mapping[str, Fixture]
    """The same by name; of two with one name it has the first."""
    problems: tuple[Problem, ...]
    """All that is wrong with them, in the order of the file."""
    faulty: frozenset[str]
    """The names of those with which something is wrong, and of what cannot be read and may be a fixture."""

    def is_faulty(self, node: Function) -> bool:
        """Whether something is wrong with the fixture that is this function."""
        return any(fixture.name in self.faulty for fixture in self.read if fixture.node is node)

    def reached(self, names: Iterable[str]) -> frozenset[str]:
        """All fixtures that are set up for a test that takes these, the autouse ones included."""
        autouse = (fixture.name for fixture in self.by_name.values() if fixture.autouse)
        return self.closure([*names, *autouse])

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """All fixtures that are set up for these: they, and those that they take."""
        pending, reached = list(names), set()
        while pending:
            name = pending.pop()
            if name not in reached:
                reached.add(name)
                pending.extend(self.by_name[name].takes if name in self.by_name else ())
        return frozenset(reached)

    def unknown(self, name: str, line: int, user: str) -> Iterator[Problem]:
        """What is wrong if a test or a fixture uses a fixture of this name, and there is none that it may use."""
        if name not in self.by_name and name not in GIVEN and name not in self.faulty:
            known = [*self.by_name, *GIVEN]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Write `{near[0]}`." if near else f"Write a fixture of that name, or use {_listed(known)}."
            yield Problem(line, f"`{user}` uses `{name}`, which is no fixture that a hidden test may use", hint)


def is_fixture(node: Function, top: TopLevel) -> bool:
    """Whether a function is declared as a fixture."""
    return any(_is_declaration(decorator, top) for decorator in node.decorator_list)


def fixtures_of(functions: Sequence[Function], top: TopLevel) -> Fixtures:
    """Read the fixtures of a file, which are the functions given, and check what they take."""
    read = tuple(_read(node, top) for node in functions)
    by_name: dict[str, Fixture] = {}
    found: list[tuple[str, Problem]] = []
    for fixture in read:
        if fixture.name in by_name:
            what = f"there are two fixtures `{fixture.name}`, the first on line {by_name[fixture.name].node.lineno}"
            found.append((fixture.name, Problem(fixture.node.lineno, what, "Give one of the two another name.")))
        by_name.setdefault(fixture.name, fixture)
    fixtures = Fixtures(read=read, by_name=by_name, problems=(), faulty=top.lost)
    for fixture in read:
        problems = (*fixture.problems, *_problems_of_what_it_takes(fixture, fixtures))
        found += [(fixture.name, problem) for problem in problems]
    return Fixtures(
        read=read,
        by_name=by_name,
        problems=tuple(sorted(problem for _, problem in found)),
        faulty=top.lost | {name for name, _ in found},
    )


def arguments_of(node: Function) -> tuple[str, ...]:
    """The names of what a function takes by name."""
    return tuple(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))


def problems_of_arguments(node: Function) -> Iterator[Problem]:
    """Arguments that pytest does not fill: with a star or a default, or such as cannot be given by name."""
    arguments = node.args
    if arguments.posonlyargs or arguments.vararg or arguments.kwarg:
        what = f"`{node.name}` has an argument that cannot be given by name"
        yield Problem(node.lineno, what, f"Name its fixtures: `def {node.name}(play):`.")
    if arguments.defaults or any(default is not None for default in arguments.kw_defaults):
        what = f"`{node.name}` gives an argument a default, so that pytest sets up no fixture for it"
        yield Problem(node.lineno, what, f"Take the default out: `def {node.name}(play):`.")


# ---- a declaration ---------------------------------------------------------------------------------------------------


def _is_declaration(decorator: ast.expr, top: TopLevel) -> bool:
    return top.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator) == FIXTURE


def _read(node: Function, top: TopLevel) -> Fixture:
    problems = [*problems_of_arguments(node), *_problems_of_function(node, top)]
    declared: dict[str, object] = {}
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _is_declaration(decorator, top):
            problems += _problems_of_declaration(node, decorator)
            declared = {keyword.arg or "": _literal(keyword.value) for keyword in decorator.keywords}
    scope, name = declared.get("scope"), declared.get("name")
    return Fixture(
        name=name if isinstance(name, str) else node.name,
        node=node,
        scope=scope if isinstance(scope, str) and scope in SCOPES else "function",
        autouse=declared.get("autouse") is True,
        takes=arguments_of(node),
        problems=tuple(problems),
    )


def _problems_of_function(node: Function, top: TopLevel) -> Iterator[Problem]:
    if isinstance(node, ast.AsyncFunctionDef):
        what = f"the fixture `{node.name}` is an async def, and a hidden test awaits nothing"
        yield Problem(node.lineno, what, f"Write a plain function: `def {node.name}(...):`.")
    if node.name.startswith("test_"):
        what = f"the fixture `{node.name}` has the name of a hidden test"
        yield Problem(node.lineno, what, f"Name it without `test_`: `def {node.name.removeprefix('test_')}(...):`.")
    for decorator in node.decorator_list:
        if not _is_declaration(decorator, top):
            what = f"the fixture `{node.name}` has another decorator, `@{ast.unparse(decorator)}`"
            yield Problem(decorator.lineno, what, "Take that out; leave `@pytest.fixture` alone.")


def _problems_of_declaration(node: Function, call: ast.Call) -> Iterator[Problem]:
    user = f"the fixture `{node.name}`"
    for argument in call.args:
        yield Problem(argument.lineno, f"{user} is declared with more than keywords", f"Write {_EXAMPLE}.")
    for keyword in call.keywords:
        line, value = keyword.value.lineno, _literal(keyword.value)
        match keyword.arg:
            case "params" | "ids":
                what = f"{user} has `{keyword.arg}`: the points of a test are split over its own parameters alone"
                hint = 'Write the values at the tests: `@pytest.mark.parametrize("seconds", [1, 2])`.'
                yield Problem(line, what, hint)
            case "scope" if value not in SCOPES:
                what = f"{user} must have one of the scopes of pytest, written out: {_WRITE_OUT}"
                yield Problem(line, what, f"Write {_listed(SCOPES)}: {_EXAMPLE}.")
            case "autouse" if not isinstance(value, bool):
                what = f"{user} must say True or False for `autouse`: {_WRITE_OUT}"
                yield Problem(line, what, "Write the word out: `@pytest.fixture(autouse=True)`.")
            case "name" if not isinstance(value, str):
                what = f"{user} must give its `name` as a text: {_WRITE_OUT}"
                yield Problem(line, what, 'Write the text out: `@pytest.fixture(name="seconds")`.')
            case name if name not in _KNOWN:
                what = f"{user} has an unknown argument, {name or '**'!r}"
                yield Problem(line, what, f"Take it out; write {_EXAMPLE}.")


def _literal(node: ast.expr) -> object:
    """The value of a literal; None for anything else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


# ---- what it takes ---------------------------------------------------------------------------------------------------


def _problems_of_what_it_takes(fixture: Fixture, fixtures: Fixtures) -> Iterator[Problem]:
    line, user = fixture.node.lineno, f"the fixture `{fixture.name}`"
    if fixture.name in GIVEN:
        what = f"{user} has the name of a fixture that every hidden test has"
        yield Problem(line, what, f"Give it another name, such as `my_{fixture.name}`.")
        return
    for name in fixture.takes:
        yield from fixtures.unknown(name, line, fixture.node.name)
        if name in GIVEN or name in fixtures.by_name:
            yield from _problem_of_scope(fixture, name, fixtures)
    if fixture.name in fixtures.closure(fixture.takes):
        what = f"{user} needs itself, by way of what it takes"
        yield Problem(line, what, "Take one of them out, so that they stand in an order.")


def _problem_of_scope(fixture: Fixture, name: str, fixtures: Fixtures) -> Iterator[Problem]:
    """What is wrong if a fixture outlives another that it takes."""
    scope = GIVEN[name] if name in GIVEN else fixtures.by_name[name].scope
    if SCOPES.index(fixture.scope) <= SCOPES.index(scope):
        return
    why = "which is another one for every call of a test" if scope == "function" else f"which has the scope {scope!r}"
    what = f"the fixture `{fixture.name}` has the scope {fixture.scope!r} and uses `{name}`, {why}"
    yield Problem(fixture.node.lineno, what, "Take the scope out: `@pytest.fixture`.")


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
