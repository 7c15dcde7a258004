"""Tells which objects of a program may have come from outside: from the scenario, the kit or a library.

``Owned`` asks the opposite question, and proves. What it cannot prove is not foreign for that: a learner's objects lie
in dictionaries, heaps and tuples, and pass through callbacks. An object counts as foreign here only if there is a way
on which it may have come in: from an argument that only the scenario gives, a name that the file does not define, or
something that a library made, through names, attributes, collections, arguments and returned values.

Each part of the program adds a few arrows to the ``Flow`` of its objects, so reading takes time linear in the program.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable

from grader.policy.classes import Classes, Method, first_argument, positional
from grader.policy.decorators import PROPERTIES, last_name
from grader.policy.flow import Flow, Place
from grader.policy.kinds import Kind, What
from grader.policy.program import Program
from grader.policy.scopes import How, Scopes
from grader.policy.uses import ADDING_NOTHING, COLLECTIONS, STARTING

_OUTSIDE = ("outside",)
_ENTERED = ("what `with` gives for an object of the file",)
_KEPT = ("functions that are kept somewhere",)
_ANYWHERE, _ALL = "*", "all"
"""Instead of a position: arguments of which the position is computed or not followed, and all arguments."""
_MOST_POSITIONS = 8
_MOST_METHODS = 8
_COLLECTIONS = frozenset({"OrderedDict", "defaultdict", "dict", "field", *COLLECTIONS})
_KEYED = frozenset({"get", "pop", "setdefault"})
"""The methods of collections of which the first argument is a key, and is not given back."""
_KEEPERS_NAMES = """
    ChainMap ContextVar Counter OrderedDict Queue WeakKeyDictionary WeakSet WeakValueDictionary
    create_memory_object_stream defaultdict deque field local
"""
_KEEPERS = frozenset(_KEEPERS_NAMES.split())
"""What libraries make empty, for the file to keep its own objects in."""
_COMPARING_NAMES = """
    __add__ __and__ __eq__ __ge__ __gt__ __iadd__ __iand__ __ior__ __isub__ __le__ __lt__ __mul__ __ne__ __or__
    __radd__ __rmul__ __ror__ __rsub__ __sub__ __truediv__ __xor__
"""
_COMPARING = frozenset(_COMPARING_NAMES.split())
"""The methods in which Python gives the other side of an operator, as a rule an object of the same class."""
_GIVING_PARTS = (
    *(ast.IfExp, ast.BinOp, ast.BoolOp, ast.Dict, ast.List, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp),
    *(ast.DictComp, ast.NamedExpr, ast.Await, ast.Starred, ast.Subscript, ast.YieldFrom),
)


class Foreign:
    """The expressions of one program that may give an object from outside."""

    def __init__(self, program: Program, scopes: Scopes, classes: Classes, kind: Callable[[ast.expr], Kind]) -> None:
        """``kind`` tells what is seen to be the file's own, which no arrow leads to."""
        self._program = program
        self._scopes = scopes
        self._classes = classes
        self._kind = kind
        self._flow = Flow(program, scopes)
        self._called: set[Place] = set()
        """The slots to which some call of the file gives arguments."""
        self._collections: set[Place] = set()
        """The places that hold a collection which the file made."""
        self._libraries: dict[Place, bool] = {}
        self._wrappers = classes.decorators.wrappers_of_methods(program.functions())
        self._follow_statements()
        for node in program.of(*_GIVING_PARTS):
            self._flow.draw(_parts(node), node)
        self._follow_names()
        for attribute in program.of(ast.Attribute):
            self._follow_attribute(attribute)
        for call in program.of(ast.Call):
            self._follow_call(call)
        for function in (*program.functions(), *program.of(ast.Lambda)):
            self._follow_arguments(function)
        for owner in program.of(ast.ClassDef):
            self._follow_fields(owner)
        self._reached = self._flow.reached_from(_OUTSIDE)

    def __contains__(self, node: ast.expr) -> bool:
        return node in self._reached

    def _is_own(self, node: ast.expr) -> bool:
        return self._kind(node).what in (What.OWN, What.CLASS)

    def _is_library(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if not isinstance(node, ast.Name):
            return False
        place = self._flow.place(node)
        if place not in self._libraries:
            found = self._scopes.find(node)
            self._libraries[place] = found is not None and any(isinstance(each.node, ast.alias) for each in found[1])
        return self._libraries[place]

    # ---- statements

    def _follow_statements(self) -> None:
        for assignment in self._program.of(ast.Assign):
            for target in assignment.targets:
                self._assign(target, assignment.value)
                self._learn_collection(target, assignment.value)
        for noted in self._program.of(ast.AnnAssign):
            self._assign(noted.target, noted.value)
            self._learn_collection(noted.target, noted.value)
        for changed in self._program.of(ast.AugAssign):
            self._assign(changed.target, changed.value)
        for named in self._program.of(ast.NamedExpr):
            self._assign(named.target, named.value)
        loops: list[ast.For | ast.AsyncFor | ast.comprehension] = [
            *self._program.of(ast.For),
            *self._program.of(ast.AsyncFor),
            *self._program.of(ast.comprehension),
        ]
        for loop in loops:
            self._assign(loop.target, loop.iter)
        for item in self._program.of(ast.withitem):
            own = self._kind(item.context_expr).what is What.OWN
            self._assign(item.optional_vars, _ENTERED if own else item.context_expr)
        self._flow.draw([("returned", ("method", "__enter__")), ("returned", ("method", "__aenter__"))], _ENTERED)
        self._follow_patterns()
        for function, values in self._scopes.returned.items():
            given = (each.value if isinstance(each, ast.Yield) else each for each in values)
            self._flow.draw(filter(None, given), ("returned", self._slot(function)))

    def _follow_patterns(self) -> None:
        for choice in self._program.of(ast.Match):
            for pattern in (part for case in choice.cases for part in ast.walk(case.pattern)):
                match pattern:
                    case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                        self._flow.keep(choice.subject, ("name", self._scopes.scope_of[pattern], name))

    def _learn_collection(self, target: ast.expr, value: ast.expr | None) -> None:
        if _makes_collection(value):
            self._collections.add(self._flow.whole(target))
            if isinstance(target, ast.Name) and isinstance(self._scopes.scope_of[target].node, ast.ClassDef):
                self._collections.add(("attribute", target.id))

    def _assign(self, target: ast.expr | None, value: Place) -> None:
        match target, value:
            case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())) if len(target.elts) == len(value.elts):
                for inner, part in zip(target.elts, value.elts, strict=True):
                    self._assign(inner, part)
            case ((ast.Tuple(elts=elements) | ast.List(elts=elements)), _):
                for inner in elements:
                    self._assign(inner, value)
            case ast.Starred(value=inner), _:
                self._assign(inner, value)
            case ast.Name(id=name), _ if value is not None:
                self._flow.keep(value, self._flow.place(target))
                if isinstance(self._scopes.scope_of[target].node, ast.ClassDef):
                    self._flow.keep(value, ("attribute", name))
            case ast.Attribute(attr=name), _ if value is not None:
                self._flow.keep(value, ("attribute", name))
            case ast.Subscript(value=collection), ast.expr():
                self._flow.add([value], collection)

    # ---- expressions

    def _follow_names(self) -> None:
        for name in self._program.of(ast.Name):
            if not isinstance(name.ctx, ast.Load):
                continue
            place = self._flow.place(name)
            if place is None and not hasattr(builtins, name.id):
                self._flow.draw([_OUTSIDE], name)
            elif not self._is_own(name):
                self._flow.draw([place, *([_OUTSIDE] if self._is_library(name) else [])], name)

    def _follow_attribute(self, attribute: ast.Attribute) -> None:
        name = attribute.attr
        if self._is_own(attribute):
            return
        self._flow.draw([("attribute", name)], attribute)
        if not self._is_own(attribute.value):
            self._flow.draw([attribute.value], attribute)
        if any(self._classes.decorators.has(each, PROPERTIES) for each in self._methods(name)):
            self._flow.draw([("returned", ("method", name))], attribute)

    def _methods(self, name: str) -> list[Method]:
        return self._classes.methods[name][:_MOST_METHODS] if name in self._classes.methods else []

    def _is_method(self, whose: ast.expr, name: str) -> bool:
        """Whether this may be a method of the file: the `get` of a dictionary is none, whatever the classes define."""
        return bool(self._methods(name)) and self._flow.whole(whose) not in self._collections

    def _follow_call(self, call: ast.Call) -> None:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        function = call.func
        match function:
            case ast.Attribute(value=whose, attr="__init__") if self._is_own(whose):
                self._give(call, self._making(whose, "made" if self._kind(whose).what is What.OWN else "unbound"))
            case ast.Attribute(value=whose, attr=name) if self._is_method(whose, name):
                self._give(call, [("unbound" if self._kind(whose).what is What.CLASS else "method", name)])
                if self._kind(whose).what is What.UNKNOWN and not isinstance(whose, ast.Name | ast.Attribute):
                    self._give(call, [("unbound", name)])  # `[Own][0].method(thing)`
                self._flow.draw([("returned", ("method", name)), *([] if self._is_own(whose) else [whose])], call)
            case _ if self._kind(function).what is What.CLASS:
                self._give(call, self._making(function, "made"))
                if not all(map(self._classes.makes_own, self._kind(function).classes)):
                    self._flow.draw([*given, ("returned", ("method", "__new__"))], call)
            case ast.Name() | ast.Lambda() if (slot := self._function(function)) is not None:
                self._give(call, [slot])
                self._flow.draw([("returned", slot)], call)
            case _:
                self._follow_unknown_call(call, function, given)
        self._follow_handed_on(call, given)

    def _follow_unknown_call(self, call: ast.Call, function: ast.expr, given: list[ast.expr]) -> None:
        """Follow a call of a library, of a method that is not the file's, or of a function that is kept somewhere."""
        match function:
            case ast.Name(id="setattr") | ast.Attribute(attr="__setattr__") if given[2:]:
                if isinstance(given[1], ast.Constant):
                    self._flow.draw(given[2:], ("attribute", given[1].value))
            case _ if self._is_library(function):
                name = last_name(function.value if isinstance(function, ast.Subscript) else function)
                is_made = name[:1].isupper() or all(isinstance(each, ast.Constant) for each in given)
                is_made = is_made and name not in _KEEPERS
                self._flow.draw([*given, *([_OUTSIDE] if is_made else [])], call)
                for filled in given[:1]:  # `heappush(heap, item)`
                    self._flow.add(given[1:], filled)
            case ast.Attribute(value=whose, attr=name) if name not in self._scopes.stored:
                values = given[1:] if name in _KEYED else given
                self._flow.draw([whose, *values], call)
                self._flow.add(values if name not in ADDING_NOTHING else [], whose)
            case _:
                self._flow.draw([function, *given], call)
                self._give(call, [_KEPT])
                for each in given:  # `fill(own)` may put anything into a collection of the file
                    self._flow.add([call] if self._flow.whole(each) in self._collections else [], each)

    def _making(self, whose: ast.expr, how: str) -> list[Place]:
        """The slots of ``__init__``, or of the fields that a dataclass may declare."""
        return [(how, self._classes.maker(owner) or owner) for owner in self._kind(whose).classes]

    def _function(self, node: ast.expr) -> Place:
        """The slot of a function or method that is named here, if it is one."""
        if isinstance(node, ast.Lambda):
            return node
        if not isinstance(node, ast.Name):
            return None
        match self._scopes.find(node):
            case scope, [first, *_] if first.how is How.FUNCTION:
                return ("unbound", node.id) if isinstance(scope.node, ast.ClassDef) else ("function", scope, node.id)
        return None

    def _slot(self, function: ast.AST) -> Place:
        match function:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                is_method = function in self._scopes.owner
                return ("method", name) if is_method else ("function", self._scopes.scope_of[function], name)
        return function

    def _follow_handed_on(self, call: ast.Call, given: list[ast.expr]) -> None:
        """Let a function that is handed on be called with what stands around it: ``map(f, fns)``."""
        starts = isinstance(call.func, ast.Attribute) and call.func.attr in STARTING
        handed = {each: slots for each in given if (slots := self._handed(each))}
        if not handed:
            return
        if starts and given[0] in handed:
            for slot in handed[given[0]]:
                self._give_arguments(call.args[1:], call.keywords, slot)
            return
        around = [each for each in given if each not in handed]
        around += [call.func.value] if isinstance(call.func, ast.Attribute) else []
        if isinstance(call.func, ast.Attribute) and self._is_library(call.func):
            around.pop()
        self._flow.draw(around, ("around", call))
        for slot in (slot for slots in handed.values() for slot in slots):
            self._called.add(slot)
            self._flow.draw([("around", call)], (slot, _ANYWHERE))
            self._flow.draw([("around", call)], (slot, _ALL))

    def _handed(self, node: ast.expr) -> list[Place]:
        """The slots of a function, method or class that is given to another function."""
        match node:
            case ast.Name() | ast.Lambda() if (slot := self._function(node)) is not None:
                return [slot]
            case ast.Attribute(value=whose, attr=name) if self._methods(name):
                return [("unbound" if self._kind(whose).what is What.CLASS else "method", name)]
            case ast.Name() if self._kind(node).what is What.CLASS:
                return self._making(node, "made")
        return []

    # ---- arguments

    def _give(self, call: ast.Call, slots: Iterable[Place]) -> None:
        for slot in slots:
            self._give_arguments(call.args, call.keywords, slot)

    def _give_arguments(self, values: list[ast.expr], keywords: list[ast.keyword], slot: Place) -> None:
        self._called.add(slot)
        counted = not any(isinstance(each, ast.Starred) for each in values)
        for position, value in enumerate(values):
            place: Place = position if counted and position < _MOST_POSITIONS else _ANYWHERE
            self._give_one(value.value if isinstance(value, ast.Starred) else value, slot, place)
        for keyword in keywords:
            self._give_one(keyword.value, slot, keyword.arg or _ANYWHERE)

    def _give_one(self, value: ast.expr, slot: Place, place: Place) -> None:
        self._flow.keep(value, (slot, place))
        self._flow.draw([value], (slot, _ALL))

    def _follow_arguments(self, function: Method | ast.Lambda) -> None:
        slots = self._slots(function)
        named = [*positional(function), *function.args.kwonlyargs]
        rest = [each for each in (function.args.vararg, function.args.kwarg) if each is not None]
        for position, argument in enumerate(named):
            for slot, skipped in (each for each in slots if position >= each[1]):
                for part in (position - skipped, argument.arg, _ANYWHERE):
                    self._flow.keep((slot, part), self._kept(function, argument))
        for argument in rest:
            self._flow.draw([(slot, _ALL) for slot, _ in slots], self._kept(function, argument))
        defaults = [*zip(reversed(positional(function)), reversed(function.args.defaults), strict=False)]
        for argument, default in (*defaults, *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)):
            self._flow.draw(filter(None, [default]), self._kept(function, argument))
        if not isinstance(function, ast.Lambda):
            for wrapper in self._classes.decorators.wrappers(function):
                self._follow_wrapper(function, wrapper)
        is_bound = function in self._classes.bound_to_self or function in self._classes.bound_to_class
        is_replaced = not isinstance(function, ast.Lambda) and self._classes.decorators.may_replace(function)
        is_called = any(slot in self._called for slot, _ in slots)
        for argument in (*named, *rest):
            if is_replaced:
                self._flow.draw([_OUTSIDE], self._kept(function, argument))
            elif argument is not first_argument(function) or not (is_bound or function in self._wrappers):
                self._flow.draw(self._giver(function, argument, is_called=is_called), self._kept(function, argument))

    def _follow_wrapper(self, function: Method, wrapper: Method) -> None:
        """Let the wrapper that a decorator puts in the place of a function get what the function is given."""
        given = [self._kept(function, argument) for argument in positional(function)]
        for argument, place in zip(positional(wrapper), given, strict=False):
            self._flow.draw([place], self._kept(wrapper, argument))
        if wrapper.args.vararg is not None:
            self._flow.draw(given[len(positional(wrapper)) :], self._kept(wrapper, wrapper.args.vararg))

    def _giver(self, function: Method | ast.Lambda, argument: ast.arg, *, is_called: bool) -> list[Place]:
        """Where an argument may come from besides the calls that are seen.

        The scenario calls the public functions, with objects of its own. That the file calls one, that it is a method,
        and that the argument is said to be of a class of the file are weak signs, of which two are enough.
        """
        noted = ast.walk(argument.annotation) if argument.annotation else ()
        is_said = any(isinstance(each, ast.Name) and self._classes.named(each) is not None for each in noted)
        if isinstance(function, ast.Lambda) or not self._classes.is_public(function):
            # One that nothing calls is kept in a dictionary, or taken by `getattr(self, f"on_{name}")`.
            is_followed = is_called or is_said
            return [] if is_followed else [(_KEPT, _ALL) if _KEPT in self._called else _OUTSIDE]
        if function.name in _COMPARING or is_called + is_said + (function in self._scopes.owner) >= 2:
            return []
        return [_OUTSIDE]

    def _kept(self, function: ast.AST, argument: ast.arg) -> Place:
        shared = argument.arg in self._scopes.shared
        return ("name", argument.arg) if shared else ("name", self._scopes.inside[function], argument.arg)

    def _slots(self, function: Method | ast.Lambda) -> list[tuple[Place, int]]:
        """Where the arguments of a function come in, and how many of its own come before them."""
        if isinstance(function, ast.Lambda):
            return [(function, 0)]
        # A decorator of the file that keeps the function has it called by `table[name](...)`.
        kept = [] if self._classes.decorators.pass_on(function) else [(_KEPT, 0)]
        if function not in self._scopes.owner:
            return [(self._slot(function), 0), *kept]
        if function.name == "__init__":
            return [(("made", function), 1), (("unbound", function), 0), *kept]
        of_class = int(function in self._classes.bound_to_class)
        of_any = int(function in self._classes.bound_to_self) or of_class
        return [(("method", function.name), of_any), (("unbound", function.name), of_class), *kept]

    def _follow_fields(self, owner: ast.ClassDef) -> None:
        for position, field in enumerate(self._classes.fields(owner)[:_MOST_POSITIONS]):
            for part in (position, field, _ANYWHERE):
                self._flow.keep((("made", owner), part), ("attribute", field))


def _makes_collection(node: ast.expr | None) -> bool:
    made = isinstance(node, ast.Call) and last_name(node.func) in _COLLECTIONS
    return made or isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _parts(node: ast.AST) -> list[ast.expr]:
    """The parts of an expression that it may give, or give out of itself."""
    match node:
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return [one, other]
        case ast.BoolOp(values=parts) | ast.Dict(values=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return parts
        case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
            return [part]
        case ast.DictComp(value=part) | ast.NamedExpr(value=part) | ast.Await(value=part) | ast.Starred(value=part):
            return [part]
        case ast.Subscript(value=part) | ast.YieldFrom(value=part):
            return [part]
    return []
