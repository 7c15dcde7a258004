from __future__ import annotations

import re

import pytest

from grader.kit.catalogue import BUILTIN
from grader.kit.diagnosis import HINT_STAGES, Diagnosis
from grader.kit.kit import builtin_root, load_kit
from grader.wire.recording import Ended
from grader.wire.rows import LEFT_BEHIND


def test_every_bad_ending_of_a_play_has_a_diagnosis() -> None:
    endings = {str(ended) for ended in Ended} - {"returned"}

    assert endings <= BUILTIN.keys()


def test_what_a_play_leaves_behind_has_a_diagnosis() -> None:
    assert set(LEFT_BEHIND) <= BUILTIN.keys()


@pytest.mark.parametrize("diagnosis", BUILTIN.values(), ids=BUILTIN.keys())
def test_the_words_fit_the_places_where_they_are_shown(diagnosis: Diagnosis) -> None:
    assert len(diagnosis.hints) == HINT_STAGES
    assert diagnosis.sentence[0].islower()
    assert not diagnosis.sentence.endswith(".")
    assert diagnosis.help[0].islower()
    assert not diagnosis.help.endswith(".")
    assert "\n" not in diagnosis.help
    assert len(diagnosis.sentence) <= 90
    assert len(diagnosis.help) <= 120
    assert all(text[0].isupper() or text[0] == "`" for text in (diagnosis.explanation, *diagnosis.hints))


@pytest.mark.parametrize("diagnosis", BUILTIN.values(), ids=BUILTIN.keys())
def test_no_word_makes_the_reader_feel_small(diagnosis: Diagnosis) -> None:
    text = " ".join((diagnosis.sentence, diagnosis.explanation, diagnosis.help, *diagnosis.hints))

    assert not re.search(r"\b(just|simply|obvious(ly)?|of course|trivial(ly)?|easy|easily)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("diagnosis", BUILTIN.values(), ids=BUILTIN.keys())
def test_what_an_exercise_may_forbid_is_advised_only_where_it_is_allowed(diagnosis: Diagnosis) -> None:
    """No exercise of this kit allows threads, and ex04 forbids anyio's own timeouts."""
    for text in (diagnosis.sentence, diagnosis.help, *diagnosis.hints):
        if re.search(r"worker thread|to_thread|threading\.|fail_after|move_on_after", text):
            assert re.search(r"exercise allows (threads|it|them)", text)


def test_the_hints_and_helps_of_an_exercise_advise_nothing_that_is_off_limits_there() -> None:
    kit = load_kit(builtin_root())

    for exercise in kit.exercises:
        own = {test.diagnosis for test in exercise.tests} - BUILTIN.keys()
        shown = [hint for hints in exercise.hints.values() for hint in hints]
        shown += [text for slug in own for text in (kit.diagnoses[slug].help, *kit.diagnoses[slug].hints)]
        shown += [test.help for test in exercise.tests]
        forbidden = [name.removeprefix("anyio.") for name in exercise.rules.off_limits if name.startswith("anyio.")]
        found = [(name, text) for name in forbidden for text in shown if re.search(rf"\b{re.escape(name)}\b", text)]
        assert found == [], exercise.id


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        BUILTIN["deadlock"] = BUILTIN["late"]  # type: ignore[index]
