"""Hidden tests of ex07: judge who got what, and when; the schedules say who acts first at one instant."""

from itertools import product

from grader.authoring import Diagnosed, grading, token

NEWCOMERS = ((0, "newcomer"), (1, "served"), (2, "served"))
"""How many turns later a newcomer acts than the task that serves one that waits, and which of the two begins."""
CLOSINGS = ((0, "close"), (1, "close"), (2, "call"))
"""How many turns after a call an end is closed, and which of the two begins."""
MEETINGS = ((0, "acts"), (1, "waits"), (2, "waits"))
"""How many turns lie between the one that waits and the one that acts, and which of the two begins."""
CANCELLATIONS = (([1], 0, "cancel"), ([1], 1, "serve"), ([1, 2], 1, "serve"), ([3], 1, "serve"))
"""Which tasks are cancelled, how many turns later than others are served, and which of the two begins."""
CAPACITIES = ((1,), (20,))
"""How much the channels hold that are filled."""
ITERATED = ((["one", "two", "three"],), (["one", None, 0],))
"""What is sent to a loop, before "last"."""
ROOM = ((True,), (False,))
"""Whether there is room for a send() that is cancelled."""
SENDERS_TOO = ((False,), (True,))
"""Whether all senders are closed before the receiver is."""
VICTIMS = ((1,), (3,))
"""How many tasks wait and are cancelled together."""


class Round:
    """One round of a play: what was recorded in it, by the names that the scenario has given."""

    def __init__(self, recording, number):
        self.recording, self.number = recording, number

    @property
    def result(self):
        return self.recording.result[self.number - 1]

    @property
    def attempts(self):
        return [attempt for attempt in self.recording.attempts if attempt.name.startswith(f"{self.number}: ")]

    def attempt(self, name):
        return self.recording.attempt(f"{self.number}: {name}")

    def span(self, name):
        return self.recording.span(f"{self.number}: {name}")

    def times(self, name):
        return self.recording.times(f"{self.number}: {name}")

    def values(self, name):
        return self.recording.values(f"{self.number}: {name}")


def rounds(recording, cases):
    """The inputs of each round, and what was recorded in it."""
    return [(*case, Round(recording, number)) for number, case in enumerate(cases, start=1)]


def begun_by(cases, **names):
    """The same cases with the name that the one which begins has in the scenario."""
    return [(*case, names.get(first, first)) for *case, first in cases]


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
    looped = Round(play("iterating", cases=ITERATED), 2)
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
    for capacity, filled in rounds(play("filling", cases=CAPACITIES), CAPACITIES):
        sent = filled.times("sent")

        at_first = sum(time < filled.span("receive 1").start for time in sent)
        if at_first > capacity:
            text = f"With capacity {capacity}, {at_first} calls of send() were over before anything was received."
            raise Diagnosed("unbounded", text, help="wait in send() while there are `capacity` items in the channel")
        if at_first < capacity:
            text = f"With capacity {capacity}, {capacity} calls of send() need not wait; {at_first} were over."
            raise Diagnosed("edge-case", text, help="compare with `<`: there is room while there are fewer items")
        for number in range(1, 4):
            later = sum(time < filled.span(f"receive {number}").start + 1 for time in sent)
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
    for capacity, filled in rounds(play("filling", cases=CAPACITIES), CAPACITIES):
        for time, number in zip(filled.times("sent")[capacity:], range(1, 4), strict=False):
            assert time <= filled.span(f"receive {number}").end


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
    cases = begun_by(NEWCOMERS, served="receive")
    for *_, came in rounds(play("a_newcomer_sends", cases=cases), cases):
        assert [came.attempt(name).how for name in ("waits", "newcomer")].count("returned") <= 1


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
    cases = begun_by(NEWCOMERS, served="send")
    for *_, came in rounds(play("a_newcomer_receives", cases=cases), cases):
        calls = [came.attempt(name) for name in ("waits", "newcomer")]
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
    cases = (("original",), ("clone",))
    for closed, used in rounds(play("using_a_closed_sender", cases=cases), cases):
        for name in ("send with room", "clone", "send without room"):
            attempt = used.attempt(f"{name}, {closed}")
            assert attempt.how == "raised"
            assert attempt.raised.isa("ClosedResourceError")
        assert used.attempt("send of the other").how == "returned"
        assert used.result == ["kept"]


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
    cases = ((2,), (10,))
    for _, told in rounds(play("nobody_listens", cases=cases), cases):
        for name in numbered("send", (5, 6)):
            attempt = told.attempt(name)
            if attempt.how != "raised":
                text = "The receiver was closed, and send() sent on, or waited. It must raise BrokenResourceError."
                raise Diagnosed("closed-end", text, help="look in send() whether the receiver is still open")
            assert attempt.raised.isa("BrokenResourceError")
        for name in numbered("send", range(1, 5)):
            if told.attempt(name).how != "returned":
                assert told.attempt(name).raised.isa("BrokenResourceError")
                assert [told.span(name).end] == told.times("close")


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
    cases = begun_by(CLOSINGS, call="send")
    for *_, closed in rounds(play("closing_the_receiver_at_the_same_instant", cases=cases), cases):
        assert closed.span("send").took == 0
        # Where the channel is never full, send() need not wait, and another test asks for that.
        assert closed.attempt("send").how == "returned" or closed.attempt("send").raised.isa("BrokenResourceError")


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
    cases = ((1,), (2,))
    (_, once), (_, twice) = rounds(play("closing_again", cases=cases), cases)

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
    cases = list(product(("sender", "receiver"), ("end", "error", "cancelled")))
    for end, how, left in rounds(play("leaving_the_block", cases=cases), cases):
        block, send, receive = (left.attempt(name) for name in ("block", "send", "receive"))

        assert left.values("inside") == [True]
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
    cases = begun_by(CLOSINGS, call="receive")
    for *_, closed in rounds(play("closing_at_the_same_instant", cases=cases), cases):
        assert closed.attempt("receive").raised.isa("EndOfStream")
        assert closed.span("receive").took == 0
    cases = begun_by(CLOSINGS, call="cancel")
    for *_, closed in rounds(play("cancelled_beside_closing", cases=cases), cases):
        assert closed.attempt("receive 2").raised.isa("EndOfStream")
        assert [closed.span("receive 2").end] == closed.times("close")


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
    assert play("closing_with_items", cases=((1,), (3,))).result == [[1, 2], [1, 2, 3, 4, 5, 6]]
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
    for _, used in rounds(play("using_a_closed_receiver", cases=SENDERS_TOO), SENDERS_TOO):
        for name in numbered("receive", (1, 2)):
            assert used.attempt(name).how == "raised"
            assert used.attempt(name).raised.isa("ClosedResourceError")


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
    looped = Round(play("iterating", cases=ITERATED), 1)
    assert sorted(looped.result) == ["last", "one", "three", "two"]
    for name in ("loop", "loop again"):
        assert looped.attempt(name).how == "returned"

    for _, closed in rounds(play("using_a_closed_receiver", cases=SENDERS_TOO), SENDERS_TOO):
        assert closed.attempt("loop").how == "raised"
        assert closed.attempt("loop").raised.isa("ClosedResourceError")


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
    recording = play("too_small", capacities=[0, -1])
    for capacity in (0, -1):
        attempt = recording.attempt(f"channel({capacity})")
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
    cases = (("send",), ("receive",))
    for operation, taken in rounds(play("taking_turns", cases=cases), cases):
        turns = taken.result
        if turns < 36:
            text = f"During forty calls of {operation}() that need not wait, another task got {turns} turns."
            raise Diagnosed("no-checkpoint", text)
    for recording in (play("sending_in_vain", cases=ROOM), play("receiving_in_vain", items=["one"])):
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
    for _, tried in rounds(play("sending_in_vain", cases=ROOM), ROOM):
        sent, found = tried.result
        if tried.attempt("send").how == "cancelled":
            assert "cancelled" not in found
            assert sorted(found) == sorted(sent)
    for recording in play.each_step("sending_until_cancelled"):
        sent, found = recording.result
        assert found == sent
    for victims, given_up in rounds(play("giving_up_sending", cases=VICTIMS), VICTIMS):
        for number in range(1, victims + 1):
            was_cancelled = given_up.attempt(f"send {number}").how == "cancelled"
            assert not (was_cancelled and f"cancelled {number}" in given_up.result)


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
    for _, given_up in rounds(play("giving_up_receiving", cases=VICTIMS), VICTIMS):
        assert sorted(given_up.result) == ["one", "two"]
    for recording in play.each_step("receiving_until_cancelled"):
        assert sorted(recording.result) == [1, 2]


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
    cases = begun_by(CANCELLATIONS, serve="send")
    for *_, sent in rounds(play("cancelled_receivers", cases=cases), cases):
        assert "at 1 s" in [*received(sent), *sent.result]


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
    # Each in a play of its own: in one with all of them, the order that fails is hard to see.
    for victims, turns, first in begun_by(CANCELLATIONS, serve="send"):
        sent = play("cancelled_receiver", victims=victims, turns=turns, first=first)
        at_once = [attempt.value for attempt in sent.attempts if attempt.how == "returned" and attempt.end == 1]
        # An item that is gone for good is what another test asks for.
        assert "at 1 s" in at_once or "at 1 s" not in [*received(sent), *sent.result]


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
    for case in begun_by(CANCELLATIONS, serve="receive"):
        ((victims, *_, served),) = rounds(play("cancelled_sender", cases=[case]), [case])
        sends = [served.attempt(name) for name in numbered("send", range(1, 4))]
        went_on = any(send.how == "returned" and send.end == served.span("receive").start for send in sends)
        # The contract leaves open whether a send() that is cancelled while it is served has sent its item.
        sent_all_the_same = any(number in served.result for number in victims)
        assert went_on or sent_all_the_same
    for _, given_up in rounds(play("giving_up_sending", cases=VICTIMS), VICTIMS):
        for name in numbered("send again", (1, 2)):
            if given_up.attempt(name).how != "returned":
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
    cases = [("receive", *case) for case in begun_by(MEETINGS, acts="send", waits="receive")]
    for *_, met in rounds(play("meeting", cases=cases), cases):
        if met.span("receive").took > 0:
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
    cases = [("send", *case) for case in begun_by(MEETINGS, acts="receive", waits="send")]
    for *_, met in rounds(play("meeting", cases=cases), cases):
        if met.span("send").took > 0:
            text = "receive() and send() were called at one instant. There was room, and send() waited on."
            raise Diagnosed("lost-wakeup", text, help="have no `await` between the look at the state and the wait")
    recording = play("several_wait", waits="send", tasks=6)
    for name in numbered("waits", range(1, 7)):
        assert recording.span(name).end <= 1
