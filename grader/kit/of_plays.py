"""Diagnoses of plays: how one ended, what it left behind, and an exception or a value that was not asked for."""

from __future__ import annotations

from grader.kit.diagnosis import Diagnosis

OF_PLAYS = (
    Diagnosis(
        slug="deadlock",
        sentence="deadlock: every task waits, and nothing is left that could wake one of them",
        explanation="A waiting task must be woken: by a timer that runs out, by data that arrives, or by another task "
        "that sets the event, sends the item or releases the lock. Here every task waits to be woken, and no task, "
        "timer or socket is left that could do it. Often two tasks wait for each other, or a task waits for one that "
        "has not been started, or the task that should have woken it has already ended.",
        help="find out who should wake the waiting task, and what that one is waiting for itself",
        hints=(
            "Take the first waiting task of the list above. Which line of the code would wake it, and which task "
            "would run that line?",
            "Follow the chain of tasks that wait for each other. It ends at a task that was never started or that "
            "ended too early, or it leads back to where it began.",
            "Start every task that must run at the same time (`tg.start_soon`) before another one waits for it. Set, "
            "send, close or release on every path, in a `finally` where an exception may come first.",
        ),
    ),
    Diagnosis(
        slug="late",
        sentence="it is still running long after it should have ended",
        explanation="Time in a play is virtual: a wait of an hour takes no real time, and the play goes on as long as "
        "something is still going to happen. This one goes on long after every correct answer has ended. A task waits "
        "far too long, or a loop starts a timer again and again and never ends.",
        help="look for the sleep or the loop that goes on although the result is there",
        hints=(
            "Which of the tasks still has something to do, long after the others have ended?",
            "A loop with a sleep in it needs a way out, and a background task needs another task that cancels it.",
            "Leave the loop when the work is done, or call `tg.cancel_scope.cancel()` as soon as the result is known.",
        ),
    ),
    Diagnosis(
        slug="blocked-loop",
        sentence="one task holds the event loop, so that no other task can run",
        explanation="All tasks share one thread, and a task gives it back only at an `await` that really waits. A "
        "blocking call (`time.sleep`, an ordinary socket, reading a large file) or a long computation keeps it, and "
        "meanwhile no other task runs, no timer fires and no cancellation arrives.",
        help="replace the call that blocks by one that can be awaited, and give way now and then in a long computation",
        hints=(
            "Which call in your code takes long and has no `await` in front of it?",
            "While such a call runs, no task at all can run. Use an operation that can be awaited. Where the exercise "
            "allows threads, a worker thread can make a call that cannot be awaited.",
            "`await anyio.sleep(...)` instead of `time.sleep(...)`; in a long computation "
            "`await anyio.lowlevel.checkpoint()` now and then; where the exercise allows threads, "
            "`await anyio.to_thread.run_sync(fn)` for a call that cannot be awaited.",
        ),
    ),
    Diagnosis(
        slug="never-yields",
        sentence="it runs on and on while no time passes",
        explanation="Virtual time moves only when every task waits. This program takes thousands of steps at the same "
        "moment: a loop with `sleep(0)` or a checkpoint in it asks again and again whether something has changed, and "
        "never waits for the change. In real time it would keep a whole processor busy without getting anywhere.",
        help="wait for what the loop is asking about instead of asking again and again",
        hints=(
            "Which loop of your code goes round although nothing has changed since its last turn?",
            "`await anyio.sleep(0)` and `checkpoint()` let other tasks run, but they wait for nothing. The task that "
            "changes the state can wake the task that waits for the change.",
            "Use an `anyio.Event` for a moment, a memory stream for items, a `Condition` for a state that changes "
            "often. Then the loop disappears, or turns once per change.",
        ),
    ),
    Diagnosis(
        slug="never-returns",
        sentence="a call of your code does not come back",
        explanation="This exercise has no event loop: the grader calls your code and waits for it. The call was "
        "stopped after a second of computing without an end, or because it waited for something that nothing would "
        "bring about. A `while` whose condition cannot become false is the usual reason: nothing that happens inside "
        "of it changes what it asks for.",
        help="find the way out of the loop: what has to change for it to end, and which line changes that?",
        hints=(
            "Print the condition of the loop in each turn. Which of its values would have to change, and does it?",
            "A loop that waits for something must do the work that brings it about. When no work is left, it has to "
            "stop: with what it was waiting for, or with an error.",
            "`while not done: if not work: raise RuntimeError(...)`, and below it `work.popleft()()`: each turn takes "
            "something away, or the loop ends.",
        ),
    ),
    Diagnosis(
        slug="crashed",
        sentence="the whole Python process ends in the middle of the play",
        explanation="The process that runs your code was gone before the play was over. Code can end its own process "
        "(`sys.exit`, `os._exit`, a signal), and recursion without an end or a fault in a compiled module crashes it.",
        help="take out what ends the process: `sys.exit`, `os._exit`, endless recursion",
        hints=(
            "Is there a call in your code that ends the program, or a function that calls itself without an end?",
            "A function reports its result by returning and its failure by raising; ending the process is the "
            "business of the outermost program.",
            "Raise a fitting exception where the code ends the process, and use a loop where it recurses deeply.",
        ),
    ),
    Diagnosis(
        slug="limit",
        sentence="it needs more time, memory or steps than the limits allow",
        explanation="Every play has limits: processor time, memory, the number of task steps, the amount of output. "
        "They are far above what the exercise needs. A program that reaches one of them stores too much, starts too "
        "many tasks, prints too much or never stops.",
        help="look for what grows without an end: a loop, a list, the number of tasks, the output",
        hints=(
            "What grows with every turn of your loop?",
            "Work in proportion to the input is fine. A loop whose condition cannot become false is not, nor is a "
            "task that starts two new ones.",
            "Print the length of your lists and the number of started tasks for a small input: which of them is not "
            "as you expect?",
        ),
    ),
    Diagnosis(
        slug="not-simulated",
        sentence="a thread of yours waits in a way that the grader cannot follow in virtual time",
        explanation="Time in a play is virtual. The grader knows how `time.sleep`, locks, events, conditions, queues, "
        "futures, sockets, pipes and selectors wait. A thread of yours waits in some other way, such as for a signal. "
        "So it cannot know how your program would have gone on. The test is not judged if the exercise allows threads, "
        "and fails if it does not.",
        help="do without the thread; where the exercise allows threads, wait in it with an event, a queue or "
        "`time.sleep`",
        hints=(
            "Which call in a thread waits here, and for what?",
            "Can your program do without the thread? A task that waits needs none. Where the exercise allows threads, "
            "`threading.Event` and `queue.Queue` do what most other ways of waiting do.",
            "In a task, wait with `await`. In a thread, where the exercise allows threads, wait with "
            "`event.wait(seconds)`, and call `event.set()` in another thread or in a task.",
        ),
    ),
    Diagnosis(
        slug="tampered",
        sentence="the machinery that runs the play is not as it was before the play",
        explanation="Your code shares its process with the event loop and with the code that records what happens. "
        "After this play some of that code had been replaced, or a message arrived that the recorder does not write. "
        "Such a play proves nothing, so it gives no points. The usual unintended cause is an assignment to a name "
        "inside a library.",
        help="change nothing that your own code did not make: no assignments into modules, no patches",
        hints=(
            "Does your code assign to an attribute of something that it imported?",
            "All code in the process shares a library. Where you need other behaviour, write a function of your own.",
            "Remove assignments such as `anyio.sleep = ...`, and code that uses frames, the loop's internals or open "
            "file descriptors.",
        ),
    ),
    Diagnosis(
        slug="internal",
        sentence="the grader itself failed; this costs you nothing",
        explanation="The failure is in the grader and not in your code. The test counts as not judged and costs no "
        "points. Running it again often helps; if it does not, please report it to the people who maintain the "
        "grader.",
        help="run `grade` again, and report it with the output of `grade doctor` if it happens twice",
        hints=(
            "There is nothing to change in your code.",
            "Run the same command once more.",
            "`grade doctor` tests this computer; send what it prints together with your file.",
        ),
    ),
    Diagnosis(
        slug="raised",
        sentence="an exception comes out that should not",
        explanation="The call ended with an exception where the exercise expects a result, or with an exception other "
        "than the expected one. The line named above is the innermost line of your file that it passed through.",
        help="read the exception, and look at each name and each value on the line that it comes from",
        hints=(
            "What does the exception say, and which value on that line can make it happen?",
            "Either the line has a mistake, or the exception comes from elsewhere and your code should handle it. An "
            "ExceptionGroup holds the real exceptions inside.",
            "Print the values of that line right before it. If the exception comes out of a task group, catch the one "
            "inside the group with `except* ValueError`, or with a `try` inside the task.",
        ),
    ),
    Diagnosis(
        slug="wrong-kind",
        sentence="a function returns another kind of value than it promises",
        explanation="The first line of a function in the stub says what it returns: `-> list[T]` promises a list. The "
        "code that calls it goes on with that value, loops over it, reads its attributes, compares it. A function that "
        "ends without `return` returns None, and a `yield` anywhere in it makes a generator of it.",
        help="return the kind of value that the stub promises",
        hints=(
            "What does the first line of the function in the stub promise after `->`, and what does yours return?",
            "Only the `return` of the function itself counts. A `return` in a function inside it gives the value to "
            "the code that called that one, and nothing has called the function of a task in this way.",
            "Keep the value in a name that the whole function sees, such as `results = []` before the task group, and "
            "end the function with `return results`.",
        ),
    ),
    Diagnosis(
        slug="never-awaited",
        sentence="a coroutine is made and never awaited, so nothing of it runs",
        explanation="Calling an async function runs none of its body: the call builds a coroutine object, and only "
        "`await` or a task runs that. Here such an object was thrown away unused, so its work did not happen.",
        help="put `await` in front of the call, or hand the function to a task group without calling it",
        hints=(
            "On the line named above: what does the call give back, and who uses it?",
            "`f()` alone builds a coroutine. `await f()` runs it here, `tg.start_soon(f)` in a task of its own.",
            "Write `await f(x)` where you need the result, and `tg.start_soon(f, x)`, without calling `f` yourself, "
            "where you need a task.",
        ),
    ),
    Diagnosis(
        slug="leaked-task",
        sentence="a task is still running after the call that started it is over",
        explanation="A function that has returned should be over: nothing that it started still runs. A task that "
        "outlives its function has no caller left that would notice its errors, cancel it or wait for its clean-up.",
        help="start tasks in a task group, and leave the group before you return",
        hints=(
            "What is still running when your function returns, and who would notice if it failed?",
            "`async with anyio.create_task_group() as tg:` does not end before all its tasks have ended.",
            "Put the `async with` inside your function and return after it. Cancel what is no longer needed with "
            "`tg.cancel_scope.cancel()` before the block ends.",
        ),
    ),
    Diagnosis(
        slug="leaked-thread",
        sentence="a thread is still at work after the call that started it is over",
        explanation="A thread cannot be cancelled. A task that starts one must wait for its end; otherwise the thread "
        "goes on alone, keeps its connection, its file and its memory, and its result is lost.",
        help="wait for the thread before you return, or do without it",
        hints=(
            "Which thread does your function start, and which line waits for its end?",
            "A task needs no thread for what can be awaited. Where the exercise allows threads, "
            "`await anyio.to_thread.run_sync(fn)` waits for the end of its thread, but not with "
            "`abandon_on_cancel=True`: then a cancelled task stops waiting, and the thread goes on.",
            "Await an operation that can be cancelled, such as `anyio.connect_tcp` instead of a blocking socket in a "
            "thread. Where a thread is needed and allowed, leave `abandon_on_cancel` out.",
        ),
    ),
    Diagnosis(
        slug="unretrieved",
        sentence="an exception happens in a task, and no code retrieves it",
        explanation="A task started with `asyncio.create_task` keeps its exception until it is awaited. Here no code "
        "awaited it, so the failure went unnoticed, and the code that needed the result went on without it.",
        help="start the task in a task group, which hands its exception on",
        hints=(
            "Which code awaits the task that fails on the line named above?",
            "A task group waits for its tasks and raises what they raise. `asyncio.create_task` does neither.",
            "`async with anyio.create_task_group() as tg: tg.start_soon(fn)`; the exception leaves the `async with`.",
        ),
    ),
    Diagnosis(
        slug="swallowed-cancellation",
        sentence="a cancellation arrives and goes no further",
        explanation="A cancellation is an exception that rises from the `await` where the task waits. Your code may "
        "clean up when it passes, but must let it go on, because the code that cancelled waits for the task to end. A "
        "handler that catches it, or a shield, keeps the task running although its caller has cancelled it.",
        help="let the cancellation pass: catch `Exception`, not `BaseException`, or end the handler with `raise`",
        hints=(
            "What happens in your code if it is cancelled at the very `await` where it waits?",
            "Cancellation is an exception that is no `Exception`. `except Exception` is safe; a bare `except`, "
            "`except BaseException` and `get_cancelled_exc_class()` must end with `raise`.",
            "Clean up in `finally`, never `return` from there, and use `CancelScope(shield=True)` round a short "
            "clean-up only.",
        ),
    ),
    Diagnosis(
        slug="fragile",
        sentence="it depends on the other tasks getting their turns in time",
        explanation="This passes under every schedule in which tasks take turns. It fails where one task may take many "
        "steps before another takes its next one. asyncio and trio are fair, so this costs no points; but a change of "
        "the code that adds an `await` here or there may have the same effect.",
        help="let the tasks wait for each other instead of counting on how many steps they take",
        hints=(
            "Which task of yours counts on another one having come far enough by now?",
            "A number of checkpoints promises nothing. An event, a stream or a lock does.",
            "Wait for what you need: `await event.wait()` or `await stream.receive()`, not `await checkpoint()` twice.",
        ),
    ),
    Diagnosis(
        slug="unclosed",
        sentence="something that was opened is still open at the end",
        explanation="Streams, sockets and async generators hold a resource until they are closed. The code that opens "
        "one must close it on every path: at the end, after an error and when cancelled. Python's garbage collector "
        "does not replace that: it runs at no predictable time, and it cannot await.",
        help="open it with `async with`, so that it is closed on every path",
        hints=(
            "Which path through your code leaves without closing what it opened?",
            "`async with` closes on every path, also after an error and when cancelled. Leaving an async generator "
            "with `break` does not close it.",
            "`async with stream:` for streams, `async with contextlib.aclosing(generator):` for async generators, "
            "`try ... finally: await thing.aclose()` for the rest.",
        ),
    ),
)
