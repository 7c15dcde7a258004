"""The constructs of which ``generated`` builds its programs, as templates.

In a template ``{n}`` is the number of the statement, ``{wait}`` a duration that ends at an instant of its own,
``{task}``, ``{thread}`` and ``{own}`` blocks of further statements (in a task, in a thread of anyio's, in a thread that
the program starts itself), ``{scope}`` the number of a statement with a cancel scope, and every other word in braces
one of ``CHOICES``. The functions and objects that are used stand in ``prelude``.
"""

from __future__ import annotations

CHOICES = {
    "event": ("EVENTS[0]", "EVENTS[1]"),
    "lock": ("LOCKS[0]", "LOCKS[1]"),
    "semaphore": ("SEMAPHORES[0]", "SEMAPHORES[1]"),
    "condition": ("CONDITIONS[0]", "CONDITIONS[1]"),
    "limiter": ("LIMITERS[0]", "LIMITERS[1]"),
    "limit": ("None", "None", "LIMITERS[0]", "LIMITERS[1]"),
    "send": ("SEND[0]", "SEND[1]"),
    "receive": ("RECEIVE[0]", "RECEIVE[1]"),
    "flag": ("FLAGS[0]", "FLAGS[1]"),
    "queue": ("QUEUES[0]", "QUEUES[1]"),
    "mutex": ("MUTEXES[0]", "MUTEXES[1]"),
    "monitor": ("MONITORS[0]", "MONITORS[1]"),
    "bool": ("True", "False"),
    "few": ("1", "2"),
}

TASK = {
    "rest": """
        await sleep({wait})
        mark("{n} rested")
    """,
    "say": 'mark("{n} here")',
    "checkpoint": "await checkpoint()",
    "shielded checkpoint": """
        await cancel_shielded_checkpoint()
        mark("{n} went on")
        await checkpoint_if_cancelled()
    """,
    "clocks": 'mark(f"{n} clocks {{clocks()}}")',
    "sleep until": """
        await sleep_until(anyio.current_time() + {wait})
        mark("{n} slept until")
    """,
    "group": """
        async def left{n}():
            {task}
        async def right{n}():
            {task}
        async with create_task_group() as group{n}:
            SCOPES[{n}] = group{n}.cancel_scope
            group{n}.start_soon(left{n})
            group{n}.start_soon(right{n})
            {task}
        mark(f"{n} group is over, {{group{n}.cancel_scope.cancel_called}}")
    """,
    "start": """
        async def started{n}(task_status):
            {task}
            task_status.started({n})
            {task}
        async with create_task_group() as group{n}:
            SCOPES[{n}] = group{n}.cancel_scope
            mark(f"{n} started {{await group{n}.start(lambda *, task_status: started{n}(task_status))}}")
            {task}
    """,
    "set event": """
        {event}.set()
        mark("{n} sets")
    """,
    "await event": """
        with move_on_after({wait}) as scope{n}:
            await {event}.wait()
        mark(f"{n} event in time {{not scope{n}.cancelled_caught}}")
    """,
    "await event for ever": """
        await {event}.wait()
        mark("{n} event")
    """,
    "lock": """
        async with {lock}:
            mark("{n} holds the lock")
            {task}
    """,
    "lock nowait": """
        try:
            {lock}.acquire_nowait()
        except (WouldBlock, RuntimeError) as error:
            mark(f"{n} {{told(error)}}")
        else:
            try:
                {task}
            finally:
                {lock}.release()
    """,
    "semaphore": """
        async with {semaphore}:
            mark(f"{n} passes, {{{semaphore}.value}} left")
            {task}
    """,
    "limiter": """
        async with {limiter}:
            mark(f"{n} has a token, {{{limiter}.available_tokens}} left")
            {task}
    """,
    "await condition": """
        with move_on_after({wait}) as scope{n}:
            async with {condition}:
                await {condition}.wait()
                mark("{n} was notified")
                {task}
        mark(f"{n} notified in time {{not scope{n}.cancelled_caught}}")
    """,
    "notify": """
        async with {condition}:
            {condition}.notify({few})
        mark("{n} notifies")
    """,
    "notify all": """
        async with {condition}:
            {condition}.notify_all()
            await sleep({wait})
        mark("{n} notifies all")
    """,
    "send": """
        try:
            with move_on_after({wait}) as scope{n}:
                await {send}.send({n})
            mark(f"{n} sent {{not scope{n}.cancelled_caught}}")
        except (ClosedResourceError, BrokenResourceError) as error:
            mark(f"{n} {{told(error)}}")
    """,
    "send nowait": """
        try:
            {send}.send_nowait({n})
            mark("{n} sent at once")
        except (WouldBlock, ClosedResourceError, BrokenResourceError) as error:
            mark(f"{n} {{told(error)}}")
    """,
    "receive": """
        try:
            with move_on_after({wait}) as scope{n}:
                mark(f"{n} received {{await {receive}.receive()}}")
            mark(f"{n} received in time {{not scope{n}.cancelled_caught}}")
        except (EndOfStream, ClosedResourceError) as error:
            mark(f"{n} {{told(error)}}")
    """,
    "iterate": """
        with move_on_after({wait}) as scope{n}, suppress(ClosedResourceError):
            async for item in {receive}:
                mark(f"{n} got {{item}}")
        mark(f"{n} got all {{not scope{n}.cancelled_caught}}")
    """,
    "close the sending end": """
        await {send}.aclose()
        mark("{n} closed")
    """,
    "close the receiving end": """
        {receive}.close()
        mark("{n} closed")
    """,
    "move on": """
        with move_on_after({wait}, shield={bool}) as scope{n}:
            SCOPES[{n}] = scope{n}
            {task}
        mark(f"{n} cut off {{scope{n}.cancelled_caught}} {{scope{n}.cancel_called}}")
    """,
    "fail": """
        try:
            with fail_after({wait}) as scope{n}:
                SCOPES[{n}] = scope{n}
                {task}
            mark("{n} in time")
        except TimeoutError:
            mark("{n} too late")
    """,
    "shield": """
        with CancelScope(shield=True) as scope{n}:
            SCOPES[{n}] = scope{n}
            {task}
            mark("{n} behind the shield")
    """,
    "for ever": """
        with move_on_after({wait}):
            await sleep_forever()
        mark("{n} not for ever")
    """,
    "cancel": """
        mark("{n} cancels")
        cancel({scope})
    """,
    "put off": """
        change({scope}, deadline=anyio.current_time() + {wait})
        mark("{n} put off")
    """,
    "change shield": """
        change({scope}, shield={bool})
        mark("{n} changed a shield")
    """,
    "effective deadline": 'mark(f"{n} until {{units(current_effective_deadline())}}")',
    "cleanup": """
        try:
            {task}
        finally:
            mark("{n} cleans up")
            with move_on_after({wait}, shield={bool}):
                {task}
                mark("{n} is clean")
    """,
    "notice": """
        try:
            {task}
        except anyio.get_cancelled_exc_class():
            mark("{n} cancelled")
            raise
    """,
    "raise": 'raise Oops("{n}")',
    "catch": """
        try:
            {task}
        except Exception as error:
            mark(f"{n} caught {{told(error)}}")
    """,
    "catch in groups": """
        try:
            {task}
        except* Oops as error:
            mark(f"{n} caught {{told(error)}}")
    """,
    "generator": """
        async def numbers{n}():
            try:
                yield 1
                {task}
                yield 2
            finally:
                mark("{n} the generator ends")
        async with aclosing(numbers{n}()) as items{n}:
            async for item in items{n}:
                mark(f"{n} item {{item}}")
                if item == {few}:
                    break
                await sleep({wait})
    """,
    "call later": """
        later({wait}, "{n} called later")
        await checkpoint()
    """,
    "all blocked": """
        await sleep({wait})
        await wait_all_tasks_blocked()
        mark("{n} all are blocked")
    """,
}

FOR_THREADS = {
    "set flag": """
        {flag}.set()
        mark("{n} sets a flag")
    """,
    "put": """
        with suppress(queue.Full):
            {queue}.put_nowait({n})
            mark("{n} put")
    """,
}
"""Statements of tasks that act upon threads; threads may use them as well."""

# What threads do at one instant comes in any order in reality, so each begins at an instant of its own.
WORKERS = {
    "worker": """
        def work{n}():
            time.sleep({wait})
            {thread}
            return {n}
        mark(f"{n} worker returned {{await to_thread.run_sync(work{n}, abandon_on_cancel={bool}, limiter={limit})}}")
    """,
    "two workers": """
        def one{n}():
            time.sleep({wait})
            {thread}
        def other{n}():
            time.sleep({wait})
            {thread}
        async with create_task_group() as group{n}:
            SCOPES[{n}] = group{n}.cancel_scope
            group{n}.start_soon(partial(to_thread.run_sync, one{n}, abandon_on_cancel={bool}))
            group{n}.start_soon(partial(to_thread.run_sync, other{n}, abandon_on_cancel={bool}))
            {task}
        mark("{n} both workers are done")
    """,
}

OWN_THREADS = {
    "thread": """
        def own{n}():
            time.sleep({wait})
            try:
                {own}
            except Exception as error:
                mark(f"{n} thread: {{told(error)}}")
        thread{n} = threading.Thread(target=own{n}, daemon=True)
        thread{n}.start()
        {task}
        await to_thread.run_sync(thread{n}.join)
        mark("{n} thread is over")
    """,
    "join with a timeout": """
        def own{n}():
            time.sleep({wait})
            {own}
        thread{n} = threading.Thread(target=own{n}, daemon=True)
        thread{n}.start()
        await to_thread.run_sync(lambda: thread{n}.join({wait}))
        mark(f"{n} thread lives {{thread{n}.is_alive()}}")
    """,
    "timer": """
        timer{n} = threading.Timer({wait}, lambda: mark("{n} timer"))
        timer{n}.start()
        {task}
        timer{n}.cancel()
        mark("{n} timer cancelled")
    """,
    "pool": """
        def one{n}():
            time.sleep({wait})
            {own}
        def other{n}():
            time.sleep({wait})
            {own}
        pool{n} = concurrent.futures.ThreadPoolExecutor({few})
        futures{n} = [pool{n}.submit(one{n}), pool{n}.submit(other{n})]
        {task}
        await sleep({wait})  # what two threads do at one instant comes in any order
        mark(f"{n} done {{[future.done() for future in futures{n}]}}")
        await to_thread.run_sync(concurrent.futures.wait, futures{n})
        mark("{n} all done")
        pool{n}.shutdown()
    """,
    "result with a timeout": """
        def own{n}():
            time.sleep({wait})
            {own}
            return {n}
        pool{n} = concurrent.futures.ThreadPoolExecutor(1)
        future{n} = pool{n}.submit(own{n})
        try:
            mark(f"{n} result {{await to_thread.run_sync(lambda: future{n}.result({wait}))}}")
        except TimeoutError:
            mark("{n} no result yet")
        finally:
            pool{n}.shutdown(wait=False)
    """,
    "map": """
        def naps{n}(number):
            if number == 1:
                {own}
            mark(f"{n} mapped {{number}}")
            return number
        pool{n} = concurrent.futures.ThreadPoolExecutor({few})
        mark(f"{n} map {{await to_thread.run_sync(lambda: list(pool{n}.map(naps{n}, range(3))))}}")
        pool{n}.shutdown()
    """,
    "thread of the backend": """
        def work{n}():
            time.sleep({wait})
            {own}
            return {n}
        mark(f"{n} the thread returned {{await in_a_thread(work{n})}}")
    """,
    "portal": """
        async def asked{n}():
            {task}
            return {n}
        def own{n}():
            time.sleep({wait})
            {own}
            mark(f"{n} portal returned {{portal{n}.call(asked{n})}}")
        async with BlockingPortal() as portal{n}:
            thread{n} = threading.Thread(target=own{n}, daemon=True)
            thread{n}.start()
            {task}
            await to_thread.run_sync(thread{n}.join)
    """,
}

IN_THREADS = {
    "thread rests": """
        time.sleep({wait})
        mark("{n} rested")
    """,
    "say": TASK["say"],
    "clocks": TASK["clocks"],
    "await flag": 'mark(f"{n} flag {{{flag}.wait({wait})}}")',
    "get": """
        try:
            mark(f"{n} took {{{queue}.get(timeout={wait})}}")
        except queue.Empty:
            mark("{n} took nothing")
    """,
    "mutex": """
        if {mutex}.acquire(timeout={wait}):
            try:
                time.sleep({wait})
                mark("{n} had the mutex")
            finally:
                {mutex}.release()
    """,
    "monitor": """
        with {monitor}:
            mark(f"{n} monitor {{{monitor}.wait({wait})}}")
    """,
    "notify monitor": """
        with {monitor}:
            {monitor}.notify_all()
            mark("{n} notifies the monitor")
    """,
    "tell the loop": 'tell_the_loop("{n} told by a thread")',
    "heartbeat": """
        for beat in range(3):
            if {flag}.wait({wait}):
                break
            mark(f"{n} beat {{beat}}")
    """,
}

IN_WORKERS = {
    "ask": """
        async def asked{n}():
            {task}
            return {n}
        mark(f"{n} the loop answers {{from_thread.run(asked{n})}}")
    """,
    "ask sync": """
        from_thread.run_sync({event}.set)
        mark("{n} set by the loop")
    """,
    "check cancelled": """
        time.sleep({wait})  # at once, it would race against a thread whose error cancels this one
        from_thread.check_cancelled()
        mark("{n} not cancelled")
    """,
    "raise in the thread": 'raise Oops("{n}")',
}
