"""Observers that subscribe and unsubscribe, kept by topic."""

from __future__ import annotations

from collections import defaultdict

import anyio


class Subscription:
    def __init__(self, bus, topic):
        self._bus = bus
        self._topic = topic
        self._pending = []
        self._event = anyio.Event()
        self._open = True

    def _deliver(self, message):
        self._pending.append(message)
        self._event.set()

    async def next(self):
        while not self._pending:
            self._event = anyio.Event()
            await self._event.wait()
        return self._pending.pop(0)

    def close(self):
        self._open = False
        self._bus._forget(self)


class Bus:
    def __init__(self):
        self._topics = defaultdict(list)

    def subscribe(self, topic):
        subscription = Subscription(self, topic)
        self._topics[topic].append(subscription)
        return subscription

    def publish(self, topic, message):
        for subscription in list(self._topics[topic]):
            if subscription._open:
                subscription._deliver(message)

    def _forget(self, subscription):
        self._topics[subscription._topic].remove(subscription)

    def waiting(self):
        return {topic: [len(each._pending) for each in found] for topic, found in self._topics.items()}
