"""The cache of futures and the micro-batcher."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.core.errors import ReposeError
from engine.core.sharing import FutureCache, MicroBatcher


def test_each_key_is_computed_once_for_all_threads() -> None:
    asked: list[int] = []

    def work(key: int) -> int:
        asked.append(key)
        return key * key

    cache = FutureCache(work, 10)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda key: cache.start(key).result(), [1, 2, 3] * 20))
        ahead = cache.start(4, pool)
        assert cache.start(4).result() == ahead.result() == 16
    assert answers == [1, 4, 9] * 20
    assert sorted(asked) == [1, 2, 3, 4]


def test_errors_are_cached_and_the_least_recent_key_is_evicted() -> None:
    asked: list[int] = []

    def work(key: int) -> int:
        asked.append(key)
        if key == 0:
            raise ReposeError("No zero.")
        return key

    cache = FutureCache(work, 2)
    for key in (0, 0, 1, 2, 0):
        if key:
            assert cache.start(key).result() == key
        else:
            with pytest.raises(ReposeError, match="No zero"):
                cache.start(key).result()
    assert asked == [0, 1, 2, 0]


def test_an_error_that_may_not_come_again_is_not_cached() -> None:
    errors: list[BaseException] = [MemoryError(), KeyboardInterrupt(), OSError("no file")]

    def work(key: int) -> int:
        if errors:
            raise errors.pop(0)
        return key

    cache = FutureCache(work, 2)
    for error in tuple(errors):
        with pytest.raises(type(error)):
            cache.start(7).result()
    assert cache.start(7).result() == 7


def test_requests_that_wait_are_answered_together() -> None:
    batches: list[list[int]] = []
    first_came, others_wait = threading.Event(), threading.Event()

    def answer(requests: Sequence[int]) -> list[int]:
        batches.append(sorted(requests))
        first_came.set()
        others_wait.wait(120)
        return [-request for request in requests]

    with MicroBatcher(answer, 3) as ask, ThreadPoolExecutor(8) as pool:
        first = pool.submit(ask, 0)
        first_came.wait(120)
        others = [pool.submit(ask, k) for k in range(1, 8)]
        while ask._requests.qsize() < 7:
            pass
        others_wait.set()
        assert [future.result(10) for future in (first, *others)] == [-k for k in range(8)]
    assert [len(batch) for batch in batches] == [1, 3, 3, 1]


def test_one_bad_request_fails_alone() -> None:
    def answer(requests: Sequence[int]) -> list[float]:
        return [1 / request for request in requests]

    with MicroBatcher(answer, 8) as ask, ThreadPoolExecutor(8) as pool:
        futures = {k: pool.submit(ask, k) for k in (1, 2, 0, 4)}
        assert [futures[k].result(10) for k in (1, 2, 4)] == [1, 0.5, 0.25]
        with pytest.raises(ZeroDivisionError):
            futures[0].result(10)
