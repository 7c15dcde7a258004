# fails: test_called_once (called-again)
# A wrong answer: one mistake that learners make. Its first line names hidden tests that it fails and the diagnosis that
# each of them shows; more may fail. Every hidden test needs a wrong answer that fails it. Name such files as you like.
"""Asks whether there is a result, and other tasks ask as well before it is stored."""


def sample(fn):
    results = []

    async def call():
        if not results:
            results.append(await fn())
        return results[0]

    return call
