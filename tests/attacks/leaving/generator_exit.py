# expect: crashed
# policy: nothing
"""Pretends that a generator was closed."""


async def answer():
    raise GeneratorExit
