"""The precision and the number of threads are the same at every start: nothing is measured."""

import time

import pytest
import torch

from engine.core import devices
from engine.core.devices import computing, half_precision, update_threads
from engine.core.errors import ReposeError


@pytest.mark.parametrize(
    ("instructions", "limit", "expected"),
    [
        (True, "", torch.bfloat16),
        (True, "default", torch.bfloat16),
        (True, "AVX512_CORE_AMX", torch.bfloat16),
        (True, "avx2", None),
        (True, "AVX512_CORE_VNNI", None),
        (False, "", None),
    ],
)
def test_the_instructions_decide_the_precision(
    monkeypatch: pytest.MonkeyPatch, instructions: bool, limit: str, expected: torch.dtype | None
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: instructions)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", limit)
    monkeypatch.setattr(time, "perf_counter", lambda: pytest.fail("nothing is measured"))
    assert half_precision("cpu") is expected
    assert half_precision("cpu", "full") is None
    assert half_precision("cpu", "half") is torch.bfloat16


def test_a_gpu_computes_in_float16_unless_asked() -> None:
    assert half_precision("cuda") is torch.float16
    assert half_precision("mps", "full") is None


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (6, 6), (64, 8)])
def test_the_cores_decide_the_threads(
    monkeypatch: pytest.MonkeyPatch, cores: int, threads: int
) -> None:
    monkeypatch.setattr(devices, "_ALL_THREADS", cores)
    assert update_threads() == threads
    assert update_threads(3) == 3
    for wrong in (-1, 10**9):
        with pytest.raises(ReposeError, match="number of threads"):
            update_threads(wrong)


def test_what_computes_is_told() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert computing("cpu", torch.bfloat16) == "cpu, 2 threads, bfloat16"
        torch.set_num_threads(1)
        assert computing("cpu", torch.float32) == "cpu, 1 thread, float32"
        assert computing("cuda", torch.float16) == "cuda, float16"
    finally:
        torch.set_num_threads(before)
