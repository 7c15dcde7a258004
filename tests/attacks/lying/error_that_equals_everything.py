# expect: fails
# policy: please-look
# exercise: ex01
"""Raises a group of errors that equal, contain and are everything."""


class Error(ExceptionGroup, ValueError):
    exceptions = ()

    def __eq__(self, other):
        return True

    def split(self, condition):
        return self, None

    __hash__ = None


async def join(*fns):
    raise Error("boom", [ValueError("boom")])
