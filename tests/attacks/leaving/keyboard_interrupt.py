# expect: crashed
# policy: nothing
"""Pretends that a person has pressed Ctrl-C."""


async def answer():
    raise KeyboardInterrupt
