"""Whatever bytes come out of a box or are handed in: an answer, or distrust; never an exception of ours, and soon."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.kit.exercise import Rules
from grader.policy.program import Program, read
from grader.policy.rules import check_rules
from grader.policy.submission import Fault, Submission, take
from grader.sandbox.reading import read as read_message
from grader.wire.lines import MAX_LINE, Distrusted, Json, dumps, loads
from grader.wire.recording import Recording
from grader.wire.rows import MAX_DEVIATIONS, MAX_EVENTS, MAX_ROWS
from grader.wire.turns import chooser
from grader.wire.values import Decoder, Encoder, TooLarge, revive
from tests.reading_samples import noted

RULES = Rules(imports=("anyio", "@pure"), off_limits=("anyio.gather", "anyio.CancelScope(deadline=)", ".deadline ="))
LEAF = ["token", ["ValueError", "Exception", "object"], "boom", 3, None]
MESSAGE: dict[str, Json] = {
    "play": "0123456789abcdef",
    "ended": "raised",
    "reason": "",
    "line": 4,
    "elapsed": 5.5,
    "result": {"d": [[{"t": [1, "a"]}, {"k": "token"}], [{"b": "\xff"}, {"f": "nan"}], ["x", {"o": "object"}]]},
    "raised": {"bare": True, "leaves": [LEAF]},
    "spans": [["a", 0.0, 1.0, "cancelled", None, 1], ["b", 1.0, None, "open", None, None]],
    "attempts": [["a", 0, 2, "raised", {"bare": False, "leaves": [LEAF]}, 1], ["b", 1, 2, "returned", [1], 2]],
    "returns": [["join", ["list", "object"], [1]]],
    "marks": [[0, "a", None], [1.5, "b", {"k": "token"}]],
    "waiting": [["main", 3, "sleep", 0.5], ["other", None, "", 0]],
    "hygiene": [["never-awaited", 3, "fetch"], ["leaked-task", None, "main"]],
    "choices": [0, 1],
    "widths": [2, 3],
    "many": False,
    "steps": 17,
    "output": "hello\n",
    "trace": {
        "tasks": [[1, "main", None], [2, "other", 1]],
        "events": [[0, "spawn", 1, None, None], [1.5, "block", 2, 7, "1"]],
        "deviations": [[0, 2, 1]],
    },
    "digest": "00",
    "spent": False,
    "now": 6,
    "failed_at": None,
}
MESSAGE["instants"] = noted(MESSAGE)

ODD_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    ODD_TEXT,
    st.sampled_from(["k", "t", "d", "b", "f", "o", "nan", "raised", "open", "tampered", "internal", "play", "main"]),
    st.sampled_from([[], {}, [[]], {"": []}, {"k": 1}, {"t": {}}, {"d": [[[], 1]]}, {"d": [[1]]}, [None] * 6]),
)
ANYTHING = st.recursive(ODD, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner))


def answered(line: bytes) -> Recording | None:
    """What the trusted side makes of a line: a recording, or nothing if it is distrusted."""
    try:
        recording, spent = read_message(
            loads(line), play="0123456789abcdef", scenario="s", backend="trio", choose=chooser(0, [0, 1]), late=1000
        )
    except (Distrusted, TooLarge):
        return None
    assert isinstance(recording, Recording)
    assert type(spent) is bool
    return recording


def places(document: Json, path: tuple[int | str, ...] = ()) -> list[tuple[int | str, ...]]:
    """The path to every part of a document."""
    inner: list[tuple[int | str, Json]] = []
    if isinstance(document, list):
        inner = list(enumerate(document))
    elif isinstance(document, dict):
        inner = list(document.items())
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def replaced(document: Json, path: tuple[int | str, ...], part: Json) -> Json:
    """The document with something else at a place."""
    if not path:
        return part
    key, *rest = path
    copy = list(document) if isinstance(document, list) else dict(document)  # type: ignore[arg-type]
    copy[key] = replaced(copy[key], tuple(rest), part)  # type: ignore[index, call-overload]
    return copy  # type: ignore[return-value]


PLACES = places(MESSAGE)


def noted_again(document: Json) -> Json:
    """The message with what its box would have noted: without that, every row that is changed is a forged one."""
    with suppress(TypeError, LookupError, ValueError):
        message: Any = document
        return {**message, "instants": noted(message)}
    return document


def soon(work: Callable[[], object]) -> None:
    """Fail if it takes forty times as long as making a million lists does, which is measured at the same time.

    What is guarded against grows with the square of megabytes, and takes minutes. Seconds alone say nothing: one
    computer needs three times as many as another, and more while it does something else.
    """
    taken = _seconds_for(work)
    assert taken < 40 * _seconds_for(lambda: [[] for _ in range(1_000_000)])


def _seconds_for(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


# ---- what comes out of a box -----------------------------------------------------------------------------------------


def test_the_message_that_is_changed_here_is_a_good_one() -> None:
    assert answered(dumps(MESSAGE)) is not None
    assert answered(dumps({**MESSAGE, "play": "another"})) is None


@given(line=st.binary(max_size=300))
@example(b"")
@example(b"\n")
@example(b"\xff\xfe")
@example(b"nul")
@example(b'{"play":1e999}')
@example(b'{"a":1,"a":2}')
@example(b"-0")
def test_any_bytes_are_distrusted(line: bytes) -> None:
    assert answered(line) is None


@given(text=st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u"playk', max_size=200))
def test_whatever_looks_like_json_is_distrusted(text: str) -> None:
    assert answered(text.encode()) is None


@given(place=st.sampled_from(PLACES), part=ANYTHING)
@example(("hygiene", 0, 0), [])
@example(("attempts", 0, 3), {})
@example(("trace", "events", 0, 1), [])
@example(("result",), {"d": [[{"d": []}, 1]]})
@example(("result",), {"d": [[{"t": [[]]}, 1]]})
@example(("elapsed",), 10**400 - 1)
@example(("ended",), [])
def test_a_good_message_with_anything_in_some_place_is_read_or_distrusted(
    place: tuple[int | str, ...], part: Json
) -> None:
    message = replaced(MESSAGE, place, part)
    answered(dumps(message))
    answered(dumps(noted_again(message)))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (("marks", 1, 0), 2.5),
        (("marks", 1, 2), {"t": [1, "a"]}),
        (("attempts", 1, 4), [[]]),
        (("attempts", 0, 4, "leaves", 0, 2), "another"),
        (("spans", 0, 2), 0.5),
        (("elapsed",), 5.75),
    ],
    ids=str,
)
def test_what_is_changed_in_a_row_and_noted_so_is_read(place: tuple[int | str, ...], part: Json) -> None:
    message = replaced(MESSAGE, place, part)

    assert answered(dumps(message)) is None
    assert answered(dumps(noted_again(message))) is not None


@given(st.data())
def test_a_good_message_with_a_part_missing_is_read_or_distrusted(data: st.DataObject) -> None:
    fields = data.draw(st.sets(st.sampled_from(sorted(MESSAGE)), min_size=1))
    recording = answered(dumps({key: value for key, value in MESSAGE.items() if key not in fields}))

    assert recording is None or fields <= {"line", "result", "raised", "trace", "digest", "failed_at"}


@given(st.data())
def test_a_good_message_with_other_bytes_in_it_is_read_or_distrusted(data: st.DataObject) -> None:
    line = bytearray(dumps(MESSAGE))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(line) - 1))
        line[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    answered(bytes(line))


@given(value=ANYTHING)
def test_whatever_stands_for_a_value_is_decoded_or_distrusted(value: Json) -> None:
    try:
        Decoder().decode(value)
    except Distrusted:
        pass


@given(value=st.recursive(ODD | st.binary(), lambda inner: st.lists(inner) | st.tuples(inner, inner), max_leaves=20))
def test_whatever_is_encoded_can_be_decoded(value: object) -> None:
    line = dumps(Encoder(lambda _: None).encode(value))

    Decoder().decode(loads(line))


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ODD_TEXT | st.binary()


@given(value=st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner), max_leaves=8))
def test_what_is_encoded_crosses_as_it_is(value: object) -> None:
    line = dumps(Encoder(lambda _: None).encode(value))

    assert repr(revive(loads(line))) == repr(value), "of the same types, too"


@pytest.mark.parametrize(
    "line",
    [
        b"[" * MAX_LINE,
        b"[" * (MAX_LINE // 2) + b"]" * (MAX_LINE // 2),
        b'{"a":' * (MAX_LINE // 6) + b"1" + b"}" * (MAX_LINE // 6),
        b"9" * MAX_LINE,
        b"0." + b"9" * (MAX_LINE - 2),
        b'"' + b"\\ud800" * (MAX_LINE // 6 - 1) + b'"',
        b'"' + b"\\" * (MAX_LINE - 2) + b'"',
        b"[" + b"[]," * (MAX_LINE // 3 - 1) + b"[]]",
        b"{" + b",".join(b'"%d":0' % number for number in range(400_000)) + b"}",
        b" " * MAX_LINE,
        b"x" * (MAX_LINE + 1),
    ],
    ids=range(11),
)
def test_a_line_of_megabytes_is_dealt_with_soon(line: bytes) -> None:
    soon(lambda: answered(line))


LARGE: dict[str, Json] = {
    "spans": [["a", 0.0, 1.0, "raised", {"bare": False, "leaves": [LEAF]}, 1]] * 9000,
    "attempts": [["a", 1, 2, "returned", [1], 2]] * MAX_ROWS,
    "marks": [[1.5, "b", {"k": "token"}]] * MAX_ROWS,
    "hygiene": [["never-awaited", 3, "fetch"]] * 30_000,
    "result": [1] * 40_000,
    "trace": {
        "tasks": [[number, "work", number - 1 or None] for number in range(1, 30_000)],
        "events": [[1.5, "block", 2, 7, "1"]] * MAX_EVENTS,
        "deviations": [[0, 2, 1]] * MAX_DEVIATIONS,
    },
}
"""As much as may cross of what is bounded, and some megabytes of what the length of the line bounds alone."""


@pytest.mark.parametrize("field", LARGE)
def test_a_message_of_megabytes_of_the_right_shape_is_read_soon(field: str) -> None:
    line = dumps(noted_again({**MESSAGE, field: LARGE[field]}))

    soon(lambda: answered(line))
    assert answered(line) is not None


HOSTILE_RESULTS: dict[str, Json] = {
    "integers": [*range(49_000)],
    "integers of one hash": [number * (2**61 - 1) for number in range(49_000)],
    "keys of one hash": {"d": [[number * (2**61 - 1), 0] for number in range(24_000)]},
    "integers of the same low bits": [number << 45 for number in range(49_000)],
    "keys of the same low bits": {"d": [[(number % 2**16) << 45 | number >> 16, 0] for number in range(24_000)]},
    "just below what is noticed": [(number % 49) * (2**61 - 1) + number // 49 for number in range(49_000)],
    "tuples of one hash": [{"t": [-1 - (number >> bit & 1) for bit in range(12)]} for number in range(3800)],
    "long tuples": [{"t": [*range(1000), number]} for number in range(48)],
    "tuples in tuples": {"t": [{"t": [{"t": [{"t": [{"t": [{"t": [*range(49_000)]}]}]}]}]}]},
    "integers of 400 digits": [10**399 + number for number in range(9000)],
}


@pytest.mark.parametrize("result", HOSTILE_RESULTS.values(), ids=HOSTILE_RESULTS)
def test_hostile_values_are_read_soon_and_so_is_what_hidden_tests_do_with_them(result: Json) -> None:
    def judge() -> None:
        recording = answered(dumps({**MESSAGE, "result": result}))
        if recording is not None:
            found = list(recording.value)  # type: ignore[call-overload]
            assert found == found[:]
            with suppress(TypeError):
                assert len({*found}) == len(Counter(found))
                assert len(sorted(found)) == len(found)

    soon(judge)


# ---- what is handed in -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handed-in")


@given(content=st.binary(max_size=400))
@example(b"\xef\xbb\xbf# coding: latin-1\n\xe4")
@example(b"# -*- coding: rot13 -*-\n")
@example(b"\xff\xfea\0")
@example(b"\0")
def test_any_bytes_handed_in_are_a_submission_or_a_fault(folder: Path, content: bytes) -> None:
    path = folder / "join.py"
    path.write_bytes(content)
    taken = take(path, limit=300)

    assert isinstance(taken, Submission | Fault)
    assert len(content) <= 300 or isinstance(taken, Fault)


@given(source=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_handed_in_is_a_program_or_a_fault(source: str) -> None:
    assert isinstance(read(Submission(path=Path("join.py"), source=source, digest="")), Program | Fault)


NAMES = st.sampled_from(["anyio", "os", "gather", "CancelScope", "deadline", "a", "b", "__class__"])
STATEMENTS = (
    *("import {0}", "import {0}.{1} as {2}", "from {0} import {1} as {2}", "from .{0} import *", "global {0}"),
    *("{0}.{1}({2}=1)", "{0}.{1} = {2}", "{0} = {1}.{2}", "{0} = {1}", "{0}, [{1}, *{2}] = {0}", "del {0}.{1}"),
    *("def {0}({1}={2}): return {1}", "class {0}({1}.{2}): {2} = {1}", "getattr({0}, '{1}')", "with {0}() as {1}: {1}"),
    *("{0} = lambda {1}: {1}.{2}", "[{0}.{1} for {0} in {2}]", "(({0} := {1}).{2})", "match {0}:\n  case {1}(): {1}"),
)
PROGRAMS = st.lists(st.builds(str.format, st.sampled_from(STATEMENTS), NAMES, NAMES, NAMES), max_size=12).map("\n".join)


def kinds_in(source: str) -> set[str]:
    """What the rules say of a program."""
    found = read(Submission(path=Path("join.py"), source=source, digest=""))
    return {fault.kind for fault in check_rules(found, RULES)} if isinstance(found, Program) else set()


def test_the_words_of_these_programs_are_those_that_the_rules_look_for() -> None:
    assert kinds_in("import os") == {"import"}
    assert kinds_in("import anyio as a\na.gather(b=1)") == {"off-limits"}


@given(source=PROGRAMS)
def test_no_program_of_the_words_of_the_rules_is_too_odd_for_them(source: str) -> None:
    kinds_in(source)


@given(source=st.text(alphabet="import aofxs.*()=:,\n '\"[]{}_@#\\", max_size=120))
def test_no_program_is_too_odd_for_the_rules(source: str) -> None:
    found = read(Submission(path=Path("join.py"), source=source, digest=""))
    if isinstance(found, Program):
        check_rules(found, RULES)
