"""A function of tensors as one list of operations, captured ahead and rewritten for a processor.

The function runs once and every operation on tensors is noted down. Then the list is rewritten:

- convolutions take along what follows them (an addition, a ReLU), with weights in oneDNN's order;
- what depends on the steady inputs alone, such as their share of a first layer, is kept;
- nothing is rearranged for its own sake: a convolution with larger strides reads the pixels where
  they lie, and what is mixed pixel by pixel lies plane by plane.

This needs no compiler and follows whatever the networks are: what is not recognised stays as it is.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor, fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

_aten = torch.ops.aten
_RELU = (_aten.relu.default, _aten.relu_.default)
_COPY = _aten._to_copy.default
_CONVOLUTION = _aten.convolution.default


def can_fuse() -> bool:
    """Whether this build of torch has oneDNN's fused convolutions."""
    built_in: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return built_in and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


class FusedGraph:
    """A function whose first arguments, the steady ones, seldom change.

        captured = FusedGraph(function, steady, changing)
        kept = captured.prepare(*steady)        # seldom
        results = captured(kept, *changing)     # often; from any thread

    The arguments given here are examples: all others have their shapes and types. ``changing`` may
    hold a None, which stays one.
    """

    def __init__(
        self,
        function: Callable[..., tuple[Tensor, ...]],
        steady: Sequence[Tensor],
        changing: Sequence[Tensor | None],
    ) -> None:
        recorder = _Recorder()
        # Clones, for the same tensor twice would be taken for one argument.
        examples = [None if value is None else value.clone() for value in (*steady, *changing)]
        inputs = [recorder.input(value) for value in examples]
        with torch.no_grad(), recorder:
            results = function(*examples)
        recorder.graph.output(tuple(recorder.node(result) for result in results))
        firsts, others = inputs[: len(steady)], inputs[len(steady) :]
        _split_first_layers(recorder, firsts)
        _leave_planes(recorder)
        _fuse(recorder)
        before, after = _parted(recorder.graph, firsts, others)
        self._prepare = fx.GraphModule(recorder.constants, before)
        self._run = fx.GraphModule(recorder.constants, after)

    @torch.inference_mode()
    def prepare(self, *steady: Tensor) -> tuple[Tensor, ...]:
        """What is needed of the steady arguments."""
        return cast(tuple[Tensor, ...], self._prepare(*steady))

    @torch.inference_mode()
    def __call__(self, kept: tuple[Tensor, ...], *changing: Tensor | None) -> tuple[Tensor, ...]:
        """What the function returns; ``kept`` is from `prepare`."""
        return cast(tuple[Tensor, ...], self._run(*kept, *changing))


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes down each operation on tensors as a node of ``graph``."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # to tell torch's compiler to skip this takes loading it: a second

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.graph = fx.Graph()
        self.constants: dict[str, Any] = {}
        self._nodes: dict[int, fx.Node] = {}
        self._alive: list[Tensor] = []  # or an id could come again

    def input(self, value: Tensor | None) -> fx.Node:
        """The node of an argument."""
        return self._noted(value, self.graph.placeholder(f"argument{len(self.graph.nodes)}"))

    def constant(self, value: Tensor) -> fx.Node:
        """A node that is always ``value``."""
        name = f"constant{len(self.constants)}"
        self.constants[name] = value
        return self._noted(value, self.graph.get_attr(name))

    def call(self, function: Callable[..., Any], *args: Any) -> fx.Node:
        """A node for ``function`` of nodes."""
        value = function(*tree_map_only(fx.Node, lambda node: node.meta["value"], args))
        return self._noted(value, self.graph.call_function(function, args))

    def node(self, value: Tensor) -> fx.Node:
        """Where ``value`` comes from."""
        return self._nodes.get(id(value)) or self.constant(value)

    def _noted(self, value: Any, node: fx.Node) -> fx.Node:
        node.meta["value"] = value
        if isinstance(value, Tensor):
            self._nodes[id(value)] = node
            self._alive.append(value)
        return node

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        noted_args, noted_kwargs = tree_map_only(Tensor, self.node, (args, dict(kwargs or {})))
        node = self._noted(result, self.graph.call_function(func, noted_args, noted_kwargs))
        if not isinstance(result, Tensor):
            for k, part in enumerate(result):
                self._noted(part, self.graph.call_function(operator.getitem, (node, k)))
        return result


def _split_first_layers(recorder: _Recorder, steady: Sequence[fx.Node]) -> None:
    """A convolution over steady and other channels becomes a sum of one for each of its inputs: the
    steady one's can be kept. Patches of pixels are read with larger strides instead.
    """
    pixels: dict[tuple[fx.Node, int, torch.dtype], fx.Node] = {}
    for node in _convolutions(recorder.graph):
        x, weight, bias, stride, padding, dilation, *_, groups = _arguments(node)
        chain: list[fx.Node] = [x]
        while chain[-1].target in (_aten.pixel_unshuffle.default, _COPY):
            chain.append(_arguments(chain[-1])[0])
        if chain[-1].target is not _aten.cat.default or any(len(k.users) > 1 for k in chain):
            continue
        parts, *axis = _arguments(chain[-1])
        first = [part for part in parts if part in steady]
        patches = [_arguments(k)[1] for k in chain if k.target is _aten.pixel_unshuffle.default]
        patch: int = patches[0] if patches else 1
        plain = (
            groups == 1
            and len({*parts}) == len(parts)
            and (patch == 1 or [stride, dilation] == [[1, 1], [1, 1]])
        )
        if axis != [1] or not 0 < len(first) < len(parts) or len(patches) > 1 or not plain:
            continue
        weights: Tensor = weight.meta["value"].detach()
        sizes = [part.meta["value"].shape[1] * patch**2 for part in parts]
        shares = dict(zip(parts, torch.split(weights, sizes, dim=1), strict=True))
        steps, margins = [stride[0] * patch, stride[1]], [padding[0] * patch, padding[1]]
        total: fx.Node | None = None
        with recorder.graph.inserting_before(node):
            for part in [*first, *(part for part in parts if part not in steady)]:
                key = (part, patch, weights.dtype)
                if key not in pixels:
                    pixels[key] = recorder.call(_as_pixels, *key)
                w = recorder.constant(_over_patches(shares[part], patch))
                how = (steps, margins, dilation, False, [0, 0], 1)
                drawn = recorder.call(_CONVOLUTION, pixels[key], w, bias, *how)
                total = drawn if total is None else recorder.call(_aten.add.Tensor, total, drawn)
                bias = None  # once is enough
        if total is not None:
            _replace(node, total)
        for link in chain:
            recorder.graph.erase_node(link)


def _over_patches(weights: Tensor, patch: int) -> Tensor:
    """Weights for the pixels of patches (O, C x patch^2, h, w) as `_as_pixels` has them:
    (O, patch x C, patch x h, w)."""
    patches = weights.reshape(len(weights), -1, patch, patch, *weights.shape[2:])
    return patches.permute(0, 3, 1, 4, 2, 5).flatten(3, 4).flatten(1, 2).contiguous()


def _leave_planes(recorder: _Recorder) -> None:
    """What a convolution draws as patches of pixels is put in its place plane by plane at once."""
    for node in list(recorder.graph.nodes):
        if node.target is _aten.pixel_shuffle.default:
            after = _only_user(node)
            last = after if after is not None and after.target is _COPY else node
            if last.meta["value"].dtype is torch.float32:
                with recorder.graph.inserting_before(last):
                    planes = recorder.call(_as_planes, *node.args)
                for replaced in {last: 0, node: 0}:
                    _replace(replaced, planes)


def _fuse(recorder: _Recorder) -> None:
    """Convolutions with what follows them."""
    graph = recorder.graph
    place = {node: k for k, node in enumerate(graph.nodes)}
    for node in _convolutions(graph):
        x, weight, bias, stride, padding, dilation, *_, groups = _arguments(node)
        chain = [node]
        added = [part for part in _terms(_only_user(node)) if part is not node]
        other = added[0] if added else None
        if other is not None and _same_kind(other, node) and place[other] < place[node]:
            chain.append(next(iter(node.users)))
        else:
            other = None
        after = _only_user(chain[-1])
        relu = after is not None and after.target in _RELU
        if after is not None and relu:
            chain.append(after)
        with graph.inserting_before(node):
            w = recorder.constant(
                torch.ops.mkldnn._reorder_convolution_weight(
                    weight.meta["value"].detach(), padding, stride, dilation, groups,
                    list(x.meta["value"].shape),
                )
            )  # fmt: skip
            how = (w, bias, padding, stride, dilation, groups)
            fused_with = torch.ops.mkldnn._convolution_pointwise
            if other is None:
                plain: tuple[Any, ...] = (x, *how, "relu" if relu else "none", [], "")
                fused = graph.call_function(fused_with.default, plain)
            else:
                sums: tuple[Any, ...] = (
                    x,
                    other,
                    *how,
                    "add",
                    1.0,
                    "relu" if relu else None,
                    [],
                    None,
                )
                fused = graph.call_function(fused_with.binary, sums)
        fused.meta, place[fused] = dict(node.meta), place[node]
        for link in reversed(chain):
            _replace(link, fused)


def _parted(
    graph: fx.Graph, firsts: Sequence[fx.Node], others: Sequence[fx.Node]
) -> tuple[fx.Graph, fx.Graph]:
    """What can be computed of the steady arguments alone, and the rest, which takes its results."""
    steady = _steady(graph, firsts)
    kept = [node for node in graph.nodes if node in steady and not steady.issuperset(node.users)]
    rest = {node for node in graph.nodes if node not in steady}
    return _part(graph, firsts, steady, kept), _part(graph, [*kept, *others], rest)


def _steady(graph: fx.Graph, firsts: Sequence[fx.Node]) -> set[fx.Node]:
    """The nodes whose values depend on the steady arguments, and nothing else but constants."""
    written: set[fx.Node] = set()  # what an operation in place changes later
    for node in graph.nodes:
        if _writes(node):
            changed = node.args[0]
            while isinstance(changed, fx.Node):
                written.add(changed)
                changed = changed.args[0] if changed.args else None
    steady = set(firsts)
    for node in graph.nodes:
        from_where = node.all_input_nodes
        if (
            node.op == "call_function"
            and not steady.isdisjoint(from_where)
            and all(part in steady or part.op == "get_attr" for part in from_where)
            and not _writes(node)
            and node not in written
        ):
            steady.add(node)
    return steady


def _part(
    graph: fx.Graph,
    arguments: Sequence[fx.Node],
    nodes: set[fx.Node],
    results: Sequence[fx.Node] | None = None,
) -> fx.Graph:
    """A copy of some nodes, in their order, as a function of ``arguments``; without ``results``,
    the graph's own output is among them."""
    part = fx.Graph()
    copies = {node: part.placeholder(node.name) for node in arguments}
    for node in graph.nodes:
        wanted = not nodes.isdisjoint(node.users) if node.op == "get_attr" else node in nodes
        if wanted and node not in copies and node.op != "placeholder":
            copies[node] = part.node_copy(node, copies.__getitem__)
    if results is not None:
        part.output(tuple(copies[node] for node in results))
    return part


def _writes(node: fx.Node) -> bool:
    """Whether it is an operation in place."""
    schema = getattr(node.target, "_schema", None)
    return schema is not None and bool(schema.is_mutable)


def _convolutions(graph: fx.Graph) -> list[fx.Node]:
    """Those with constant weights, transposed ones aside."""
    return [
        node
        for node in graph.nodes
        if node.target is _CONVOLUTION and not node.args[6] and node.args[1].op == "get_attr"
    ]


def _arguments(node: fx.Node) -> Any:
    """The arguments of ``node``, of no type that could be told."""
    return node.args


def _only_user(node: fx.Node) -> fx.Node | None:
    return next(iter(node.users)) if len(node.users) == 1 else None


def _terms(node: fx.Node | None) -> tuple[fx.Node, ...]:
    """What ``node`` adds up, if it is a plain addition of tensors."""
    if node is None or node.target is not _aten.add.Tensor or node.kwargs:
        return ()
    terms = node.args
    return terms if all(isinstance(term, fx.Node) for term in terms) else ()  # type: ignore[return-value]


def _same_kind(one: fx.Node, other: fx.Node) -> bool:
    a, b = one.meta["value"], other.meta["value"]
    return bool(a.shape == b.shape and a.dtype == b.dtype)


def _replace(node: fx.Node, by: fx.Node) -> None:
    node.replace_all_uses_with(by)
    node.graph.erase_node(node)


def _as_pixels(picture: Tensor, patch: int, precision: torch.dtype) -> Tensor:
    """A picture (B, C, H, W) pixel by pixel in memory, ``patch`` neighbours in a row as one pixel
    of so many times the channels: (B, patch x C, H, W / patch)."""
    count, _, height, _ = picture.shape
    pixels = picture.permute(0, 2, 3, 1).contiguous().to(precision)
    return pixels.view(count, height, picture.shape[3] // patch, -1).permute(0, 3, 1, 2)


def _as_planes(patches: Tensor, patch: int) -> Tensor:
    """What `pixel_shuffle` makes of (B, C x patch^2, H, W), plane by plane in memory, float32."""
    count, channels, height, width = patches.shape
    shape = (count, channels // patch**2, height * patch, width * patch)
    planes = torch.empty(shape, dtype=torch.float32, device=patches.device)
    parts = patches.view(count, -1, patch, patch, height, width)
    for row in range(patch):
        for column in range(patch):
            planes[..., row::patch, column::patch].copy_(parts[:, :, row, column])
    return planes
