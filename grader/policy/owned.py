"""Tells which objects of a program can be seen to be of the program's own classes.

A private attribute of such an object is the program's own affair. One of an object that came from outside, such as an
argument, belongs to the kit, the grader or a library, whatever names the classes of the file mention. Between the two
lies what can be neither proved here nor, in ``foreign``, suspected: there the names of the file decide.

An object is seen to be the file's own if it is made by calling one of its classes, or is ``self``, or has come from
there through names, attributes, arguments, collections and returned values, or if ``isinstance`` has shown it. An
annotation shows nothing: Python checks none.

What arguments, attributes and names hold depends on each other, so it is worked out in rounds, until a round changes
nothing (the usual analysis of data flow). Each round only ever adds, and takes time linear in the program.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property

from grader.policy.classes import Classes, Method, first_argument, positional
from grader.policy.foreign import Foreign
from grader.policy.kinds import CAUGHT, MOST_CLASSES, NOTHING, OPEN, UNKNOWN, Kind, What, collection_of, element_of
from grader.policy.program import Program
from grader.policy.scopes import Binding, How, Proof, Scope, Scopes
from grader.policy.uses import COLLECTIONS, Uses

_ROUNDS = 8
"""Through how many calls and attributes an object is followed. What is not settled by then counts as unknown."""
_DEEPEST = 12
"""How many parts of an expression are looked at."""
_MOST_WAYS = 30
"""How many values of one name, methods of one name and so on are looked at; with more, it counts as unknown."""
_MOST_PROOFS = 16
_TAKING = frozenset({"pop", "popleft"})


class Owned:
    """The kinds of the expressions of one program."""

    def __init__(self, program: Program, asked: frozenset[str] | None = None) -> None:
        """``asked`` names the functions and methods that the exercise asks for. None: any public one may be."""
        self._program = program
        self._scopes = Scopes(program.tree)
        self._classes = Classes(program, self._scopes, asked)
        self._uses = Uses(program, self._scopes, self._classes)
        self._asked = [attribute.value for attribute in program.of(ast.Attribute)]
        self._function_of: dict[ast.arg, ast.AST] = {}
        self._arguments: dict[ast.arg, Kind] = {}
        self._attributes: dict[str, Kind] = {}
        self._returns: dict[ast.AST, Kind] = {}
        self._names: dict[tuple[Scope, str], Kind] = {}
        self._begin()
        for function in program.functions():
            self._expect(function)
        for owner in program.of(ast.ClassDef):
            if owner in self._uses.handed_on:
                self._construct_out_of_sight(owner)
        self._settle()
        # What no call has given came from outside, as the arguments of a function that only the scenario calls.
        self._arguments = {argument: UNKNOWN if kind == OPEN else kind for argument, kind in self._arguments.items()}
        self._settle()

    def kind(self, node: ast.expr) -> Kind:
        """What an expression gives."""
        found = self._kind(node)
        return UNKNOWN if found.what is What.OPEN else found

    def has(self, value: ast.expr, name: str) -> bool:
        """Whether an attribute is one that a class of the file defines, of an object or a class of the file."""
        kind = self.kind(value)
        if kind.what not in (What.OWN, What.CLASS) or not kind.classes:
            return False
        return all(self._classes.has(owner, name) for owner in kind.classes)

    def may_have(self, value: ast.expr, name: str) -> bool:
        """Whether an attribute may well be one that a class of the file defines: nothing shows its object foreign."""
        if self.has(value, name):
            return True
        is_own = self.kind(value).what in (What.OWN, What.CLASS)
        return self._classes.defines(name) and (is_own or value not in self._foreign)

    def may_have_part(self, value: ast.expr, name: str) -> bool:
        """Whether the same holds of a name that objects of libraries have too, such as the ``args`` of a partial."""
        if self.kind(value).what in (What.OWN, What.CLASS):
            return self.is_solid(value)
        return self._classes.defines_without_libraries(name) and value not in self._foreign

    @cached_property
    def _foreign(self) -> Foreign:
        return Foreign(self._program, self._scopes, self._classes, self.kind)

    def is_solid(self, node: ast.expr) -> bool:
        """Whether an expression is a class of the file, or an object of one, that inherits nothing from libraries."""
        kind = self.kind(node)
        return kind.what in (What.OWN, What.CLASS) and all(map(self._classes.is_solid, kind.classes))

    def values(self, name: ast.Name) -> list[ast.expr]:
        """The expressions that a name is assigned, if nothing else gives it a value."""
        found = self._scopes.find(name)
        bindings = found[1][:_MOST_WAYS] if found else []
        values = [each.node for each in bindings if each.how is How.VALUE and isinstance(each.node, ast.expr)]
        return values if len(values) == len(bindings) < _MOST_WAYS else []

    # ---- settling what arguments, attributes and returned values hold

    def _expect(self, function: Method) -> None:
        """Follow the arguments of a function that only the file can call, as far as its name tells.

        The scenario calls the functions and methods that the exercise asks for, with objects of its own.
        """
        arguments = [*positional(function), *function.args.kwonlyargs]
        self._function_of |= dict.fromkeys(arguments, function)
        passed_on = self._classes.decorators.pass_on(function)
        if not passed_on:
            self._uses.without_self.add(function)
        if not passed_on or (self._classes.is_public(function) and function.name != "__init__"):
            return
        self._arguments |= dict.fromkeys(arguments, OPEN)
        defaults = zip(reversed(positional(function)), reversed(function.args.defaults), strict=False)
        keyword_defaults = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        for argument, default in (*defaults, *keyword_defaults):
            if default is not None and not (isinstance(default, ast.Constant) and default.value is None):
                self._arguments[argument] = UNKNOWN

    def _settle(self) -> None:
        for _ in range(_ROUNDS):
            before = self._state()
            self._begin()
            self._gather()
            self._names |= self._names_now
            if self._state() == before:
                self._begin()
                return
        self._arguments.clear()
        self._attributes = dict.fromkeys(self._attributes, UNKNOWN)
        self._returns = dict.fromkeys(self._returns, UNKNOWN)
        self._names = dict.fromkeys(self._names, UNKNOWN)
        self._begin()

    def _state(self) -> tuple[object, ...]:
        uses = (len(self._uses.handed_on), len(self._uses.without_self))
        return dict(self._arguments), dict(self._attributes), dict(self._returns), dict(self._names), uses

    def _begin(self) -> None:
        self._known: dict[ast.AST, Kind] = {}
        self._names_now: dict[tuple[Scope, str], Kind] = {}
        self._collections: dict[str, Kind] = {}

    def _gather(self) -> None:
        for function, names in self._uses.called.items():
            for called in names:
                self._give(function, self._uses.calls.get(called) or self._uses.starts[called], called, skip=0)
        for call in self._uses.calls.values():
            self._construct(call)
        for name, attributes in self._uses.mentions.items():
            methods = self._classes.methods[name]
            for method in methods:
                for attribute in attributes if len(methods) * len(attributes) < _MOST_WAYS**2 else ():
                    self._mention(method, attribute)
                if len(methods) * len(attributes) >= _MOST_WAYS**2:
                    self._uses.handed_on.add(method)
        for attr, values in self._scopes.stored.items():
            found = self._together(values) if len(values) < _MOST_WAYS else UNKNOWN
            self._attributes[attr] = self._attributes.get(attr, OPEN) | found
        for function, values in self._scopes.returned.items():
            found = self._together(value or _NONE for value in values) if len(values) < _MOST_WAYS else UNKNOWN
            self._returns[function] = self._returns.get(function, NOTHING) | found
        for node in self._asked:
            self._kind(node)

    def _construct(self, call: ast.Call) -> None:
        """Follow the arguments of a class into its ``__init__``, or into the fields that a dataclass may declare."""
        kind = self._kind(call.func)
        for owner in kind.classes if kind.what is What.CLASS else ():
            if (maker := self._classes.maker(owner)) is not None:
                self._give(maker, call, call.func, skip=1)
                continue
            fields = self._classes.fields(owner)
            if _is_open_ended(call):
                self._attributes |= dict.fromkeys(fields, UNKNOWN)
                continue
            given = list(zip(fields, call.args, strict=False))
            given += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
            for field, value in given:
                self._attributes[field] = self._attributes.get(field, OPEN) | self._kind(value)

    def _construct_out_of_sight(self, owner: ast.ClassDef) -> None:
        """Give up what a class is constructed with that is handed on: ``map(Own, fns)``."""
        if (maker := self._classes.maker(owner)) is not None:
            self._uses.handed_on.add(maker)
        else:
            self._attributes |= dict.fromkeys(self._classes.fields(owner), UNKNOWN)

    def _mention(self, method: Method, attribute: ast.Attribute) -> None:
        whose = self._kind(attribute.value)
        call = self._uses.calls.get(attribute)
        start = self._uses.starts.get(attribute)
        takes_self = method in self._classes.bound_to_self
        unbound = takes_self and whose.what is What.CLASS
        if call is None and start is None:
            self._uses.handed_on.add(method)
        else:
            bound = (takes_self or method in self._classes.bound_to_class) and not unbound
            self._give(method, call or start, attribute, skip=int(bound))
        if takes_self and not self._keeps_self(whose, method, call):
            self._uses.without_self.add(method)

    def _keeps_self(self, whose: Kind, method: Method, call: ast.Call | None) -> bool:
        """Whether a method, taken as an attribute, is given an object of its class as ``self``."""
        if whose.what is What.CLASS:
            given = self._kind(call.args[0]) if call and call.args else UNKNOWN
            return given.what in (What.OPEN, What.OWN)
        # A stranger may be the class itself where that was handed on: ``[Own][0].method(thing)``.
        is_given_nothing = call is not None and not call.args and not call.keywords
        is_known = whose.what is not What.UNKNOWN or self._scopes.owner[method] not in self._uses.handed_on
        return is_known or is_given_nothing

    def _give(self, function: ast.AST, call: ast.Call | None, mention: ast.AST, *, skip: int) -> None:
        if call is None or _is_open_ended(call):
            self._uses.handed_on.add(function)
            return
        given = call.args if mention is call.func else call.args[1:]
        pairs = list(zip(positional(function)[skip:], given, strict=False))
        if call.keywords and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            named = {each.arg: each for each in (*positional(function), *function.args.kwonlyargs)}
            pairs += [(named[each.arg], each.value) for each in call.keywords if each.arg in named]
        for argument, value in pairs:
            if argument in self._arguments:
                self._arguments[argument] |= self._kind(value)

    # ---- expressions

    def _kind(self, node: ast.expr | None, depth: int = 0) -> Kind:
        if node is None or depth > _DEEPEST:
            return UNKNOWN
        if node not in self._known:
            self._known[node] = self._look(node, depth + 1)
        return self._known[node]

    def _look(self, node: ast.expr, depth: int) -> Kind:
        match node:
            case ast.Constant(value=None):
                return NOTHING
            case ast.Name():
                return self._of_name(node, depth)
            case ast.NamedExpr(value=value):
                return self._kind(value, depth)
            case ast.Await(value=ast.Call(func=called) as value):
                # What an object of the file's own gives when it is awaited is not that object.
                is_made = self._kind(called, depth).what is What.CLASS
                return UNKNOWN if is_made else self._kind(value, depth)
            case ast.IfExp(body=one, orelse=other):
                return self._together([one, other], depth)
            case ast.BoolOp(values=values):
                return self._together(values, depth)
            case ast.Attribute():
                return self._of_attribute(node, self._kind(node.value, depth))
            case ast.Subscript(value=value, slice=place):
                whole = self._kind(value, depth)
                as_it_is = whole.what is What.CLASS or isinstance(place, ast.Slice)  # `Own[T]` is `Own`
                return whole if as_it_is else element_of(whole)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return collection_of(self._together(elements, depth))
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return collection_of(self._kind(element, depth))
            case ast.Call():
                return self._of_call(node, depth)
        return UNKNOWN

    def _together(self, nodes: Iterable[ast.expr | None], depth: int = 0) -> Kind:
        found = OPEN
        for node in nodes:
            found |= self._kind(node, depth)
            if found == UNKNOWN:
                break
        return found

    def _of_name(self, name: ast.Name, depth: int) -> Kind:
        found = self._scopes.find(name)
        if found is None:
            return UNKNOWN
        scope, bindings = found
        proof, left = self._scopes.proofs.get(name), _MOST_PROOFS
        while proof is not None and left and len(bindings) == 1:
            if proof.name == name.id and (shown := self._shown(proof)) is not None:
                return shown
            proof, left = proof.before, left - 1
        place = (scope, name.id)
        if place not in self._names_now:
            # While it is being looked at, a name holds what it held in the round before: ``x = x or Own()``.
            self._names_now[place] = self._names.get(place, OPEN)
            kind = OPEN if len(bindings) < _MOST_WAYS else UNKNOWN
            for binding in bindings[:_MOST_WAYS]:
                kind |= self._of_binding(binding, depth)
            self._names_now[place] = self._names.get(place, OPEN) | self._with_added(kind, place)
        return self._names_now[place]

    def _shown(self, proof: Proof) -> Kind | None:
        """What ``isinstance`` has shown. A class with strange bases may claim any object as its own."""
        classes = proof.classes
        if self._scopes.find(proof.test) is not None:
            return None
        parts = classes.elts if isinstance(classes, ast.Tuple) else [classes]
        found = [self._classes.named(part) for part in parts]
        owners = [owner for owner in found if owner is not None and self._classes.is_solid(owner)]
        return Kind(What.OWN, tuple(owners)) if 0 < len(owners) == len(found) <= MOST_CLASSES else None

    def _with_added(self, kind: Kind, place: object) -> Kind:
        """A collection with what is added to it, in the one place where it is kept."""
        if kind.what is not What.MANY:
            return kind
        if place in self._uses.handed_on:
            return UNKNOWN
        return kind | collection_of(self._together(self._uses.added.get(place, ())))

    def _of_binding(self, binding: Binding, depth: int) -> Kind:
        match binding:
            case Binding(how=How.VALUE, node=ast.expr() as value):
                kind = self._kind(value, depth)
                # One collection in two places could be filled in the other one.
                shared = kind.what is What.MANY and isinstance(value, ast.Name | ast.Attribute | ast.NamedExpr)
                return UNKNOWN if shared else kind
            case Binding(how=How.ELEMENT, node=ast.Attribute(attr="exceptions")):
                return CAUGHT
            case Binding(how=How.ELEMENT, node=ast.expr() as iterated):
                return element_of(self._kind(iterated, depth))
            case Binding(how=How.CAUGHT):
                return CAUGHT
            case Binding(how=How.CLASS, node=ast.ClassDef() as owner):
                return Kind(What.CLASS, (owner,)) if self._classes.is_plain(owner) else UNKNOWN
            case Binding(how=How.ARGUMENT, node=ast.arg() as argument):
                return self._of_argument(argument)
        return UNKNOWN

    def _of_argument(self, argument: ast.arg) -> Kind:
        function = self._function_of.get(argument)
        if function is None:
            return UNKNOWN
        if argument is first_argument(function):
            if function in self._classes.bound_to_class:
                return Kind(What.CLASS, (self._scopes.owner[function],))
            if function in self._classes.bound_to_self:
                lost = function in self._uses.without_self
                return UNKNOWN if lost else Kind(What.OWN, (self._scopes.owner[function],))
        return UNKNOWN if function in self._uses.handed_on else self._arguments.get(argument, UNKNOWN)

    def _of_attribute(self, node: ast.Attribute, whose: Kind) -> Kind:
        name = node.attr
        if whose.what is What.OWN and name == "__class__":
            return Kind(What.CLASS, whose.classes)
        if whose.what is What.CAUGHT:
            return CAUGHT if name in ("__cause__", "__context__") else UNKNOWN
        if whose.what is not What.OWN:
            return whose if whose.what is What.OPEN else UNKNOWN
        if name in self._classes.methods or not all(self._classes.has(owner, name) for owner in whose.classes):
            return UNKNOWN
        if name not in self._collections:
            self._collections[name] = self._with_added(self._attributes.get(name, OPEN), name)
        return self._collections[name]

    def _of_call(self, call: ast.Call, depth: int) -> Kind:
        match call.func:
            case ast.Attribute(attr="__new__") if call.args:
                return self._made(self._kind(call.args[0], depth))
            case ast.Attribute(value=whose, attr=name):
                kind = self._kind(whose, depth)
                if name in _TAKING:
                    return element_of(kind)
                if kind.what in (What.OWN, What.CLASS) and name in self._classes.methods:
                    return self._returned(self._classes.methods[name])
                return kind if kind.what is What.OPEN else UNKNOWN
            case ast.Name() as called:
                match self._scopes.find(called):
                    case _, [Binding(how=How.FUNCTION, node=ast.FunctionDef() | ast.AsyncFunctionDef() as function)]:
                        return self._returned([function])
                    case None | (_, [Binding(node=ast.alias())]):
                        return self._of_builtin(called, call, depth)
        return self._made(self._kind(call.func, depth))

    def _of_builtin(self, called: ast.Name, call: ast.Call, depth: int) -> Kind:
        if called.id == "super" and not call.args:
            return self._of_super(called)
        if called.id == "type" and len(call.args) == 1:
            kind = self._kind(call.args[0], depth)
            return Kind(What.CLASS, kind.classes) if kind.what is What.OWN else UNKNOWN
        if called.id in COLLECTIONS and len(call.args) < 2 and not call.keywords:
            whole = self._kind(call.args[0], depth) if call.args else Kind(What.MANY)
            return whole if whole.what in (What.MANY, What.OPEN) else UNKNOWN
        return UNKNOWN

    def _of_super(self, called: ast.expr) -> Kind:
        scope: Scope | None = self._scopes.scope_of[called]
        while scope is not None and scope.node not in self._scopes.owner:
            scope = scope.outer
        owner = self._scopes.owner[scope.node] if scope else None
        return Kind(What.OWN, (owner,)) if owner is not None and self._classes.is_solid(owner) else UNKNOWN

    def _made(self, kind: Kind) -> Kind:
        if kind.what is What.CLASS and all(map(self._classes.makes_own, kind.classes)):
            return Kind(What.OWN, kind.classes)
        return kind if kind.what is What.OPEN else UNKNOWN

    def _returned(self, functions: list[Method]) -> Kind:
        found = OPEN if len(functions) < _MOST_WAYS else UNKNOWN
        for function in functions[:_MOST_WAYS]:
            as_written = self._classes.decorators.return_as_written(function)
            found |= self._returns.get(function, OPEN) if as_written else UNKNOWN
        return found


_NONE = ast.Constant(value=None)


def _is_open_ended(call: ast.Call) -> bool:
    """Whether a call gives arguments of which the number or the names are computed."""
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    return starred or any(keyword.arg is None for keyword in call.keywords)
