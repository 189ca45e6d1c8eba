"""Photographs wait their turn, only so many and only so long."""

import asyncio
import threading

import pytest

from emograph.adapters.web.http_error import HttpError
from emograph.adapters.web.workers import Workers


async def _stays() -> bool:
    return False


async def _leaves() -> bool:
    return True


def test_work_is_done_by_always_the_same_threads() -> None:
    workers, names = Workers(2, 8, 10), set()

    async def ask() -> None:
        for _ in range(10):
            names.add(await workers.run(lambda _: threading.get_ident(), _stays))

    asyncio.run(ask())
    workers.close()
    assert len(names) <= 2


def test_beyond_the_places_everyone_is_refused_and_told_when_to_come_back() -> None:
    workers, end = Workers(1, 1, 10), threading.Event()

    async def ask() -> None:
        running = asyncio.create_task(workers.run(lambda _: end.wait(5), _stays))
        await asyncio.sleep(0.1)
        with workers.place():
            with pytest.raises(HttpError) as caught, workers.place():
                pytest.fail("There was another place.")
            assert caught.value.status == 503
            assert caught.value.headers["Retry-After"].isdigit()
        waiting = asyncio.create_task(workers.run(lambda _: "done", _stays))
        await asyncio.sleep(0.05)
        assert (workers.running, workers.waiting) == (1, 1)
        end.set()
        assert await running
        assert await waiting == "done"
        with workers.place():
            pass

    asyncio.run(ask())
    workers.close()


def test_what_a_client_waits_for_that_has_left_is_dropped() -> None:
    workers, end, done = Workers(1, 4, 10), threading.Event(), []

    async def ask() -> None:
        running = asyncio.create_task(workers.run(lambda _: end.wait(5), _stays))
        await asyncio.sleep(0.05)
        with pytest.raises(HttpError, match="left"):
            await workers.run(lambda _: done.append(1), _leaves)
        assert workers.waiting == 0
        end.set()
        await running

    asyncio.run(ask())
    workers.close()
    assert not done


def test_what_takes_too_long_is_given_up_and_keeps_its_place() -> None:
    workers, end = Workers(1, 0, 0.05), threading.Event()

    async def ask() -> None:
        with pytest.raises(HttpError, match="in time"):
            await workers.run(lambda _: end.wait(5), _stays)
        with pytest.raises(HttpError), workers.place():
            pytest.fail("The thread is still at work.")
        end.set()

    asyncio.run(ask())
    workers.close()


def test_a_fault_is_told_without_what_the_machine_is_like(
    caplog: pytest.LogCaptureFixture,
) -> None:
    workers = Workers(1, 1, 10)

    def broken(_: float) -> None:
        raise RuntimeError("/home/someone is full")

    async def ask() -> None:
        with pytest.raises(HttpError) as caught:
            await workers.run(broken, _stays)
        assert caught.value.status == 500
        assert "someone" not in caught.value.message

    asyncio.run(ask())
    workers.close()
    assert "someone" in caplog.text
