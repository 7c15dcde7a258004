"""Hidden tests of ex03: judge what a pipeline asked of its source, and when."""

from itertools import takewhile

from grader.authoring import Diagnosed, grading, token

READY_AT = 1.37
"""Seconds that no round interval meets."""

MANY = 300
"""Items, more than any buffer or batch that somebody may think of holds."""

SOURCES = ("source", "iterable")
PLACES = ("source", "iterable", "below", "map", "filter")


def parts(recording):
    """What happened with each input of a play, by the value of the mark `begin` with which it begins."""
    found, marks = {}, []
    for mark in recording.marks:
        if mark.name == "begin":
            found[mark.value] = marks = []
        else:
            marks.append(mark.name)
    return found


def pulls(order):
    """Pulls and arrivals, in order; when a source that is not needed any more gets closed is nobody's business here."""
    return [name for name in order if name in ("pull", "got")]


def before(name, order):
    """What happened before the mark of that name."""
    return list(takewhile(lambda other: other != name, order))


# ---- asking ----------------------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=1,
    diagnosis="eager",
    schedules=2,
    feedback="The pipeline asked its source for an item before anybody had asked the pipeline.",
    help="take nothing in `__init__`, from_iter(), map(), filter() and take(): they only remember what to do",
)
def test_building_a_pipeline_pulls_nothing(play):
    """building a pipeline pulls nothing"""
    for order in parts(play("building", kinds=SOURCES)).values():
        assert order[:2] == ["the first request", "pull"]


@grading(
    points=6,
    promise=2,
    diagnosis="read-ahead",
    schedules=2,
    feedback="The source was asked for another number of items than was needed. One request to map() takes one item "
    "from the source; one request to filter() takes them up to the next that fits.",
    help="pull in `__anext__` alone, and no more than this one request needs",
)
def test_pulls_one_item_per_request(play):
    """a request pulls what it needs and no more"""
    for name, order in parts(play("one_by_one")).items():
        assert order.count("got") == 3
        assert pulls(order) == (["pull", "pull", "got"] if name == "filter" else ["pull", "got"]) * 3


@grading(
    points=4,
    promise=2,
    diagnosis="read-ahead",
    schedules=2,
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
    points=3,
    promise=2,
    diagnosis="polling",
    schedules=2,
    feedback="An item was there, and the request was answered later. Nothing may make the reader wait for longer than "
    "the source does.",
    help="await the source itself, without a `sleep` round it: a checkpoint takes no time",
    show=("seconds",),
)
def test_item_is_given_when_it_is_ready(play):
    """an item is given at the moment it is there"""
    assert play("at_the_moment", seconds=READY_AT).times("got") == [READY_AT, 2 * READY_AT]

    times = play("ready_items").times("got")
    if times and times[-1] > 0:
        raise Diagnosed(
            "polling",
            f"The items of an iterable are there at once, and the last of three was given after {times[-1]:g} s.",
            help="take the `sleep` out: `await anyio.lowlevel.checkpoint()` gives the others a turn and takes no time",
        )
    assert times == [0, 0, 0]


@grading(
    points=4,
    promise=3,
    diagnosis="falsy-value",
    schedules=2,
    feedback="None, 0, False, the empty string, an exception object and `...` are items like any others. One of them "
    "was lost, or was taken for the end.",
    help="do not look at an item to see whether it is the end: catch StopIteration or StopAsyncIteration",
)
def test_falsy_items_are_items(play):
    """None, 0 and an exception object are items"""
    for kind in SOURCES:
        recording = play("odd_items", kind=kind)

        assert not recording.raised
        ends = [token("an error"), token("an end"), token("dots"), "last"]
        assert recording.result == [0, None, "", False, (), *ends]


@grading(
    points=4,
    promise=4,
    diagnosis="shared-state",
    schedules=2,
    feedback="An operator was put on a stream, and then the stream itself was asked. It must give its next item as if "
    "there were no operator.",
    help="return a new stream from map(), filter() and take(), and change nothing in `self`",
    show=("operator", "expected"),
)
def test_operators_leave_their_stream_alone(play):
    """an operator leaves its stream as it was"""
    items = {"map": [0, 101, 2], "filter": [0, 1, 2, 3, 4, 5], "take": [0, 1, 2]}
    recording = play("beside_an_operator", kinds=SOURCES, operators=list(items))

    for kind in SOURCES:
        for operator, expected in items.items():
            assert recording.attempt(f"{operator}() of the {kind}").value == expected


@grading(
    points=2,
    promise=4,
    diagnosis="shared-state",
    schedules=3,
    feedback="Two tasks read two streams that were made from one list, and then a third stream was made from it. What "
    "one of them did showed in another.",
    help="keep everything that a stream remembers in its own `self`, set in `__init__`: not in the class or the module",
    show=("expected",),
)
def test_streams_are_independent(play):
    """streams do not disturb each other"""
    recording = play("side_by_side")

    assert not recording.raised
    assert recording.result == [[1, 3, 4], [10, 30, 40], [100, 300, 400]]


# ---- the end, errors and cancellation --------------------------------------------------------------------------------


@grading(
    points=4,
    promise=5,
    diagnosis="edge-case",
    schedules=2,
    feedback="After the end every further request must raise StopAsyncIteration, and the source must not be asked "
    "again: it may well have something to say.",
    help="note that the end was reached, and raise StopAsyncIteration from then on",
    show=("kind",),
)
def test_the_end_is_the_end(play):
    """after the end comes nothing but the end"""
    kinds = ("source", "iterable", "list", "map", "filter", "take")
    recording = play("asking_on", kinds=kinds)
    orders = parts(recording)

    for kind in kinds:
        assert [recording.attempt(f"{kind}, request {number}").value for number in (1, 2)] == [0, 1]
        for number in (3, 4, 5, 6):
            assert recording.attempt(f"{kind}, request {number}").raised.isa("StopAsyncIteration")
        if kind not in ("list", "take"):
            assert orders[kind].count("pull") == 3


@grading(
    points=3,
    promise=5,
    diagnosis="edge-case",
    schedules=2,
    feedback="The stream had been read to its end. collect() must return an empty list then, each time, and not ask "
    "the source again.",
    help="read `self` in collect(), which knows about its end, and not what is behind it",
    show=("kind", "expected"),
)
def test_collect_after_the_end_is_empty(play):
    """collect() after the end asks no more"""
    kinds = ("source", "iterable", "map")
    recording = play("collecting_after_the_end", kinds=kinds)
    orders = parts(recording)

    for kind in kinds:
        assert recording.attempt(kind).value == [[], []]
        assert before("the end", orders[kind]).count("pull") == orders[kind].count("pull")


@grading(
    points=5,
    promise=6,
    diagnosis="lost-error",
    schedules=2,
    feedback="The source, or a function given to map() or filter(), raised an error. The request must raise this very "
    "object, whatever its class, and in no group.",
    help="catch only what ends an iteration, around nothing but the source; let every other exception out",
    show=("place",),
)
def test_errors_pass_through(play):
    """an error comes out as it is"""
    recording = play("errors_of_all_kinds", places=PLACES)

    assert not recording.raised
    for place in PLACES:
        outcomes = recording.values(place)
        if "the end" in outcomes:
            raise Diagnosed("lost-error", "An error was raised, and the request said that the stream had ended.")
        assert outcomes == [token(f"error {number}") for number in range(11)]


@grading(
    points=3,
    promise=6,
    diagnosis="lost-error",
    schedules=2,
    feedback="A request raised an error. The stream is over then: the next ones must raise StopAsyncIteration, and ask "
    "the source for nothing.",
    help="note that the stream is over when an error passes, as you do at the end",
    show=("place",),
)
def test_an_error_ends_the_stream(play):
    """after an error the stream has ended"""
    recording = play("asking_after_an_error", places=PLACES)
    orders = parts(recording)

    for place in PLACES:
        assert [recording.attempt(f"{place}, request {number}").how for number in (1, 2)] == ["returned", "returned"]
        for number in (4, 5):
            request = recording.attempt(f"{place}, request {number}")
            if request.how == "returned":
                raise Diagnosed(
                    "lost-error", "The third request raised an error, and the stream went on as if nothing had been."
                )
            assert request.raised.isa("StopAsyncIteration")
        assert orders[place].count("pull") == 3


@grading(
    points=5,
    promise=7,
    diagnosis="swallowed-cancellation",
    schedules=3,
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
        assert "the end" not in recording.order or len(recording.values("got")) == 2

    collect = play("collecting_until_cancelled", seconds=15).span("collect")
    assert (collect.how, collect.stopped) == ("cancelled", 15)


# ---- closing ---------------------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=8,
    diagnosis="not-closed",
    schedules=3,
    feedback="aclose() on the outermost stream must reach the source through every layer: before the first request, "
    "in the middle, and after the end.",
    help="let aclose() close what it reads from in any case, if that has an aclose()",
    show=("requests", "layers"),
)
def test_aclose_reaches_the_source(play):
    """aclose() goes through every layer"""
    after = ((1, 1), (0, 1), (3, 1), (0, 0), (3, 0), (1, 20))
    recording = play("closing", after=after)
    orders = parts(recording)
    for requests, layers in after:
        order = orders.get((requests, layers), [])
        assert "closed" in order
        if "close" not in before("closed", order):
            when = {0: "before the first request", 1: "after the first item", 3: "after the end"}[requests]
            raise Diagnosed("not-closed", f"aclose() was called {when}, and the source was not closed.")
        if recording.attempt(f"again after {requests}, {layers}").how != "returned":
            raise Diagnosed(
                "edge-case",
                "aclose() was called a second time, and raised an error.",
                help="let aclose() do its work again, or nothing, when the stream is closed already",
            )

    if not play("closing_what_cannot_be_closed").attempt("aclose").how == "returned":
        raise Diagnosed(
            "not-closed",
            "The source has no aclose(), and aclose() of the stream raised an error.",
            help='ask first whether there is one: `if hasattr(source, "aclose")`',
        )
    if "close" not in before("closed", play("closing_takes_time").order):
        raise Diagnosed(
            "cleanup-not-awaited",
            "The source needs 1 s to close, and aclose() was over before it was closed.",
            help="await the aclose() of the source",
        )


@grading(
    points=2,
    promise=8,
    diagnosis="lost-error",
    schedules=2,
    feedback="The source could not be closed and said so with an OSError. aclose() must let this error out.",
    help="catch nothing in aclose()",
)
def test_an_error_of_closing_comes_out(play):
    """an error of the source's aclose() comes out"""
    recording = play("closing_what_fails_to_close")
    for requests in (0, 1):
        assert recording.attempt(f"aclose after {requests}").raised == "boom"


@grading(
    points=3,
    promise=9,
    diagnosis="edge-case",
    schedules=2,
    feedback="The stream was closed. A request must raise StopAsyncIteration then, collect() must return an empty "
    "list, and the source must not be asked any more.",
    help="note in aclose() that the stream is over, as you do at the end",
    show=("kind", "requests"),
)
def test_after_aclose_comes_the_end(play):
    """a closed stream has ended"""
    after = ((0, 0), (1, 0), (1, 1))
    for kind in ("source", "iterable", "plain"):
        recording = play("asking_closed_streams", kind=kind, after=after)
        orders = parts(recording)

        assert not recording.raised
        for requests, layers in after:
            for number in (1, 2):
                request = recording.attempt(f"request {number} after {requests}, {layers}")
                assert request.raised.isa("StopAsyncIteration")
            order = orders[requests, layers]
            assert before("closed", order).count("pull") == order.count("pull")
        assert recording.values("collected") == [[], [], []]


@grading(
    points=3,
    promise=10,
    diagnosis="not-closed",
    schedules=3,
    feedback="The source is an async generator. Its `finally` must run when the `async with` block is left, not at "
    "some later time.",
    help="await aclose() in `__aexit__`",
)
def test_async_with_closes_a_generator_source(play):
    """async with closes the source on exit"""
    recording = play("leaving_the_block")

    assert recording.order == ["camera on", "frame", "camera off", "left"]
    if not recording.result:
        raise Diagnosed(
            "wrong-kind",
            "`async with stream as s` made `s` another object than the stream.",
            help="write `return self` in `__aenter__`",
        )


@grading(
    points=4,
    promise=10,
    diagnosis="not-closed",
    schedules=3,
    feedback="An error, or a cancellation, came out of the `async with` block, and the source was still open.",
    help="await aclose() in `__aexit__` in any case, and return nothing from it",
)
def test_async_with_closes_after_an_error(play):
    """async with closes after an error too"""
    failed = play("failing_in_the_block")
    if failed.ended_as("returned"):
        raise Diagnosed(
            "lost-error",
            "An error was raised in the `async with` block, and it did not come out.",
            help="return nothing from `__aexit__`: what is true there swallows the error",
        )
    assert failed.raised == "boom"
    if "close" not in before("left", failed.order):
        raise Diagnosed("not-closed", "An error came out of the `async with` block, and the source was still open.")

    cancelled = play("cancelled_in_the_block")
    assert cancelled.span("block").cancelled_at == 1.5
    if "close" not in before("left", cancelled.order):
        raise Diagnosed("not-closed", "The `async with` block was cancelled, and the source was still open behind it.")
    if "went on" in cancelled.order:
        raise Diagnosed(
            "swallowed-cancellation",
            "The block was cancelled, and the code behind it went on all the same.",
            help="return nothing from `__aexit__`: what is true there swallows the cancellation",
        )


# ---- from_iter() and the operators -----------------------------------------------------------------------------------


@grading(
    points=4,
    promise=11,
    diagnosis="edge-case",
    schedules=2,
    feedback="from_iter() must yield every item of any iterable once, in order, and nothing for an empty one.",
    help="go through the iterable with `iter()` and `next()`: not every one has a length or positions",
    show=("kind", "expected"),
)
def test_from_iter_yields_everything_in_order(play):
    """from_iter() yields every item once, in order"""
    items = {
        "list": [3, 1, 2],
        "empty": [],
        "generator": [3, 1, 2],
        "text": ["a", "b"],
        "dict": ["b", "a"],
        "range": list(range(300)),
        "by position": ["a", "b"],
        "alike": [1, 1, True, 1],
    }
    recording = play("read", kinds=list(items))
    for kind, expected in items.items():
        assert recording.attempt(kind).value == expected


@grading(
    points=6,
    promise=12,
    diagnosis="no-checkpoint",
    schedules=3,
    feedback="While the stream was read no other task got a turn, or a request did not notice that it had been "
    "cancelled. Every request to from_iter() is a checkpoint, the last one too.",
    help="write `await anyio.lowlevel.checkpoint()` in `__anext__` before the item is taken, also where there is none",
)
def test_every_item_is_a_checkpoint(play):
    """every request to from_iter() is a checkpoint"""
    for name, order in parts(play("taking_turns")).items():
        ticks = order.count("tick")
        if ticks < 45:
            what = "were read" if name == "read" else "were read and dropped by filter()"
            raise Diagnosed(
                "no-checkpoint",
                f"Fifty items of from_iter() {what}, and another task got {ticks} turns meanwhile.",
            )

    requests = ((3, 0), (3, 1), (3, 3), (0, 0))
    recording = play("requests_in_a_cancelled_scope", requests=requests)
    for items, after in requests:
        if recording.span(f"{items} items, request {after + 1}").how != "cancelled":
            which = "the request that finds the end" if after == items else f"request {after + 1}"
            raise Diagnosed(
                "no-checkpoint", f"A cancelled task read from_iter() of {items} items, and {which} did not notice it."
            )


@grading(
    points=3,
    promise=13,
    diagnosis="edge-case",
    schedules=2,
    feedback="The items of map(fn) are what fn returned, whatever it is, and fn is called once for each item.",
    help="call `fn` once and return what it returns",
    show=("expected",),
)
def test_map_calls_its_function_once(play):
    """map() gives fn(item), with one call each"""
    recording = play("mapping", kinds=SOURCES)
    for kind in SOURCES:
        assert recording.attempt(kind).value == (["", 0, "two", False], [0, 1, 2, 3])
    assert recording.result == ["1", "2"]


@grading(
    points=3,
    promise=14,
    diagnosis="edge-case",
    schedules=2,
    feedback='The items of filter(keep) are those for which keep returned something true, such as `"yes"` or a list '
    "with an item, and keep is called once for each item.",
    help="write `if keep(item):`, once, and return the item",
    show=("expected",),
)
def test_filter_keeps_what_is_true(play):
    """filter() keeps what is true, with one call each"""
    recording = play("filtering", kinds=SOURCES)
    for kind in SOURCES:
        assert recording.attempt(kind).value == ([0, 2, 4, 6], list(range(8)))


@grading(
    points=2,
    promise=14,
    diagnosis="edge-case",
    schedules=2,
    feedback="filter() must find an item after 5000 that it drops: with a loop, since recursion has an end.",
    help="write a loop in `__anext__` that goes on until an item fits",
)
def test_filter_survives_a_long_drought(play):
    """filter() can skip 5000 items in a row"""
    assert play("drought").result == [5000]


@grading(
    points=5,
    promise=15,
    diagnosis="read-ahead",
    schedules=2,
    feedback="take(n) gives the next n items and asks n times at most, take(0) not at all. On a slow source each "
    "request too many is a wait for something that is thrown away.",
    help="look at the count before you pull, and not after it",
    show=("n", "available", "expected"),
)
def test_take_does_not_pull_past_its_limit(play):
    """take(n) pulls n items at most"""
    sources = {"3": 10, "1": 10, "0": 10, "5": 2}
    recording = play("taking_more_and_less", available=sources)
    orders = parts(recording)
    for n, available in sources.items():
        asked = orders[n].count("pull")
        if asked > int(n):
            raise Diagnosed("read-ahead", f"take({n}) asked its source {asked} times.")
        assert recording.attempt(f"take({n})").value == list(range(min(int(n), available)))

    many = len(play("taking_many", n=MANY).result)
    if many != MANY:
        raise Diagnosed(
            "edge-case",
            f"take({MANY}) of a source with {2 * MANY} items gave {many} items.",
            help="count in one place, down from `n` to 0",
        )
    assert play("taking_twice", limits=((2, 5), (5, 2))).values("items") == [[1, 2], [1, 2]]


@grading(
    points=4,
    promise=16,
    diagnosis="not-closed",
    schedules=3,
    feedback="take() had its last item, the loop was over, and the source was still open. Leaving a loop with `break` "
    "or `return` does not close what it loops over.",
    help="close the source when the last item is there: `await source.aclose()`, if it has one",
    show=("n",),
)
def test_take_closes_its_source_when_satisfied(play):
    """take() closes its source when it has enough"""
    for order in parts(play("satisfied", n=2, ways=("loop", "collect", "map"))).values():
        assert "close" in before("the end", order)


@grading(
    points=2,
    promise=16,
    diagnosis="not-closed",
    schedules=2,
    feedback="take(0) has enough from the beginning. The first request reports the end, and the source must be closed "
    "then.",
    help="close the source before take(0) reports the end, too",
)
def test_take_of_nothing_closes_its_source(play):
    """take(0) closes its source as well"""
    for order in parts(play("satisfied", n=0, ways=("loop", "collect"))).values():
        assert "close" in before("the end", order)


@grading(
    points=2,
    promise=17,
    diagnosis="edge-case",
    schedules=2,
    feedback="take() with a negative number must raise ValueError at once, when the stream is built; it did not.",
    help="look at `n` first in take(): `if n < 0: raise ValueError(...)`",
    show=("n",),
)
def test_take_refuses_a_negative_number(play):
    """take() of a negative number is a ValueError"""
    numbers = (-1, -7)
    recording = play("taking_a_negative_number", numbers=numbers)
    for n in numbers:
        assert recording.attempt(f"take({n})").raised.isa("ValueError")


@grading(
    points=4,
    promise=18,
    diagnosis="edge-case",
    schedules=2,
    feedback="collect() must return a list of the items that are left, however many, and let an error of the stream "
    "out.",
    help="append each item of `async for item in self` to a list, and return it behind the loop",
    show=("read", "expected"),
)
def test_collect_reads_the_rest(play):
    """collect() returns all that is left, as a list"""
    reads = (0, 2, 5)
    recording = play("collecting", kinds=SOURCES, reads=reads)
    for kind in SOURCES:
        for read in reads:
            assert recording.attempt(f"{kind} after {read}").value == list(range(read, 5))
    assert play("collecting_many").result == 1500

    places = ("source", "iterable", "map")
    recording = play("collecting_with_an_error", places=places)
    for place in places:
        attempt = recording.attempt(place)
        if attempt.how == "returned":
            raise Diagnosed(
                "lost-error",
                "The third item could not be had, and collect() returned a list as if there had been two.",
                help="let the error out of collect(): `async for` ends quietly at the end alone",
            )
        assert attempt.raised == "boom"
