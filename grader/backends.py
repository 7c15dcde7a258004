"""The event loops that everything is played on. Alone in its module because ``grade --help`` needs no more than it."""

BACKENDS = ("asyncio", "trio")
