# expect: fails
# policy: please-look
# spoils: the second question
"""Takes the chance out of random, which schedules are drawn from."""

import random

random.Random.random = random.Random.randrange = random.Random.choice = lambda *args: 0
random.Random = random.seed = None


async def answer():
    return 2
