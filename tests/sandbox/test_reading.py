"""A message from the box is exactly what our own player writes, or it is Distrusted: there is nothing in between."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.reading import read
from grader.wire.lines import Distrusted, loads
from grader.wire.recording import Cancellation, Ended, Recording
from grader.wire.rows import MAX_DEVIATIONS, MAX_EVENTS, MAX_LEAVES, MAX_RETURNED, MAX_ROWS, MAX_WAITING, Returned
from grader.wire.turns import MAX_CHOICES, chooser
from grader.wire.values import MAX_NODES, Opaque, Token, TooLarge
from tests.reading_samples import instant, noted

PLAY = "0123456789abcdef"

ERROR = {
    "bare": False,
    "leaves": [["boom", ["ValueError", "Exception"], "no", 7, None], [None, ["submission.Mine"], "", None, 9]],
}
MESSAGE: dict[str, Any] = {
    "play": PLAY,
    "ended": "returned",
    "reason": "",
    "line": None,
    "waiting": [["task", 3, "Event.wait", 0.5], ["main", None, "", 0]],
    "elapsed": 5,
    "result": [1, {"k": "thing"}, {"o": "object"}],
    "raised": None,
    "spans": [["a", 0, 1.5, "returned", None, 2], ["b", 0, None, "open", None, None], ["c", 0, 1, "raised", ERROR, 1]],
    "marks": [[0, "m", True]],
    "returns": [["join", ["NoneType", "object"], None]],
    "attempts": [["t", 0, 1, "returned", {"t": [1]}, 1], ["u", 0, 1, "cancelled", None, 1]],
    "hygiene": [["never-awaited", 4, "fetch"], ["leaked-task", None, "worker"]],
    "choices": [0, 1],
    "widths": [2, 3],
    "now": 6,
    "failed_at": None,
    "many": False,
    "steps": 12,
    "caller_steps": 9,
    "cancelled_at": None,
    "output": "hello",
    "trace": {
        "tasks": [[1, "main", None], [2, "work", 1]],
        "events": [[0, "spawn", 1, None, None], [0.5, "suspend", 2, 3, "sleep"]],
        "deviations": [[0.5, 2, 1]],
    },
    "digest": "abcd",
    "spent": False,
}


MESSAGE["instants"] = noted(MESSAGE)
OPTIONAL = ("line", "result", "raised", "trace", "digest", "failed_at", "caller_steps", "cancelled_at")
"""What need not be there."""


def taken(message: Any) -> tuple[Recording, bool]:
    return read(message, play=PLAY, scenario="s", backend="trio", choose=chooser(0, [0, 1]), late=100)


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(MESSAGE), **changes}


# ---- the honest message ----------------------------------------------------------------------------------------------


def test_an_honest_message_is_read_in_full() -> None:
    found, spent = taken(MESSAGE)

    assert spent is False
    assert (found.scenario, found.backend, found.ended, found.elapsed) == ("s", "trio", Ended.RETURNED, 5)
    first, second, third = found.result  # type: ignore[misc]
    assert (first, second, type(third)) == (1, Token("thing"), Opaque)
    assert (found.span("a").end, found.span("b").how, found.span("b").stopped) == (1.5, "open", None)
    assert found.span("c").raised.leaves[1].types == ("submission.Mine",)
    assert found.returns == (Returned(name="join", types=("NoneType", "object"), value=None),)
    assert found.attempt("t").value == (1,)
    assert found.marks[0].value == True  # noqa: E712
    assert (found.waiting[0].awaiting, found.waiting[1].line) == ("Event.wait", None)
    assert [remark.slug for remark in found.remarks] == ["never-awaited", "leaked-task"]
    assert (found.choices, found.widths, found.steps, found.digest) == ((0, 1), (2, 3), 12, "abcd")
    assert found.trace is not None
    assert [task.parent for task in found.trace.tasks] == [None, 1]
    assert found.trace.events[1].info == "sleep"
    assert found.trace.spans == found.spans
    assert [(each.task, each.instead_of) for each in found.trace.deviations] == [(2, 1)]
    assert not found.looked


def test_whose_play_it_was_is_what_the_trusted_side_knows_and_not_what_the_message_says() -> None:
    found, _ = taken(changed(scenario="easier", backend="asyncio"))

    assert (found.scenario, found.backend) == ("s", "trio")


def test_a_play_without_a_trace_has_none() -> None:
    found, spent = taken(changed(trace=None, digest=None, spent=True))

    assert (found.trace, found.digest, spent) == (None, "", True)


def test_what_was_raised_is_read_leaf_by_leaf() -> None:
    found, _ = taken(changed(ended="raised", raised=ERROR))

    assert not found.raised.bare
    assert [leaf.token for leaf in found.raised.leaves] == ["boom", None]
    assert [(leaf.line, leaf.scenario_line) for leaf in found.raised.leaves] == [(7, None), (None, 9)]


def cancelled(at: float | None, step: int = 3, **changes: object) -> Recording:
    """A play that was to have its caller cancelled at this step, and says that it was at this time."""
    message = changed(cancelled_at=at, **changes)
    message["instants"] = sorted([*message["instants"], *([] if at is None else [instant(at, "cancel", 0)])])
    return read_cancelled(message, step)


def read_cancelled(message: dict[str, Any], step: int = 3) -> Recording:
    recording, _ = read(
        message, play=PLAY, scenario="s", backend="trio", choose=chooser(0, [0, 1]), late=100, cancel_at=step
    )
    return recording


def test_the_step_of_a_cancellation_is_what_was_asked_for_and_its_time_what_the_box_says() -> None:
    recording = cancelled(2)

    assert recording.cancellation == Cancellation(step=3, time=2)
    assert (recording.caller_steps, recording.cancelled_at) == (9, 2)
    assert cancelled(None).cancellation == Cancellation(step=3, time=None)


# ---- forgeries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key in MESSAGE if key not in OPTIONAL])
def test_a_message_without_a_field_is_distrusted(key: str) -> None:
    message = changed()
    del message[key]
    with pytest.raises(Distrusted):
        taken(message)


@pytest.mark.parametrize("play", ["", "0" * 16, None, PLAY.encode().hex(), [PLAY]])
def test_an_answer_to_another_request_is_distrusted(play: object) -> None:
    with pytest.raises(Distrusted, match="another request"):
        taken(changed(play=play))


@pytest.mark.parametrize(
    "changes",
    [
        {"cancelled_at": 2},  # of which no instant was noted
        {"cancelled_at": "2"},
        {"cancelled_at": True},
        {"instants": [*noted(MESSAGE), instant(5, "cancel", 0)]},  # of which the message says nothing
    ],
)
def test_a_cancellation_that_was_not_noted_as_it_happened_is_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted):
        read_cancelled(changed(**changes))


def test_a_cancellation_at_a_step_to_which_the_caller_did_not_come_is_distrusted() -> None:
    for steps, step in ((None, 0), (1, 3), (0, 2)):
        with pytest.raises(Distrusted, match="did not come"):
            cancelled(2, step, caller_steps=steps)


def test_a_box_cannot_say_that_the_grader_is_at_fault() -> None:
    with pytest.raises(Distrusted, match="only the trusted side"):
        taken(changed(ended=Ended.INTERNAL.value))


def test_a_box_may_say_that_it_was_tampered_with() -> None:
    recording, _ = taken(changed(ended=Ended.TAMPERED.value))

    assert recording.ended is Ended.TAMPERED


@pytest.mark.parametrize(
    "changes",
    [
        {"ended": "passed"},
        {"ended": None},
        {"ended": "raised"},
        {"ended": "raised", "raised": {"bare": True, "leaves": []}},
        {"ended": "returned", "raised": ERROR},
        {"elapsed": -1},
        {"elapsed": True},
        {"elapsed": "5"},
        {"elapsed": 1e16},
        {"line": -1},
        {"line": 1.0},
        {"line": True},
        {"steps": True},
        {"caller_steps": True},
        {"caller_steps": -1},
        {"caller_steps": 1.0},
        {"caller_steps": 13},
        {"cancelled_at": 1},
        {"steps": 10**9 + 1},
        {"many": 0},
        {"spent": 0},
        {"reason": None},
        {"output": ["x"]},
        {"digest": 1},
        {"result": {"passed": True}},
        {"raised": "ValueError"},
        {"raised": {"bare": 1, "leaves": []}},
        {"raised": {"bare": True, "leaves": [["a", "ValueError", "", None, None]]}},
        {"raised": {"bare": True, "leaves": [["a", ["ValueError"], "", None, -1]]}},
        {"returns": [["join", "list", 1]]},
        {"spans": [["a", 0, 1, "passed", None, 1]]},
        {"spans": [["a", 0, 1, ["returned"], None, 1]]},
        {"spans": [["a", 0, 1, "returned", None]]},
        {"spans": [["a", None, 1, "returned", None, 1]]},
        {"spans": [[None, 0, 1, "returned", None, 1]]},
        {"spans": [["a", 0, 1, "raised", None, 1]]},
        {"spans": [["a", 0, 1, "returned", ERROR, 1]]},
        {"spans": [["a", 0, 1, "raised", 5, 1]]},
        {"spans": [["a", 0, 1, "cancelled", 5, 1]]},
        {"spans": [["a", 0, None, "open", ERROR, 1]]},
        {"spans": [["a", 0, 1, "open", None, 1]]},
        {"spans": [["a", 0, None, "cancelled", None, 1]]},
        {"spans": {}},
        {"marks": [[0, "a"]]},
        {"marks": [[-1, "a", None]]},
        {"waiting": [["a", 0, None, 0]]},
        {"hygiene": [["fine", None, ""]]},
        {"hygiene": [[["leaked-task"], None, ""]]},
        {"hygiene": [["unclosed", None, None]]},
        {"choices": [-1]},
        {"choices": [0.0]},
        {"widths": "22"},
        {"now": None},
        {"now": 4},
        {"instants": {}},
        {"instants": [[0, "lunch", 0, 0]]},
        {"instants": [[0, "mark", 0]]},
        {"failed_at": -1},
        {"trace": []},
        {"trace": {"tasks": [[1, "a", None]], "events": []}},
        {"trace": {"tasks": [[1, "a", None]], "events": [], "deviations": [[0, 1, 2]]}},
        {"trace": {"tasks": [[1, "a", None]], "events": [], "deviations": [[0, 1]]}},
        {"trace": {"tasks": [], "events": [[0, "start", 1, None, None]], "deviations": []}},
        {"trace": {"tasks": [[1, "a", None], [1, "b", None]], "events": [], "deviations": []}},
        {"trace": {"tasks": [[1, "a", 1]], "events": [], "deviations": []}},
        {"trace": {"tasks": [[2, "a", 1]], "events": [], "deviations": []}},
        {"trace": {"tasks": [[1, "a", None]], "events": [[0, "jump", 1, None, None]], "deviations": []}},
        {"trace": {"tasks": [[1, "a", None]], "events": [[0, {}, 1, None, None]], "deviations": []}},
    ],
    ids=json.dumps,
)
def test_a_message_of_another_shape_is_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted):
        taken(changed(**changes))


ROWS = [
    *(["spans", number] for number in range(3)),
    *([key, 0] for key in ("marks", "attempts", "returns", "waiting", "hygiene")),
    *(["trace", key, 0] for key in ("tasks", "events", "deviations")),
    ["spans", 2, 4, "leaves", 0],
]


@pytest.mark.parametrize("path", ROWS, ids=str)
@pytest.mark.parametrize("damage", [lambda row: row.append(None), lambda row: row.pop()], ids=["longer", "shorter"])
def test_a_row_of_another_length_is_distrusted(path: list[Any], damage: Callable[[list[Any]], object]) -> None:
    message: Any = changed()
    row = message
    for key in path:
        row = row[key]
    damage(row)

    with pytest.raises(Distrusted, match="not a row of"):
        taken(message)


# ---- everything else -------------------------------------------------------------------------------------------------

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "returned", "raised", "start", "leaked-task", PLAY])
)
any_json = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from([*"ktdbfo", "bare", "leaves"]), inner, max_size=2)
    ),
    max_leaves=12,
)


def recording_or_distrusted(message: Any) -> None:
    try:
        found, spent = taken(message)
    except Distrusted:
        return
    assert type(found) is Recording
    assert type(spent) is bool


@given(any_json)
def test_arbitrary_json_is_a_recording_or_distrusted_and_nothing_else(message: Any) -> None:
    recording_or_distrusted(message)


@given(st.dictionaries(st.sampled_from(sorted(MESSAGE)), any_json, max_size=4))
def test_an_honest_message_with_arbitrary_json_in_it_is_a_recording_or_distrusted_and_nothing_else(
    changes: dict[str, Any],
) -> None:
    recording_or_distrusted(changed(**changes))


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a message."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in pairs:
        yield (*path, key)
        yield from places(child, (*path, key))


@given(st.sampled_from(list(places(MESSAGE))), any_json)
def test_arbitrary_json_at_any_place_of_an_honest_message_is_a_recording_or_distrusted_and_nothing_else(
    place: tuple[Any, ...], value: Any
) -> None:
    message = changed()
    node = message
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value

    recording_or_distrusted(message)


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=len(json.dumps(MESSAGE))))
def test_arbitrary_bytes_and_a_message_with_some_in_the_middle_are_a_recording_or_distrusted_and_nothing_else(
    noise: bytes, where: int
) -> None:
    honest = json.dumps(MESSAGE).encode()
    for line in (noise, honest[:where] + noise + honest[where:]):
        try:
            document = loads(line)
        except Distrusted:
            continue
        recording_or_distrusted(document)


# ---- the turns are those of the schedule -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"choices": [0, 0]},
        {"choices": [1, 1]},
        {"choices": [0]},
        {"choices": [], "widths": [2, 3]},
        {"choices": [0, 1], "widths": []},
        {"choices": [0, 1], "widths": [2, 2, 2]},
        {"choices": [0, 1], "widths": [2, 1]},
        {"choices": [0, 1, 0], "widths": [2, 3, 0]},
        {"many": True},
        {"choices": [0, 1] + [0] * MAX_CHOICES, "widths": [2] * (MAX_CHOICES + 2), "many": True},
    ],
    ids=str,
)
def test_choices_that_the_schedule_does_not_make_are_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted, match="choice"):
        taken(changed(**changes))


@pytest.mark.parametrize("many", [False, True])
def test_as_many_choices_as_cross_are_compared(many: bool) -> None:
    choices, widths = [0, 1] + [0] * (MAX_CHOICES - 2), [2] * MAX_CHOICES
    found, _ = taken(changed(choices=choices, widths=widths, many=many))

    assert len(found.choices) == MAX_CHOICES
    with pytest.raises(Distrusted, match="does not make"):
        taken(changed(choices=[*choices[:-1], 1], widths=widths, many=many))


def test_a_play_that_crashed_may_have_lost_notes_of_its_choices() -> None:
    crashed = {"ended": "crashed", "widths": [2, 2, 2]}
    found, _ = taken(changed(**crashed, choices=[0, 1]))

    assert found.ended is Ended.CRASHED
    with pytest.raises(Distrusted, match="a choice of which nothing else was noted"):
        taken(changed(**crashed, choices=[0, 1, 0, 0]))


def test_a_seed_and_a_walk_have_choices_of_their_own() -> None:
    widths = [2, 3, 4, 5] * 5
    by_seed = [list(map(chooser(seed), widths)) for seed in range(4)]

    for seed, choices in enumerate(by_seed):
        message = changed(choices=choices, widths=widths)
        read(message, play=PLAY, scenario="s", backend="trio", choose=chooser(seed), late=100)
        with pytest.raises(Distrusted):
            read(message, play=PLAY, scenario="s", backend="trio", choose=chooser(seed + 1), late=100)


# ---- time goes one way -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["spans", "attempts"])
def test_what_ends_before_it_begins_is_distrusted(field: str) -> None:
    with pytest.raises(Distrusted, match="an end before its beginning"):
        taken(changed(**{field: [["a", 2, 1, "cancelled", None, 1]]}))


ROW = {
    "spans": ["a", 1, 2, "returned", None, 1],
    "attempts": ["a", 1, 2, "returned", None, 1],
    "marks": [1, "a", 7],
}
NOTED = noted({**{key: [row] for key, row in ROW.items()}, "elapsed": 5})


def few(**changes: Any) -> dict[str, Any]:
    """A message with one span, one attempt and one mark."""
    return changed(**{**{key: [row] for key, row in ROW.items()}, "instants": NOTED, **changes})


def test_times_that_agree_with_what_was_noted_are_trusted() -> None:
    found, _ = taken(few())

    assert (found.spans[0].start, found.attempts[0].end, found.marks[0].time) == (1, 2, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"spans": [["a", 0, 2, "returned", None, 1]]},
        {"spans": [["a", 1, 1, "returned", None, 1]]},
        {"spans": [["a", 1, None, "open", None, 1]]},
        {"spans": []},
        {"spans": [ROW["spans"], ROW["spans"]]},
        {"attempts": [["a", 0, 2, "returned", None, 1]]},
        {"attempts": [["a", 1, 3, "returned", None, 1]]},
        {"spans": [["a", 1, 2, "cancelled", None, 1]]},
        {"spans": [["a", 1, 2, "returned", None, 2]]},
        {"attempts": [["a", 1, 2, "returned", 1, 1]]},
        {"marks": [[2, "a", 7]]},
        {"marks": [[1, "b", 7]]},
        {"marks": [[1, "a", 8]]},
        {"marks": []},
        {"instants": [entry for entry in NOTED if entry[1] != "mark"]},
        {"instants": [entry for entry in NOTED if entry[1] != "end of span"]},
        {"instants": [[*entry[:3], 0] if entry[1] == "mark" else entry for entry in NOTED]},
    ],
    ids=str,
)
def test_rows_that_do_not_agree_with_what_was_noted_are_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted, match="another than was noted"):
        taken(few(**changes))


def test_marks_in_another_order_than_they_were_made_are_distrusted() -> None:
    marks = [[1, "a", None], [1, "b", None]]
    honest = few(marks=marks, instants=noted({**few(), "marks": marks}))

    assert taken(honest)[0].order == ["a", "b"]
    with pytest.raises(Distrusted, match="another than was noted"):
        taken({**honest, "marks": marks[::-1]})


@pytest.mark.parametrize("number", [1, 10**9])
def test_an_instant_of_a_row_out_of_turn_is_distrusted(number: int) -> None:
    with pytest.raises(Distrusted, match="rows in another order"):
        taken(few(instants=[instant(0, "span", number), *NOTED]))


@pytest.mark.parametrize("number", [0, 1])
def test_a_row_that_ends_twice_or_never_began_is_distrusted(number: int) -> None:
    with pytest.raises(Distrusted, match="rows in another order"):
        taken(few(instants=[*NOTED[:-1], instant(2, "end of span", number), NOTED[-1]]))


@pytest.mark.parametrize(
    "changes",
    [
        {"instants": [instant(6, "over", 0), *NOTED[:-1]], "elapsed": 6},
        {"instants": [NOTED[-2], *NOTED[:-2], NOTED[-1]]},
        {"now": 5.5, "instants": [*NOTED, instant(5.75, "block", 0)], "ended": "blocked-loop"},
        {"ended": "deadlock", "failed_at": 6.5},
        {"waiting": [["task", 3, "sleep", 6.5]]},
        {"trace": {**MESSAGE["trace"], "events": [[2, "spawn", 1, None, None], [1, "start", 1, None, None]]}},
        {"trace": {**MESSAGE["trace"], "events": [[7, "spawn", 1, None, None]]}},
        {"trace": {**MESSAGE["trace"], "deviations": [[2, 2, 1], [1, 2, 1]]}},
    ],
    ids=str,
)
def test_a_time_earlier_than_the_one_before_it_is_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted, match="a time that is earlier"):
        taken(few(**changes))


@pytest.mark.parametrize("changes", [{"elapsed": 4}, {"elapsed": 6}, {"instants": NOTED[:-1]}, {"instants": NOTED * 2}])
def test_an_end_at_another_time_than_was_noted_is_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted, match=r"another time than was noted|rows in another order"):
        taken(few(**changes))


def test_a_play_that_never_came_to_its_end_ends_now() -> None:
    found, _ = taken(few(instants=NOTED[:-1], elapsed=6, ended="crashed"))

    assert found.elapsed == 6


@pytest.mark.parametrize("ended", ["returned", "raised"])
@pytest.mark.parametrize(
    "changes",
    [
        {"failed_at": 3},
        {"instants": [instant(1, "block", 0), *NOTED]},
        {"now": 101, "elapsed": 101, "instants": [*NOTED[:-1], instant(101, "over", 0)]},
    ],
    ids=str,
)
def test_a_play_that_was_stopped_or_had_to_be_did_not_end_by_itself(changes: dict[str, Any], ended: str) -> None:
    with pytest.raises(Distrusted, match="an end by itself"):
        taken(few(**changes, ended=ended, raised=ERROR if ended == "raised" else None))


def test_spans_that_begin_at_the_same_time_and_end_in_any_order_are_fine() -> None:
    spans = [["a", 1, 3, "returned", None, 1], ["b", 1, 2, "returned", None, 2]]
    rows = {"spans": spans, "attempts": [], "marks": []}
    found, _ = taken(few(**rows, instants=noted({**rows, "elapsed": 5})))

    assert [span.end for span in found.spans] == [3, 2]


# ---- no more than our own code writes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"marks": [[0, "m", None]] * (MAX_ROWS + 1)},
        {"spans": [["a", 0, None, "open", None, None]] * (MAX_ROWS + 1)},
        {"attempts": [["a", 0, None, "open", None, None]] * (MAX_ROWS + 1)},
        {"returns": [["join", ["list", "object"], []]] * (MAX_RETURNED + 1)},
        {"waiting": [["main", None, "", 0]] * (MAX_WAITING + 1)},
        {"choices": [0] * (MAX_CHOICES + 1)},
        {"widths": [2] * (MAX_CHOICES + 1)},
        {"ended": "raised", "raised": {"bare": False, "leaves": ERROR["leaves"] * MAX_LEAVES}},
        {"trace": {**MESSAGE["trace"], "events": [[0, "spawn", 1, None, None]] * (MAX_EVENTS + 1)}},
        {"trace": {**MESSAGE["trace"], "deviations": [[0.5, 2, 1]] * (MAX_DEVIATIONS + 1)}},
        {"result": [0] * (MAX_NODES + 1)},
    ],
    ids=[
        *("marks", "spans", "attempts", "returns", "waiting", "choices", "widths", "leaves", "events", "deviations"),
        "values",
    ],
)
def test_more_rows_than_our_own_code_writes_are_distrusted(changes: dict[str, Any]) -> None:
    with pytest.raises(Distrusted, match=r"at most|choices|values"):
        taken(few(**changes))


def test_a_message_with_as_much_as_may_cross_is_read() -> None:
    """Nothing is counted that the encoder in the box has not counted: a mark without a value is one part."""
    spans = [["a", 0, None, "open", None, None]] * MAX_ROWS
    rows = {"marks": [[0, "m", None]] * MAX_ROWS, "spans": spans, "attempts": []}
    result = [0] * (MAX_NODES - MAX_ROWS - 1)
    recording, _ = taken(few(**rows, result=result, instants=noted({**rows, "elapsed": 5})))

    assert len(recording.marks) == len(recording.spans) == MAX_ROWS


def test_values_of_one_hash_are_counted_over_the_whole_message() -> None:
    marks = [[0, "m", number * sys.hash_info.modulus] for number in range(40)]
    attempts = [["t", 0, 1, "returned", (100 + number) * sys.hash_info.modulus, 1] for number in range(40)]
    rows: dict[str, Any] = {"marks": marks, "spans": [], "attempts": []}
    taken(few(**rows, instants=noted({**rows, "elapsed": 5})))

    with pytest.raises(TooLarge):
        taken(few(marks=marks, attempts=attempts))
