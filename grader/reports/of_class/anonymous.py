"""Takes out of the results of a class what says who is who, so that the reports made from them may be shown to all.

Names, keys, addresses, file names and all free text of people go before a report is made, so no report can forget to
take them out. A line of code loses its comment and the texts in quotes; if a learner's name, address or number is left
in it, the line is not shown at all, and a sentence says why. The sentences of verdicts are treated likewise.
"""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.intake import Intake
from grader.classroom.marks import ClassResults, Mark
from grader.classroom.people import folded
from grader.judge.kitfault import fault_in
from grader.judge.verdict import BackendResult, Failure, TestResult, Verdict
from grader.kit.kit import Kit
from grader.policy.submission import Fault
from grader.text import counted
from grader.wire.recording import Trace

UNSAID = "left out here, because it may say who it was"
EXCERPT_UNSAID = "The excerpt is left out: it contains the name, address or number of a learner."
IN_QUOTES = "…"
"""What stands for a text in quotes."""
MAX_LINE = 2000
CACHED = 4096
"""Texts whose result is kept: a class says the same few things again and again."""
LEAST_WORD = 2
"""Letters of a name that are looked for as a whole word; an initial is in every line."""
LEAST_PART = 5
"""Letters of a name that are looked for inside longer words: ``lovelace`` in ``lovelacejoin``."""
LEAST_FILE = 4
"""Letters of a file's name that are looked for in sentences."""

# A quote that is never closed reaches to the end: the line may stand inside a longer text.
_TEXT = re.compile(r"""("(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$))""", re.DOTALL)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+")
_FILE = re.compile(r"[^\s`'\"(]+\.py\b")


def anonymised(results: ClassResults) -> ClassResults:
    """Return the results with learners called L001, L002 and so on, in an order that says nothing about them."""
    labels = labels_of(results)
    names = KnownNames(results.intake.learners)
    marks = ((mark, label) for key, label in labels.items() for mark in results.by_learner[key])
    return replace(
        results,
        intake=_intake(results.intake, labels),
        marks=tuple(_mark(mark, label, names, results.kit) for mark, label in marks),
        moved=(f"{counted(len(results.moved), 'mark')} moved; which, and why, is {UNSAID}.",) if results.moved else (),
        remarks=(),
        show="",
        reproduce=tuple(f"# {UNSAID}" if names.appear_in(line) else line for line in results.reproduce),
    )


def labels_of(results: ClassResults) -> Mapping[str, str]:
    """Return the label of every learner by key, in the order of the labels.

    The same results give the same labels. The order comes from a hash of the keys and of everything that was handed in:
    a roster alone, which many people have, does not lead back from the labels to the names.
    """
    digests = sorted({mark.verdict.digest for mark in results.marks if mark.verdict is not None})
    salt = hashlib.sha256("\n".join(digests).encode()).digest()
    keys = sorted(results.learners, key=lambda key: _hash(salt, key))
    width = max(3, len(str(len(keys))))
    return {key: f"L{number:0{width}}" for number, key in enumerate(keys, start=1)}


def _hash(salt: bytes, key: str) -> bytes:
    return hashlib.sha256(salt + key.encode("utf-8", "surrogatepass")).digest()


def _intake(intake: Intake, labels: Mapping[str, str]) -> Intake:
    return replace(
        intake,
        because="",
        learners=tuple(Learner(key=label, name=label) for label in labels.values()),
        files=(),
        unmatched=_left_over(intake.unmatched),
        refused=_left_over(intake.refused),
        strangers=_left_over(intake.strangers),
    )


def _left_over(files: Sequence[LeftOver]) -> tuple[LeftOver, ...]:
    return tuple(LeftOver(shown=f"file {number}", reason=UNSAID) for number in range(1, len(files) + 1))


# ---- texts -----------------------------------------------------------------------------------------------------------


class KnownNames:
    """The words that some learners are known by: in their names, addresses and numbers."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self._words = frozenset(word for learner in learners for word in _words_of(learner))
        long = [re.escape(word) for word in self._words if len(word) >= LEAST_PART]
        self._inside = re.compile("|".join(long)) if long else None
        self.appear_in = lru_cache(maxsize=CACHED)(self._appear_in)

    def _appear_in(self, text: str) -> bool:
        """Whether a word of the text is, or has in it, a word of the names; a text too long to search counts too."""
        return len(text) > MAX_LINE or bool(_ADDRESS.search(text)) or any(map(self._is_name, _WORD.findall(text)))

    def _is_name(self, word: str) -> bool:
        if keyword.iskeyword(word) or keyword.issoftkeyword(word):
            return False
        plain = folded(word)
        pieces = {plain, word.casefold(), *(folded(piece) for piece in _PIECE.findall(word))}
        return bool(pieces & self._words) or bool(self._inside and self._inside.search(plain))


def _words_of(learner: Learner) -> Iterator[str]:
    for text in (learner.name, learner.email.partition("@")[0], learner.key, *(id for _, id in learner.ids)):
        words = _WORD.findall(text[:MAX_LINE])
        # Ada Lovelace may also be adalovelace or lovelaceada.
        for word in (*words, "".join(words), "".join(reversed(words))):
            yield from {word.casefold(), folded(word)} if len(word) >= LEAST_WORD else ()


@lru_cache(maxsize=CACHED)
def without_texts(line: str) -> str:
    """Take the comment and what stands in quotes out of a line of code."""
    # Quotes first: a # inside of them begins no comment.
    code = _TEXT.sub(lambda match: f"{match[0][0]}{IN_QUOTES}{match[0][0]}", line[:MAX_LINE])
    return code.partition("#")[0].rstrip()


# ---- verdicts --------------------------------------------------------------------------------------------------------


def _mark(mark: Mark, label: str, names: KnownNames, kit: Kit) -> Mark:
    override = f"the reason is {UNSAID}" if mark.override else ""
    verdict = mark.verdict
    if verdict is not None:
        verdict = _Hiding(names, kit.exercise(verdict.exercise).file, verdict.file).verdict(verdict)
    return replace(
        mark,
        learner=label,
        verdict=verdict,
        judged=None,
        override=override,
        deadline="",
        common_deadline="",
        handed_in="",
        verdict_id=None,
    )


class _Hiding:
    """Takes out of one verdict what may say whose it is. ``file`` is what the exercise calls its file."""

    def __init__(self, names: KnownNames, file: str, handed_in_as: str) -> None:
        self._names = names
        self._file = file
        path = PurePath(handed_in_as)
        own = {handed_in_as, path.name, path.stem} - {file, PurePath(file).stem}
        self._own_files = [name for name in own if len(name) >= LEAST_FILE]

    def verdict(self, verdict: Verdict) -> Verdict:
        return replace(
            verdict,
            file=self._file,
            digest="",
            source="",
            tests=tuple(map(self._test, verdict.tests)),
            faults=tuple(map(self._fault, verdict.faults)),
            look=tuple(map(self._fault, verdict.look)),
            ignored=(),
            trouble=self._sentence(verdict.trouble),
        )

    def _may_be_said(self, sentence: str) -> bool:
        """Whether a sentence holds no names, and no file but that of the exercise."""
        if self._names.appear_in(sentence) or any(name in sentence for name in self._own_files):
            return False
        return set(_FILE.findall(sentence)) <= {self._file}

    def _sentence(self, sentence: str) -> str:
        of_kit = fault_in(sentence) is not None and not self._names.appear_in(sentence)
        return sentence if of_kit or self._may_be_said(sentence) else UNSAID

    def _fault(self, fault: Fault) -> Fault:
        # The caret counts columns of the line as written, and the line is another one now.
        changed = replace(fault, text=self._excerpt(fault.text), column=None)
        if self._may_be_said(fault.error) and self._may_be_said(fault.help):
            return changed
        return replace(changed, error=f"{fault.kind}; the rest is {UNSAID}", help="")

    def _excerpt(self, line: str) -> str:
        code = without_texts(line)
        return EXCERPT_UNSAID if self._names.appear_in(code) else code

    # What is kept from here on is named field by field, so that fields which records get one day are left out too.

    def _test(self, test: TestResult) -> TestResult:
        # Most tests pass and say nothing about a learner; copying all of a large class would take seconds.
        if not any(result.failure or result.reason or result.remarks for result in test.results):
            return test
        return TestResult(
            number=test.number,
            name=test.name,
            label=test.label,
            points=test.points,
            part=test.part,
            results=tuple(map(self._result, test.results)),
        )

    def _result(self, result: BackendResult) -> BackendResult:
        return BackendResult(
            backend=result.backend,
            outcome=result.outcome,
            schedules=result.schedules,
            all_schedules=result.all_schedules,
            failure=None if result.failure is None else self._failure(result.failure),
            reason=self._sentence(result.reason),
        )

    def _failure(self, failure: Failure) -> Failure:
        return Failure(
            diagnosis=failure.diagnosis,
            error="",
            help="",
            ended=failure.ended,
            elapsed=failure.elapsed,
            schedule=failure.schedule,
            line=failure.line,
            source=self._excerpt(failure.source),
            waiting=tuple(replace(task, task="", awaiting="") for task in failure.waiting),
            trace=None if failure.trace is None else self._trace(failure.trace),
            reference=failure.reference,
        )

    def _trace(self, trace: Trace) -> Trace:
        """Leave out names of tasks and spans that hold a learner's: a task is named after a function of the learner."""
        names = {task.name for task in trace.tasks} | {span.name for span in trace.spans}
        left_out = set(filter(self._names.appear_in, names))
        if not left_out:
            return trace
        tasks = tuple(replace(task, name="") if task.name in left_out else task for task in trace.tasks)
        spans = tuple(replace(span, name="") if span.name in left_out else span for span in trace.spans)
        return replace(trace, tasks=tasks, spans=spans)
