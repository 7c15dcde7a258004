"""Hidden tests of ex07: judge who got what, and when; the schedules say who acts first at one instant."""

from grader.authoring import Diagnosed, grading, token

NEWCOMERS = ((0, "newcomer"), (1, "served"), (2, "served"))
"""How many turns later a newcomer acts than the task that serves one that waits, and which of the two begins."""
CLOSINGS = ((0, "close"), (1, "close"), (2, "call"))
"""How many turns after a call an end is closed, and which of the two begins."""
MEETINGS = ((0, "acts"), (1, "waits"), (2, "waits"))
"""How many turns lie between the one that waits and the one that acts, and which of the two begins."""
CANCELLATIONS = (([1], 0, "cancel"), ([1], 1, "serve"), ([1, 2], 1, "serve"), ([3], 1, "serve"))
"""Which tasks are cancelled, how many turns later than others are served, and which of the two begins."""


def returned(recording, *names):
    """Those of these calls that returned."""
    return [attempt for attempt in recording.attempts if attempt.name in names and attempt.how == "returned"]


def received(recording):
    """All items that receive() returned, to whichever task."""
    return [attempt.value for attempt in recording.attempts if "receive" in attempt.name and attempt.how == "returned"]


def numbered(name, numbers):
    return [f"{name} {number}" for number in numbers]


# ---- sending and receiving -------------------------------------------------------------------------------------------


@grading(
    points=4,
    promise=1,
    diagnosis="wrong-order",
    schedules=2,
    feedback="Items must come out in the order in which they went in.",
)
def test_first_in_first_out(play):
    """first in, first out"""
    result = play("in_turn", capacity=3, count=8).result

    if result != list(range(1, 9)):
        raise Diagnosed("wrong-order", f"1, 2, 3 and so on to 8 were sent, and received was {result}.")


@grading(
    points=3,
    promise=2,
    diagnosis="falsy-value",
    schedules=2,
    feedback="None, 0, an empty string and exception objects were sent, and not all of them were received. They are "
    "items like any other.",
    help="ask how many items there are, `if self.items`, and never what an item is",
)
def test_any_object_is_an_item(play):
    """None, 0 and exceptions are items"""
    recording = play("odd_items")

    assert not recording.raised
    errors = [token(name) for name in ("ValueError", "EndOfStream", "StopAsyncIteration")]
    assert sorted(map(repr, recording.result)) == sorted(map(repr, [None, False, 0, "", (), [], *errors]))
    looped = play("iterating", items=["one", None, 0])
    assert sorted(map(repr, looped.result)) == sorted(map(repr, ["last", "one", None, 0]))


@grading(
    points=5,
    promise=3,
    diagnosis="unbounded",
    schedules=2,
    feedback="A full channel must make send() wait, and each receive() makes room for one more.",
    show=("capacity",),
)
def test_a_full_channel_pushes_back(play):
    """a full channel makes send() wait"""
    for capacity in (1, 300):
        recording = play("filling", capacity=capacity)
        sent = recording.times("sent")

        at_first = sum(time < 1 for time in sent)
        if at_first > capacity:
            text = f"With capacity {capacity}, {at_first} calls of send() were over before anything was received."
            raise Diagnosed("unbounded", text, help="wait in send() while there are `capacity` items in the channel")
        if at_first < capacity:
            text = f"With capacity {capacity}, {capacity} calls of send() need not wait; {at_first} were over."
            raise Diagnosed("edge-case", text, help="compare with `<`: there is room while there are fewer items")
        for number in range(1, 4):
            later = sum(time < recording.span(f"receive {number}").start + 1 for time in sent)
            if later > capacity + number:
                text = f"With capacity {capacity}, {later} calls of send() were over when {number} items were received."
                raise Diagnosed("unbounded", text, help="look again after waking up, before the item goes in")
            if later < capacity + number:
                text = f"The channel was full, {number} items were received, and a waiting send() did not go on."
                raise Diagnosed("lost-wakeup", text, help="wake the tasks that wait in send() when an item is taken")


@grading(
    points=2,
    promise=3,
    diagnosis="polling",
    schedules=3,
    feedback="A task waited in send(). An item was received, and the task went on later than that.",
    help="let receive() wake the tasks that wait in send(): they need not look whether there is room",
)
def test_a_waiting_send_goes_on_at_once(play):
    """send() goes on the moment there is room"""
    recording = play("filling", capacity=1)

    for time, number in zip(recording.times("sent")[1:], range(1, 4), strict=False):
        assert time <= recording.span(f"receive {number}").end


@grading(
    points=4,
    promise=3,
    diagnosis="stale-state",
    schedules=3,
    feedback="One item was received. A task that waited for room and one that came just then both sent: that is more "
    "than the capacity.",
    help="look again after waking up, `while` the channel is full, with no `await` between that and the append",
)
def test_a_newcomer_does_not_overfill(play):
    """two tasks never share one free place"""
    for turns, first in NEWCOMERS:
        recording = play("a_newcomer_sends", turns=turns, first="receive" if first == "served" else first)

        assert len(returned(recording, "waits", "newcomer")) <= 1


@grading(
    points=4,
    promise=10,
    diagnosis="polling",
    schedules=2,
    feedback="receive() waited on an empty channel. An item was sent after 1.37 s, and receive() went on later.",
    help="let send() wake the tasks that wait in receive(): they need not look whether there is an item",
)
def test_receive_waits_and_goes_on_at_once(play):
    """receive() waits, and wakes at once"""
    recording = play("waiting_for_an_item", seconds=1.37)
    attempt = recording.attempt("receive")

    if attempt.how != "returned":
        if recording.span("receive").took == 5:
            text = "receive() waited on an empty channel. An item was sent after 1.37 s, and receive() never went on."
            raise Diagnosed("lost-wakeup", text, help="wake the tasks that wait in receive() when an item is added")
        text = "receive() was called on an empty channel, and raised an exception. It must wait for an item."
        raise Diagnosed("raised", text, help="wait while there is no item")
    assert attempt.value == "an item"
    assert recording.span("receive").end == 1.37


@grading(
    points=4,
    promise=10,
    diagnosis="stale-state",
    schedules=3,
    feedback="An item was sent, and of two tasks in receive() one took it. The other one went on without an item; it "
    "must wait for the next.",
    help="look again after waking up, `while` there is no item, with no `await` between that and popleft()",
)
def test_a_newcomer_may_take_the_item(play):
    """two tasks never take the same item"""
    for turns, first in NEWCOMERS:
        recording = play("a_newcomer_receives", turns=turns, first="send" if first == "served" else first)

        calls = [recording.attempt(name) for name in ("waits", "newcomer")]
        for call in calls:
            if call.how == "raised":
                error = call.raised.leaves[0].types[0]
                text = f"An item was sent, and of two tasks in receive() one took it. The other one raised {error}."
                raise Diagnosed("stale-state", text, help="look again after waking up: `while` there is no item, wait")
        values = [call.value for call in calls if call.how == "returned"]
        assert len(set(map(repr, values))) == len(values)


# ---- closing ---------------------------------------------------------------------------------------------------------


@grading(
    points=3,
    promise=4,
    diagnosis="closed-end",
    schedules=2,
    feedback="A sender was closed. Its send() and clone() must raise ClosedResourceError; its clone must go on.",
    help="keep a flag in each sender, and look at it first in send() and clone()",
    show=("closed",),
)
def test_using_a_closed_sender_is_an_error(play):
    """a closed sender raises, its clone goes on"""
    for closed in ("original", "clone"):
        recording = play("using_a_closed_sender", closed=closed)

        for name in ("send with room", "clone", "send without room"):
            assert recording.attempt(name).how == "raised"
            assert recording.attempt(name).raised.isa("ClosedResourceError")
        assert recording.attempt("send of the other").how == "returned"
        assert recording.result == ["kept"]


@grading(
    points=5,
    promise=5,
    diagnosis="lost-wakeup",
    schedules=2,
    feedback="The receiver was closed. A send() that waited then must raise BrokenResourceError at once, and did not.",
    help="wake all tasks that wait in send() when the receiver is closed, and look at that before there is room",
)
def test_senders_learn_that_nobody_listens(play):
    """senders learn that the receiver is closed"""
    for capacity in (2, 10):
        recording = play("nobody_listens", capacity=capacity)

        for name in numbered("send", (5, 6)):
            attempt = recording.attempt(name)
            if attempt.how != "raised":
                text = "The receiver was closed, and send() sent on, or waited. It must raise BrokenResourceError."
                raise Diagnosed("closed-end", text, help="look in send() whether the receiver is still open")
            assert attempt.raised.isa("BrokenResourceError")
        for name in numbered("send", range(1, 5)):
            if recording.attempt(name).how != "returned":
                assert recording.attempt(name).raised.isa("BrokenResourceError")
                assert recording.span(name).end == 1.37


@grading(
    points=2,
    promise=5,
    diagnosis="lost-wakeup",
    schedules=3,
    feedback="The channel was full. The receiver was closed in the instant in which send() was called, and it waits "
    "for ever.",
    help="have no `await` between the look at the state and the wait",
)
def test_a_send_beside_closing_the_receiver(play):
    """also in the instant in which it is closed"""
    for turns, first in CLOSINGS:
        first = "send" if first == "call" else first
        recording = play("closing_the_receiver_at_the_same_instant", turns=turns, first=first)

        assert recording.span("send").end == 1
        # Where the channel is never full, send() need not wait, and another test asks for that.
        assert recording.attempt("send").how == "returned" or recording.attempt("send").raised.isa(
            "BrokenResourceError"
        )


@grading(
    points=5,
    promise=7,
    diagnosis="end-of-stream",
    schedules=2,
    feedback="One of several senders was closed, and the channel ended for all of them.",
    help="count the senders that are open; clone() adds one, and the last close() ends the channel",
)
def test_clones_keep_the_channel_open(play):
    """open until the last sender is closed"""
    result = play("clones").result

    if len(result) < 6:
        text = f"Two clones were to send 3 items each, and only {len(result)} of the 6 came through."
        raise Diagnosed("end-of-stream", text)
    assert sorted(result) == [*numbered("fast", range(1, 4)), *numbered("slow", range(1, 4))]


@grading(
    points=3,
    promise=8,
    diagnosis="edge-case",
    schedules=2,
    feedback="An end was closed twice. That is the same as closing it once: no error, and another sender stays open.",
    help="return from close() at once if this end is closed already",
)
def test_closing_twice_is_closing_once(play):
    """closing twice is closing once"""
    once, twice = (play("closing_again", times=times) for times in (1, 2))

    assert not any(attempt.how == "raised" for attempt in twice.attempts if attempt.name.startswith("close"))
    assert once.attempt("receive").how == twice.attempt("receive").how


@grading(
    points=3,
    promise=9,
    diagnosis="not-closed",
    schedules=2,
    feedback="A `with` block was left. The end must be closed then, in whatever way it was left, and an error goes on.",
    help="let `__enter__` return self, and `__exit__` call close() and return None",
    show=("end", "how"),
)
def test_with_closes(play):
    """with closes an end, also after an error"""
    for end in ("sender", "receiver"):
        for how in ("end", "error", "cancelled"):
            recording = play("leaving_the_block", end=end, how=how)
            block, send, receive = (recording.attempt(name) for name in ("block", "send", "receive"))

            assert recording.values("inside") == [True]
            if block.how == "returned" and how != "end":
                text = "A `with` block raised an exception, and the exception went no further."
                raise Diagnosed("lost-error", text, help="return None from `__exit__`: True swallows the exception")
            if how == "error":
                assert block.raised == "boom"
            # Whether the closed end itself tells, or the other one, is asked by other tests.
            own, other = (send, receive) if end == "sender" else (receive, send)
            told = own.how == "raised" and own.raised.isa("ClosedResourceError")
            kind = "EndOfStream" if end == "sender" else "BrokenResourceError"
            assert told or (other.how == "raised" and other.raised.isa(kind))


@grading(
    points=5,
    promise=11,
    diagnosis="end-of-stream",
    schedules=3,
    feedback="All senders were closed. Each receive(), waiting or later, must raise EndOfStream at once.",
    help="let the last close() wake all tasks that wait in receive(); no item and no sender means EndOfStream",
)
def test_closing_the_last_sender_ends_the_channel(play):
    """closing the last sender ends every receive()"""
    recording = play("closing_the_last")

    for name in numbered("receive", range(1, 7)):
        attempt = recording.attempt(name)
        if attempt.how == "cancelled":
            waited = "waited for ever" if name < "receive 4" else "waits for ever when it is called once more"
            raise Diagnosed("end-of-stream", f"Every sender was closed, and a receive() {waited}.")
        assert attempt.raised.isa("EndOfStream")
        assert recording.span(name).end == 1.37


@grading(
    points=3,
    promise=11,
    diagnosis="lost-wakeup",
    schedules=3,
    feedback="The last sender was closed in the instant in which something else happened, and a receive() waits for "
    "ever.",
    help="wake all tasks when the last sender is closed; have no `await` between the look at the state and the wait",
)
def test_the_end_is_never_missed(play):
    """also when much happens at that instant"""
    recording = play("closing_beside_an_item")
    assert all(recording.span(name).end == 1 for name in numbered("receive", (1, 2)))
    for turns, first in CLOSINGS:
        first = "receive" if first == "call" else first
        recording = play("closing_at_the_same_instant", turns=turns, first=first)
        assert recording.attempt("receive").raised.isa("EndOfStream")
        assert recording.span("receive").end == 1
    for turns, first in CLOSINGS:
        first = "cancel" if first == "call" else first
        recording = play("cancelled_beside_closing", turns=turns, first=first)
        assert recording.attempt("receive 2").raised.isa("EndOfStream")
        assert recording.span("receive 2").end == 1


@grading(
    points=4,
    promise=12,
    diagnosis="end-of-stream",
    schedules=2,
    feedback="Items were sent, and then all senders were closed. What was sent before must still be received.",
    help="look in receive() for items first, and only then whether a sender is open",
    show=("expected",),
)
def test_buffered_items_survive_closing(play):
    """what was sent before closing is received"""
    assert play("closing_with_items", senders=1).result == [1, 2]
    assert play("closing_with_items", senders=3).result == [1, 2, 3, 4, 5, 6]
    assert received(play("closing_beside_an_item")) == ["the last item"]


@grading(
    points=2,
    promise=13,
    diagnosis="closed-end",
    schedules=2,
    feedback="The receiver was closed, and then receive() was called: that is a ClosedResourceError.",
    help="look in receive() first whether this receiver is closed",
)
def test_using_a_closed_receiver_is_an_error(play):
    """a closed receiver raises"""
    for senders_too in (False, True):
        recording = play("using_a_closed_receiver", senders_too=senders_too)

        for name in numbered("receive", (1, 2)):
            assert recording.attempt(name).how == "raised"
            assert recording.attempt(name).raised.isa("ClosedResourceError")


@grading(
    points=4,
    promise=15,
    diagnosis="end-of-stream",
    schedules=2,
    feedback="`async for` must give every item, end when all senders are closed, and raise ClosedResourceError if the "
    "receiver is closed.",
    help="await receive() in `__anext__`, and turn EndOfStream, and nothing else, into StopAsyncIteration",
)
def test_async_for_ends(play):
    """async for gives all items, and ends"""
    recording = play("iterating", items=["one", "two", "three"])
    assert sorted(recording.result) == ["last", "one", "three", "two"]
    for name in ("loop", "loop again"):
        assert recording.attempt(name).how == "returned"

    closed = play("iterating_over_a_closed_receiver").attempt("loop")
    assert closed.how == "raised"
    assert closed.raised.isa("ClosedResourceError")


@grading(
    points=2,
    promise=16,
    diagnosis="edge-case",
    schedules=2,
    feedback="A channel without room for an item can never be used: a capacity of 0 or less is a ValueError.",
    help="raise ValueError in channel() if the capacity is below 1",
    show=("capacity",),
)
def test_capacity_below_one(play):
    """a capacity below 1 is a ValueError"""
    for capacity in (0, -1):
        attempt = play("too_small", capacity=capacity).attempt("channel")
        assert attempt.how == "raised"
        assert attempt.raised.isa("ValueError")


@grading(
    points=2,
    promise=17,
    diagnosis="shared-state",
    schedules=2,
    feedback="What happened to one channel was seen in another.",
    help="make the state in channel(), or in `__init__`, and not at the top of a class or of the module",
    show=("expected",),
)
def test_channels_are_independent(play):
    """channels do not know each other"""
    recording = play("two_channels")

    assert not recording.raised
    assert {name: sorted(items) for name, items in recording.result.items()} == {
        "first": ["a", "b"],
        "second": ["c", "d"],
    }


@grading(
    points=5,
    promise=18,
    diagnosis="no-checkpoint",
    schedules=2,
    feedback="A send() or receive() that need not wait did not notice that it was cancelled.",
    help="begin send() and receive() with `await anyio.lowlevel.checkpoint()`",
    show=("operation",),
)
def test_every_operation_is_a_checkpoint(play):
    """each send() and receive() is a checkpoint"""
    for operation in ("send", "receive"):
        turns = play("taking_turns", operation=operation).result
        if turns < 36:
            text = f"During forty calls of {operation}() that need not wait, another task got {turns} turns."
            raise Diagnosed("no-checkpoint", text)
    for recording in (play("sending_in_vain", room=True), play("receiving_in_vain", items=["one"])):
        assert recording.attempts[0].how == "cancelled"


# ---- cancelling ------------------------------------------------------------------------------------------------------


@grading(
    points=4,
    promise=6,
    diagnosis="half-cancelled",
    schedules=2,
    feedback="A send() was cancelled, and its item was in the channel all the same.",
    help="do nothing before the first `await`, and await nothing after the item is in the channel",
)
def test_a_cancelled_send_adds_nothing(play):
    """a cancelled send() has sent nothing"""
    for room in (True, False):
        recording = play("sending_in_vain", room=room)
        sent, found = recording.result
        if recording.attempt("send").how == "cancelled":
            assert "cancelled" not in found
            assert sorted(found) == sorted(sent)
    for recording in play.each_step("sending_until_cancelled"):
        sent, found = recording.result
        assert found == sent
    for victims in (1, 3):
        recording = play("giving_up_sending", victims=victims)
        for number in range(1, victims + 1):
            was_cancelled = recording.attempt(f"send {number}").how == "cancelled"
            assert not (was_cancelled and f"cancelled {number}" in recording.result)


@grading(
    points=3,
    promise=14,
    diagnosis="half-cancelled",
    schedules=2,
    feedback="A receive() was cancelled, and an item was gone: no task has received it.",
    help="await nothing after an item is taken, and leave the queue of those that wait when you are cancelled",
)
def test_a_cancelled_receive_takes_nothing(play):
    """a cancelled receive() has taken nothing"""
    recording = play("receiving_in_vain", items=["one"])
    if recording.attempt("receive").how == "cancelled":
        assert recording.result == ["one"]
    for victims in (1, 3):
        assert sorted(play("giving_up_receiving", victims=victims).result) == ["one", "two"]
    for recording in play.each_step("receiving_until_cancelled"):
        assert sorted(recording.result) == [1, 2, 3]


@grading(
    points=2,
    promise=14,
    diagnosis="half-cancelled",
    schedules=4,
    feedback="A receive() was cancelled in the instant in which an item was sent, and the item was gone: no task has "
    "received it.",
    help="if another task may hand an item over to one that waits, give it back, or on, when that one is cancelled",
)
def test_no_item_vanishes_with_a_receiver(play):
    """also when an item is sent at that instant"""
    for victims, turns, first in CANCELLATIONS:
        first = "send" if first == "serve" else first
        recording = play("cancelled_receiver", victims=victims, turns=turns, first=first)
        assert "at 1 s" in [*received(recording), *recording.result]


# ---- nobody is forgotten ---------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=19,
    diagnosis="lost-wakeup",
    schedules=4,
    feedback="An item was sent in the instant in which a task that waited for it was cancelled. Another task waits "
    "beside the item: the wake-up was lost.",
    help="wake all tasks that wait, or let a task that is cancelled pass its wake-up on to another one",
)
def test_no_wakeup_is_lost_when_a_receiver_is_cancelled(play):
    """a cancelled receiver takes no wake-up with it"""
    for victims, turns, first in CANCELLATIONS:
        first = "send" if first == "serve" else first
        recording = play("cancelled_receiver", victims=victims, turns=turns, first=first)

        at_once = [attempt.value for attempt in recording.attempts if attempt.how == "returned" and attempt.end == 1]
        # An item that is gone for good is what another test asks for.
        assert "at 1 s" in at_once or "at 1 s" not in [*received(recording), *recording.result]


@grading(
    points=5,
    promise=20,
    diagnosis="lost-wakeup",
    schedules=4,
    feedback="An item was received in the instant in which a task that waited in send() was cancelled. Another one "
    "waits beside free room: the wake-up was lost.",
    help="wake all tasks that wait, or let a task that is cancelled pass its wake-up on to another one",
)
def test_no_wakeup_is_lost_when_a_sender_is_cancelled(play):
    """a cancelled sender takes no wake-up with it"""
    for victims, turns, first in CANCELLATIONS:
        first = "receive" if first == "serve" else first
        recording = play("cancelled_sender", victims=victims, turns=turns, first=first)

        sends = [recording.attempt(name) for name in numbered("send", range(1, 4))]
        went_on = any(send.how == "returned" and send.end == 1 for send in sends)
        # The contract leaves open whether a send() that is cancelled while it is served has sent its item.
        sent_all_the_same = any(number in recording.result for number in victims)
        assert went_on or sent_all_the_same
    for victims in (1, 3):
        recording = play("giving_up_sending", victims=victims)
        for name in numbered("send again", (1, 2)):
            if recording.attempt(name).how != "returned":
                text = "A send() was cancelled while it waited. Later there was room, and the next send() found none."
                raise Diagnosed("lost-wakeup", text, help="let a send() that is cancelled leave no trace of itself")


@grading(
    points=4,
    promise=19,
    diagnosis="lost-wakeup",
    schedules=3,
    feedback="There was an item, a task waited in receive(), and nothing happened.",
    help="look again after every wake-up, with no `await` between the last look and the wait",
)
def test_all_waiting_receivers_are_served(play):
    """every waiting receiver is served"""
    for turns, first in MEETINGS:
        recording = play("meeting", waits="receive", turns=turns, first="send" if first == "acts" else "receive")
        if recording.span("receive").end != 1:
            text = "send() and receive() were called at one instant. The item was there, and receive() waited on."
            raise Diagnosed("lost-wakeup", text, help="have no `await` between the look at the state and the wait")
    recording = play("several_wait", waits="receive", tasks=6)
    for name in numbered("waits", range(1, 7)):
        assert recording.span(name).end <= 1

    many = play("crowd", consumers=3, producers=5, each=3)
    assert many.result == list(range(1, 16))


@grading(
    points=3,
    promise=20,
    diagnosis="lost-wakeup",
    schedules=3,
    feedback="There was room, a task waited in send(), and nothing happened.",
    help="look again after every wake-up, with no `await` between the last look and the wait",
)
def test_all_waiting_senders_are_served(play):
    """every waiting sender is served"""
    for turns, first in MEETINGS:
        recording = play("meeting", waits="send", turns=turns, first="receive" if first == "acts" else "send")
        if recording.span("send").end != 1:
            text = "receive() and send() were called at one instant. There was room, and send() waited on."
            raise Diagnosed("lost-wakeup", text, help="have no `await` between the look at the state and the wait")
    recording = play("several_wait", waits="send", tasks=6)
    for name in numbered("waits", range(1, 7)):
        assert recording.span(name).end <= 1
