# expect: fails
# policy: import
"""A package that is called like the grader."""


async def answer():
    import grader.values

    return getattr(grader.values, "one", 2)


# ---- beside: grader/__init__.py ----


# ---- beside: grader/judge.py ----
def grading(**options):
    return lambda function: lambda play: None


# ---- beside: grader/values.py ----
one = 1
