"""Random structured programs, made from a seed, as source text that can be shown, replayed and made shorter.

Each program records what happens and in which unit of its time. Every timer of a program ends in units of its own
(modulo the number of timers), so that no two of them ever end together and real runs leave nothing to chance; what
happens at one instant is recorded in no order. A program is a tree of statements: ``shorter`` yields it without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from textwrap import dedent, indent

from constructs import (
    CHOICES,
    FOR_THREADS,
    IN_THREADS,
    IN_WORKERS,
    OWN_THREADS,
    TASK,
    WORKERS,
)
from prelude import MAIN, PRELUDE

FAMILIES = ("tasks", "workers", "threads")
"""Programs of tasks alone; with worker threads of anyio; with threads that a program starts itself, too."""

MAX_STATEMENTS, MAX_TIMERS, MAX_DEPTH = 20, 12, 4
LONGEST = 9
"""Units of the longest duration, before it is put off to a unit of its own."""

_OFTEN = {"rest": 6.0, "thread rests": 4.0, "group": 3.0, "move on": 2.0, "fail": 2.0, "shield": 1.5, "cancel": 2.0}
_SELDOM = {"raise": 0.5, "raise in the thread": 0.3, "await event for ever": 0.2, "clocks": 0.3, "say": 0.5}
_WEIGHTS = _OFTEN | _SELDOM

_PLACE = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_BLOCKS = ("task", "thread", "own")


def constructs(place: str, family: str) -> dict[str, str]:
    """The templates that may stand in a block: ``task``, ``thread`` or ``own``."""
    if place == "own":
        return IN_THREADS | FOR_THREADS
    if place == "thread":
        return IN_THREADS | FOR_THREADS | IN_WORKERS
    workers = FOR_THREADS | WORKERS if family != "tasks" else {}
    return TASK | workers | (OWN_THREADS if family == "threads" else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One construct of a program, with what was chosen for the places of its template."""

    kind: str
    number: int
    template: str
    chosen: dict[str, str]
    waits: tuple[str, ...]
    blocks: tuple[tuple[str, Block], ...]
    """The kind of each block and its statements."""

    @property
    def source(self) -> str:
        waits, blocks = iter(self.waits), iter(self.blocks)

        def fill(place: re.Match[str]) -> str:
            match place[1]:
                case None:
                    return place[0][0]
                case "wait":
                    return next(waits)
                case name:
                    return self.chosen[name]

        lines = []
        for line in self.template.splitlines():
            if line.strip().strip("{}") in _BLOCKS:
                lines.append(indent(source_of(next(blocks)[1]), line[: line.index("{")]))
            else:
                lines.append(_PLACE.sub(fill, line))
        return "\n".join(lines)


Block = tuple[Statement, ...]


def source_of(block: Block) -> str:
    return "\n".join(statement.source for statement in block) or "pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A whole program; ``await main()`` returns the sorted pairs of a unit of time and what happened in it."""

    seed: int
    period: int
    body: Block

    @property
    def source(self) -> str:
        main = Statement(
            kind="main", number=0, template=MAIN, chosen={}, waits=(), blocks=(("task", self.body),)
        ).source
        return f"{PRELUDE}\n\nPERIOD = {self.period}\n\n{main}"

    @property
    def shown(self) -> str:
        """The part that differs from program to program."""
        return f"PERIOD = {self.period}\n{source_of(self.body)}"

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(statement.kind for statement in _all(self.body))


def _all(block: Block) -> Iterator[Statement]:
    for statement in block:
        yield statement
        for _, inner in statement.blocks:
            yield from _all(inner)


# ---- making ----------------------------------------------------------------------------------------------------------


def generate(seed: int, family: str) -> Program:
    """The program of a seed; always the same."""
    maker = _Maker(random=Random(f"{family} {seed}"), family=family)
    body = maker.block("task", depth=0)
    return Program(seed=seed, period=maker.timers + 1, body=body)


@dataclass(slots=True, kw_only=True)
class _Maker:
    random: Random
    family: str
    statements: int = 0
    timers: int = 0
    scopes: list[int] = field(default_factory=list)

    def block(self, place: str, depth: int) -> Block:
        length = self.random.choice((2, 3, 4) if depth == 0 else (1, 1, 2, 2, 3))
        return tuple(self.statement(place, depth) for _ in range(length) if self.statements < MAX_STATEMENTS)

    def statement(self, place: str, depth: int) -> Statement:
        possible = {
            kind: template
            for kind, template in constructs(place, self.family).items()
            if self.timers + template.count("{wait}") <= MAX_TIMERS
            and (depth < MAX_DEPTH or not any(f"{{{block}}}" in template for block in _BLOCKS))
            and (self.scopes or "{scope}" not in template)
        }
        # Programs of one or two statements at the top would have little to get wrong: there, blocks come first.
        deep = {kind: 3.0 if depth < 2 and "{task}" in template else 1.0 for kind, template in possible.items()}
        (kind,) = self.random.choices(list(possible), [_WEIGHTS.get(kind, 1.0) * deep[kind] for kind in possible])
        return self.fill(kind, dedent(possible[kind]).strip("\n").rstrip(), depth)

    def fill(self, kind: str, template: str, depth: int) -> Statement:
        self.statements += 1
        number = self.statements
        if "SCOPES[{n}]" in template:
            self.scopes.append(number)
        chosen, waits, blocks = {"n": str(number)}, [], []
        for place in _PLACE.finditer(template):
            name = place[1]
            if name == "wait":
                self.timers += 1
                waits.append(f"until({self.timers}, {self.random.randint(1, LONGEST)})")
            elif name == "scope":
                chosen.setdefault(name, str(self.random.choice(self.scopes)))
            elif name in CHOICES:
                chosen.setdefault(name, self.random.choice(CHOICES[name]))
        for place in _PLACE.finditer(template):
            if (name := place[1]) in _BLOCKS:
                blocks.append((name, self.block(name, depth + 1)))
        return Statement(
            kind=kind, number=number, template=template, chosen=chosen, waits=tuple(waits), blocks=tuple(blocks)
        )


# ---- making shorter --------------------------------------------------------------------------------------------------


def shorter(program: Program) -> Iterator[Program]:
    """The program without one of its statements, or with a statement's block in the place of the statement."""
    for body in _shorter(program.body, "task"):
        yield replace(program, body=body)


def _shorter(block: Block, place: str) -> Iterator[Block]:
    for position, statement in enumerate(block):
        before, after = block[:position], block[position + 1 :]
        yield (*before, *after)
        for number, (kind, inner) in enumerate(statement.blocks):
            if kind == place and inner:
                yield (*before, *inner, *after)
            for less in _shorter(inner, kind):
                blocks = (*statement.blocks[:number], (kind, less), *statement.blocks[number + 1 :])
                yield (*before, replace(statement, blocks=blocks), *after)
