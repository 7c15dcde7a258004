"""Speaks to GitHub Actions: annotations beside the learner's lines, and the summary of a job.

Commands: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (a step's summary may
have 1 MiB). Limits: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md (ten errors and ten warnings
per step, fifty annotations per job; GitHub drops the rest without a word).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from grader.judge.verdict import Status, TestResult, Verdict
from grader.reports import excerpts, views
from grader.reports.excerpts import place
from grader.reports.views import Finding
from grader.rounding import MEANS, exact, number_said, rounded
from grader.text import clean_markdown, command_data, command_property, counted

if TYPE_CHECKING:
    from grader.classroom.marks import ClassResults

MAX_OF_A_KIND = 10
MAX_SUMMARY = 1024 * 1024
"""Bytes of the summary of one step."""
MAX_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Two lines between which the runner obeys no command, whatever a learner's text says."""

    begin: str
    end: str


def silence() -> Silence:
    """Return the two lines to put round a learner's text, which cannot guess the second."""
    token = secrets.token_hex(16)
    return Silence(begin=f"::stop-commands::{token}", end=f"::{token}::")


# ---- annotations -----------------------------------------------------------------------------------------------------


def annotation_commands(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the commands to print: an error for each failure, a warning for each reason why something was not judged.

    If there are more than GitHub shows, the last of them says how many are missing. The first error of every exercise
    comes before the second of any.
    """
    turns = zip_longest(*(_errors(verdict) for verdict in verdicts))
    errors = [command for turn in turns for command in turn if command is not None]
    reasons = [(verdict, reason) for verdict in verdicts for reason in views.reasons_not_judged(verdict)]
    warnings = [_command("warning", verdict, None, "not judged", reason) for verdict, reason in reasons]
    return [*_at_most(errors, "error"), *_at_most(warnings, "warning")]


def _errors(verdict: Verdict) -> Iterator[str]:
    for fault in verdict.faults:
        yield _command("error", verdict, fault.line, fault.kind, f"{fault.error}\nhelp: {fault.help}")
    # One mistake fails many tests; the same words ten times at one line would crowd out everything else.
    alike: dict[tuple[int | None, str, str], list[Finding]] = {}
    for finding in views.findings_in_order_of_mending(verdict):
        failure = finding.failure
        alike.setdefault((failure.line, failure.diagnosis, failure.error), []).append(finding)
    for group in alike.values():
        failure = group[0].failure
        lines = [f"error: {failure.error}", *([failure.exception] if failure.exception else [])]
        lines += [f"promise: {failure.promise}"] if failure.promise else []
        lines += [f"help: {failure.help}", *(f"test {finding.test.number}: {finding.test.label}" for finding in group)]
        lines += views.others_said(replace(group[0], also=()))
        lines.append(f"again: {views.replay_line(verdict, group[0])}")
        last = excerpts.source_lines(verdict, failure)[-1:]
        end = last[0][0] if last else None
        yield _command("error", verdict, failure.line, failure.diagnosis, "\n".join(lines), end=end)


def _command(kind: str, verdict: Verdict, line: int | None, what: str, message: str, *, end: int | None = None) -> str:
    properties = {"file": verdict.file}
    if line is not None:
        properties["line"] = str(line)
        if end is not None and end > line:
            properties["endLine"] = str(end)
    properties["title"] = f"{verdict.exercise} {what}"
    listed = ",".join(f"{name}={command_property(value, MAX_TEXT)}" for name, value in properties.items())
    return f"::{kind} {listed}::{command_data(message, 4 * MAX_TEXT)}"


def _at_most(commands: Sequence[str], kind: str) -> Sequence[str]:
    if len(commands) <= MAX_OF_A_KIND:
        return commands
    more = len(commands) - MAX_OF_A_KIND + 1
    return [*commands[: MAX_OF_A_KIND - 1], f"::{kind} title=and {more} more::They stand in the summary of the job."]


# ---- the summary of a job --------------------------------------------------------------------------------------------


def run_summary(verdicts: Sequence[Verdict]) -> str:
    """Return one learner's run in Markdown: the outcome of each exercise, then each failure."""
    if not verdicts:
        return "## grade\n\n**Nothing was judged.**\n"
    return _fitting(["## grade\n\n", _overview(verdicts), *map(_section, verdicts)], MAX_SUMMARY)


def class_summary(results: ClassResults) -> str:
    """Return a class in Markdown, in numbers. No learner is named: all with access to the repository read it."""
    # Imported here, as it loads the gradebook, for which the run of one learner has no use.
    from grader.reports.of_class.figures import MEAN_OF, figures

    head = ["exercise", "judged", "not gradable", "not judged", "missing", "pass all", "mean", "median"]
    rows = []
    for row in figures(results):
        counts = (row.judged, row.not_gradable, row.not_judged, row.missing, row.complete)
        means = ("" if number is None else f"{rounded(number, MEANS)}" for number in (row.mean, row.median))
        rows.append([row.id, *map(str, counts), *means])
    size = f"{counted(len(results.intake.learners), 'learner')}, {counted(len(results.exercises), 'exercise')}"
    left = f"{len(results.intake.unmatched)} unmatched and {len(results.intake.refused)} refused files"
    title = clean_markdown(results.title, MAX_TEXT)
    return f"## {title}\n\n{size}; {left}.\n\n{_table(head, rows)}\n{MEAN_OF.capitalize()}.\n"


def cut_to(summary: str, limit: int) -> str:
    """Cut a summary between two sections to at most ``limit`` bytes; it is empty if not even the first fits."""
    head, *sections = summary.split("\n### ")
    return _fitting([head, *(f"\n### {section}" for section in sections)], limit)


def _fitting(sections: Sequence[str], limit: int) -> str:
    note = "\n**The rest is too long for a summary; `--report junit=PATH` has it.**\n"
    if sum(len(section.encode()) for section in sections) <= limit:
        return "".join(sections)
    kept, size = [], len(note)
    for section in sections:
        size += len(section.encode())
        if size > limit:
            break
        kept.append(section)
    return "".join([*kept, note]) if kept else ""


def _overview(verdicts: Sequence[Verdict]) -> str:
    rows = []
    for verdict in verdicts:
        points = views.points_said(verdict) if verdict.tests else ""
        rows.append([verdict.exercise, _markdown(verdict.title), views.status_said(verdict), points])
    judged = sum(verdict.status in (Status.PASS, Status.FAIL) for verdict in verdicts)
    last = f"{judged} of {counted(len(verdicts), 'exercise')} judged"
    if all(verdict.complete_run for verdict in verdicts):
        total = sum(exact(verdict.points) for verdict in verdicts)
        last += f", {number_said(total)} of {sum(verdict.total for verdict in verdicts)} points"
    return f"{_table(['exercise', '', 'verdict', 'points'], rows)}\n{last}.\n"


def _section(verdict: Verdict) -> str:
    """Say everything there is to say about one exercise; nothing if it is complete."""
    bullets = [
        _bullet(fault.kind, place(verdict.file, fault.line), fault.error, fault.text, f"help: {fault.help}")
        for fault in verdict.faults
    ]
    bullets += [f"- **not judged**: {_markdown(reason)}\n" for reason in views.reasons_not_judged(verdict)]
    bullets += [_failure(verdict, finding) for finding in views.findings_in_order_of_mending(verdict)]
    if not bullets:
        return ""
    table = _results(verdict.tests) if verdict.tests else ""
    return "\n".join([f"\n### {verdict.exercise} {_markdown(verdict.title)}\n", table, *bullets])


def _results(tests: Sequence[TestResult]) -> str:
    backends = [result.backend for result in tests[0].results]
    rows = []
    for test in tests:
        outcomes = [views.OUTCOME_WORDS[result.outcome] for result in test.results]
        rows.append(
            [f"{test.number} {_markdown(test.label)}", *outcomes, f"{number_said(test.earned)} of {test.points}"]
        )
    return _table(["test", *backends, "points"], rows)


def _failure(verdict: Verdict, finding: Finding) -> str:
    failure = finding.failure
    first = f"{finding.test.number} {failure.diagnosis}, on {finding.where}"
    where = place(verdict.file, failure.line)
    others = views.others_said(replace(finding, also=()))  # each of those has a bullet of its own
    source = (text for _, text in excerpts.source_lines(verdict, failure))
    return _bullet(first, where, failure.error, *source, failure.exception, *others, f"help: {failure.help}")


def _bullet(first: str, where: str, *lines: str) -> str:
    # A line end is a space in Markdown; <br> is one of the few tags that GitHub leaves alone.
    text = "<br>\n  ".join(_markdown(line) for line in lines if line.strip())
    return f"- **{_markdown(first)}** at {_markdown(where)}:<br>\n  {text}\n"


def _markdown(text: str) -> str:
    return clean_markdown(text, MAX_TEXT)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
