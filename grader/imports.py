"""Which modules a submission may import, by whatever door they come in.

``import anyio`` allows the names of anyio, and of its submodules those that the exercise lists. ``contextlib.os`` and
``anyio.to_thread`` are modules too, although no ``import`` names them.
"""

from __future__ import annotations

import ast
import difflib
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from grader.kit import PURE, Rules
from grader.program import Placed, Program, Remark

_HARMLESS = """
    __future__ abc array base64 binascii bisect calendar cmath collections collections.abc colorsys contextlib
    contextvars copy dataclasses datetime decimal difflib enum errno fractions functools graphlib hashlib heapq hmac
    html html.entities http ipaddress itertools json json.decoder json.encoder keyword math numbers operator pprint
    random re reprlib secrets statistics string struct textwrap time types typing unicodedata urllib.parse weakref zlib
"""
PURE_MODULES = frozenset(_HARMLESS.split())
"""The harmless part of the standard library: it computes, and reaches no file, process, thread or interpreter."""

_BACKENDS = ("asyncio", "trio", "sniffio", "curio")
_MOST_SUGGESTIONS = 50
_HIDDEN_DOORS = ("__import__", "__builtins__")


def check_imports(program: Program, rules: Rules) -> Iterator[Remark]:
    """Find every import, and every use of a module inside another one, that the rules do not allow."""
    allowed = _Allowed(rules)
    for node in program.of(ast.Import, ast.ImportFrom, ast.Attribute, ast.Call, ast.Subscript, ast.Name):
        match node:
            case ast.Import():
                yield from (allowed.refuse(alias.name, alias) for alias in node.names if not allowed.has(alias.name))
            case ast.ImportFrom(level=0, module=str(module)):
                yield from _check_from(module, node, allowed)
            case ast.ImportFrom():
                yield _relative(node)
            case ast.Attribute() | ast.Call() | ast.Subscript():
                for meaning in program.names.meanings(node):
                    if (inner := allowed.forbidden_inside(meaning)) is not None:
                        yield allowed.refuse(inner, node)
            case ast.Name(id=name) if name in _HIDDEN_DOORS:
                yield _hidden_door(node)


def _check_from(module: str, node: ast.ImportFrom, allowed: _Allowed) -> Iterator[Remark]:
    for alias in node.names:
        path = f"{module}.{alias.name}"
        if alias.name == "*" and allowed.has(module):
            yield _star(module, node)
        elif not allowed.has(module) and not allowed.has(path):
            yield allowed.refuse(module, node)
        elif (inner := allowed.forbidden_inside(path)) is not None:
            yield allowed.refuse(inner, alias)


class _Allowed:
    """The modules that an exercise allows."""

    def __init__(self, rules: Rules) -> None:
        self._named = tuple(name for name in rules.imports if name != PURE)
        self._has_pure = PURE in rules.imports
        self._modules = frozenset(self._named) | (PURE_MODULES if self._has_pure else frozenset({"__future__"}))
        # ``anyio.streams`` itself may be passed through on the way to ``anyio.streams.memory``.
        self._on_the_way = frozenset(name[: dot.start()] for name in self._modules for dot in re.finditer(r"\.", name))
        self._off_limits = rules.off_limits
        self._inside: dict[str, str | None] = {}
        self._instead: dict[str, str] = {}

    def has(self, module: str) -> bool:
        """Whether the module may be imported, as far as imports go: what is off limits is told apart later."""
        return module in self._modules or any(f"{module}.".startswith(f"{rule}.") for rule in self._off_limits)

    def forbidden_inside(self, path: str) -> str | None:
        """Find the first module on a dotted path, after the one it begins with, that may not be imported."""
        if path not in self._inside:
            self._inside[path] = self._look_inside(path)
        return self._inside[path]

    def _look_inside(self, path: str) -> str | None:
        parts = path.split(".")
        if not self.has(parts[0]) and parts[0] not in self._on_the_way:
            return None  # refused where it is imported, and nothing of it is looked up here
        for count in range(2, len(parts) + 1):
            inner, name = ".".join(parts[:count]), parts[count - 1]
            if self.has(inner) or inner in self._on_the_way:
                continue
            # `contextlib.os` is how `os` comes in without being imported, and `random._os` how it hides.
            public = name.lstrip("_")
            borrowed = public in sys.stdlib_module_names and public not in PURE_MODULES and name != parts[0]
            if borrowed or _is_module(inner):
                return inner
        return None

    def refuse(self, module: str, node: Placed) -> Remark:
        """Say that the module is not allowed, and what is."""
        return Remark(
            node=node,
            kind="import",
            error=f"`{module}` is not among the modules that this exercise may import",
            help=self._help(module),
        )

    def _help(self, module: str) -> str:
        if module not in self._instead:
            self._instead[module] = self._suggest(module)
        return self._instead[module]

    def _suggest(self, module: str) -> str:
        if module.partition(".")[0] in _BACKENDS and "anyio" in self._modules:
            return "use `anyio`, so that the same file runs on asyncio and on trio"
        # A thousandth of a second each, and a hostile file has thousands of imports of which five are shown.
        sought = self._modules if len(self._instead) < _MOST_SUGGESTIONS else ()
        near = difflib.get_close_matches(module, sought, n=1, cutoff=0.8)
        if near and not module.startswith(f"{near[0]}."):
            return f"import `{near[0]}` instead, if that is what was meant"
        named = ", ".join(f"`{name}`" for name in self._named)
        if self._has_pure:
            named += f"{' and ' if named else ''}computing modules such as `functools` and `itertools`"
        return f"use {named}" if named else "do without imports"


def _star(module: str, node: Placed) -> Remark:
    return Remark(
        node=node,
        kind="import",
        error=f"`from {module} import *` does not say what is imported",
        help=f"name what is needed: `from {module} import ...`",
    )


def _relative(node: Placed) -> Remark:
    return Remark(
        node=node,
        kind="import",
        error="a relative import needs a package, and this file stands alone",
        help="put what is needed into this file",
    )


def _hidden_door(node: ast.Name) -> Remark:
    return Remark(
        node=node,
        kind="import",
        error=f"`{node.id}` goes round the rules for imports",
        help="write an `import` statement at the top of the file",
    )


def _is_module(path: str) -> bool:
    """Whether a dotted path names a module inside a package; looks at the files, imports nothing."""
    package, _, name = path.rpartition(".")
    return name in _inside(package)


@lru_cache(maxsize=256)
def _inside(package: str) -> frozenset[str]:
    """The modules and packages in a package. Listed once: a hostile file asks for thousands that are not there."""
    entries = [entry for folder in _folders(package) for entry in folder.iterdir()]
    return frozenset(entry.stem for entry in entries if entry.suffix == ".py" or entry.is_dir())


def _folders(package: str) -> tuple[Path, ...]:
    outer, _, name = package.rpartition(".")
    if outer:
        if name not in _inside(outer):
            return ()
        return tuple(inner for folder in _folders(outer) if (inner := folder / name).is_dir())
    spec = find_spec(name)  # for a top-level name this runs no code of it
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()
