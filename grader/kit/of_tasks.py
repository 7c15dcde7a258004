"""Diagnoses of mistakes with tasks that show in the recording of any exercise."""

from __future__ import annotations

from grader.kit.diagnosis import Diagnosis

OF_TASKS = (
    Diagnosis(
        slug="serial",
        sentence="one thing starts only after another has ended",
        explanation="`await f()` runs f and goes on when it is done, so two awaits in a row are two waits in a row. "
        "Concurrency happens between tasks: start everything first, then wait. Where the functions wait for each "
        "other, two awaits in a row are a deadlock: the first function waits for one that has not been started.",
        help="start everything first, each function in a task of its own, and then wait",
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
        "The task that changes the state can wake the task that waits for the change.",
        help="wait for the change itself",
        hints=(
            "How late can your code notice that it may go on?",
            "The task that changes the state should wake the task that waits for the change.",
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
        help="return after the loop, and after the `async with`",
        hints=(
            "How many turns of the loop have run when the `return` is reached, and what have the tasks done by then?",
            "The end of an `async with` waits for the tasks. What is computed before that lacks their results.",
            "Move the `return` to the left, until it stands below the `async with` and not inside of it.",
        ),
    ),
    Diagnosis(
        slug="nothing-returned",
        sentence="a task returns a value, and no code reads it",
        explanation="`start_soon` comes back before the task has run, so it cannot return the task's value. What a "
        "task finds out has to be stored where the function that started it can see it. Or keep the handle that "
        "`start_soon` returns: it has the value once the task is over.",
        help="store the value in the task, and read it after the task group",
        hints=(
            "Which line of your code reads what your task returns?",
            "A task hands its result on by storing it: in a list, in a dict, in a `nonlocal` variable, in a stream. "
            "Its handle keeps what it returns, too: `handle.return_value`, after the group.",
            "`results[i] = await fn()` in the task, and `return results` after the `async with`.",
        ),
    ),
)
