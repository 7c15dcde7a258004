"""Hidden tests of ex09: judge what came out of the streams, what their sources were asked for, and what was closed."""

from itertools import pairwise

from grader.authoring import Diagnosed, grading, token

CLOSE = "close every source in a `finally` of the task that asks it: `await source.aclose()`, if it has one"
FAR = 3000


MERGED = {"both": ({"a": [2, 2, 2], "b": [3, 4]},), "busy": ({"a": [3, 3, 3]}, 10)}
"""What several sources give, and for how long the consumer is busy with each item."""
THROTTLED = {
    "busy once": (2, [0] * 4, [7]),
    "slow once": (2, [0, 7, 0, 0], []),
    "busy twice": (2, [0] * 4, [1, 3.5]),
    "both slow": (2, [1] * 4, [0.5, 0.5]),
    "slow": (2, [3] * 4, []),
    "no period": (0, [0, 1, 0], []),
}
"""The period, what the source takes for each item, and how long the consumer is busy after it."""
IN_TIME = {
    "in time": ([1, 2, 4], 30),
    "busy": ([1, 3, 3], 20, 5, None, "source"),
    "values": ([1, 2, 3, 4, 5], 30, 0, [None, 0, False, "", "last"]),
}
LATE = {
    "late": ([1, 4, 5, 8, 9, 12], 2),
    "first": ([3, 4], 2),
    "end": ([1, 4], 2, 0, ["m1"]),
    "never": ([1, 500], None),
    "busy": ([1, 4, 10], 2, 1.5),
    "very late": ([1, 51, 51.5, 60], 2),
}
"""When the items are there, the limit, how long the consumer is busy with each, what they are, the kind of source."""


class Round:
    """One round of a play: what was recorded in it, by the names that the scenario has given, and in its own time."""

    def __init__(self, recording, name):
        self.recording, self.name, self.whole = recording, name, recording.attempt(name)

    @property
    def result(self):
        return self.whole.value

    @property
    def raised(self):
        return self.whole.raised

    @property
    def spans(self):
        return [span for span in self.recording.spans if span.name.startswith(f"{self.name}: ")]

    @property
    def order(self):
        marks = [mark.name.partition(": ") for mark in self.recording.marks]
        return [name for round, _, name in marks if round == self.name]

    def attempt(self, name):
        return self.recording.attempt(f"{self.name}: {name}")

    def values(self, name):
        return self.recording.values(f"{self.name}: {name}")

    def times(self, name):
        return [time - self.whole.start for time in self.recording.times(f"{self.name}: {name}")]

    def end(self, name):
        """When a span was over."""
        return self.recording.span(f"{self.name}: {name}").end - self.whole.start


def rounds(recording, cases):
    """The inputs of each round, and what was recorded in it."""
    for name, inputs in cases.items():
        yield *inputs, Round(recording, name)


def read(recording):
    """What the consumer got, each item with its time; a Late of whatever length is "late"."""
    return [("late" if isinstance(item, list) else item, float(time)) for item, time in recording.result]


def in_words(came):
    return ", ".join(f"{item} at {time:g} s" for item, time in came)


def ends(recording, items, played=None):
    """All items came out, and the stream goes on for ever: that is no matter of when they come."""
    came = [value for value in (played or recording).values("take") if not isinstance(value, list)]
    if len(came) == items and recording.ended_as("deadlock", "late"):
        raise Diagnosed(
            "edge-case",
            f"All {items} items came out, and then the stream did not end: the consumer waits for ever.",
            help="end the stream with the last source: each sending end must be closed, the first one, too",
        )


def all_end(recording, items):
    """The same for a play of several rounds, of which the last that began may go on for ever."""
    name = recording.attempts[-1].name
    ends(recording, items[name], Round(recording, name))


def merged_by(play):
    """The rounds of one play of merge(), by their names."""
    recording = play("mergings", cases=MERGED, within=FAR)
    all_end(recording, {name: sum(map(len, gaps.values())) for name, (gaps, *_) in MERGED.items()})
    return {name: Round(recording, name) for name in MERGED}


def timed(play, cases):
    """The rounds of one play of timeout_each(), by their names."""
    recording = play("timings", cases=cases, within=FAR)
    all_end(recording, {name: len(due) for name, (due, *_) in cases.items()})
    return {name: Round(recording, name) for name in cases}


def without_late(items):
    return [item for item in items if item != "late" and not isinstance(item, list)]


def closed_before_left(recording, *names):
    """The sources that were not closed when the block was left."""
    order = recording.order
    before = order[: order.index("left")] if "left" in order else order
    return [name for name in names if f"close {name}" not in before]


# ---- merge -----------------------------------------------------------------------------------------------------------


@grading(
    points=6,
    promise=1,
    part="merge",
    schedules=3,
    diagnosis="serial",
    feedback="Items of one source were held back by the other one.",
    help="give each source a task of its own that asks it, and let all of them hand their items to the consumer",
    show=("gaps", "expected"),
)
def test_merge_yields_items_as_they_become_available(play):
    """items come out as they become available"""
    merged = merged_by(play)["both"]

    if merged.whole.how == "returned" and len(read(merged)) < 5:
        raise Diagnosed(
            "edge-case",
            f"Two sources gave 5 items, and the stream ended after {len(read(merged))}: one of them had ended.",
            help="end the stream when all sources have ended, and not with the first",
        )
    assert read(merged) == [("a1", 2), ("b1", 3), ("a2", 4), ("a3", 6), ("b2", 7)]


@grading(
    points=2,
    promise=1,
    part="merge",
    schedules=1,
    diagnosis="serial",
    feedback="There were 50 sources, and none gives its item before all of them have been asked.",
    help="start a task for each source, however many there are",
)
def test_any_number_of_sources_is_asked_at_once(play):
    """any number of sources run at once"""
    recording = play("merging_many", count=50)

    if recording.ended_as("deadlock"):
        raise Diagnosed(
            "serial",
            "Of 50 sources none gives its item before all of them have been asked, and some never were.",
            help="start a task for each source, however many there are",
        )
    if len(recording.result) < 50:
        raise Diagnosed("stale-state", f"50 sources gave one item each, and {len(recording.result)} came out.")
    assert recording.result == list(range(1, 51))


@grading(
    points=2,
    promise=1,
    part="merge",
    schedules=2,
    diagnosis="serial",
    feedback="The source needs 3 s for an item and the consumer is busy for 10 s with each. The next item must be "
    "there when it comes back.",
    help="ask a source for its next item as soon as its last one was taken, and not when the consumer asks again",
    show=("gaps", "busy", "expected"),
)
def test_sources_work_while_the_consumer_is_busy(play):
    """sources work while the consumer is busy"""
    assert read(merged_by(play)["busy"]) == [("a1", 3), ("a2", 13), ("a3", 23)]


@grading(
    points=7,
    promise=2,
    part="merge",
    schedules=4,
    diagnosis="stale-state",
    feedback="Items were lost, doubled or reordered within a source.",
    help="hand over one item at a time, and let a task that has one wait until the consumer has taken the last one",
)
def test_merge_keeps_each_sources_order_and_loses_nothing(play):
    """nothing is lost, doubled or reordered"""
    gaps = {"a": [0] * 20, "b": [1] * 20, "c": [0, 1, 0, 2] * 5, "d": [3, 0, 0, 0] * 5}
    recording = play("merging", gaps=gaps, within=FAR)

    ends(recording, 80)
    items = [item for item, _ in recording.result]
    for name in gaps:
        own, expected = [item for item in items if item[0] == name], [f"{name}{n}" for n in range(1, 21)]
        if own == expected:
            continue
        if sorted(own) == sorted(expected):
            raise Diagnosed(
                "completion-order",
                "Four sources gave 20 items each. Those of one source came out in another order than it gave them.",
                help="hand over the items of a source one after the other: the next one when the last one was taken",
            )
        lost, doubled = len(set(expected) - set(own)), len(own) - len(set(own))
        raise Diagnosed("stale-state", f"A source gave 20 items: {lost} of them got lost, and {doubled} came twice.")
    assert len(items) == 80


@grading(
    points=2,
    promise=2,
    part="merge",
    schedules=2,
    diagnosis="falsy-value",
    feedback="None, 0, False, an empty string, an empty list or an exception object was given, and did not come out.",
    help="do not look at an item to see whether there is one: only StopAsyncIteration is the end",
    show=("expected",),
)
def test_every_value_is_an_item(play):
    """None, 0 and False are items"""
    assert play("merging_values", within=FAR).result == [None, 0, False, "", [], token("an error"), "last"]


@grading(
    points=5,
    promise=3,
    part="merge",
    schedules=3,
    diagnosis="edge-case",
    feedback="When all sources have ended the merged stream must end, at that moment, and it stays ended.",
    help="end the stream with the last source: each sending end that you make must be closed, the first one, too",
    show=("gaps", "expected"),
)
def test_merge_ends_when_all_sources_have_ended(play):
    """the stream ends when all sources have ended"""
    cases = {"nothing": ({},), "one": ({"a": []},), "three": ({"a": [1], "b": [1, 3], "c": []},)}
    recording = play("ending", cases=cases, within=FAR)
    for gaps, ending in rounds(recording, cases):
        if ending.whole.how != "returned" and recording.ended_as("deadlock", "late"):
            what = f"{len(gaps)} sources" if len(gaps) > 1 else f"{len(gaps) or 'no'} source{'' if gaps else 's'}"
            raise Diagnosed("edge-case", f"With {what} the stream has no end: the consumer waits for ever.")
        assert float(ending.result) == max((sum(seconds) for seconds in gaps.values()), default=0)
        assert [ending.attempt(f"again {number}").value for number in (1, 2)] == ["ended", "ended"]


@grading(
    points=8,
    promise=4,
    part="merge",
    schedules=3,
    diagnosis="read-ahead",
    feedback="A source was asked more often than it may be.",
    help="let the task that asks a source wait until its item is taken: a memory stream of size 0 does that",
)
def test_merge_does_not_run_ahead_of_a_slow_consumer(play):
    """no source runs ahead of a slow consumer"""
    for counted in play("lagging", within=FAR).values("counted"):
        for _, asked, taken in counted:
            if asked > taken + 2:
                items = "1 item was" if taken == 1 else f"{taken} items were"
                raise Diagnosed("read-ahead", f"A source was asked {asked} times although only {items} taken from it.")


@grading(
    points=7,
    promise=5,
    part="merge",
    schedules=4,
    diagnosis="not-closed",
    feedback="After the consumer had left the block a source was still open, or still being asked.",
    help="close every source in a `finally` of the task that asks it: `await source.aclose()`, if it has one",
)
def test_leaving_early_stops_and_closes_the_sources(play):
    """leaving early stops and closes the sources"""
    recording = play("leaving", within=FAR)

    if recording.raised and recording.raised.message.startswith("aclose(): asynchronous generator is already"):
        raise Diagnosed(
            "not-closed",
            "The consumer left, and a source was closed while it was still being asked, which a generator refuses.",
            help="first cancel the task that asks the source; when that has ended, close the source",
        )
    assert not recording.raised
    if recording.span("block").end > 3:
        raise Diagnosed(
            "losers-left-running",
            f"The consumer left at 3 s, and the block was over at {recording.span('block').end:g} s: it waited for a "
            "source that nobody needs any more.",
            help="cancel the tasks that ask the sources when the block is left: `tg.cancel_scope.cancel()`",
        )
    if recording.values("closed while it is asked"):
        raise Diagnosed(
            "not-closed",
            "The consumer left, and a source was closed while it was still being asked.",
            help="first cancel the task that asks the source; when that has ended, close the source",
        )
    open = closed_before_left(recording, "first", "asleep", "ended", "laden", "sleeper", "waiter")
    if open == ["ended"]:
        raise Diagnosed("not-closed", "The consumer left, and a source that had ended was never closed.")
    if open and set(open) <= {"first", "laden", "waiter"}:
        raise Diagnosed("not-closed", "The consumer left, and a source with an item that nobody took stayed open.")
    if open:
        raise Diagnosed("not-closed", f"The consumer left the block, and {len(open)} of 6 sources stayed open.")
    if any(name.startswith("ask ") for name in recording.order[recording.order.index("left") :]):
        raise Diagnosed("losers-left-running", "The consumer had left the block, and a source was still being asked.")


@grading(
    points=4,
    promise=6,
    part="merge",
    schedules=3,
    diagnosis="cleanup-not-awaited",
    feedback="A source needs 3 s to close. The block was over before that.",
    help="shield the closing: `with anyio.CancelScope(shield=True): await source.aclose()`",
)
def test_closing_is_waited_for(play):
    """the block waits until the sources are closed"""
    cases = {"left": (False,), "cancelled": (True,)}
    for cancelled, left in rounds(play("leaving_slowly", cases=cases, within=FAR), cases):
        assert left.whole.how == "returned"
        when = "was cancelled" if cancelled else "left"
        if not any("closing a" in span.name and span.how == "returned" for span in left.spans):
            raise Diagnosed(
                "cleanup-not-awaited",
                f"The consumer {when}, and closing the source, which takes 3 s, was cut short or never began.",
            )
        assert left.end("block") == 8


@grading(
    points=5,
    promise=7,
    part="merge",
    schedules=4,
    diagnosis="lost-error",
    feedback="A source failed, and what came out of the block was not its error, or not that alone.",
    help="let the error leave the task that asks the source: the task group cancels the others and passes it on",
    show=("after",),
)
def test_an_error_in_one_source_comes_out(play):
    """an error in a source comes out"""
    cases = {"later": (False, 2), "at once": (False, 0), "both": (True, 3)}
    recording = play("failing", cases=cases, within=FAR)
    for both, after, failing in rounds(recording, cases):
        if failing.whole.how == "returned" or recording.ended_as("deadlock", "late"):
            raise Diagnosed("lost-error", "A source failed, and nobody heard about it.")
        if both and not {leaf.token for leaf in failing.raised.leaves} <= {"error of a", "error of b"}:
            raise Diagnosed(
                "lost-error", "Two sources failed at one moment, and what came out is the error of neither."
            )
        if not both:
            assert failing.raised == "error of a"
            assert failing.whole.took == 1 + after
            if closed_before_left(failing, "a", "b"):
                raise Diagnosed("not-closed", "A source failed, and not all of them were closed behind it.", help=CLOSE)


@grading(
    points=5,
    promise=8,
    part="merge",
    schedules=3,
    diagnosis="lost-error",
    feedback="The consumer's own error got lost or its sources stayed open.",
    help="do not catch what comes out of the `yield`: let it go on, and clean up in `finally`",
)
def test_an_error_in_the_body_comes_out(play):
    """an error in the block comes out"""
    recording = play("failing_in_the_block", within=FAR)

    assert recording.raised == "boom"
    assert recording.elapsed == 6
    if open := closed_before_left(recording, "a", "b"):
        raise Diagnosed(
            "not-closed", f"The consumer raised an error, and {len(open)} of 2 sources stayed open.", help=CLOSE
        )


@grading(
    points=5,
    promise=9,
    part="merge",
    schedules=1,
    diagnosis="swallowed-cancellation",
    feedback="The consumer was cancelled in the middle, and the block went on, or ended as if nothing had been.",
    help="let the cancellation go on its way: no `except BaseException` without `raise`, no True from `__aexit__`",
)
def test_cancelling_the_consumer_closes_the_sources(play):
    """cancelling the consumer closes the sources"""
    for recording in play.each_step("cancelled", within=FAR):
        assert not recording.raised
        if "entered" in recording.order and closed_before_left(recording, "a"):
            raise Diagnosed("not-closed", "Cancelled in the middle - and a source stayed open.", help=CLOSE)
        if "ask b" in recording.order and closed_before_left(recording, "b"):
            raise Diagnosed("not-closed", "Cancelled in the middle - and a source stayed open.", help=CLOSE)
        assert recording.stopped_at_once
        assert recording.caller.how == "cancelled" or recording.order.count("take") == 3


# ---- throttle --------------------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=10,
    part="throttle",
    diagnosis="wrong-pace",
    feedback="The requests to the source have another distance than the period.",
    help="remember when the last request began, and sleep before the next one for what is left of the period",
    show=("period", "gaps"),
)
def test_throttle_spaces_out_the_polls(play):
    """the source is asked once per period"""
    recording = play("throttling", period=5, gaps=[0, 1, 0, 2], within=FAR)

    asked = recording.times("ask a")
    assert len(asked) > 1
    if min(later - earlier for earlier, later in pairwise(asked)) < 5:
        said = ", ".join(f"{time:g}" for time in asked)
        raise Diagnosed("wrong-pace", f"The source was asked at {said} s; the distance must be at least 5.")


@grading(
    points=3,
    promise=10,
    part="throttle",
    diagnosis="wrong-pace",
    feedback="After a slow moment two requests came too close together: the lost time was caught up.",
    help="measure from the beginning of the last request, and not from a timetable that was made at the first one",
    show=("period", "gaps", "busy"),
)
def test_throttle_does_not_catch_up(play):
    """lost time is not caught up"""
    for period, _gaps, _busy, throttled in rounds(play("throttlings", cases=THROTTLED, within=FAR), THROTTLED):
        asked = throttled.times("ask a")
        assert len(asked) > 1
        distances = [later - earlier for earlier, later in pairwise(asked)]
        if min(distances) < period:
            raise Diagnosed(
                "wrong-pace",
                f"After a slow moment the source was asked again after {min(distances):g} s, with a period of 2 s: "
                "you hurried to catch up.",
            )


@grading(
    points=4,
    promise=11,
    part="throttle",
    diagnosis="wrong-pace",
    feedback="A request was held back although the period was over already.",
    help="subtract the time already spent: sleep for `max(0, last + period - now)`",
    show=("period", "gaps", "busy"),
)
def test_throttle_counts_the_time_already_spent(play):
    """time already spent counts"""
    due = {
        "busy once": [0, 7, 9, 11, 13],
        "slow once": [0, 2, 9, 11, 13],
        "both slow": [0, 2, 4, 6, 8],
        "slow": [0, 3, 6, 9, 12],
    }
    recording = play("throttlings", cases=THROTTLED, within=FAR)
    for name, expected in due.items():
        asked = Round(recording, name).times("ask a")
        assert len(asked) == 5
        # One that is early delays all that follow; who asks too early breaks another promise.
        late = [
            (time, last)
            for last, time, after, before in zip(asked, asked[1:], expected[1:], expected, strict=False)
            if time - last > after - before
        ]
        if asked[0] > 0:
            text = f"The first request was delayed by {asked[0]:g} s."
            raise Diagnosed("wrong-pace", text, help="ask the source at once the first time: there is no last request")
        if late:
            raise Diagnosed(
                "wrong-pace",
                f"With a period of 2 s the source was asked at {late[0][1]:g} s and then only at {late[0][0]:g} s: "
                "after a slow moment you waited again.",
            )

    assert Round(recording, "no period").times("ask a") == [0, 0, 1, 1]


@grading(
    points=2,
    promise=11,
    part="throttle",
    diagnosis="stale-state",
    feedback="Two throttled streams were read in turn, and one of them waited for the other's period.",
    help="keep the time of the last request in the stream, and not in the module",
    show=("period",),
)
def test_each_throttled_stream_counts_for_itself(play):
    """each throttled stream counts for itself"""
    recording = play("throttling_two", period=2, within=FAR)

    assert recording.times("ask a") == [0, 2, 4]
    assert recording.times("ask b") == [1, 3, 5]


@grading(
    points=3,
    promise=12,
    part="throttle",
    diagnosis="lost-error",
    feedback="Four items and an error came from the source, and something else came out.",
    help="hand on every item, whatever its value, and let the source's error through",
)
def test_throttle_lets_everything_through(play):
    """all items, the end and an error come through"""
    assert play("throttling", period=5, gaps=[0, 1, 0, 2], within=FAR).result == ["a1", "a2", "a3", "a4"]
    recording = play("throttling_values", within=FAR)

    (came,) = recording.values("came")
    if came != [None, 0, "", "last"]:
        raise Diagnosed(
            "falsy-value",
            f"None, 0 and an empty string are items. Of 4 items, {len(came)} came out of throttle().",
            help="do not look at an item to see whether there is one: only StopAsyncIteration is the end",
        )
    assert recording.raised == "error of a"


@grading(
    points=2,
    promise=11,
    part="throttle",
    diagnosis="read-ahead",
    feedback="throttle() asked its source before anybody asked throttle(), or more often than that.",
    help="ask the source inside of the request, after the pause, and not when the last item was handed on",
)
def test_throttle_is_lazy(play):
    """nothing is asked for before the consumer asks"""
    recording = play("asking_a_throttle", within=FAR)

    assert [name for name in recording.order if name in ("request", "ask a", "got")] == ["request", "ask a", "got"] * 3


@grading(
    points=2,
    promise=13,
    part="throttle",
    diagnosis="not-closed",
    feedback="aclose() was called on the throttled stream, and its source stayed open.",
    help="write a class with `__anext__` and `aclose`: the `finally` of a generator that never began does not run",
    show=("items",),
)
def test_throttle_closes_its_source(play):
    """aclose() closes the source"""
    cases = {"begun": (2, True), "plain": (2, False), "not begun": (0, True), "plain, not begun": (0, False)}
    for items, can_be_closed, closing in rounds(play("closing_a_throttle", cases=cases, within=FAR), cases):
        assert closing.whole.how == "returned"
        if can_be_closed and "close a" not in closing.order[: closing.order.index("closed")]:
            when = f"after {items} items" if items else "before anything was asked for"
            raise Diagnosed("not-closed", f"The throttled stream was closed {when}, and its source stayed open.")


# ---- timeout_each ----------------------------------------------------------------------------------------------------


@grading(
    points=3,
    promise=14,
    part="timeout_each",
    schedules=2,
    diagnosis="stale-state",
    feedback="Items got lost, doubled or held back on their way through timeout_each().",
    help="hand on every item once, at the moment at which it is there",
)
def test_timeout_each_yields_every_item(play):
    """every item comes out, at its moment"""
    came = timed(play, IN_TIME)
    assert read(came["in time"]) == [("m1", 1), ("m2", 2), ("m3", 4)]
    assert read(came["busy"]) == [("m1", 1), ("m2", 6), ("m3", 11)]
    if [item for item, _ in came["values"].result] != [None, 0, False, "", "last"]:
        raise Diagnosed("falsy-value", "None, 0, False and '' are items. One of them came out as something else.")


@grading(
    points=5,
    promise=15,
    part="timeout_each",
    schedules=2,
    diagnosis="late-unannounced",
    feedback="Late did not come at the moments at which it had to.",
    help="put `anyio.move_on_after(seconds)` round the wait for the next item, anew for each request",
    show=("due", "limit", "expected"),
)
def test_timeout_each_marks_late_items(play):
    """late items are announced in time"""
    late = timed(play, LATE)
    came = read(late["late"])
    said = " ".join(item if item == "late" else "abcdef"[int(item[1:]) - 1] for item, _ in came)
    if said != "a late b c late d e late f":
        raise Diagnosed("late-unannounced", f"Expected `a late b c late d e late f`, got `{said}`.")
    if any(item[1] != 2 for item, _ in late["late"].result if isinstance(item, list)):
        raise Diagnosed("late-unannounced", "The limit is 2 s, and Late says something else.", help="`Late(seconds)`")
    assert [time for _, time in came] == [1, 3, 4, 5, 7, 8, 9, 11, 12]

    first = read(late["first"])
    if first != [("late", 2), ("m1", 3), ("m2", 4)]:
        text = f"The very first item was late. Expected `late at 2 s, m1 at 3 s, m2 at 4 s`, got `{in_words(first)}`."
        raise Diagnosed("late-unannounced", text)
    last = read(late["end"])
    if last != [("m1", 1), ("late", 3)]:
        text = f"The end of the stream was late. Expected `m1 at 1 s, late at 3 s`, got `{in_words(last)}`."
        raise Diagnosed("late-unannounced", text)
    assert read(late["never"]) == [("m1", 1), ("m2", 500)]


@grading(
    points=2,
    promise=15,
    part="timeout_each",
    schedules=2,
    diagnosis="late-unannounced",
    feedback="The consumer was busy for a while, and the time before its request was counted as waiting.",
    help="let the time begin with the consumer's request",
    show=("busy", "due", "limit", "expected"),
)
def test_the_time_counts_from_the_request(play):
    """the time counts from the consumer's request"""
    assert read(timed(play, LATE)["busy"]) == [("m1", 1), ("m2", 4), ("late", 7.5), ("m3", 10)]


@grading(
    points=3,
    promise=16,
    part="timeout_each",
    schedules=2,
    diagnosis="stale-state",
    feedback="A very late item was lost, or announced more than once.",
    help="remember that Late was given for this item, and wait without a limit until it is there",
    show=("due", "limit", "expected"),
)
def test_a_very_late_item_is_announced_once_and_still_arrives(play):
    """a very late item is announced once"""
    came = read(timed(play, LATE)["very late"])
    count = sum(item == "late" for item, _ in came)
    if count > 2:
        raise Diagnosed("stale-state", f"Two items were late, and Late came {count} times.")
    assert without_late(item for item, _ in came) == ["m1", "m2", "m3", "m4"]
    assert came == [("m1", 1), ("late", 3), ("m2", 51), ("m3", 51.5), ("late", 53.5), ("m4", 60)]


@grading(
    points=3,
    promise=17,
    part="timeout_each",
    schedules=3,
    diagnosis="overwritten-result",
    feedback="A late item never arrived: did the timeout cancel the generator?",
    help="put the timeout round the wait for a task that asks the source, and never round the source's own `__anext__`",
    show=("gaps", "limit"),
)
def test_being_late_harms_no_source(play):
    """the source survives being late"""
    came = read(play("timing_a_generator", gaps=[1, 5, 1], limit=2, within=FAR))
    if without_late(item for item, _ in came) != ["m1", "m2", "m3"]:
        raise Diagnosed(
            "swallowed-source",
            "The second item was late and never arrived: the timeout has cancelled the generator that was to give it.",
        )
    cases = {"tie": ([1, 3, 5], 2), "late": ([1, 9, 10], 2)}
    recording = play("timings", cases=cases, within=FAR)
    if without_late(item for item, _ in read(Round(recording, "tie"))) != ["m1", "m2", "m3"]:
        raise Diagnosed(
            "swallowed-source",
            "An item came at the very moment at which its time was up, and was thrown away.",
            help="ask whether an item is there, and not whether the time is up",
        )
    for name in cases:
        asked = len(Round(recording, name).times("ask m"))
        if asked != 4:
            raise Diagnosed("swallowed-source", f"The source has 3 items and was asked {asked} times, not 4.")


@grading(
    points=3,
    promise=18,
    part="timeout_each",
    schedules=3,
    diagnosis="not-closed",
    feedback="The stream was left, and its source stayed open.",
    help="close every source in a `finally` of the task that asks it: `await source.aclose()`, if it has one",
)
def test_timeout_each_ends_like_merge(play):
    """errors and closing are as with merge()"""
    recording = play("ending_timed_streams", limit=2, within=FAR)
    failing = Round(recording, "failing")
    if recording.ended_as("deadlock", "late") or failing.whole.how == "returned" or failing.raised != "error of m":
        raise Diagnosed("lost-error", "The source failed, and its error did not come out of timeout_each().")
    assert failing.whole.took == 5
    assert not closed_before_left(failing, "m")

    left = Round(recording, "leaving")
    assert left.whole.how == "returned"
    if left.end("block") != 3:
        end = left.end("block")
        raise Diagnosed("losers-left-running", f"The consumer left at 3 s, and the block was over at {end:g} s.")
    assert not closed_before_left(left, "m")


@grading(
    points=2,
    promise=19,
    part="timeout_each",
    schedules=3,
    diagnosis="edge-case",
    feedback="The three pieces do not work together.",
    help="treat every source alike: it may be a stream of your own, which another task asks and closes",
)
def test_the_pieces_compose(play):
    """the pieces compose"""
    composed = play("composing", count=20, within=FAR)
    assert not composed.raised
    # At 0.1 s the first message, from 0.001 s on a number every 0.13 s, and Late 0.2 s after each message.
    said = ["late" if isinstance(item, list) else item for item in composed.result]
    late = "late"
    assert said == [1, "a", 2, 3, late, 4, "b", "c", 5, 6, late, 7, "d", "e", 8, 9, late, 10, "f", "g"]

    nested = play("nesting", within=FAR)
    assert not nested.raised
    for name in "ab":
        own = [item for item in without_late(nested.result) if item[0] == name]
        assert own == [f"{name}{number}" for number in range(1, len(own) + 1)]
    assert len(nested.result) == 9
