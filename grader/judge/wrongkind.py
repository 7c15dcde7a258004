"""Finds the function whose value does not fit: it is of another kind than promised, or of no use to the scenario.

What kinds a play returned is what the box says of it. It decides words alone: whether the test failed is known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.policy.promises import Definition, Form, Promise, in_words
from grader.wire.recording import Recording, Returned
from grader.wire.values import Opaque, TypedBool, TypedFloat, TypedInt

WRONG_KIND = "wrong-kind"
RAISED = "raised"

_PYTHON_NAMES = {type(None): "NoneType", TypedInt: "int", TypedBool: "bool", TypedFloat: "float"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A function whose value does not fit, in words for its author."""

    diagnosis: str
    error: str
    help: str
    line: int
    """The line of its ``def``."""


def wrong_kind(
    recording: Recording, promised: Sequence[Promise], defined: Mapping[str, Definition], *, stumbled: bool
) -> Unfit | None:
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
        if broken is None or definition is None:
            continue
        if _is_wrong(broken, returned, recording, stopped=stopped):
            return _wrong_value(broken, definition, returned)
    return None


def unusable(recording: Recording, promised: Sequence[Promise], defined: Mapping[str, Definition]) -> Unfit | None:
    """The function whose value a scenario could not go on with, though it is of the kind that was promised."""
    if not any(leaf.line is None and leaf.scenario_line is not None for leaf in recording.surprises):
        return None
    public = {promise.name for promise in promised if not promise.name.endswith("__")} & defined.keys()
    last = next((returned for returned in reversed(recording.returns) if returned.name in public), None)
    if last is None:
        return None
    kind = in_words(last.types[0] if last.types else "")
    return Unfit(
        diagnosis=RAISED,
        error=f"the exercise cannot go on with what `{last.name}` returned, {kind}",
        help=f"compare what `{last.name}` returns with what the lesson promises",
        line=defined[last.name].line,
    )


# ---- a def of another form -------------------------------------------------------------------------------------------


def _raised_elsewhere(recording: Recording, definition: Definition) -> bool:
    """Whether the submission has raised something in a line outside of this function, which is told first.

    Where a call gave something to be run, the exception arises in the scenario that could not use it.
    """
    lines = (leaf.line for leaf in recording.surprises)
    return any(line is not None and not definition.line <= line <= definition.last_line for line in lines)


def _wrong_form(promise: Promise, definition: Definition) -> Unfit | None:
    """What is wrong with a function whose call gives something to be run, in place of a value or of another such thing.

    Special methods may have another form than in the stub: ``__aiter__`` may well be an async generator.
    """
    made, name = definition.form, promise.name
    special = name.endswith("__") and promise.form is not Form.COROUTINE
    if made is promise.form or promise.generates or special:
        return None
    if made in (Form.GENERATOR, Form.ASYNC_GENERATOR):
        if promise.form is Form.PLAIN and promise.open:
            return None
        expected = "; nothing can await that" if promise.open else f"; {promise.words} {_was(promise)} expected"
        error = f"`{name}` has a `yield`, which makes {in_words(made.value)} of it{expected}"
        return Unfit(
            diagnosis=WRONG_KIND,
            error=error,
            help="take the `yield` out, and `return` the whole result",
            line=definition.line,
        )
    if made is Form.COROUTINE and promise.form is Form.PLAIN:
        error = (
            f"`{name}` is an `async def`, so that a call returns a coroutine; {promise.words} {_was(promise)} expected"
        )
        return Unfit(diagnosis=WRONG_KIND, error=error, help="write `def` without `async`", line=definition.line)
    return None


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
    if isinstance(value, Opaque):
        return value.type_name
    return _PYTHON_NAMES.get(type(value), type(value).__name__)


def _wrong_value(promise: Promise, definition: Definition, returned: Returned) -> Unfit:
    name, kind = promise.name, returned.types[0] if returned.types else ""
    given, wanted = in_words(kind), promise.words
    if kind != "NoneType":
        help = f"make `{name}` return {wanted}"
    elif definition.gives:
        help = f"find the way through `{name}` on which its value is still None, or that has no `return`"
    else:
        help = f"add `return ...` to `{name}`: a function without it returns None"
    error = f"`{name}` returned {given}; {wanted} {_was(promise)} expected"
    return Unfit(diagnosis=WRONG_KIND, error=error, help=help, line=definition.line)


def _was(promise: Promise) -> str:
    return "were" if promise.words == "bytes" else "was"
