"""The results of a class without who is who: every report made from them may be shown to anybody.

Names, keys, addresses, file names and whatever people wrote freely are left out here, before any report sees them,
so that a report cannot forget to.
"""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.intake import Intake
from grader.classroom.marks import ClassResults, Mark
from grader.judge.verdict import BackendResult, Failure, TestResult, Verdict
from grader.policy.submission import Fault
from grader.text import counted
from grader.wire.recording import Trace

# ---- class names -----------------------------------------------------------------------------------------------------
#
# Takes out of a line of code what may say whose it is: comments, texts in quotes, and words of the learner's names.


MAX_LINE = 2000
CACHED = 4096
"""Texts that are kept with what became of them: a class says the same few things again and again."""
MASK = "…"
LEAST_WORD = 2
"""Letters of a name that are looked for as a whole word; an initial is in every line."""
LEAST_PART = 5
"""Letters of a name that are looked for inside of longer words: ``lovelace`` in ``lovelacejoin``."""

# A quote that nobody closes reaches to the end: the line may stand inside of a longer text.
_TEXT = re.compile(r"""("(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$))""", re.DOTALL)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+")


class KnownNames:
    """The words that some learners are known by: in their names, addresses and numbers."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self._words = frozenset(word for learner in learners for word in _words_of(learner))
        long = sorted((re.escape(word) for word in self._words if len(word) >= LEAST_PART), key=len, reverse=True)
        self._inside = re.compile("|".join(long)) if long else None
        self._kept = lru_cache(maxsize=CACHED)(self._is_kept)
        self._masked = lru_cache(maxsize=CACHED)(self._mask)

    def masked(self, text: str) -> str:
        """Put a mask in the place of every word that is, or has in it, a word of the names."""
        return self._masked(text[:MAX_LINE])

    def _mask(self, text: str) -> str:
        return _WORD.sub(lambda found: found[0] if self._kept(found[0]) else MASK, _ADDRESS.sub(MASK, text))

    def _is_kept(self, word: str) -> bool:
        if keyword.iskeyword(word) or keyword.issoftkeyword(word):
            return True
        folded = _folded(word)
        pieces = {folded, word.casefold(), *(_folded(piece) for piece in _PIECE.findall(word))}
        return not (pieces & self._words) and not (self._inside and self._inside.search(folded))


@lru_cache(maxsize=CACHED)
def without_texts(line: str) -> str:
    """Take the comment and what stands in quotes out of a line of code."""
    # Quotes first: a # inside of them begins no comment.
    code = _TEXT.sub(lambda found: f"{found[0][0]}{MASK}{found[0][0]}", line[:MAX_LINE])
    return code.partition("#")[0].rstrip()


def _words_of(learner: Learner) -> Iterator[str]:
    for text in (learner.name, learner.email.partition("@")[0], learner.key, *(id for _, id in learner.ids)):
        words = _WORD.findall(text[:MAX_LINE])
        # Ada Lovelace may also be adalovelace or lovelaceada.
        for word in (*words, "".join(words), "".join(reversed(words))):
            yield from {word.casefold(), _folded(word)} if len(word) >= LEAST_WORD else ()


def _folded(word: str) -> str:
    """``zoe`` for ``Zoë``."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


UNSAID = "left out here, because it may say who it was"
_FILE = re.compile(r"[^\s`'\"(]+\.py\b")
LEAST_FILE = 4
"""Letters of a file's name that are looked for in sentences."""


def anonymised(results: ClassResults) -> ClassResults:
    """Return the results with learners called L001, L002 and so on, in an order that says nothing about them."""
    labels = labels_of(results)
    names = KnownNames(results.intake.learners)
    hidden = _Hidden(results, names)

    return replace(
        results,
        intake=_intake(results.intake, labels),
        marks=tuple(hidden.mark(mark, labels[key]) for key in labels for mark in results.by_learner[key]),
        moved=(f"{counted(len(results.moved), 'mark')} moved; which, and why, is {UNSAID}.",) if results.moved else (),
        reproduce=tuple(names.masked(line) for line in results.reproduce),
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


class _Hidden:
    """Takes out of verdicts what may say whose they are."""

    def __init__(self, results: ClassResults, names: KnownNames) -> None:
        self._results = results
        self._names = names
        self._traces: dict[int, tuple[Trace, Trace]] = {}
        """Traces by their address, which is theirs as long as they are kept here, with and without names."""

    def mark(self, mark: Mark, label: str) -> Mark:
        return replace(
            mark,
            learner=label,
            verdict=None if mark.verdict is None else self._verdict(mark.verdict),
            judged=None,
            override=f"the reason is {UNSAID}" if mark.override else "",
        )

    def _verdict(self, verdict: Verdict) -> Verdict:
        file = self._results.kit.exercise(verdict.exercise).file
        said = self._sentences(verdict, file)
        return replace(
            verdict,
            file=file,
            digest="",
            tests=tuple(self._test(test, said) for test in verdict.tests),
            faults=tuple(self._fault(fault, said) for fault in verdict.faults),
            look=tuple(self._fault(fault, said) for fault in verdict.look),
            ignored=(),
            trouble=said(verdict.trouble),
        )

    def _sentences(self, verdict: Verdict, file: str) -> Callable[[str], str]:
        """Return what masks sentences about this verdict: names, and the name of the file it was handed in as."""

        def masked(text: str) -> str:
            if not text:
                return ""
            path = PurePath(verdict.file)
            own = {verdict.file, path.name, path.stem} - {file, PurePath(file).stem}
            text = text[:MAX_LINE]
            for name in sorted(own, key=len, reverse=True):
                if len(name) >= LEAST_FILE:
                    text = text.replace(name, file)
            return self._names.masked(_FILE.sub(file, text))

        return masked

    def _fault(self, fault: Fault, said: Callable[[str], str]) -> Fault:
        # The caret counts columns of the line as written, and the line is another one now.
        text = self._names.masked(without_texts(fault.text))
        return replace(fault, error=said(fault.error), help=said(fault.help), text=text, column=None)

    # What is kept from here on is named one by one, so that what records get besides one day is left out too.

    def _test(self, test: TestResult, said: Callable[[str], str]) -> TestResult:
        for result in test.results:
            if result.failure or result.reason or result.remarks:
                return TestResult(
                    number=test.number,
                    name=test.name,
                    label=test.label,
                    points=test.points,
                    results=tuple(self._result(each, said) for each in test.results),
                )
        # Most tests pass and say nothing about anybody; copying all of a large class would take seconds.
        return test

    def _result(self, result: BackendResult, said: Callable[[str], str]) -> BackendResult:
        return BackendResult(
            backend=result.backend,
            outcome=result.outcome,
            schedules=result.schedules,
            all_schedules=result.all_schedules,
            failure=None if result.failure is None else self._failure(result.failure),
            reason=said(result.reason),
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
            source=self._names.masked(without_texts(failure.source)),
            waiting=tuple(replace(task, task="", awaiting="") for task in failure.waiting),
            trace=None if failure.trace is None else self._trace(failure.trace),
            reference=failure.reference,
        )

    def _trace(self, trace: Trace) -> Trace:
        # Traces that are alike are one object; comparing them would take longer than masking them.
        known = self._traces.get(id(trace))
        if known is None:
            known = self._traces[id(trace)] = trace, self._without_names(trace)
        return known[1]

    def _without_names(self, trace: Trace) -> Trace:
        """A task bears the name of the learner's own function."""
        masked = self._names.masked
        names = (*(task.name for task in trace.tasks), *(span.name for span in trace.spans))
        if all(name == masked(name) for name in names):
            return trace
        tasks = tuple(replace(task, name=masked(task.name)) for task in trace.tasks)
        spans = tuple(replace(span, name=masked(span.name)) for span in trace.spans)
        return replace(trace, tasks=tasks, spans=spans)
