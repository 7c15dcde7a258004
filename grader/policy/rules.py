"""Holds a submission against the rules of its exercise: which modules it may import, and which names are off limits.

The rules deter and teach; the box is what protects. A submission that breaks a rule is not judged. One that only looks
as if it tried to change how it is judged is judged, and an instructor is asked to look at it.
"""

from __future__ import annotations

import ast
import difflib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from grader.kit.exercise import PURE, Exercise, Rules
from grader.policy.interface import asked_names, check_interface, check_interface_of_parts
from grader.policy.names import Names, whose_class
from grader.policy.owned import Owned
from grader.policy.please_look import please_look
from grader.policy.program import Placed, Program, Remark, read
from grader.policy.submission import Fault, Submission
from grader.text import joined

_HARMLESS = """
    __future__ abc array base64 binascii bisect calendar cmath collections collections.abc colorsys contextlib
    contextvars copy dataclasses datetime decimal difflib enum errno fractions functools graphlib hashlib heapq hmac
    html html.entities http ipaddress itertools json json.decoder json.encoder keyword math numbers operator pprint
    random re reprlib secrets statistics string struct textwrap time types typing unicodedata urllib.parse weakref zlib
"""
PURE_MODULES = frozenset(_HARMLESS.split())
"""The harmless part of the standard library: it computes, and opens no file, process, thread or interpreter."""

_NETWORK = ("httpx", "requests", "aiohttp", "urllib3", "urllib", "http", "socket", "ssl", "httpcore")
_THREADS = ("threading", "concurrent", "multiprocessing", "queue")
_BACKENDS = ("asyncio", "trio", "sniffio", "curio")
_MOST_SUGGESTIONS = 50
_HIDDEN_DOORS = ("__import__", "__builtins__")
_TEXT_AS_CODE = ("eval", "exec", "compile")
_KEYWORD_RULE = re.compile(r"(?P<name>[\w.]+)\((?P<keyword>\w+)=\)")
_ATTRIBUTE_RULE = re.compile(r"\.(?P<attribute>\w+) =")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The result of reading a submission."""

    faults: tuple[Fault, ...]
    """Why the submission cannot be judged: the faults of the first stage that finds any."""
    look: tuple[Fault, ...]
    """Lines that an instructor is asked to look at. They do not keep the submission from being judged."""


def check(submission: Submission, exercise: Exercise, stub_source: str) -> Findings:
    """Hold a submission against the stub and the rules of the exercise, without running it."""
    program = read(submission)
    if isinstance(program, Fault):
        return Findings(faults=(program,), look=())
    asked = asked_names(stub_source)
    others = answers_beside(exercise.folder)
    as_stub = check_interface_of_parts if exercise.parts else check_interface
    faults = as_stub(program, stub_source) or check_rules(program, exercise.rules, asked, others)
    return Findings(faults=faults, look=please_look(program, asked))


def check_rules(
    program: Program, rules: Rules, asked: frozenset[str] | None = None, others: Mapping[str, str] | None = None
) -> tuple[Fault, ...]:
    """Find what the rules of the exercise forbid: imports first, and without any such, names that are off limits.

    ``asked`` names the functions and methods that the exercise asks for; without it, any public one may be. ``others``
    are the names under which the answers to other exercises might be imported, and the ids of these.
    """
    return program.faults(check_imports(program, rules, others or {})) or program.faults(
        [*_off_limits(program, rules, asked), *_text_as_code(program)]
    )


@lru_cache(maxsize=64)
def answers_beside(folder: Path) -> Mapping[str, str]:
    """The folders and the modules of the other exercises of a kit, each with the id of its exercise."""
    names: dict[str, str] = {}
    for other in sorted(folder.parent.glob("ex*_*/")):
        if other.name != folder.name:
            modules = (path.stem for path in other.glob("*.py") if path.name not in ("scenarios.py", "test_hidden.py"))
            names |= dict.fromkeys((other.name, *modules), other.name.partition("_")[0])
    return names


# ---- imports ---------------------------------------------------------------------------------------------------------
#
# ``import anyio`` allows the names of anyio, but only those of its submodules that the exercise lists.
# ``contextlib.os`` and ``anyio.to_thread`` are modules that come in without an ``import`` of their own.


def check_imports(program: Program, rules: Rules, others: Mapping[str, str]) -> Iterator[Remark]:
    """Find every import, and every use of a module inside another one, that the rules do not allow."""
    allowed = _Allowed(rules, others)
    for node in program.of(ast.Import, ast.ImportFrom, ast.Attribute, ast.Call, ast.Subscript, ast.Name):
        match node:
            case ast.Import():
                yield from (allowed.refuse(alias.name, alias) for alias in node.names if not allowed.has(alias.name))
            case ast.ImportFrom(level=0, module=str(module)):
                yield from _check_from(module, node, allowed)
            case ast.ImportFrom(module=module, names=names):
                paths = [f"{module or ''}.{alias.name}" for alias in names]
                error = "a relative import needs a package, and this file stands alone"
                alone = _refused(node, error, help="put what is needed into this file")
                yield next(filter(None, (allowed.refuse_answer(path, node) for path in paths)), alone)
            case ast.Attribute() | ast.Call() | ast.Subscript():
                for meaning in program.names.meanings(node):
                    if (inner := allowed.forbidden_inside(meaning)) is not None:
                        yield allowed.refuse(inner, node)
            case ast.Name(id=name) if name in _HIDDEN_DOORS:
                error = f"`{name}` goes round the rules for imports"
                yield _refused(node, error, help="write an `import` statement at the top of the file")


def _check_from(module: str, node: ast.ImportFrom, allowed: _Allowed) -> Iterator[Remark]:
    for alias in node.names:
        path = f"{module}.{alias.name}"
        if alias.name == "*" and allowed.has(module):
            error = f"`from {module} import *` does not say what is imported"
            yield _refused(node, error, help=f"name what is needed: `from {module} import ...`")
        elif not allowed.has(module) and not allowed.has(path):
            yield allowed.refuse(module, node)
        elif (inner := allowed.forbidden_inside(path)) is not None:
            yield allowed.refuse(inner, alias)


class _Allowed:
    """The modules that an exercise allows."""

    def __init__(self, rules: Rules, others: Mapping[str, str]) -> None:
        self._others = others
        self._named = tuple(name for name in rules.imports if name != PURE)
        self._has_pure = PURE in rules.imports
        self._modules = frozenset(self._named) | (PURE_MODULES if self._has_pure else frozenset({"__future__"}))
        # A name such as ``anyio.streams.memory`` has to pass through ``anyio.streams``.
        self._on_the_way = frozenset(name[: dot.start()] for name in self._modules for dot in re.finditer(r"\.", name))
        self._off_limits = rules.off_limits
        self._inside: dict[str, str | None] = {}
        self._instead: dict[str, str] = {}

    def has(self, module: str) -> bool:
        """Whether the module may be imported. An off-limits module may, as ``_off_limits`` refuses its use later."""
        return module in self._modules or any(f"{module}.".startswith(f"{rule}.") for rule in self._off_limits)

    def forbidden_inside(self, path: str) -> str | None:
        """Find the first module inside a dotted path that may not be imported."""
        if path not in self._inside:
            self._inside[path] = self._look_inside(path)
        return self._inside[path]

    def _look_inside(self, path: str) -> str | None:
        parts = path.split(".")
        if not self.has(parts[0]) and parts[0] not in self._on_the_way:
            return None  # its import is refused already
        for count in range(2, len(parts) + 1):
            inner, name = ".".join(parts[:count]), parts[count - 1]
            if self.has(inner) or inner in self._on_the_way:
                continue
            # `contextlib.os` gives `os` without an import, and `random._os` gives it under another name.
            public = name.lstrip("_")
            borrowed = public in sys.stdlib_module_names and public not in PURE_MODULES and name != parts[0]
            if borrowed or _is_module(inner):
                return inner
        return None

    def refuse(self, module: str, node: Placed) -> Remark:
        """The remark that the module is not allowed, and which are."""
        if (answer := self.refuse_answer(module, node)) is not None:
            return answer
        if module not in self._instead:
            self._instead[module] = self._suggest(module)
        error = f"`{module}` is not among the modules that this exercise may import"
        return _refused(node, error, help=self._instead[module])

    def refuse_answer(self, path: str, node: Placed) -> Remark | None:
        """The remark that a path leads to the answer to another exercise; None if it does not."""
        other = next((self._others[part] for part in path.split(".") if part in self._others), None)
        if other is None:
            return None
        error = f"this imports the answer to {other}, and each file stands alone"
        return _refused(node, error, help="copy what you need of that answer into this file")

    def _suggest(self, module: str) -> str:
        if module.partition(".")[0] in _BACKENDS and "anyio" in self._modules:
            return "use `anyio`, so that the same file runs on asyncio and on trio"
        if module.partition(".")[0] in _NETWORK and "anyio" in self._modules:
            return "use `anyio.connect_tcp`, and write the request and read the response yourself"
        if module.partition(".")[0] in _THREADS and "anyio" in self._modules:
            return "use tasks: `async with anyio.create_task_group() as tg`, and `tg.start_soon(...)`"
        # A suggestion takes a millisecond, and a hostile file has thousands of imports, of which five are shown.
        sought = self._modules if len(self._instead) < _MOST_SUGGESTIONS else ()
        near = difflib.get_close_matches(module, sought, n=1, cutoff=0.8)
        if near and not module.startswith(f"{near[0]}."):
            return f"import `{near[0]}` instead, if that is what was meant"
        named = [f"`{name}`" for name in self._named]
        if self._has_pure:
            named.append("computing modules such as `functools` and `itertools`")
        return f"use {joined(named)}" if named else "do without imports"


def _refused(node: Placed, error: str, *, help: str) -> Remark:
    return Remark(node=node, kind="import", error=error, help=help)


def _is_module(path: str) -> bool:
    """Whether a dotted path names a module inside a package, by its files and without importing it."""
    package, _, name = path.rpartition(".")
    return name in _inside(package)


@lru_cache(maxsize=256)
def _inside(package: str) -> frozenset[str]:
    """The modules and packages in a package, listed once: a hostile file may name thousands that do not exist."""
    entries = [entry for folder in _folders(package) for entry in folder.iterdir()]
    return frozenset(entry.stem for entry in entries if entry.suffix == ".py" or entry.is_dir())


def _folders(package: str) -> tuple[Path, ...]:
    outer, _, name = package.rpartition(".")
    if outer:
        if name not in _inside(outer):
            return ()
        return tuple(inner for folder in _folders(outer) if (inner := folder / name).is_dir())
    spec = find_spec(name)  # for a top-level name, this does not run the module
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


# ---- off limits ------------------------------------------------------------------------------------------------------


def _off_limits(program: Program, rules: Rules, asked: frozenset[str] | None) -> Iterator[Remark]:
    dotted = [rule for rule in rules.off_limits if not _KEYWORD_RULE.fullmatch(rule) and not rule.startswith(".")]
    keywords = [match for rule in rules.off_limits if (match := _KEYWORD_RULE.fullmatch(rule))]
    attributes = [match["attribute"] for rule in rules.off_limits if (match := _ATTRIBUTE_RULE.fullmatch(rule))]
    for node in program.of(ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, ast.Call, ast.Subscript):
        yield from _names_off_limits(node, program.names, dotted)
        if isinstance(node, ast.Call):
            yield from (_answer(node, rule[0]) for rule in keywords if _gives_keyword(node, program.names, rule))
    if stored := list(_stored_attributes(program, attributes)):
        # A class of the file may give its own attributes any name.
        owned = Owned(program, asked)
        yield from (_answer(node, f".{name} = ...") for node, whose, name in stored if not owned.may_have(whose, name))
    yield from _hidden_answers(program, dotted)


def _hidden_answers(program: Program, dotted: list[str]) -> Iterator[Remark]:
    """Find names that are off limits in texts made of parts, where an honest program has no reason to hide them."""
    last_parts = {rule.rpartition(".")[2]: rule for rule in dotted} | {rule: rule for rule in dotted}
    for node, text in program.texts.put_together():
        if text in last_parts:
            yield _answer(node, last_parts[text])


def _names_off_limits(node: ast.AST, names: Names, dotted: list[str]) -> Iterator[Remark]:
    match node:
        case ast.Import():
            used = [(alias, alias.name) for alias in node.names]
        case ast.ImportFrom(level=0):
            used = [(alias, f"{node.module}.{alias.name}") for alias in node.names]
        case ast.Name(ctx=ast.Load()) | ast.Attribute() | ast.Call() | ast.Subscript():
            yield from _matching(node, names.meanings(node), dotted)
            return
        case _:
            return
    for alias, meaning in used:
        yield from _matching(alias, [meaning], dotted)


def _matching(node: Placed, meanings: Iterable[str], dotted: list[str]) -> Iterator[Remark]:
    for meaning in meanings:
        yield from (_answer(node, rule) for rule in dotted if f"{meaning}.".startswith(f"{rule}."))


def _gives_keyword(call: ast.Call, names: Names, rule: re.Match[str]) -> bool:
    """Whether a call, or a `functools.partial` of it, has the keyword, written out or in a literal ``**{}``."""
    called = [meaning for node in (call.func, *call.args[:1]) for meaning in names.meanings(node)]
    whose = whose_class(call.func)  # `type(scope)(deadline=1)`; the class of `self` is the file's own
    of_another = whose is not None and not (isinstance(whose, ast.Name) and whose.id == "self")
    if not of_another and not any(_is_same(meaning, rule["name"]) for meaning in called):
        return False
    for keyword in call.keywords:
        if keyword.arg == rule["keyword"]:
            return True
        if isinstance(keyword.value, ast.Dict) and keyword.arg is None:
            keys = [key.value for key in keyword.value.keys if isinstance(key, ast.Constant)]
            if rule["keyword"] in keys:
                return True
    return False


def _is_same(meaning: str, name: str) -> bool:
    """Whether two dotted names name one thing: ``anyio.abc`` lends ``anyio.CancelScope``."""
    library, last = name.partition(".")[0], name.rpartition(".")[2]
    return meaning == name or (meaning.startswith(f"{library}.") and meaning.endswith(f".{last}"))


def _stored_attributes(program: Program, names: list[str]) -> Iterator[tuple[ast.expr, ast.expr, str]]:
    """The places where an attribute of one of these names is set, the objects of which, and the names."""
    for node in program.of(ast.Attribute, ast.Call):
        match node:
            case ast.Attribute(value=whose, attr=name, ctx=ast.Store()):
                found: str | None = name
            case ast.Call(func=ast.Name(id="setattr") | ast.Attribute(attr="__setattr__"), args=[whose, text, _]):
                found = program.texts.of(text)
            case ast.Call(func=ast.Attribute(value=whose, attr="__setattr__"), args=[text, _]):
                found = program.texts.of(text)
            case _:
                continue
        if found in names and isinstance(node, ast.expr):
            yield node, whose, found


def _answer(node: Placed, rule: str) -> Remark:
    return Remark(
        node=node,
        kind="off-limits",
        error=f"`{rule}` is off limits: it is the answer to this exercise, not a building block for it",
        help="build it from the parts that the README names",
    )


def _text_as_code(program: Program) -> Iterator[Remark]:
    for node in program.of(ast.Name):
        if node.id in _TEXT_AS_CODE and node.id not in program.names.own:
            yield Remark(
                node=node,
                kind="off-limits",
                error=f"`{node.id}` turns text into code, and a rule that reads code cannot see through it",
                help="write the code itself instead of a text that holds it",
            )
