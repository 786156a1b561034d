"""The networks of one update as a CUDA graph, for inference on an Nvidia GPU.

One update is about 150 small kernels: started one by one they take longer to start than to run. A
CUDA graph is captured once and then started as a whole; inputs and results go through pinned
memory, and the processor waits once for each update, for the results.

This module was written without a GPU at hand: it has never run on one, and no test can. A new graph
is therefore compared with the function itself before it is used.
"""

from collections.abc import Callable, Sequence
from threading import Lock

import torch
from torch import Tensor

_WARM_UP = 3  # runs before the capture, in which cuDNN selects and loads its kernels

_TOLERANCE = 0.02  # of 1: half precision


class CapturedGraph:
    """A function of tensors on a GPU, with the interface of `FusedGraph`; from any thread.

    Arguments and results are in main memory, what is prepared is on the GPU. The function must not
    wait for the GPU. Raises RuntimeError where it cannot be captured, or gives other results.
    """

    @torch.inference_mode()
    def __init__(
        self,
        function: Callable[..., tuple[Tensor, ...]],
        steady: Sequence[Tensor],
        changing: Sequence[Tensor | None],
    ) -> None:
        self._lock = Lock()
        self._host = [None if value is None else value.pin_memory() for value in changing]
        # The graph reads and writes these tensors, whatever they contain.
        self._steady = self.prepare(*steady)
        self._changing = [None if value is None else _on_gpu(value) for value in changing]
        arguments = (*self._steady, *self._changing)
        # Warm-up in a stream of its own, as capturing demands.
        beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(_WARM_UP):
                function(*arguments)
        torch.cuda.current_stream().wait_stream(beside)
        self._graph = torch.cuda.CUDAGraph()
        # Other threads may use the GPU meanwhile.
        with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
            self._results = function(*arguments)
        self._found = [torch.empty(r.shape, dtype=r.dtype, pin_memory=True) for r in self._results]
        if not self._agrees(function):
            raise RuntimeError("The captured graph does not give the results of the function.")

    @torch.inference_mode()
    def prepare(self, *steady: Tensor) -> tuple[Tensor, ...]:
        """The steady arguments on the GPU."""
        return tuple(_on_gpu(value) for value in steady)

    @torch.inference_mode()
    def __call__(
        self, prepared: tuple[Tensor, ...], *changing: Tensor | None
    ) -> tuple[Tensor, ...]:
        """The function's results; ``prepared`` comes from `prepare`."""
        with self._lock:
            for steady, value in zip(self._steady, prepared, strict=True):
                steady.copy_(value)
            for own, pinned, new in zip(self._changing, self._host, changing, strict=True):
                if own is not None and pinned is not None and new is not None:
                    own.copy_(pinned.copy_(new), non_blocking=True)
            self._graph.replay()
            for found, result in zip(self._found, self._results, strict=True):
                found.copy_(result, non_blocking=True)
            torch.cuda.current_stream().synchronize()  # the only wait
            return tuple(found.clone() for found in self._found)

    def _agrees(self, function: Callable[..., tuple[Tensor, ...]]) -> bool:
        """Whether the graph gives the results of the function for other arguments."""
        steady = tuple(torch.rand_like(value) for value in self._steady)
        changing = [None if value is None else torch.rand_like(value) for value in self._host]
        wanted = function(*steady, *(None if v is None else _on_gpu(v) for v in changing))
        found = self(steady, *changing)
        pairs = zip(found, wanted, strict=True)
        return all(torch.allclose(own, true.cpu(), atol=_TOLERANCE) for own, true in pairs)


def _on_gpu(picture: Tensor) -> Tensor:
    """A copy of a picture BxCxHxW, in channels_last order."""
    return picture.to("cuda", memory_format=torch.channels_last, copy=True)
