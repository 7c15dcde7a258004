"""Follows objects from place to place in a program: into names, attributes and collections, and out of them again.

A collection and what lies in it are one, but for its keys; an attribute is one for all objects. Whoever reads a program
draws arrows between the places where objects are kept, a few for each part of it; ``reached_from`` follows them.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Hashable, Iterable

from grader.policy.program import Program
from grader.policy.scopes import Scopes

Place = Hashable
"""Where objects are kept: a node of the tree, or a tuple that describes the place."""

_DEEPEST = 8
"""Through how many subscripts and calls a collection is followed: each of a long chain would cost as much as all."""


class Flow:
    """The arrows between the places of one program."""

    def __init__(self, program: Program, scopes: Scopes) -> None:
        self._program = program
        self._scopes = scopes
        self._arrows: dict[Place, list[Place]] = defaultdict(list)

    def draw(self, sources: Iterable[Place], place: Place) -> None:
        for source in sources:
            self._arrows[source].append(place)

    def keep(self, value: Place, place: Place) -> None:
        """Let a place hold what an expression gives, and each of them what is added to the other one."""
        self.draw([value, ("added", place)], place)
        if isinstance(value, ast.expr) and (whole := self.whole(value)) is not None:
            self.draw([("added", place)], whole)
            self.draw([("added", place)], ("added", whole))

    def add(self, values: Iterable[ast.expr], collection: ast.expr) -> None:
        if (whole := self.whole(collection)) is not None:
            self.draw(values, ("added", whole))
            self.draw([("added", whole)], whole)

    def place(self, name: ast.Name) -> Place:
        if name.id in self._scopes.shared:
            return ("name", name.id)
        found = self._scopes.find(name)
        return ("name", found[0], name.id) if found else None

    def whole(self, node: ast.expr) -> Place:
        """The place of the collection that a part of it is put into by ``node.append``, or ``node[0] =``."""
        for _ in range(_DEEPEST):
            match node:
                case ast.Name():
                    return self.place(node)
                case ast.Attribute(attr=name):
                    return ("attribute", name)
                case ast.Subscript(value=whole) | ast.Call(func=ast.Attribute(value=whole)):
                    node = whole
                case _:
                    break
        return None

    def reached_from(self, start: Place) -> set[Place]:
        """The places that an object may come to which is kept in ``start``."""
        # An honest heap holds `(priority, number, task)`, of which the first two came from elsewhere: such a tuple
        # counts as foreign only if nothing in it can be the file's own.
        tuples = {part: whole for whole in self._program.of(ast.Tuple) for part in whole.elts}
        left = {whole: sum(not isinstance(part, ast.Constant) for part in whole.elts) for whole in tuples.values()}
        reached: set[Place] = {start}
        pending: list[Place] = [start]
        while pending:
            place = pending.pop()
            found = list(self._arrows.get(place, ()))
            if isinstance(place, ast.expr) and (whole := tuples.get(place)) is not None:
                left[whole] -= 1
                found += [] if left[whole] else [whole]
            for each in found:
                if each not in reached:
                    reached.add(each)
                    pending.append(each)
        return reached
