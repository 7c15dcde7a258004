"""Diagnoses of mistakes with tasks that show in the recording of any exercise."""

from __future__ import annotations

from grader.kit.diagnosis import Diagnosis

OF_TASKS = (
    Diagnosis(
        slug="serial",
        sentence="one thing starts only after another has ended",
        explanation="`await f()` runs f and goes on when it is done, so two awaits in a row are two waits in a row. "
        "Concurrency happens between tasks: start everything first, then wait. Where the functions wait for each "
        "other, one after the other is a deadlock: the first waits for one that has not been started.",
        help="start everything first, each in a task of its own, and wait then",
        hints=(
            "Which line of your code is waiting when it should be starting the next function?",
            "`await f()` means: run f and wait. Starting without waiting needs a task: `tg.start_soon(f)`.",
            "Open one task group, start everything inside it, and collect after the `async with`. A loop with an "
            "`await` inside runs its turns one after the other.",
        ),
    ),
    Diagnosis(
        slug="completion-order",
        sentence="the results come in another order than the arguments",
        explanation="Operations need not finish in the order in which they were started. A result belongs to the "
        "position of its argument, and the position must travel with the task.",
        help="store each result by the position of its function",
        hints=(
            "Which order do your results have if the last function is the fastest?",
            "Store a result by its position, not by appending when it arrives.",
            "`results = [None] * len(fns)`, and `results[i] = await fn()` in a task that gets `i` and `fn` as "
            "arguments.",
        ),
    ),
    Diagnosis(
        slug="polling",
        sentence="the code looks again and again instead of being woken",
        explanation="A loop with a sleep in it notices late, by up to one interval, and works for nothing until then. "
        "Whoever changes the state can wake whoever waits for it.",
        help="wait for the change itself",
        hints=(
            "How late can your code notice that it may go on?",
            "Whoever changes the state should wake whoever waits for it.",
            "Leaving a task group, an `anyio.Event` or a memory stream wakes the waiting task at the very moment.",
        ),
    ),
    Diagnosis(
        slug="late-binding",
        sentence="every task sees the last value of the loop's variable",
        explanation="A function made in a loop does not keep the value that the loop's variable has then. It looks the "
        "variable up when it runs, and a task runs after the loop is over. So all of them see the last value, as if "
        "the last function had been started several times.",
        help="hand the value on as an argument of the task",
        hints=(
            "What is the value of the loop's variable when your tasks begin to run?",
            "A closure keeps the variable and not its value. An argument is a value.",
            "Define the function before the loop, with parameters: `async def run(i, fn)`, and start it with "
            "`tg.start_soon(run, i, fn)`.",
        ),
    ),
    Diagnosis(
        slug="early-return",
        sentence="the function returns before its tasks have done their work",
        explanation="`return` leaves the function there and then. In the loop that starts the tasks, it leaves after "
        "the first of them. In the block of a task group, its value is computed before the group waits.",
        help="return behind the loop and behind the `async with`",
        hints=(
            "How many turns of the loop have run when the `return` is reached, and what have the tasks done by then?",
            "The end of an `async with` waits for the tasks. What is computed before does not have their results.",
            "Move the `return` to the left, until it stands below the `async with` and not inside of it.",
        ),
    ),
    Diagnosis(
        slug="nothing-returned",
        sentence="a task returns a value, and nobody gets it",
        explanation="A task has no caller that waits for its value: `start_soon` comes back before it has run. "
        "What a task finds out has to be stored where the function that started it can see it.",
        help="store the value in the task, and read it after the group",
        hints=(
            "Who gets what your task returns?",
            "A task hands its result on by storing it: in a list, in a dict, in a `nonlocal` variable, in a stream.",
            "`results[i] = await fn()` in the task, and `return results` behind the `async with`.",
        ),
    ),
)
