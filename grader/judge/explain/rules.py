"""Asks all rules about one failure, the most specific first, and says the first thing that one of them has found."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from grader.authoring import Diagnosed
from grader.judge.explain.awaiting import async_aiter
from grader.judge.explain.calls import not_a_classmethod
from grader.judge.explain.cancelling import shielded
from grader.judge.explain.code import Definition, own_nodes
from grader.judge.explain.contrast import contrast
from grader.judge.explain.dropped import called_and_dropped, unawaited_at
from grader.judge.explain.endings import (
    blocked_loop,
    caught_cancellation,
    deadlock,
    leaves_the_process,
    never_returns,
    yields_in_a_group,
)
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.exceptions import explain_exception, line_of_stop
from grader.judge.explain.finding import AUTHOR, CONCURRENCY, PYTHON, Finding
from grader.judge.explain.leaving import (
    cancelled_at_once,
    named_and_not_called,
    no_return,
    return_in_finally,
    returns_error,
    runs_off_the_end,
    swapped_fields,
)
from grader.judge.explain.lines import line_to_look_at
from grader.judge.explain.operands import never_equal
from grader.judge.explain.order import (
    awaited_start,
    ends_at_a_falsy_item,
    one_after_the_other,
    one_at_a_time,
    order_of_completion,
)
from grader.judge.explain.raised import Raise
from grader.judge.explain.returned import another_kind, unusable
from grader.judge.explain.tasks import (
    early_return,
    handles_returned,
    late_binding,
    not_nonlocal,
    outcome,
    value_for_nobody,
)
from grader.judge.explain.telling import TELLING, is_bug
from grader.judge.explain.waiting import polling
from grader.judge.explain.words import said
from grader.kit.diagnosis import NOT_WRITTEN, Diagnosis
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Leaf

MAX_SENTENCE = 400
_OF_MODULE = re.compile(r"module '\w+' has no attribute '(?P<name>\w+)'.*", re.DOTALL)

Rule = Callable[[Case, Evidence], Finding | None]


def mistake_of_python(case: Case, evidence: Evidence) -> Finding | None:
    """An exception from the learner's own line whose cause is known."""
    for leaf in evidence.shown.surprises:
        line = leaf.line if leaf.scenario_line is None else line_of_stop(leaf, case.code)
        # What the submission gave, the scenario may have stumbled over: some messages say it all the same.
        raised = Raise(leaf=leaf, line=line or 0, code=case.code, allowed=case.exercise.rules.imports)
        found = explain_exception(raised) if line is not None else async_aiter(raised) or not_a_classmethod(raised)
        if found is not None:
            return found
    return None


def not_there_yet(case: Case, evidence: Evidence) -> Finding | None:
    """A function that the scenario asks for and that the file does not have, as it may where an exercise has parts."""
    for leaf in evidence.shown.surprises:
        asked = _OF_MODULE.fullmatch(leaf.message) if leaf.line is None and leaf.scenario_line is not None else None
        if case.exercise.parts and asked and asked["name"] not in case.defined:
            error = f"`{asked['name']}` is not in your file yet"
            return Finding(diagnosis=NOT_WRITTEN, error=error, help="copy it from the stub, and write its body")
    return None


def explain(case: Case, evidence: Evidence) -> Finding:
    """What to say of one failure. Its line is None only if the submission defines nothing."""
    for layer, rules in LAYERS.items():
        for rule in rules:
            if (found := _asked(rule, case, evidence)) is not None:
                return _completed(replace(found, layer=layer), case, evidence)
    return _completed(_plainly(case, evidence), case, evidence)


def _asked(rule: Rule, case: Case, evidence: Evidence) -> Finding | None:
    try:
        return rule(case, evidence)
    except RecursionError:
        # `ast.unparse` calls itself for each part of `a().b().c()`, and the policy admits chains of some hundred calls.
        return None


def _left_behind(case: Case, evidence: Evidence) -> Finding | None:
    """What the play left behind, where that says more than the test does."""
    if evidence.slug not in {remark.slug for remark in evidence.shown.remarks} & TELLING or _follows(case, evidence):
        return None
    found = _by_catalogue(case.catalogue[evidence.slug])
    if evidence.slug != "never-awaited":
        return found
    line = next(remark.line for remark in evidence.shown.remarks if remark.slug == evidence.slug)
    call = unawaited_at(case.code, line)
    called = f"`{ast.unparse(call.func)}(...)`" if call is not None else "an `async def`"
    return replace(found, error=f"{called} is called here and never awaited, so nothing of it runs", line=line)


def _follows(case: Case, evidence: Evidence) -> bool:
    """Whether coroutines were never awaited only because an exception, or a cancellation, came before."""
    if evidence.slug != "never-awaited" or called_and_dropped(case, evidence) is not None:
        return False
    cut_off = evidence.shown.ended is Ended.RAISED or any(span.how == "cancelled" for span in evidence.spans)
    return cut_off and not any(is_bug(leaf) for leaf in evidence.shown.surprises)


def _said_by_choice(case: Case, evidence: Evidence) -> Finding | None:
    """What the hidden test has chosen to say by what it saw, and not of any failure of it."""
    return _of_author(case, evidence.said) if evidence.chosen and evidence.said is not None else None


def _by_author(case: Case, evidence: Evidence) -> Finding | None:
    """What the author of the exercise says, where the play shows nothing more by itself.

    An exception that the submission raises on purpose is none of its bugs: the author says what it should have done.
    """
    said_by_author = evidence.said
    ended_so = evidence.slug == evidence.shown.ended and not evidence.shown.looked and evidence.slug != "raised"
    if said_by_author is None or ended_so:
        return None
    if evidence.slug == "raised" and said_by_author.diagnosis != "raised" and not _on_purpose(case, evidence):
        return None
    return _of_author(case, said_by_author)


def _of_author(case: Case, said_by_author: Diagnosed) -> Finding:
    diagnosis = case.catalogue[said_by_author.diagnosis]
    help = said_by_author.help or diagnosis.help
    return Finding(diagnosis=diagnosis.slug, error=said_by_author.feedback, help=help)


def _on_purpose(case: Case, evidence: Evidence) -> bool:
    """Whether all exceptions come from a ``raise`` in the submission."""
    lines = [leaf.line for leaf in evidence.shown.surprises]
    return all(isinstance(case.code.statement(line), ast.Raise) for line in lines)


LAYERS: Mapping[int, tuple[Rule, ...]] = {
    PYTHON: (
        called_and_dropped,
        named_and_not_called,
        return_in_finally,
        caught_cancellation,
        leaves_the_process,
        yields_in_a_group,
        blocked_loop,
        never_returns,
        early_return,
        cancelled_at_once,
        runs_off_the_end,
        never_equal,
        not_there_yet,
        mistake_of_python,
        late_binding,
        handles_returned,
        value_for_nobody,
        not_nonlocal,
        returns_error,
        swapped_fields,
        _left_behind,
        another_kind,
        no_return,
    ),
    CONCURRENCY: (
        awaited_start,
        one_after_the_other,
        one_at_a_time,
        shielded,
        polling,
        order_of_completion,
        ends_at_a_falsy_item,
        _said_by_choice,
        deadlock,
    ),
    AUTHOR: (_by_author, unusable),
}
"""The rules of each layer, the most specific first."""


def _plainly(case: Case, evidence: Evidence) -> Finding:
    """The way in which the play ended, in the catalogue's words."""
    found, shown = _by_catalogue(case.catalogue[evidence.slug]), evidence.shown
    if evidence.slug == "raised":
        leaf = _surprise(shown)
        return found if leaf is None else replace(found, error=_raised(leaf), got=said(leaf))
    if shown.reason and evidence.slug == shown.ended and shown.ended in _WITH_REASON:
        return replace(found, error=f"{found.error} ({shown.reason})")
    return found


_WITH_REASON = (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.LATE, Ended.BLOCKED_LOOP, Ended.NEVER_RETURNS)


def _raised(leaf: Leaf) -> str:
    kind = leaf.types[0].removeprefix("submission.") if leaf.types else "an exception"
    if leaf.line is None and leaf.scenario_line is not None:
        return f"the exercise itself raises {kind} where it calls your code or goes on with what that returned"
    return f"your code raises {kind}, which the exercise does not ask for here"


def _surprise(recording: Recording) -> Leaf | None:
    surprises = recording.surprises
    return next((leaf for leaf in surprises if leaf.line is not None), surprises[0] if surprises else None)


def _by_catalogue(diagnosis: Diagnosis) -> Finding:
    return Finding(diagnosis=diagnosis.slug, error=diagnosis.sentence, help=diagnosis.help)


def _line_of_none(case: Case, evidence: Evidence) -> int | None:
    """The line of ``return None`` in a function that returned None where the reference answer did something else."""
    came_to = outcome(case, evidence)
    if came_to is None or came_to[0].value is not None or (came_to[1] is not None and came_to[1].value is None):
        return None
    function = case.code.function(came_to[0].name)
    returns = [node for node in own_nodes(function) if isinstance(node, ast.Return)] if function is not None else []
    return max((node.lineno for node in returns if _is_none(node.value)), default=None)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _completed(found: Finding, case: Case, evidence: Evidence) -> Finding:
    """The same with a line, and with what was got against what was expected where the rule has not said it."""
    clear = evidence.shown.ended.by_itself
    found = replace(found, error=_cut(found.error), help=_cut(found.help), clear=clear)
    if found.line is None:
        found = replace(found, line=_line_of_none(case, evidence))
    if found.line is None:
        found = replace(found, line=line_to_look_at(found.diagnosis, evidence.shown, case.code, _home(case, evidence)))
    if found.got or not clear:
        return found
    got, expected = contrast(case, evidence)
    return replace(found, got=got, expected=expected)


def _home(case: Case, evidence: Evidence) -> Definition | None:
    """The function, or class, that the broken promise is about."""
    owner = next((promise.owner for promise in case.contract if promise.number == evidence.test.promise), "")
    return case.code.function(owner) or case.code.classes.get(owner)


def _cut(text: str) -> str:
    """A rule quotes names and calls of any length, and an author may format what the learner's code has sent."""
    return text if len(text) <= MAX_SENTENCE else f"{text[: MAX_SENTENCE - 3]}..."
