"""Diagnoses of mistakes of Python and of anyio's interface: an exception, or a value, tells which."""

from __future__ import annotations

from grader.kit.diagnosis import NOT_WRITTEN, Diagnosis

OF_PYTHON = (
    Diagnosis(
        slug="unknown-name",
        sentence="a name or an attribute is used that does not exist",
        explanation="Python looks a name up when the line runs: in the function, in the functions round it, in the "
        "file, among the built-in names. An attribute is looked up in the object, or in the module, before the dot. If "
        "it is nowhere, a NameError or an AttributeError says so. The usual causes are a misspelling, a missing "
        "import, and a name of another function, which no code outside of that function can see.",
        help="correct the spelling, or add the import",
        hints=(
            "Where does the name on that line get its value?",
            "A name is visible in the function that assigns it and in the functions inside that one. What a module "
            "has stands in its documentation, and its spelling counts.",
            "Add `import anyio` at the top if that is what is missing; write `create_task_group`, with both "
            "underscores; hand a value on as an argument where another function needs it.",
        ),
    ),
    Diagnosis(
        slug="no-value-yet",
        sentence="a variable is used before it has a value",
        explanation="A variable that a function assigns anywhere belongs to that function from its first line on. If "
        "it is read before the assignment has run, it has no value, and Python raises UnboundLocalError. That happens "
        "where the assignment stands in an `if`, or in a loop that runs no turn.",
        help="give the variable a value on every path that leads to its use",
        hints=(
            "On which path through the function does nothing assign this variable?",
            "A loop over nothing runs no turn, and an `if` may pass over its block. The line after it runs all the "
            "same.",
            "Assign a first value before the loop or the `if`, such as `result = None` or `results = []`.",
        ),
    ),
    Diagnosis(
        slug="nonlocal",
        sentence="an inner function assigns a variable of its own, and the outer one keeps its value",
        explanation="An assignment makes a variable of the function in which it stands. One in an inner function "
        "leaves the variable of the same name in the outer function as it was, unless the inner one declares it "
        "`nonlocal`. Where the inner function also reads it before the assignment, Python raises UnboundLocalError.",
        help="declare the variable `nonlocal` in the inner function",
        hints=(
            "Two functions use this name. Do they use the same variable?",
            "An assignment makes a new variable in the inner function. Reading alone does not, and neither does "
            "changing what a list holds.",
            "Write `nonlocal winner` as the first line of the inner function.",
        ),
    ),
    Diagnosis(
        slug="none-used",
        sentence="a value is None where something else is needed",
        explanation="None cannot be called, indexed or looped over, and has none of the attributes that are asked for "
        "here. It comes from a function without `return`, from a method that changes something in place (`list.sort`, "
        "`list.append`, `event.set`), or from a variable that still has its first value.",
        help="find the line that should have given it a value",
        hints=(
            "Which call or which variable on that line is None?",
            "A function that ends without `return` gives None. So do `print`, and the methods that change a list "
            "in place.",
            "Return the value from the function, or assign it on every path that leads to this line.",
        ),
    ),
    Diagnosis(
        slug="await-missing",
        sentence="a coroutine stands where its result is needed",
        explanation="Calling an `async def` runs nothing of it and gives a coroutine. `await` runs it and gives its "
        "result. A coroutine cannot be called, looped over, compared or added to: what is wanted there is the result.",
        help="write `await` before the call",
        hints=(
            "Which call on that line is a call of an `async def`?",
            "Only `await` turns a coroutine into its result; a task group takes the function and awaits it for you.",
            "`value = await fn()`, and `(await fn()).attribute` where you go on with the result at once.",
        ),
    ),
    Diagnosis(
        slug="not-awaitable",
        sentence="an `await` stands where there is nothing to wait for, or not yet",
        explanation="`await` waits for a coroutine or a task. A value that is there already, such as what a plain "
        "function returns, cannot be awaited. `tg.start_soon(...)` starts a task and comes back at once; an `await` in "
        "front of it waits for that one task before the next is started. The end of the group waits for all of them.",
        help="take the `await` out",
        hints=(
            "What does the call after `await` give back, and should this line wait for it?",
            "`start_soon` starts and does not wait. The end of the `async with` waits for everything that was started.",
            "`tg.start_soon(fn)` without `await`, as often as needed, and the results after the `async with`.",
        ),
    ),
    Diagnosis(
        slug="called-not-given",
        sentence="a function is called where it should be handed over",
        explanation="`start_soon(fn, x)` takes the function and its arguments, and calls it in a task of its own. "
        "`start_soon(fn(x))` calls it here, hands over the coroutine, and the task group cannot start that.",
        help="hand the function over without calling it, and its arguments after it",
        hints=(
            "What does `start_soon` get: a function, or what a call of it gave?",
            "The parentheses behind a name are the call. Without them it is the function itself.",
            "`tg.start_soon(fn, x, y)` in place of `tg.start_soon(fn(x, y))`.",
        ),
    ),
    Diagnosis(
        slug="async-with",
        sentence="with and async with are mixed up, or a group is used outside of its block",
        explanation="A task group has to wait when it is left, and a stream when it is closed, so both are entered "
        "with `async with`. A cancel scope waits for nothing and is entered with `with`. Outside of its block a task "
        "group takes no tasks.",
        help="enter a task group and a stream with `async with`, a cancel scope with `with`",
        hints=(
            "Does leaving this block have to wait for something?",
            "`async with` is for what may have to wait: task groups, streams, locks. `with` is for a `CancelScope`, "
            "and for `move_on_after` and `fail_after` where the exercise allows them.",
            "`async with anyio.create_task_group() as tg:` and `with anyio.CancelScope() as scope:`.",
        ),
    ),
    Diagnosis(
        slug="async-for",
        sentence="for and async for are mixed up",
        explanation="An async iterator gives its items one by one, and each has to be awaited; `async for` does that. "
        "`for`, `list()` and `sum()` cannot wait. The other way round, `async for` cannot go through a list.",
        help="write `async for` for what gives its items by `await`, and `for` for a list",
        hints=(
            "Do the items of this loop have to be waited for?",
            "What has `__aiter__` needs `async for`, what has `__iter__` needs `for`.",
            "`async for item in source:` in place of `for item in source:`, `list(source)` or `sum(source)`.",
        ),
    ),
    Diagnosis(
        slug="stop-iteration",
        sentence="a StopIteration leaves a coroutine, where Python does not let it out",
        explanation="`next()` ends an ordinary iteration by StopIteration. In an `async def` Python turns one that "
        "gets out into a RuntimeError. An async iteration ends by StopAsyncIteration, raised in `__anext__`, or by the "
        "`return` of an async generator (an `async def` with a `yield`).",
        help="catch StopIteration; then raise StopAsyncIteration in `__anext__`, or `return` in an async generator",
        hints=(
            "What does `next()` raise at the end, and who catches it here?",
            "`async for` ends when `__anext__` raises StopAsyncIteration. StopIteration means nothing to it.",
            "In `__anext__`: `try: return next(self.it)`, `except StopIteration: raise StopAsyncIteration from None`. "
            "In an async generator: `for item in items: yield item`.",
        ),
    ),
    Diagnosis(
        slug="recursion",
        sentence="a function calls itself so many times over that Python allows no deeper call",
        explanation="Each call that has not returned yet keeps a frame, and Python allows about a thousand of them. An "
        "`await` in between does not change that. A loop needs one frame for any number of turns.",
        help="write a loop in place of the function's call of itself",
        hints=(
            "How many calls of this function are under way at the same time if there are 5000 items to go through?",
            "A function that calls itself at its end can be written as `while True`, with `return` where it is done.",
            "`while True:`, then `item = ...` for the next item, and `return item` as soon as one fits.",
        ),
    ),
    Diagnosis(
        slug="module-level",
        sentence="an event loop is started inside of the one that runs already",
        explanation="The grader imports your file and plays it in an event loop. What stands at the top level of the "
        "file runs at that import, and `anyio.run(...)` there would start a second loop inside of the first. Inside an "
        "`async def`, `await` does what `run` is used for outside.",
        help='put it under `if __name__ == "__main__":`, or write `await`',
        hints=(
            "When does this line run: when a function is called, or when the file is imported?",
            'What stands under `if __name__ == "__main__":` runs only if you start the file yourself.',
            'Move `anyio.run(main)` under `if __name__ == "__main__":` at the end of the file.',
        ),
    ),
    Diagnosis(
        slug="no-keyboard",
        sentence="the code waits for input from a keyboard, and no keyboard is there",
        explanation="`input()` and `breakpoint()` stop the whole program until a line is typed. The grader plays "
        "your code without a keyboard, many times over.",
        help="take the call out",
        hints=(
            "Where would the answer come from while your code is graded?",
            "Values come to your function as arguments.",
            'Take the line out, or put it under `if __name__ == "__main__":`.',
        ),
    ),
    Diagnosis(
        slug="one-backend-only",
        sentence="this works on asyncio alone, and the exercise is played on trio as well",
        explanation="What is written with anyio runs on two event loops, asyncio and trio. What is taken from asyncio "
        "itself (tasks, queues, futures, the running loop) does not work on trio.",
        help="use what anyio has for it",
        hints=(
            "Which name on that line comes from asyncio?",
            "Task groups, events, locks, streams and timeouts of anyio work on both.",
            "`anyio.create_task_group` for `gather` and `create_task`, a memory stream for `Queue`, `anyio.sleep` for "
            "`asyncio.sleep`, and `anyio.fail_after` for `wait_for` where the exercise allows it.",
        ),
    ),
    Diagnosis(
        slug=NOT_WRITTEN,
        sentence="a part of the exercise is not written yet",
        explanation="The stub raises NotImplementedError where your code belongs. The tests that need this part fail "
        "until it is there; the others say how far you are.",
        help="write this part next",
        hints=(
            "What does the lesson ask of this function?",
            "The docstring of the stub lists what the function promises; the first line is the place to begin.",
            "Replace `raise NotImplementedError` with the smallest code that passes the first test.",
        ),
    ),
    Diagnosis(
        slug="wrong-arguments",
        sentence="a function is called with arguments that it does not take",
        explanation="The call and the `def` have to agree: as many arguments, in this order, or by these names. In a "
        "method the first parameter is `self`, which the call does not name.",
        help="compare the call with the `def`",
        hints=(
            "How many arguments does the `def` have, and how many does the call give?",
            "`start_soon(fn, a, b)` calls `fn(a, b)`. A method gets its object as its first argument.",
            "Add `self` to a method, give `start_soon` the arguments after the function, or bind them with "
            "`functools.partial`.",
        ),
    ),
    Diagnosis(
        slug="text-for-bytes",
        sentence="text stands where bytes belong, or the other way round",
        explanation="Sockets carry bytes; a text is what bytes mean in some encoding. Python never turns one into the "
        "other by itself. A picture or a file is bytes and may be no text at all.",
        help="turn text into bytes with `.encode()`, and leave bytes as they come",
        hints=(
            "Which values on that line are bytes, and which are text?",
            'A text becomes bytes by `.encode()`, bytes become a text by `.decode()`. A literal of bytes is `b"..."`.',
            "Keep the body as bytes from the first `receive()` to the `return`, and decode only the header.",
        ),
    ),
)
