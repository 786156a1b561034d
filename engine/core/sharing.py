"""Thread-safe caching and batching: an LRU cache of futures, a micro-batcher."""

import queue
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from engine.core.errors import ReposeError

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class FutureCache(Generic[_Key, _Value]):
    """An LRU cache of futures: each key is computed once, for all threads.

    A ReposeError is cached too: the same key gives it again. Any other exception (out of memory, an
    interrupt) may not come again: the next caller computes the key anew.

    ``most`` is the capacity.
    """

    def __init__(self, work: Callable[[_Key], _Value], most: int) -> None:
        self._work, self._most, self._lock = work, most, Lock()
        self._futures: OrderedDict[_Key, Future[_Value]] = OrderedDict()

    def start(self, key: _Key, pool: ThreadPoolExecutor | None = None) -> Future[_Value]:
        """The future of ``key``; the first caller computes it, in ``pool`` or in its own thread."""
        with self._lock:
            known = self._futures.get(key)
            if known is not None:
                self._futures.move_to_end(key)
                return known
            future: Future[_Value] = Future()
            self._futures[key] = future
            if len(self._futures) > self._most:
                self._futures.popitem(last=False)
        if pool is None:
            self._answer(future, key)
        else:
            pool.submit(self._answer, future, key)
        return future

    def _answer(self, future: Future[_Value], key: _Key) -> None:
        try:
            future.set_result(self._work(key))
        except BaseException as error:
            if not isinstance(error, ReposeError):
                with self._lock:
                    if self._futures.get(key) is future:
                        del self._futures[key]
            future.set_exception(error)


class MicroBatcher(Generic[_Request, _Answer]):
    """Collects requests of several threads into batches: a GPU is fastest with many pictures.

    Calling it with a request blocks until its answer. A worker thread passes all requests that are
    waiting, at most ``most``, to ``answer``. If that fails (out of memory, an invalid request), the
    requests are answered one by one, so that each caller gets the error of its own request only.
    A context manager.
    """

    def __init__(
        self, answer: Callable[[Sequence[_Request]], Sequence[_Answer]], most: int
    ) -> None:
        self._answer, self._most = answer, most
        self._requests: queue.SimpleQueue[tuple[_Request, Future[_Answer]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = Thread(target=self._work, name="networks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._requests.put(None)
        self._thread.join()

    def __call__(self, request: _Request) -> _Answer:
        future: Future[_Answer] = Future()
        self._requests.put((request, future))
        return future.result()

    def _work(self) -> None:
        while (first := self._requests.get()) is not None:
            batch = [first]
            while len(batch) < self._most:
                try:
                    another = self._requests.get_nowait()
                except queue.Empty:
                    break
                if another is None:
                    self._requests.put(None)
                    break
                batch.append(another)
            self._answer_all(batch)

    def _answer_all(self, batch: list[tuple[_Request, Future[_Answer]]]) -> None:
        try:
            answers = self._answer([request for request, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for one in batch:
                self._answer_all([one])
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)
