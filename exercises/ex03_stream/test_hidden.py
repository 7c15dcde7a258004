"""Hidden tests of ex03: judge what a pipeline asked of its source, and when."""

from itertools import takewhile

from grader.authoring import Diagnosed, grading


def pulls(recording):
    """Pulls and arrivals, in order; when a source that is not needed any more gets closed is nobody's business here."""
    return [name for name in recording.order if name in ("pull", "got")]


def before(recording, name):
    """What happened before the mark of that name."""
    return list(takewhile(lambda other: other != name, recording.order))


@grading(
    points=8,
    diagnosis="edge-case",
    feedback="from_iter() must yield every item of any iterable once, in order, and nothing for an empty one.",
    help="go through the iterable with `iter()` and `next()`: not every one has a length or positions",
    show=("items", "expected"),
)
def test_from_iter_yields_everything_in_order(play):
    """from_iter() yields every item once, in order"""
    assert play("read", items=[3, 1, 2]).result == [3, 1, 2]
    assert play("read", items=[]).result == []
    assert play("collect", items=["a", "b"]).result == ["a", "b"]


@grading(
    points=10,
    diagnosis="read-ahead",
    feedback="Three items were wanted, the squares of 1, 3 and 5, from a source that never ends. Either they were not "
    "those three, or the pipeline went on pulling.",
    help="take one item at a time, and stop asking when take() has enough: an endless source is never read to its end",
    show=("expected",),
)
def test_map_filter_take_collect_compose(play):
    """operators compose, on an endless source too"""
    recording = play("compose")

    assert not recording.raised
    assert recording.result == [1, 9, 25]


@grading(
    points=6,
    diagnosis="falsy-value",
    feedback="None, 0, False and the empty string are items like any others. Only StopAsyncIteration is the end.",
    help="do not look at an item to see whether it is the end: catch StopIteration or StopAsyncIteration",
    show=("items", "expected"),
)
def test_falsy_items_are_items(play):
    """None, 0 and False are items, not the end"""
    items = [0, None, "", False, "last"]
    recording = play("through_every_operator", items=items)

    assert not recording.raised
    assert recording.result == items


@grading(
    points=6,
    diagnosis="eager",
    feedback="The pipeline asked its source for an item before anybody had asked the pipeline.",
    help="take nothing in `__init__`, from_iter(), map(), filter() and take(): they only remember what to do",
)
def test_building_a_pipeline_pulls_nothing(play):
    """building a pipeline pulls nothing"""
    for kind in ("source", "iterable"):
        assert play("building", kind=kind).order[:2] == ["the first request", "pull"]


@grading(
    points=9,
    diagnosis="read-ahead",
    feedback="The source was asked for another number of items than was needed. One request to map() takes one item "
    "from the source; one request to filter() takes them up to the next that fits.",
    help="pull in `__anext__` alone, and no more than this one request needs",
)
def test_pulls_one_item_per_request(play):
    """a request pulls what it needs and no more"""
    for kind in ("source", "iterable"):
        recording = play("one_by_one", kind=kind)
        assert recording.values("got") == [1, 2, 3]
        assert pulls(recording) == ["pull", "got"] * 3

    recording = play("every_second")
    assert recording.values("got") == [1, 3, 5]
    assert pulls(recording) == ["pull", "pull", "got"] * 3


@grading(
    points=9,
    diagnosis="read-ahead",
    feedback="take(3) asks three times at most, take(0) not at all, and take(-1) raises ValueError at once. A source "
    "that takes 1 s for an item shows it: after 3 s you have what you wanted.",
    help="look at the count before you pull, and not after it",
    show=("n", "available", "expected"),
)
def test_take_does_not_pull_past_its_limit(play):
    """take(n) pulls n items at most"""
    three = play("taking", n=3, available=10)
    assert three.result == [0, 1, 2]
    assert len(three.times("pull")) == 3
    assert three.span("reader").end == 3

    none = play("taking", n=0, available=10)
    assert none.result == []
    assert none.order.count("pull") == 0

    assert play("taking", n=5, available=2).result == [0, 1]
    if not play("taking_a_negative_number").attempt("take(-1)").raised.isa("ValueError"):
        raise Diagnosed(
            "edge-case",
            "take(-1) must raise ValueError at once, when the stream is built; it did not.",
            help="look at `n` first in take(): `if n < 0: raise ValueError(...)`",
        )


@grading(
    points=7,
    diagnosis="not-closed",
    feedback="take() had its last item, the loop was over, and the source was still open. Leaving a loop with `break` "
    "or `return` does not close what it loops over.",
    help="close the source when the last item is there: `await source.aclose()`, if it has one",
)
def test_take_closes_its_source_when_satisfied(play):
    """take() closes its source when it has enough"""
    assert "close" in before(play("satisfied"), "the end")


@grading(
    points=8,
    diagnosis="no-checkpoint",
    feedback="While the stream was read no other task got a turn, or a request did not notice that it had been "
    "cancelled. Every request to from_iter() is a checkpoint, the last one too.",
    help="write `await anyio.lowlevel.checkpoint()` in `__anext__` before the item is taken, also where there is none",
)
def test_every_item_is_a_checkpoint(play):
    """every request to from_iter() is a checkpoint"""
    turns = play("taking_turns")
    assert turns.result == 100
    assert turns.order.count("tick") >= 90

    for items in ([1, 2, 3], []):
        assert play("request_in_a_cancelled_scope", items=items).span("request").cancelled_at == 0


@grading(
    points=6,
    diagnosis="edge-case",
    feedback="After the end every further request must raise StopAsyncIteration, and the source must not be asked "
    "again.",
    help="note that the end was reached, and raise StopAsyncIteration from then on",
)
def test_the_end_is_the_end(play):
    """after the end comes nothing but the end"""
    for kind in ("source", "iterable", "list", "take"):
        recording = play("asking_on", kind=kind)
        assert [recording.attempt(f"request {number}").value for number in (1, 2)] == [0, 1]
        for number in (3, 4, 5, 6):
            assert recording.attempt(f"request {number}").raised.isa("StopAsyncIteration")

    assert play("asking_on", kind="source").order.count("pull") == 3


@grading(
    points=8,
    diagnosis="lost-error",
    feedback="An error of the source, of a function given to map() or filter(), or of the code in an `async with` "
    "block must come out as it is, and an error of the stream ends it.",
    help="catch only what ends an iteration; note that the stream is over, and let every other exception out",
)
def test_errors_pass_through_and_end_the_stream(play):
    """errors come out unchanged and end the stream"""
    for recording, values in (
        (play("failing_source"), [0, 1]),
        (play("failing_function", operator="map"), [1, 2]),
        (play("failing_function", operator="filter"), [0, 1]),
    ):
        assert [recording.attempt(f"request {number}").value for number in (1, 2)] == values
        error = recording.attempt("request 3").raised
        assert error == "boom"
        assert error.bare
        for number in (4, 5):
            assert recording.attempt(f"request {number}").raised.isa("StopAsyncIteration")

    assert play("failing_in_the_block").raised == "boom"


@grading(
    points=7,
    diagnosis="not-closed",
    feedback="aclose() on the outermost stream must reach the source through every layer, whether or not anything has "
    "been read, and end the stream.",
    help="let aclose() close what it reads from, if that has an aclose(), and note that the stream is over",
)
def test_aclose_reaches_the_source(play):
    """aclose() goes through every layer"""
    for scenario in ("closing", "closing_before_the_first_request"):
        recording = play(scenario)
        assert "close" in before(recording, "closed")
        assert before(recording, "closed").count("pull") == recording.order.count("pull")
        assert recording.attempt("request").raised.isa("StopAsyncIteration")

    assert play("closing_what_cannot_be_closed").attempt("request").raised.isa("StopAsyncIteration")


@grading(
    points=6,
    diagnosis="not-closed",
    feedback="The source is an async generator. Its `finally` must run when the `async with` block is left, not at "
    "some later time.",
    help="await aclose() in `__aexit__`",
)
def test_async_with_closes_a_generator_source(play):
    """async with closes the source on exit"""
    recording = play("leaving_the_block")

    assert recording.order == ["camera on", "frame", "camera off", "left"]
    assert recording.attempt("request").raised.isa("StopAsyncIteration")


@grading(
    points=4,
    diagnosis="edge-case",
    feedback="filter() must find an item after 5000 that it drops: with a loop, since recursion has an end.",
    help="write a loop in `__anext__` that goes on until an item fits",
)
def test_filter_survives_a_long_drought(play):
    """filter() can skip 5000 items in a row"""
    assert play("drought").result == [5000]


@grading(
    points=6,
    diagnosis="swallowed-cancellation",
    schedules=5,
    feedback="The reader was cancelled while it waited for an item. The cancellation was taken for the end of the "
    "stream, or came later than it happened.",
    help="catch `Exception`, never `BaseException`: a cancellation has to pass",
)
def test_cancellation_gets_through(play):
    """cancelling the reader cancels the pull"""
    for recording in play.each_step("cancelled_from_outside"):
        assert recording.stopped_at_once
        assert not recording.left_running
        # Cancelled too late to matter: everything had been read.
        assert "the end" not in recording.order or recording.values("got") == [0, 1, 2]
