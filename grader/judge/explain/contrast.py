"""What was got against what was expected, in two lines, for findings that do not say it themselves."""

from __future__ import annotations

from grader.judge.explain.evidence import Case, Evidence, differ
from grader.judge.explain.tasks import expected, got, outcome
from grader.judge.explain.words import in_python, said
from grader.text import seconds
from grader.wire.recording import Ended
from grader.wire.rows import Raised, Span
from grader.wire.values import Opaque


def contrast(case: Case, evidence: Evidence) -> tuple[str, str]:
    """The first thing in which the play differs from that of the reference answer, in both; empty where nothing does.

    What a function of the submission returned or raised may always be shown. What it should have returned is shown if
    the author of the hidden test says so; what the picture beside it shows anyway, times and ends, is no secret.
    """
    shown = evidence.shown
    if shown.ended is Ended.RAISED:
        return _in_group(shown.error), _instead_of_raising(case, evidence)
    found = outcome(case, evidence)
    if found is not None and found[1] is not None and _differ(found[0].value, found[1].value):
        return got(case, evidence), expected(case, evidence)
    raises = evidence.reference is not None and evidence.reference.ended is Ended.RAISED
    if found is not None and found[1] is None and raises and shown.ended is Ended.RETURNED:
        return got(case, evidence), _instead_of_raising(case, evidence)
    return _of_spans(evidence) or _of_the_end(evidence)


def _differ(mine: object, theirs: object) -> bool:
    # What is known of two opaque objects is how each author has called the class, and that says nothing.
    if isinstance(mine, Opaque) and isinstance(theirs, Opaque):
        return False
    return in_python(mine) != in_python(theirs)


def _in_group(error: Raised) -> str:
    """``ValueError: boom``, or that it came inside of an ExceptionGroup."""
    first = said(error.leaves[0])
    return first if error.bare else f"ExceptionGroup with {first}"


def _instead_of_raising(case: Case, evidence: Evidence) -> str:
    reference = evidence.reference
    if reference is None or "expected" not in evidence.test.show:
        return ""
    if reference.ended is Ended.RAISED:
        return _in_group(reference.error)
    public = [promise.name for promise in case.promised]
    returns = [returned for returned in reference.returns if returned.name in public]
    # Of several calls it is not known which one has raised here.
    return _expected_of(returns[0].name, evidence) if len(returns) == 1 else ""


def _expected_of(name: str, evidence: Evidence) -> str:
    """``join() returns ['a']``, as the reference answer does in the same play."""
    returned = evidence.expected(name)
    return "" if returned is None else f"{name}() returns {in_python(returned.value)}"


def _of_spans(evidence: Evidence) -> tuple[str, str] | None:
    names = [span.name for span in evidence.reference.spans] if evidence.reference is not None else []
    for name in dict.fromkeys(names):
        mine, theirs = evidence.mine.get(name), evidence.theirs.get(name)
        if theirs is None or (mine and mine.how == theirs.how and not differ(mine.stopped, theirs.stopped)):
            continue
        if mine is None and any(span.name == name for span in evidence.spans):
            return f"`{name}` runs {sum(span.name == name for span in evidence.spans)} times", f"`{name}` runs once"
        return _course(name, mine), _course(name, theirs)
    return None


def _course(name: str, span: Span | None) -> str:
    if span is None:
        return f"`{name}` never begins"
    if span.stopped is None:
        return f"`{name}` never ends"
    how = {"cancelled": "is cancelled", "raised": "raises"}.get(span.how, "ends")
    return f"`{name}` {how} at {seconds(span.stopped)}"


def _of_the_end(evidence: Evidence) -> tuple[str, str]:
    shown, reference = evidence.shown, evidence.reference
    if reference is None or not differ(shown.elapsed, reference.elapsed) or not shown.ended.by_itself:
        return "", ""
    return f"over at {seconds(shown.elapsed)}", f"over at {seconds(reference.elapsed)}"
