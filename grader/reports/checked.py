"""Shows what the check of a kit has found: a line for each file, and for each problem its place and what to do.

Where a wrong answer shows another diagnosis than it names, both screens follow: the one that a learner sees, and what
the diagnosis that is named would have told.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence

from grader.judge.kitcheck import Checked
from grader.judge.kitclaims import KitProblem, Mismatch
from grader.judge.verdict import Verdict
from grader.kit.kit import Kit
from grader.reports import views
from grader.reports.finding_text import IN_FULL, show_finding
from grader.reports.screen import Indented, Piece, Screen
from grader.reports.terminal import show_on_one_screen
from grader.text import counted

FORMAT = 1
_INDENT = "  "
_SUBJECT = 30


def show_checked(screen: Screen, checked: Checked, kit: Kit | None) -> None:
    """Show what was found of one file, and both screens where a diagnosis differs from the one that is named."""
    if checked.problems:
        show_problems(screen, checked)
    else:
        left = [Piece("ok    ", "pass"), Piece(f"{checked.exercise}  {screen.fit(checked.subject, _SUBJECT)}")]
        screen.line(*left, Piece(f"  {checked.summary}", "quiet"))
    if kit is not None and checked.verdict is not None:
        _show_both_screens(screen, checked, checked.verdict, kit)


def show_problems(screen: Screen, checked: Checked) -> None:
    """Show the problems of one file, if it has any, and nothing else."""
    if not checked.problems:
        return
    left = [Piece("FAIL  ", "fail"), Piece(f"{checked.exercise}  {screen.fit(checked.subject, _SUBJECT)}", "strong")]
    screen.line(*left, Piece(f"  {checked.summary}", "quiet"))
    for problem in checked.problems:
        _show_problem(screen, problem)


def _show_problem(screen: Screen, problem: KitProblem) -> None:
    fault = problem.fault
    screen.uncut(Piece(_INDENT), Piece(f"{fault.path}:{fault.line}", "place"), Piece(f": {fault.what}"))
    label = f"{_INDENT}  help: "
    # Not the screen's own wrapping: it cuts words that are too long, and this may have a path or a command in it.
    lines = textwrap.wrap(fault.hint, screen.width - len(label), break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines):
        screen.uncut(Piece(label if number == 0 else " " * len(label), "help"), Piece(line))


def show_count(screen: Screen, kit: Kit | None, checked: Sequence[Checked]) -> None:
    """Say how much was checked, and how many problems there are."""
    problems = sum(len(one.problems) for one in checked)
    of_kit = "the kit" if kit is None else f"{kit.title} {kit.version}"
    what = f"{of_kit}: {counted(len(checked), 'file')} and exercises checked, "
    screen.wrapped(Piece(""), f"{what}{counted(problems, 'problem')}", "fail" if problems else "pass")


# ---- both screens ----------------------------------------------------------------------------------------------------


def _show_both_screens(screen: Screen, checked: Checked, verdict: Verdict, kit: Kit) -> None:
    inner = Indented(screen, Piece(f"{_INDENT}  {screen.glyphs.gutter} ", "quiet"))
    screen.line(Piece(f"{_INDENT}a learner sees:", "note"))
    show_on_one_screen(inner, verdict, ())
    main = views.main_finding(verdict)
    told: set[str] = set()
    for mismatch in (problem.mismatch for problem in checked.problems if problem.mismatch is not None):
        if mismatch.test is not None and (main is None or main.test.number != mismatch.test):
            screen.line(Piece(f"{_INDENT}and of test {mismatch.test}, once it comes to that:", "note"))
            _show_findings(inner, verdict, mismatch)
        if mismatch.named not in told:
            told.add(mismatch.named)
            screen.line(Piece(f"{_INDENT}by {mismatch.named}, which the answer names, a learner is told:", "note"))
            _show_named(inner, verdict, kit, checked.exercise, mismatch)


def _show_findings(inner: Screen, verdict: Verdict, mismatch: Mismatch) -> None:
    finding = next(one for one in views.findings(verdict) if one.test.number == mismatch.test)
    show_finding(inner, verdict, finding, views.timelines(finding.failure), IN_FULL)


def _show_named(inner: Screen, verdict: Verdict, kit: Kit, exercise: str, mismatch: Mismatch) -> None:
    """Show the finding of another test that has the named diagnosis, else the words of the test or of the diagnosis."""
    finding = next((one for one in views.findings(verdict) if one.failure.diagnosis == mismatch.named), None)
    if finding is not None:
        show_finding(inner, verdict, finding, views.timelines(finding.failure), IN_FULL)
        return
    diagnosis = kit.diagnoses[mismatch.named]
    tests = kit.exercise(exercise).tests
    own = next((test for test in tests if test.number == mismatch.test and test.diagnosis == mismatch.named), None)
    inner.wrapped(Piece("error: ", "error"), diagnosis.sentence if own is None else own.feedback, "strong")
    inner.wrapped(Piece("help: ", "help"), (own.help if own is not None else "") or diagnosis.help)
    inner.wrapped(Piece("why: ", "quiet"), diagnosis.explanation)


# ---- for programs ----------------------------------------------------------------------------------------------------


def document(kit: Kit | None, checked: Iterable[Checked]) -> str:
    """All problems as a JSON document."""
    found = tuple(checked)
    problems = [
        {
            "exercise": one.exercise,
            "path": str(problem.fault.path),
            "line": problem.fault.line,
            "what": problem.fault.what,
            "hint": problem.fault.hint,
        }
        for one in found
        for problem in one.problems
    ]
    title, version = (None, None) if kit is None else (kit.title, kit.version)
    document = {"format": FORMAT, "kit": title, "version": version, "checked": len(found), "problems": problems}
    return json.dumps(document, indent=2)
