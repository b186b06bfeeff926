"""``no_grad``, ``enable_grad`` and ``set_grad_enabled``."""

import asyncio
import contextvars
import inspect
import threading

import pytest

import fastgrad as fg


@pytest.fixture
def x():
    return fg.ones(2, requires_grad=True)


def test_nothing_is_recorded_under_no_grad(x):
    with fg.no_grad():
        assert not fg.is_grad_enabled()
        y = x * 2.0
    assert fg.is_grad_enabled()
    assert not y.requires_grad
    assert (x * 2.0).requires_grad


def test_enable_grad_records_within_no_grad(x):
    with fg.no_grad(), fg.enable_grad():
        assert (x * 2.0).requires_grad


def test_modes_nest_and_are_restored_after_an_error(x):
    with fg.no_grad():
        with fg.enable_grad():
            pass
        assert not fg.is_grad_enabled()
    with pytest.raises(KeyError), fg.no_grad():
        raise KeyError
    assert fg.is_grad_enabled()


def test_one_mode_object_can_be_entered_again_within_itself(x):
    off = fg.no_grad()
    with off:
        with off:
            pass
        assert not fg.is_grad_enabled()
    assert fg.is_grad_enabled()


def test_set_grad_enabled_acts_at_once_and_as_a_context(x):
    fg.set_grad_enabled(False)
    try:
        assert not fg.is_grad_enabled()
    finally:
        fg.set_grad_enabled(True)
    with fg.set_grad_enabled(False):
        assert not fg.is_grad_enabled()
        with fg.set_grad_enabled(True):
            assert (x * 2.0).requires_grad
        assert not fg.is_grad_enabled()
    assert fg.is_grad_enabled()


def test_one_set_grad_enabled_can_be_entered_again():
    off = fg.set_grad_enabled(False)
    with off:
        assert not fg.is_grad_enabled()
        with fg.enable_grad(), off:
            assert not fg.is_grad_enabled()
        assert not fg.is_grad_enabled()
    assert fg.is_grad_enabled()
    with off:
        assert not fg.is_grad_enabled()
    assert fg.is_grad_enabled()


def test_one_set_grad_enabled_can_decorate_several_functions(x):
    off = fg.set_grad_enabled(False)

    @off
    def double(x):
        return x * 2.0

    @off
    def triple(x):
        return x * 3.0

    assert fg.is_grad_enabled()
    assert not double(x).requires_grad
    assert not triple(x).requires_grad
    with off:
        assert not fg.is_grad_enabled()
    assert fg.is_grad_enabled()


def test_set_grad_enabled_takes_true_or_false():
    with pytest.raises(TypeError, match="True or False, got 'False'"):
        fg.set_grad_enabled("False")
    assert fg.is_grad_enabled()


def test_a_decorated_function_runs_in_the_mode(x):
    @fg.no_grad()
    def double(a):
        """Doc."""
        return a * 2.0

    assert not double(x).requires_grad
    assert double.__name__ == "double"
    assert double.__doc__ == "Doc."
    assert fg.is_grad_enabled()


def test_set_grad_enabled_as_a_decorator_changes_nothing_outside(x):
    @fg.set_grad_enabled(False)
    def double(a):
        return a * 2.0

    assert fg.is_grad_enabled()
    assert not double(x).requires_grad
    assert fg.is_grad_enabled()


def test_a_decorator_without_its_parentheses_is_refused():
    with pytest.raises(TypeError, match=r"@no_grad\(\)"):

        @fg.no_grad
        def double(a):
            return a * 2.0


def test_a_decorated_recursive_function_restores_the_mode():
    @fg.no_grad()
    def depth(n):
        assert not fg.is_grad_enabled()
        return 0 if n == 0 else 1 + depth(n - 1)

    assert depth(5) == 5
    assert fg.is_grad_enabled()


def test_in_a_decorated_generator_the_mode_holds_only_while_it_runs(x):
    @fg.no_grad()
    def results():
        for _ in range(2):
            yield x * 2.0

    for y in results():
        assert not y.requires_grad
        assert fg.is_grad_enabled()


def test_a_decorated_generator_can_be_sent_to_thrown_into_and_closed():
    log = []

    @fg.no_grad()
    def echo():
        received = None
        while True:
            try:
                received = yield (received, fg.is_grad_enabled())
            except KeyError:
                received = "caught"
            except GeneratorExit:
                log.append(fg.is_grad_enabled())
                return

    g = echo()
    assert next(g) == (None, False)
    assert g.send(1) == (1, False)
    assert g.throw(KeyError()) == ("caught", False)
    g.close()
    assert log == [False]
    assert fg.is_grad_enabled()


def test_a_decorated_generator_returns_its_value():
    @fg.no_grad()
    def one():
        yield 1
        return "done"

    def outer():
        return (yield from one())

    g = outer()
    next(g)
    with pytest.raises(StopIteration) as stop:
        next(g)
    assert stop.value.value == "done"


def test_the_mode_is_each_threads_own(x):
    seen = {}
    entered, leave = threading.Event(), threading.Event()

    def work():
        with fg.no_grad():
            entered.set()
            leave.wait(10)
            seen["inside"] = fg.is_grad_enabled()

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait(10)
    assert fg.is_grad_enabled()
    assert (x * 2.0).requires_grad
    leave.set()
    thread.join()
    assert seen["inside"] is False

    with fg.no_grad():
        fresh = []
        other = threading.Thread(target=lambda: fresh.append(fg.is_grad_enabled()))
        other.start()
        other.join()
    assert fresh == [True]


def test_a_backward_pass_leaves_the_mode_as_it_was(x):
    with fg.no_grad():
        with fg.enable_grad():
            y = (x * x).sum()
        y.backward()
        assert not fg.is_grad_enabled()
    (x * x).sum().backward(create_graph=True)
    assert fg.is_grad_enabled()


def test_in_place_on_a_leaf_is_for_no_grad(x):
    with pytest.raises(RuntimeError, match="no_grad"):
        x += 1.0
    with fg.no_grad():
        x += 1.0
    assert x.tolist() == [2.0, 2.0]
    assert x.is_leaf
    assert x.requires_grad


def test_results_made_under_no_grad_are_leaves_to_build_on(x):
    with fg.no_grad():
        y = x * 2.0
    y.requires_grad_()
    (y * y).sum().backward()
    assert y.grad.tolist() == [4.0, 4.0]
    assert x.grad is None


# ---- contexts (PEP 567) and asyncio ----------------------------------------------------------------------------------


async def take_turns(steps=3):
    for _ in range(steps):
        await asyncio.sleep(0)


def test_a_mode_held_across_an_await_stays_in_its_task(x):
    async def unrecorded():
        with fg.no_grad():
            for _ in range(5):
                await take_turns(1)
                assert not (x * 2.0).requires_grad

    async def recorded():
        for _ in range(8):
            await take_turns(1)
            assert (x * 2.0).requires_grad

    async def within():
        with fg.no_grad():
            await take_turns(2)
            with fg.enable_grad():
                await take_turns(2)
                assert (x * 2.0).requires_grad
            await take_turns(2)
            assert not fg.is_grad_enabled()

    async def lasting():
        await take_turns(1)
        fg.set_grad_enabled(False)
        await take_turns(3)
        assert not fg.is_grad_enabled()

    async def main():
        await asyncio.gather(*[f() for f in (unrecorded, recorded, within, lasting, recorded, unrecorded)])
        assert fg.is_grad_enabled()

    asyncio.run(main())
    assert fg.is_grad_enabled()


def test_a_task_begins_with_the_mode_that_it_was_made_in(x):
    async def ask():
        await take_turns()
        return (x * 2.0).requires_grad

    async def main():
        with fg.no_grad():
            early = asyncio.ensure_future(ask())
            inside = await ask()
        return await early, inside, await ask()

    assert asyncio.run(main()) == (False, False, True)


def test_threads_of_an_executor_follow_the_context_that_they_are_given(x):
    async def main():
        loop = asyncio.get_running_loop()
        with fg.no_grad():
            own = await loop.run_in_executor(None, fg.is_grad_enabled)
            copied = await asyncio.to_thread(fg.is_grad_enabled)
        return own, copied, await asyncio.to_thread(fg.is_grad_enabled)

    assert asyncio.run(main()) == (True, False, True)


def test_one_mode_object_shared_by_tasks(x):
    off = fg.no_grad()

    async def run(turns):
        with off:
            await take_turns(turns)
            assert not fg.is_grad_enabled()
        assert fg.is_grad_enabled()
        await take_turns(1)
        assert fg.is_grad_enabled()

    async def main():
        await asyncio.gather(run(1), run(4), run(2), run(3))

    asyncio.run(main())


def test_a_copied_context_keeps_the_mode_and_what_it_changes_stays_there(x):
    with fg.no_grad():
        context = contextvars.copy_context()
    assert fg.is_grad_enabled()
    assert not context.run(fg.is_grad_enabled)
    context.run(fg.set_grad_enabled, True)
    assert context.run(fg.is_grad_enabled)
    contextvars.copy_context().run(fg.set_grad_enabled, False)
    assert (x * 2.0).requires_grad


def test_a_block_left_in_another_context_is_over_everywhere(x):
    off = fg.no_grad()
    context = contextvars.copy_context()
    context.run(off.__enter__)
    assert not context.run(fg.is_grad_enabled)
    assert fg.is_grad_enabled()
    off.__exit__()
    assert context.run(fg.is_grad_enabled)
    assert fg.is_grad_enabled()


def test_blocks_left_in_another_order_than_entered_leave_nothing_behind(x):
    def block():
        with fg.no_grad():
            yield

    first, second = block(), block()
    next(first)
    next(second)
    first.close()
    assert not fg.is_grad_enabled()
    second.close()
    assert fg.is_grad_enabled()


def test_a_block_undoes_what_was_set_inside_it(x):
    with fg.no_grad():
        fg.set_grad_enabled(True)
        assert fg.is_grad_enabled()
    assert fg.is_grad_enabled()
    with fg.enable_grad():
        fg.set_grad_enabled(False)
    assert fg.is_grad_enabled()


def test_decorated_coroutines_and_asynchronous_generators_run_in_the_mode(x):
    @fg.no_grad()
    async def predict():
        await take_turns(2)
        return (x * 2.0).requires_grad

    @fg.no_grad()
    async def predictions():
        try:
            got = yield (x * 2.0).requires_grad
            await take_turns(1)
            yield got, (x * 2.0).requires_grad
        finally:
            assert not fg.is_grad_enabled()

    async def main():
        values = predictions()
        first = await values.asend(None)
        assert fg.is_grad_enabled()
        second = await values.asend("sent")
        assert fg.is_grad_enabled()
        await values.aclose()
        return await predict(), first, second, [v async for v in predictions()]

    assert asyncio.run(main()) == (False, False, ("sent", False), [False, (None, False)])
    assert inspect.iscoroutinefunction(predict)
    assert inspect.isasyncgenfunction(predictions)


@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_and_custom_functions_may_switch_modes_and_run_tasks(x, create_graph):
    def switch(grad):
        assert (grad * x).requires_grad is create_graph
        with fg.enable_grad():
            assert (grad * x).requires_grad
        with fg.no_grad():
            assert not (grad * x).requires_grad
        fg.set_grad_enabled(not create_graph)

        async def task(on):
            with fg.set_grad_enabled(on):
                await take_turns(2)
                assert (x * 2.0).requires_grad is on

        async def main():
            await asyncio.gather(task(True), task(False))

        asyncio.run(main())

    class Switching(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            assert not fg.is_grad_enabled()
            return x * 1.0

        @staticmethod
        def backward(ctx, grad):
            switch(grad)
            return grad

    for recorded in (True, False):
        y = Switching.apply(x * 1.0) * 2.0
        y.register_hook(switch)
        with fg.set_grad_enabled(recorded):
            y.backward(fg.ones(2), create_graph=create_graph)
            assert fg.is_grad_enabled() is recorded
        assert x.grad.tolist() == [2.0, 2.0]
        x.grad = None


def test_a_pass_in_one_thread_does_not_stop_another_from_recording(x):
    recorded = []

    def record():
        thread = threading.Thread(target=lambda: recorded.append((x * 2.0).requires_grad))
        thread.start()
        thread.join()

    y = x * 2.0
    y.register_hook(lambda grad: record())
    y.sum().backward()
    assert recorded == [True]


def test_switching_for_good_again_and_again_keeps_nothing(x):
    for _ in range(2000):
        fg.set_grad_enabled(False)
        fg.set_grad_enabled(True)
    assert (x * 2.0).requires_grad
