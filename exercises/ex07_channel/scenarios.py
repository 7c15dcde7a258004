"""Scenarios of ex07: tasks send and receive, often several at the same instant, and each call is a lane of its own.

No scenario waits without a limit for what an answer owes: a task that is forgotten goes on waiting, the others go on,
and the recording shows who got what, and when. Most are played in rounds, one after the other and each with a channel
of its own, because a play costs far more than a round.
"""

from functools import partial

import anyio
from anyio.lowlevel import checkpoint

PATIENCE = 5
"""Seconds after which a call that still waits is given up."""


class Round:
    """The stage in one of the rounds of a play: each recorded name begins with the number of the round."""

    def __init__(self, stage, number):
        self.stage, self.number = stage, number
        self.submission, self.token = stage.submission, stage.token

    def mark(self, name, value=None):
        self.stage.mark(f"{self.number}: {name}", value)

    def span(self, name):
        return self.stage.span(f"{self.number}: {name}")

    async def attempt(self, name, fn, *args):
        return await self.stage.attempt(f"{self.number}: {name}", fn, *args)

    def attempt_sync(self, name, fn, *args):
        return self.stage.attempt_sync(f"{self.number}: {name}", fn, *args)


def in_rounds(scenario):
    """A scenario that plays this one once for each of its `cases`, which are its inputs, and returns all results."""

    async def play_rounds(stage, cases):
        return [await scenario(Round(stage, number), *case) for number, case in enumerate(cases, start=1)]

    return play_rounds


async def call(stage, name, fn, *args):
    """One call: its lane, and what came of it."""
    async with stage.span(name):
        return await stage.attempt(name, fn, *args)


async def call_with_patience(stage, name, fn, *args):
    with anyio.move_on_after(PATIENCE):
        await call(stage, name, fn, *args)


async def drain(receiver, *, at_most=10):
    """What can be received before all is quiet for a second, or the channel ends."""
    items = []
    with anyio.move_on_after(1) as scope:
        while len(items) < at_most:
            try:
                items.append(await receiver.receive())
            except (anyio.EndOfStream, anyio.ClosedResourceError):
                break
            scope.deadline = anyio.current_time() + 1
    return items


async def fill(sender, items):
    """Send what must find room."""
    with anyio.move_on_after(PATIENCE):
        for item in items:
            await sender.send(item)


async def after(turns, fn, *args):
    for _ in range(turns):
        await checkpoint()
    await fn(*args)


def start(group, actors, first):
    """Let tasks act at this instant. In natural order the named one takes its steps first, other schedules decide."""
    for name in sorted(actors, key=lambda name: name != first):
        group.start_soon(actors[name], name=name)


# ---- one sends, one receives -----------------------------------------------------------------------------------------


async def in_turn(stage, capacity, count):
    """The producer fills the channel before the consumer begins, and stays ahead of it."""
    sender, receiver = stage.submission.channel(capacity)

    async def produce():
        async with stage.span("produce"):
            for number in range(1, count + 1):
                await sender.send(number)

    items = []
    with anyio.move_on_after(10 * count):
        async with anyio.create_task_group() as group:
            group.start_soon(produce)
            for _ in range(count):
                await anyio.sleep(1)
                items.append(await receiver.receive())
    return items


async def odd_items(stage):
    sender, receiver = stage.submission.channel(20)
    errors = [ValueError("sent, not raised"), anyio.EndOfStream(), StopAsyncIteration()]
    tokens = [stage.token(type(error).__name__, error) for error in errors]
    sent = [None, False, 0, "", (), [], *tokens]
    await fill(sender, sent)
    received = []
    with anyio.move_on_after(PATIENCE):
        while len(received) < len(sent):
            received.append(await receiver.receive())
    return received


@in_rounds
async def filling(stage, capacity):
    """A producer sends as fast as it can; three receives follow, one each second."""
    sender, receiver = stage.submission.channel(capacity)

    async def produce():
        async with stage.span("send"):
            for number in range(1, capacity + 4):
                await sender.send(number)
                stage.mark("sent")

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        for number in range(1, 4):
            await anyio.sleep(1.37)
            with anyio.move_on_after(0.5):
                await call(stage, f"receive {number}", receiver.receive)
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    # What one round leaves must not fill the channel of the next one, where an answer has one buffer for all.
    await drain(receiver)


async def waiting_for_an_item(stage, seconds):
    sender, receiver = stage.submission.channel(1)
    async with anyio.create_task_group() as group:
        group.start_soon(call_with_patience, stage, "receive", receiver.receive)
        await anyio.sleep(seconds)
        await call_with_patience(stage, "send", sender.send, "an item")


async def two_channels(stage):
    module = stage.submission
    old_sender, _old_receiver = module.channel(1)
    await fill(old_sender, ["old"])
    old_sender.close()
    first_sender, first_receiver = module.channel(2)
    second_sender, second_receiver = module.channel(1)
    await fill(first_sender, ["a", "b"])
    await fill(second_sender, ["c"])
    received = {"second": await drain(second_receiver), "first": await drain(first_receiver)}
    first_sender.close()
    await fill(second_sender, ["d"])
    received["second"] += await drain(second_receiver)
    return received


async def too_small(stage, capacities):
    for capacity in capacities:
        stage.attempt_sync(f"channel({capacity})", stage.submission.channel, capacity)


@in_rounds
async def taking_turns(stage, operation):
    """Forty operations that need not wait, beside a task that counts its turns."""
    sender, receiver = stage.submission.channel(100)
    if operation == "receive":
        await fill(sender, range(1, 41))
    working = True
    turns = 0

    async def count_turns():
        nonlocal turns
        while working:
            turns += 1
            await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(count_turns)
        await checkpoint()
        turns = 0
        for number in range(1, 41):
            if operation == "send":
                await sender.send(number)
            else:
                await receiver.receive()
        counted = turns
        working = False
    return counted


# ---- closing ---------------------------------------------------------------------------------------------------------


async def clones(stage):
    """The first sender is closed at once; two clones send at different speeds and close at different times."""
    first, receiver = stage.submission.channel(2)
    fast = first.clone()
    slow = fast.clone()
    first.close()

    async def produce(sender, name, seconds):
        async with stage.span(name):
            for number in range(1, 4):
                await anyio.sleep(seconds)
                await sender.send(f"{name} {number}")
            await anyio.sleep(0.5)
            sender.close()

    items = []
    with anyio.move_on_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(produce, fast, "fast", 1)
            group.start_soon(produce, slow, "slow", 2.5)
            async with stage.span("receive"):
                try:
                    while True:
                        items.append(await receiver.receive())
                except anyio.EndOfStream:
                    pass
    return items


@in_rounds
async def closing_again(stage, times):
    """One of two senders is closed so many times; whether the channel is still open?"""
    sender, receiver = stage.submission.channel(1)
    clone = sender.clone()
    for number in range(times):
        stage.attempt_sync(f"close {number}", sender.close)
    with anyio.move_on_after(1):
        await call(stage, "receive", receiver.receive)
    for number in range(times):
        stage.attempt_sync(f"close the clone {number}", clone.close)
    for number in range(times):
        stage.attempt_sync(f"close the receiver {number}", receiver.close)


@in_rounds
async def leaving_the_block(stage, end, how):
    """A `with` round one of the two ends is left in this way: is the end closed, and did the error come out?"""
    sender, receiver = stage.submission.channel(1)

    async def block():
        with sender if end == "sender" else receiver as inside:
            stage.mark("inside", inside is (sender if end == "sender" else receiver))
            if how == "error":
                raise stage.token("boom", ValueError("boom"))
            await anyio.sleep(1)

    with anyio.move_on_after(0.5 if how == "cancelled" else PATIENCE):
        await stage.attempt("block", block)
    # The other end first: a send() that should have failed would leave it an item.
    calls = {"receive": receiver.receive, "send": partial(sender.send, "late")}
    for name in calls if end == "sender" else reversed(calls):
        await call_with_patience(stage, name, calls[name])


async def closing_the_last(stage):
    """Three tasks wait in receive(); the only sender is closed, and three more requests follow."""
    sender, receiver = stage.submission.channel(1)
    async with anyio.create_task_group() as group:
        for number in range(1, 4):
            group.start_soon(call_with_patience, stage, f"receive {number}", receiver.receive)
        await anyio.sleep(1.37)
        sender.close()
    for number in range(4, 7):
        await call_with_patience(stage, f"receive {number}", receiver.receive)


async def closing_beside_an_item(stage):
    """Two tasks wait in receive(); the only sender sends one item and is closed in the same instant."""
    sender, receiver = stage.submission.channel(1)

    async def send_and_close():
        await sender.send("the last item")
        sender.close()

    async with anyio.create_task_group() as group:
        for number in range(1, 3):
            group.start_soon(call_with_patience, stage, f"receive {number}", receiver.receive)
        await anyio.sleep(1)
        await send_and_close()


@in_rounds
async def closing_at_the_same_instant(stage, turns, first):
    """At 1 s a task calls receive(), and another one closes the only sender."""
    sender, receiver = stage.submission.channel(1)

    async def close():
        sender.close()

    actors = {
        "receive": partial(call_with_patience, stage, "receive", receiver.receive),
        "close": partial(after, turns, close),
    }
    await anyio.sleep(1)
    async with anyio.create_task_group() as group:
        start(group, actors, first)


@in_rounds
async def closing_with_items(stage, senders):
    """Each sender sends two items and is closed; all of that is before the first receive()."""
    sender, receiver = stage.submission.channel(10)
    ends = [sender, *(sender.clone() for _ in range(senders - 1))]
    for number, end in enumerate(ends):
        await fill(end, [2 * number + 1, 2 * number + 2])
    for end in ends:
        end.close()
    return sorted(await drain(receiver))


@in_rounds
async def nobody_listens(stage, capacity):
    """Four sends by two senders, and the receiver is closed after 1.37 s; then both try once more."""
    sender, receiver = stage.submission.channel(capacity)
    clone = sender.clone()
    async with anyio.create_task_group() as group:
        for number, end in enumerate((sender, clone, sender, clone), start=1):
            group.start_soon(call_with_patience, stage, f"send {number}", end.send, number)
        await anyio.sleep(1.37)
        stage.mark("close")
        receiver.close()
    for number, end in enumerate((sender, clone), start=5):
        await call_with_patience(stage, f"send {number}", end.send, number)


@in_rounds
async def closing_the_receiver_at_the_same_instant(stage, turns, first):
    """The channel is full. At 1 s a task calls send(), and another one closes the receiver."""
    sender, receiver = stage.submission.channel(1)
    await fill(sender, ["old"])

    async def close():
        receiver.close()

    actors = {
        "send": partial(call_with_patience, stage, "send", sender.send, "new"),
        "close": partial(after, turns, close),
    }
    await anyio.sleep(1)
    async with anyio.create_task_group() as group:
        start(group, actors, first)


@in_rounds
async def using_a_closed_sender(stage, closed):
    """Of a sender and its clone one is closed, while there is room and while there is none; the other one goes on."""
    original, receiver = stage.submission.channel(1)
    clone = original.clone()
    gone, other = (original, clone) if closed == "original" else (clone, original)
    gone.close()
    await call_with_patience(stage, f"send with room, {closed}", gone.send, "lost")
    stage.attempt_sync(f"clone, {closed}", gone.clone)
    await call_with_patience(stage, "send of the other", other.send, "kept")
    await call_with_patience(stage, f"send without room, {closed}", gone.send, "lost")
    return await drain(receiver)


@in_rounds
async def using_a_closed_receiver(stage, senders_too):
    sender, receiver = stage.submission.channel(2)
    await fill(sender, ["left"])
    if senders_too:
        sender.close()
    receiver.close()

    async def consume():
        async for _ in receiver:
            pass

    for number in range(1, 3):
        await call_with_patience(stage, f"receive {number}", receiver.receive)
    await call_with_patience(stage, "loop", consume)


@in_rounds
async def iterating(stage, items):
    """A loop that is left after the first of some items, and another one to the end, which comes at 3 s."""
    sender, receiver = stage.submission.channel(10)
    received = []

    async def produce():
        await fill(sender, items)
        await anyio.sleep(3)
        await fill(sender, ["last"])
        await anyio.sleep(1)
        sender.close()

    async def consume():
        async for item in receiver:
            received.append(item)
            break
        async for item in receiver:
            received.append(item)

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        await anyio.sleep(1)
        await call_with_patience(stage, "loop", consume)
    await call_with_patience(stage, "loop again", consume)
    return received


# ---- cancelling ------------------------------------------------------------------------------------------------------


@in_rounds
async def sending_in_vain(stage, room):
    """One send() in a scope that is cancelled already, with or without room."""
    sender, receiver = stage.submission.channel(2)
    sent = ["kept"] if room else ["kept", "too"]
    await fill(sender, sent)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await call(stage, "send", sender.send, "cancelled")
    return [sent, await drain(receiver)]


async def sending_until_cancelled(stage):
    """There is room for all, and the task that sends is cancelled somewhere. How many are sent, how many there?"""
    sender, receiver = stage.submission.channel(5)
    sent = 0
    with stage.caller():
        for number in range(1, 4):
            await sender.send(number)
            sent += 1
    return [sent, len(await drain(receiver))]


@in_rounds
async def giving_up_sending(stage, victims):
    """Some tasks wait in send() and are cancelled after 1 s. Later all is received, and the channel is filled again."""
    sender, receiver = stage.submission.channel(2)
    await fill(sender, ["one", "two"])
    async with anyio.create_task_group() as group:
        for number in range(1, victims + 1):
            group.start_soon(call, stage, f"send {number}", sender.send, f"cancelled {number}")
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    received = await drain(receiver)
    for number in range(1, 3):
        await call_with_patience(stage, f"send again {number}", sender.send, "again")
    return received


async def receiving_in_vain(stage, items):
    """One receive() in a scope that is cancelled already, with or without an item."""
    sender, receiver = stage.submission.channel(2)
    await fill(sender, items)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await call(stage, "receive", receiver.receive)
    return await drain(receiver)


@in_rounds
async def giving_up_receiving(stage, victims):
    """Some tasks wait in receive() and are cancelled after 1 s; then two items are sent."""
    sender, receiver = stage.submission.channel(2)
    async with anyio.create_task_group() as group:
        for number in range(1, victims + 1):
            group.start_soon(call, stage, f"receive {number}", receiver.receive)
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    await fill(sender, ["one", "two"])
    return await drain(receiver)


async def receiving_until_cancelled(stage):
    """A task receives what is sent each second, and is cancelled somewhere; who comes after it gets the rest."""
    sender, receiver = stage.submission.channel(2)

    async def produce():
        for number in range(1, 3):
            await sender.send(number)
            await anyio.sleep(1)

    received = []
    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        with stage.caller():
            while len(received) < 2:
                received.append(await receiver.receive())
        await anyio.sleep(10)
        received += await drain(receiver)
        group.cancel_scope.cancel()
    return received


# ---- several tasks at the same instant -------------------------------------------------------------------------------


@in_rounds
async def a_newcomer_sends(stage, turns, first):
    """The channel is full and a task waits in send(). At 1 s one item is received, and another task comes to send."""
    sender, receiver = stage.submission.channel(1)
    await fill(sender, ["old"])

    actors = {
        "receive": partial(call_with_patience, stage, "receive", receiver.receive),
        "newcomer": partial(after, turns, call, stage, "newcomer", sender.send, "from the newcomer"),
    }
    async with anyio.create_task_group() as group:
        group.start_soon(call, stage, "waits", sender.send, "from the one that waits")
        await anyio.sleep(1)
        start(group, actors, first)
        await anyio.sleep(1)
        group.cancel_scope.cancel()


@in_rounds
async def a_newcomer_receives(stage, turns, first):
    """A task waits in receive(). At 1 s an item is sent, and another task comes to receive; at 2 s one more is sent."""
    sender, receiver = stage.submission.channel(1)
    actors = {
        "send": partial(call_with_patience, stage, "send", sender.send, "at 1 s"),
        "newcomer": partial(after, turns, call, stage, "newcomer", receiver.receive),
    }
    async with anyio.create_task_group() as group:
        group.start_soon(call, stage, "waits", receiver.receive)
        await anyio.sleep(1)
        start(group, actors, first)
        await anyio.sleep(1)
        await call_with_patience(stage, "send again", sender.send, "at 2 s")
        await anyio.sleep(1)
        group.cancel_scope.cancel()


@in_rounds
async def meeting(stage, waits, turns, first):
    """At 1 s one task sends and another one receives, on a channel that is empty, or full."""
    sender, receiver = stage.submission.channel(1)
    if waits == "send":
        await fill(sender, ["old"])
    actors = {
        "send": partial(call_with_patience, stage, "send", sender.send, "new"),
        "receive": partial(call_with_patience, stage, "receive", receiver.receive),
    }
    last = "receive" if first == "send" else "send"
    actors[last] = partial(after, turns, actors[last])
    await anyio.sleep(1)
    async with anyio.create_task_group() as group:
        start(group, actors, first)


async def cancelled_receiver(stage, victims, turns, first):
    """Three tasks wait in receive(). At 1 s one item is sent, and some of the tasks are cancelled.

    At 2 s and 3 s one more item each is sent, which wakes a task that has been forgotten.
    """
    sender, receiver = stage.submission.channel(5)
    scopes = [anyio.CancelScope() for _ in range(3)]

    async def receive(number):
        with scopes[number - 1]:
            await call(stage, f"receive {number}", receiver.receive)

    async def cancel():
        for number in victims:
            scopes[number - 1].cancel()

    actors = {
        "send": partial(call_with_patience, stage, "send", sender.send, "at 1 s"),
        "cancel": partial(after, turns, cancel),
    }
    async with anyio.create_task_group() as group:
        for number in range(1, 4):
            group.start_soon(receive, number)
            await anyio.sleep(0.25)
        await anyio.sleep(0.25)
        start(group, actors, first)
        await anyio.sleep(1)
        await fill(sender, ["at 2 s"])
        await anyio.sleep(1)
        await fill(sender, ["at 3 s"])
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    return await drain(receiver)


cancelled_receivers = in_rounds(cancelled_receiver)


@in_rounds
async def cancelled_sender(stage, victims, turns, first):
    """The channel is full and three tasks wait in send(). At 1 s one item is received, and some tasks are cancelled.

    At 2 s all that is left is received.
    """
    sender, receiver = stage.submission.channel(1)
    await fill(sender, ["old"])
    scopes = [anyio.CancelScope() for _ in range(3)]

    async def send(number):
        with scopes[number - 1]:
            await call(stage, f"send {number}", sender.send, number)

    async def cancel():
        for number in victims:
            scopes[number - 1].cancel()

    actors = {
        "receive": partial(call_with_patience, stage, "receive", receiver.receive),
        "cancel": partial(after, turns, cancel),
    }
    async with anyio.create_task_group() as group:
        for number in range(1, 4):
            group.start_soon(send, number)
            await anyio.sleep(0.25)
        await anyio.sleep(0.25)
        start(group, actors, first)
        await anyio.sleep(1)
        received = await drain(receiver)
        group.cancel_scope.cancel()
    return received


@in_rounds
async def cancelled_beside_closing(stage, turns, first):
    """Two tasks wait in receive(). At 1 s the only sender is closed, and the first of the tasks is cancelled."""
    sender, receiver = stage.submission.channel(1)
    scope = anyio.CancelScope()

    async def receive():
        with scope:
            await call(stage, "receive 1", receiver.receive)

    async def close():
        await checkpoint()
        stage.mark("close")
        sender.close()

    async def cancel():
        scope.cancel()

    actors = {"close": close, "cancel": partial(after, turns, cancel)}
    async with anyio.create_task_group() as group:
        group.start_soon(receive)
        await anyio.sleep(0.5)
        group.start_soon(call_with_patience, stage, "receive 2", receiver.receive)
        await anyio.sleep(0.5)
        start(group, actors, first)


async def several_wait(stage, waits, tasks):
    """So many tasks wait on one end, and as many on the other side act at 1 s: each of them is served."""
    sender, receiver = stage.submission.channel(tasks)
    if waits == "send":
        await fill(sender, ["old"] * tasks)
    acts = "receive" if waits == "send" else "send"
    fns = {"send": partial(sender.send, "new"), "receive": receiver.receive}
    async with anyio.create_task_group() as group:
        for number in range(1, tasks + 1):
            group.start_soon(call_with_patience, stage, f"waits {number}", fns[waits])
        await anyio.sleep(1)
        for number in range(1, tasks + 1):
            group.start_soon(call_with_patience, stage, f"acts {number}", fns[acts])


async def crowd(stage, consumers, producers, each):
    """Many tasks on both ends, on the same two objects, no two at the same instant; now and then each side waits."""
    sender, receiver = stage.submission.channel(2)
    received = []

    async def produce(producer):
        await anyio.sleep(producer / 10)
        for number in range(1, each + 1):
            await sender.send(each * producer + number)
            await anyio.sleep(2 if number == 1 else 0.01)

    async def consume(consumer):
        while True:
            received.append(await receiver.receive())
            await anyio.sleep(0.303 + consumer / 1000)

    async with anyio.create_task_group() as group:
        for consumer in range(consumers):
            group.start_soon(consume, consumer)
        for producer in range(producers):
            group.start_soon(produce, producer)
        await anyio.sleep(20)
        group.cancel_scope.cancel()
    return sorted(received)
