"""The function whose value does not fit: it is of another kind than promised, or of no use to the scenario.

What a play returned is what the box says of it. It decides words alone: whether the test failed is known before.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.judge.explain.code import Code
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.words import in_python
from grader.policy.promises import Definition, Form, Promise, in_words
from grader.wire.recording import Recording
from grader.wire.rows import Returned
from grader.wire.values import Opaque, Record, TypedBool, TypedFloat, TypedInt

WRONG_KIND = "wrong-kind"
RAISED = "raised"
TEXT_FOR_BYTES = "text-for-bytes"

_PYTHON_NAMES = {type(None): "NoneType", TypedInt: "int", TypedBool: "bool", TypedFloat: "float"}


def another_kind(case: Case, evidence: Evidence) -> Finding | None:
    """A value of another kind than the stub promises, of the functions that the reference answer returns from as well.

    What the reference answer does not return from, it does not call, or it leaves by the exception asked for.
    """
    shown, promised = evidence.shown, case.promised
    wrong = wrong_kind(shown, promised, case.defined, stumbled=evidence.stumbled, code=case.code)
    if wrong is None or evidence.reference is None:
        return wrong
    returning = {returned.name for returned in evidence.reference.returns}
    # None may be a value as good as any, where the stub promises one of any type.
    same = {(returned.name, returned.types[:1]) for returned in evidence.reference.returns}
    returns = (one for one in shown.returns if one.name in returning and (one.name, one.types[:1]) not in same)
    shown = replace(shown, returns=tuple(returns))
    promised = tuple(promise for promise in promised if promise.name in returning)
    return wrong_kind(shown, promised, case.defined, stumbled=evidence.stumbled, code=case.code)


def wrong_kind(
    recording: Recording,
    promised: Sequence[Promise],
    defined: Mapping[str, Definition],
    *,
    stumbled: bool,
    code: Code,
) -> Finding | None:
    """The wrong kind of value that explains why a hidden test failed on this play, if there is one.

    ``stumbled`` says that the test raised what is no failed assertion: it could not use what it found. None, where a
    value is promised, is always said. Another kind may do no harm, as a tuple in place of a list that is only looped
    over, so it is said only if the test found a value of that kind, or if the test or the scenario could not go on.
    """
    if stumbled or recording.surprises:
        for promise in promised:
            definition = defined.get(promise.name)
            if definition is None or _raised_elsewhere(recording, definition):
                continue
            if (wrong := _wrong_form(promise, definition)) is not None:
                return wrong
    stopped = stumbled or any(leaf.scenario_line is not None for leaf in recording.surprises)
    by_name = {promise.name: promise for promise in promised}
    for returned in recording.returns:
        broken, definition = by_name.get(returned.name), defined.get(returned.name)
        if broken is None or definition is None or _may_be_coroutine(broken, definition):
            continue
        if _is_wrong(broken, returned, recording, stopped=stopped):
            return _wrong_value(broken, definition, returned, code)
    return None


def unusable(case: Case, evidence: Evidence) -> Finding | None:
    """The function whose value a scenario could not go on with, though it is of the kind that was promised."""
    recording = evidence.shown
    if not any(leaf.line is None and leaf.scenario_line is not None for leaf in recording.surprises):
        return None
    public = {promise.name for promise in case.promised if not promise.name.endswith("__")} & case.defined.keys()
    last = next((returned for returned in reversed(recording.returns) if returned.name in public), None)
    if last is None:
        return None
    kind = in_words(last.types[0] if last.types else "")
    return Finding(
        diagnosis=RAISED,
        error=f"the exercise cannot go on with what `{last.name}` returned, {kind}",
        help=f"compare what `{last.name}` returns with what the lesson promises",
        line=case.defined[last.name].line,
        got=f"{last.name}() returned {in_python(last.value)}",
    )


# ---- a def of another form -------------------------------------------------------------------------------------------


def _raised_elsewhere(recording: Recording, definition: Definition) -> bool:
    """Whether the submission has raised something in a line outside of this function, which is told first.

    Where a call gave something to be run, the exception arises in the scenario that could not use it.
    """
    lines = (leaf.line for leaf in recording.surprises)
    return any(line is not None and not definition.line <= line <= definition.last_line for line in lines)


def _wrong_form(promise: Promise, definition: Definition) -> Finding | None:
    """What is wrong with a function whose call gives something to be run, in place of a value or of another such thing.

    Special methods may have another form than in the stub: ``__aiter__`` may well be an async generator, but Python
    awaits none that is to be a plain ``def``.
    """
    made, name = definition.form, promise.name
    if _may_be_coroutine(promise, definition):
        return None
    special = name.endswith("__") and Form.COROUTINE not in (promise.form, made)
    if made is promise.form or promise.generates or special:
        return None
    if made in (Form.GENERATOR, Form.ASYNC_GENERATOR):
        if promise.form is Form.PLAIN and promise.open:
            return None
        expected = "; nothing can await that" if promise.open else f"; {promise.words} {_was(promise)} expected"
        return Finding(
            diagnosis=WRONG_KIND,
            error=f"`{name}` has a `yield`, which makes {in_words(made.value)} of it{expected}",
            help="take the `yield` out, and `return` the whole result",
            line=definition.line,
            got=f"{name}() gives {in_words(made.value)}",
            expected=_promised(promise),
        )
    if made is Form.COROUTINE and promise.form is Form.PLAIN:
        returns = f"{promise.words} {_was(promise)} expected"
        return Finding(
            diagnosis=WRONG_KIND,
            error=f"`{name}` is an `async def`, so that a call returns a coroutine; {returns}",
            help="write `def` without `async`",
            line=definition.line,
            got=f"{name}() gives a coroutine",
            expected=_promised(promise),
        )
    return None


def _may_be_coroutine(promise: Promise, definition: Definition) -> bool:
    """Whether the stub promises something to await, and an ``async def`` gives it; its ``return`` is another value."""
    to_await = not promise.open and promise.allows(("coroutine",))
    return promise.form is Form.PLAIN and definition.form is Form.COROUTINE and to_await


# ---- a value of another kind -----------------------------------------------------------------------------------------


def _is_wrong(promise: Promise, returned: Returned, recording: Recording, *, stopped: bool) -> bool:
    kind = returned.types[0] if returned.types else ""
    if promise.open:  # nothing but None in a place where nothing could go on with it
        return stopped and kind == "NoneType" and not promise.name.endswith("__")
    if promise.allows(returned.types):
        return False
    if kind == "NoneType":
        return True
    return not promise.name.endswith("__") and (stopped or kind.rpartition(".")[2] in _seen(recording))


def _seen(recording: Recording) -> set[str]:
    """The names of the classes of all values that a hidden test could look at."""
    attempts = (attempt.value_or_error for attempt in recording.attempts if attempt.how == "returned")
    values = [recording.value, *attempts, *(mark.value for mark in recording.marks)]
    return {_class_name(value) for value in values}


def _class_name(value: object) -> str:
    if isinstance(value, Opaque | Record):
        return value.type_name
    return _PYTHON_NAMES.get(type(value), type(value).__name__)


def _wrong_value(promise: Promise, definition: Definition, returned: Returned, code: Code) -> Finding:
    name, kind = promise.name, returned.types[0] if returned.types else ""
    slug, help = WRONG_KIND, f"make `{name}` return {promise.words}"
    line = _line_of_return(code, name) or definition.line
    if kind == "NoneType":
        line, help = definition.line, _how_to_return(code, name, definition)
    elif {kind, promise.words} == {"str", "bytes"}:
        slug = TEXT_FOR_BYTES
        help = (
            "return the bytes as they came, without `.decode()`"
            if kind == "str"
            else "turn the bytes into text by `.decode()`"
        )
    return Finding(
        diagnosis=slug,
        error=f"`{name}` returned {in_words(kind)}; {promise.words} {_was(promise)} expected",
        help=help,
        line=line,
        got=f"{name}() returned {in_python(returned.value)}",
        expected=_promised(promise),
    )


def _how_to_return(code: Code, name: str, definition: Definition) -> str:
    """What to change in a function that has returned None."""
    if definition.gives:
        return f"find the way through `{name}` on which its value is still None, or that has no `return`"
    function = code.function(name)
    own = set() if function is None else set(ast.walk(function))
    if any(start.call in own for start in code.starts):
        return f"keep what each task returns, in a list by position, and `return` that at the end of `{name}`"
    return f"add `return ...` to `{name}`: a function without it returns None"


def _line_of_return(code: Code, name: str) -> int | None:
    """The line of the only ``return`` with a value of a function; None if there are several, or none."""
    function = code.function(name)
    if function is None:
        return None
    lines = [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None and code.owner(node) is function
    ]
    return lines[0] if len(lines) == 1 else None


def _promised(promise: Promise) -> str:
    return "" if promise.open else f"{promise.name}() returns {promise.words}"


def _was(promise: Promise) -> str:
    return "were" if promise.words == "bytes" else "was"
