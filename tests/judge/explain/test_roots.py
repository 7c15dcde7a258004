"""Of all failures of a submission, the one to mend first."""

from __future__ import annotations

from pathlib import Path

from grader.judge.explain.finding import AUTHOR, CONCURRENCY, PYTHON, Finding
from grader.judge.explain.learned import Learned, Lesson
from grader.judge.explain.roots import Key, root_of
from grader.judge.verdict import Root
from grader.sandbox.box import Box
from tests.explain_samples import verdict_of

NOTHING = Learned()


def finding(slug: str, layer: int = AUTHOR, *, clear: bool = True) -> Finding:
    return Finding(diagnosis=slug, error="", help="", layer=layer, clear=clear)


def failures(*found: Finding | None, backend: str = "trio") -> dict[Key, Finding]:
    """The findings of tests 1, 2, 3 ...; None for a test that has passed."""
    return {Key(number, f"test_{number}", backend): one for number, one in enumerate(found, start=1) if one is not None}


def lessons(*known: tuple[str, dict[str, tuple[str, ...]]]) -> Learned:
    return Learned(
        lessons=tuple(
            Lesson(file="f.py", root=root, shown={test: frozenset(slugs) for test, slugs in shown.items()})
            for root, shown in known
        )
    )


def test_without_failures_there_is_no_root() -> None:
    assert root_of({}, NOTHING) is None


def test_a_single_failure_is_the_root() -> None:
    assert root_of(failures(None, finding("serial")), NOTHING) == Root(test=2, backend="trio")


def test_a_mistake_of_python_goes_before_one_of_concurrency_and_that_before_the_authors() -> None:
    found = failures(finding("wrong"), finding("serial", CONCURRENCY), finding("unknown-name", PYTHON))

    assert root_of(found, NOTHING) == Root(test=3, backend="trio", afterwards=(1, 2))
    del found[Key(3, "test_3", "trio")]
    assert root_of(found, NOTHING) == Root(test=2, backend="trio", afterwards=(1,))


def test_many_failures_speak_for_a_mistake() -> None:
    serial = finding("serial", CONCURRENCY)

    assert root_of(failures(finding("nonlocal", PYTHON), serial, serial), NOTHING) == Root(
        test=1, backend="trio", afterwards=(2, 3)
    )
    assert root_of(failures(finding("nonlocal", PYTHON), serial, serial, serial), NOTHING) == Root(
        test=2, backend="trio", same=(3, 4), afterwards=(1,)
    )


def test_the_same_test_on_two_backends_speaks_once() -> None:
    serial = finding("serial", CONCURRENCY)
    found = failures(finding("wrong"), finding("wrong"), finding("wrong"), serial) | failures(
        None, None, None, serial, backend="asyncio"
    )

    root = root_of(found, NOTHING)
    assert root is not None
    assert root.test == 1


def test_of_two_that_weigh_the_same_the_first_is_the_root() -> None:
    found = failures(finding("polling", CONCURRENCY), finding("serial", CONCURRENCY))

    assert root_of(found, NOTHING) == Root(test=1, backend="trio", afterwards=(2,))


def test_a_play_that_came_to_its_own_end_is_shown_first() -> None:
    stopped, ended = finding("serial", CONCURRENCY, clear=False), finding("serial", CONCURRENCY)

    assert root_of(failures(stopped, stopped, ended, ended), NOTHING) == Root(test=3, backend="trio", same=(1, 2, 4))
    assert root_of(failures(stopped, stopped), NOTHING) == Root(test=1, backend="trio", same=(2,))


def test_an_answer_that_shows_what_a_wrong_answer_of_the_kit_shows_has_its_root() -> None:
    found = failures(finding("wrong"), finding("unknown-name", PYTHON))
    shown: dict[str, tuple[str, ...]] = {"test_1": ("wrong",), "test_2": ("unknown-name",)}

    assert root_of(found, lessons(("wrong", shown))) == Root(test=1, backend="trio", same=(2,))
    # Of two roots that show the same nobody knows which it is, and one that is not found cannot be shown.
    assert root_of(found, lessons(("wrong", shown), ("unknown-name", shown))) == Root(test=2, backend="trio", same=(1,))
    assert root_of(found, lessons(("polling", shown))) == Root(test=2, backend="trio", afterwards=(1,))


def test_what_is_known_to_follow_from_another_mistake_is_not_the_root() -> None:
    serial, deadlock = finding("serial", CONCURRENCY), finding("deadlock", CONCURRENCY, clear=False)
    found = failures(deadlock, deadlock, serial)

    assert root_of(found, NOTHING) == Root(test=1, backend="trio", same=(2,), afterwards=(3,))
    known = lessons(("serial", {"test_1": ("deadlock",), "test_9": ("serial",)}))
    assert root_of(found, known) == Root(test=3, backend="trio", same=(1,), afterwards=(2,))


def test_two_mistakes_that_bring_each_other_about_are_both_roots() -> None:
    found = failures(finding("polling", CONCURRENCY), finding("serial", CONCURRENCY))
    known = lessons(("polling", {"test_2": ("serial",)}), ("serial", {"test_1": ("polling",)}))

    root = root_of(found, known)
    assert root is not None
    assert root.test == 1


def test_a_mistake_of_python_does_not_follow_from_one_of_concurrency() -> None:
    found = failures(finding("unknown-name", PYTHON), finding("serial", CONCURRENCY), finding("serial", CONCURRENCY))
    known = lessons(("serial", {"test_1": ("unknown-name",)}))

    root = root_of(found, known)
    assert root is not None
    assert root.test == 1


def test_a_test_follows_only_if_all_that_it_shows_does() -> None:
    serial = finding("serial", CONCURRENCY)
    found = failures(serial, serial) | failures(None, finding("polling", CONCURRENCY), backend="asyncio")

    assert root_of(found, NOTHING) == Root(test=1, backend="trio", afterwards=(2,))
    assert root_of(found, lessons(("serial", {"test_2": ("polling",)}))) == Root(test=1, backend="trio", same=(2,))


SERIAL = """
async def join(*fns):
    return [await fn() for fn in fns]
"""


def test_the_root_of_a_program_is_in_its_verdict(box: Box, tmp_path: Path) -> None:
    verdict = verdict_of(box, tmp_path, SERIAL, exercise="ex01", backends=("trio",))
    failed = [test.number for test in verdict.tests if not test.passed]
    root = verdict.root

    assert root is not None
    (shown,) = [test.results[0].failure for test in verdict.tests if test.number == root.test]
    assert shown is not None
    assert (shown.diagnosis, shown.ended.by_itself) == ("serial", True)
    assert sorted([root.test, *root.same, *root.afterwards]) == failed
    of_root = [
        test.number
        for test in verdict.tests
        for one in test.results
        if one.failure and one.failure.diagnosis == "serial"
    ]
    assert set(of_root) - {root.test} <= set(root.same)
