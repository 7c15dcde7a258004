# expect: crashed
# policy: nothing
"""Exits in a group."""


async def answer():
    raise BaseExceptionGroup("", [SystemExit(0), KeyboardInterrupt()])
