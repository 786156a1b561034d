"""The networks of one update as a graph of oneDNN's fused convolutions, for inference on a CPU.

The function is traced once (every ATen operation becomes a node of a `torch.fx` graph). Then

- a convolution takes in the addition and the ReLU that follow it, with weights in oneDNN's layout;
- a first convolution over concatenated inputs becomes a sum of convolutions, one for each input;
- what depends only on the steady inputs, such as their term of that sum, is computed once;
- pixels become channels and channels pixels by block-wise transposition;
- a product goes into the sum of which it is a term;
- an interpolation keeps its factor, not its size, so that the graph fits other pictures, too.

Operations that no rule matches stay as they are.

Why a graph of our own. One update of the default model (guides, networks) on a Xeon with AMX,
bfloat16, 1 thread; 150 rounds, in each all methods in random order (the last two apart: their
threads disturb the others); the fastest run of each. As multiples of this module's 19 ms for the
networks, and of 31 ms for the update:

    method                                                     networks  update
    this module                                                    1.00    1.00
    torch.compile with freezing (C++ compiler, 9 s and more)       1.08    1.05
    conv + ReLU modules replaced by fused ones, first layer as
      a 6x6 convolution with stride 2, else eager                  1.19    1.12
    the same without the 6x6 convolution                           1.33    1.20
    this module without the split first layers                     1.30    1.19
    torch.jit.freeze and optimize_for_inference                    1.45    1.28
    eager                                                          1.53    1.33
    eager, channels_last inputs                                    1.59    1.37
    torch.jit with oneDNN Graph                                    3.0     2.3
    onnxruntime 1.32, float32 (no bfloat16 on x86)                 3.5     2.6

2 threads give the same order. Only torch.compile comes within 5 %, and users have no compiler. The
block-wise transposition and the products in sums came after that table: another 7 % less for the
networks (20th percentile of 100 alternating rounds of old and new graph, on a busy machine).

Tried without gain: sums in place (adds, oneDNN's sum), pairs of pixels as channels for the layers
of 32 filters, nearest interpolation inside a 1x1 convolution with twice the filters, and
`mkldnn_prepacked`. oneDNN's fused operations add before the ReLU, never after it. No call causes
page faults, so there is nothing to gain from preallocated memory.

`make_fx` could replace `_Tracer`, but it imports 800 modules and adds 3.5 s to the start; `_Tracer`
and all rewriting take 0.2 s.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import torch
from torch import Tensor, fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

from engine.networks.patches import into_patches, out_of_patches

_aten = torch.ops.aten
_RELU = (_aten.relu.default, _aten.relu_.default)
_COPY = _aten._to_copy.default
_CONVOLUTION = _aten.convolution.default
_SHUFFLE, _UNSHUFFLE = _aten.pixel_shuffle.default, _aten.pixel_unshuffle.default
_NEAREST = _aten.upsample_nearest2d
_ADD, _MULTIPLY = _aten.add.Tensor, _aten.mul.Tensor


def can_fuse() -> bool:
    """Whether this build of torch has oneDNN's fused convolutions."""
    built_in: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return built_in and hasattr(torch.ops.mkldnn, "_convolution_pointwise")


class FusedGraph:
    """A function of tensors whose first arguments, the steady ones, change rarely.

        graph = FusedGraph(function, steady, changing)
        prepared = graph.prepare(*steady)       # once for each source
        results = graph(prepared, *changing)    # once for each pose; from any thread

    The arguments given here are examples: later ones need the same dtypes, and heights and widths
    that have the same ratios and fit the function's strides. Where ``changing`` holds a None, later
    ones do too.
    """

    def __init__(
        self,
        function: Callable[..., tuple[Tensor, ...]],
        steady: Sequence[Tensor],
        changing: Sequence[Tensor | None],
    ) -> None:
        tracer = _Tracer()
        # Clones: nodes are found by the tensor's id, so each argument needs a tensor of its own.
        examples = [None if value is None else value.clone() for value in (*steady, *changing)]
        inputs = [tracer.input(value) for value in examples]
        with torch.no_grad(), tracer:
            results = function(*examples)
        tracer.graph.output(tuple(tracer.node(result) for result in results))
        firsts, others = inputs[: len(steady)], inputs[len(steady) :]
        _split_first_layers(tracer, firsts)
        _shuffle_last_layers(tracer.graph)
        _fuse(tracer)
        _multiply_and_add(tracer.graph)
        _keep_factors(tracer.graph)
        before, after = _split_steady(tracer.graph, firsts, others)
        self._prepare = fx.GraphModule(tracer.constants, before)
        self._run = fx.GraphModule(tracer.constants, after)

    @torch.inference_mode()
    def prepare(self, *steady: Tensor) -> tuple[Tensor, ...]:
        """The intermediate results that depend only on the steady arguments."""
        return cast(tuple[Tensor, ...], self._prepare(*steady))

    @torch.inference_mode()
    def __call__(
        self, prepared: tuple[Tensor, ...], *changing: Tensor | None
    ) -> tuple[Tensor, ...]:
        """The function's results; ``prepared`` comes from `prepare`."""
        return cast(tuple[Tensor, ...], self._run(*prepared, *changing))


class _Tracer(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds each ATen operation to ``graph`` while it is the active dispatch mode.

    Each node's ``meta["value"]`` is its result for the example arguments.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # True would import torch's compiler, which takes a second

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.graph = fx.Graph()
        self.constants: dict[str, Any] = {}
        self._nodes: dict[int, fx.Node] = {}
        self._alive: list[Tensor] = []  # keeps ids unique

    def input(self, value: Tensor | None) -> fx.Node:
        """The node of an argument."""
        return self._record(value, self.graph.placeholder(f"argument{len(self.graph.nodes)}"))

    def constant(self, value: Tensor) -> fx.Node:
        """A node whose value is ``value``."""
        name = f"constant{len(self.constants)}"
        self.constants[name] = value
        return self._record(value, self.graph.get_attr(name))

    def call(self, function: Callable[..., Any], *args: Any) -> fx.Node:
        """A node that applies ``function`` to ``args``, nodes among them."""
        value = function(*tree_map_only(fx.Node, lambda node: node.meta["value"], args))
        return self._record(value, self.graph.call_function(function, args))

    def node(self, value: Tensor) -> fx.Node:
        """The node that computes ``value``; a constant if none does."""
        return self._nodes.get(id(value)) or self.constant(value)

    def _record(self, value: Any, node: fx.Node) -> fx.Node:
        node.meta["value"] = value
        if isinstance(value, Tensor):
            self._nodes[id(value)] = node
            self._alive.append(value)
        return node

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        node_args, node_kwargs = tree_map_only(Tensor, self.node, (args, dict(kwargs or {})))
        node = self._record(result, self.graph.call_function(func, node_args, node_kwargs))
        if not isinstance(result, Tensor):
            for k, part in enumerate(result):
                self._record(part, self.graph.call_function(operator.getitem, (node, k)))
        return result


def _split_first_layers(tracer: _Tracer, steady: Sequence[fx.Node]) -> None:
    """Replace a convolution over concatenated inputs, some steady, by a sum of one for each input.

    The steady inputs' terms can then be prepared, and nothing is concatenated.
    """
    patches: dict[tuple[fx.Node, int, torch.dtype], fx.Node] = {}
    for node in _convolutions(tracer.graph):
        x, weight, bias, *how, groups = _arguments(node)
        chain: list[fx.Node] = [x]
        while chain[-1].target in (_UNSHUFFLE, _COPY):
            chain.append(_arguments(chain[-1])[0])
        if chain[-1].target is not _aten.cat.default or any(len(k.users) > 1 for k in chain):
            continue
        parts, *axis = _arguments(chain[-1])
        first = [part for part in parts if part in steady]
        sides: list[int] = [_arguments(k)[1] for k in chain if k.target is _UNSHUFFLE] or [1]
        plain = groups == 1 and len({*parts}) == len(parts) and len(x.meta["value"]) == 1
        if axis != [1] or not 0 < len(first) < len(parts) or len(sides) > 1 or not plain:
            continue
        weights: Tensor = weight.meta["value"].detach()
        sizes = [part.meta["value"].shape[1] * sides[0] ** 2 for part in parts]
        shares = dict(zip(parts, torch.split(weights, sizes, dim=1), strict=True))
        total: fx.Node | None = None
        with tracer.graph.inserting_before(node):
            for part in [*first, *(part for part in parts if part not in steady)]:
                key = (part, sides[0], weights.dtype)
                if key not in patches:
                    patches[key] = tracer.call(into_patches, *key)
                w = tracer.constant(shares[part].contiguous())
                drawn = tracer.call(_CONVOLUTION, patches[key], w, bias, *how, groups)
                total = drawn if total is None else tracer.call(_ADD, total, drawn)
                bias = None  # in the first term only
        if total is not None:
            _replace(node, total)
        for link in chain:
            tracer.graph.erase_node(link)


def _shuffle_last_layers(graph: fx.Graph) -> None:
    """Replace each `pixel_shuffle` of one picture, and the change of dtype after it, by
    `out_of_patches`: it moves patches instead of pixels, and what follows gets whole planes."""
    for node in [node for node in graph.nodes if node.target is _SHUFFLE]:
        x, side = _arguments(node)
        last: fx.Node = node
        after = _only_user(node)
        if after is not None and after.target is _COPY and [*after.kwargs] == ["dtype"]:
            last = after
        if len(x.meta["value"]) > 1:
            continue
        with graph.inserting_before(last):
            value = last.meta["value"]
            planes = graph.call_function(out_of_patches, (x, side, value.dtype))
        planes.meta = dict(last.meta)
        _replace(last, planes)
        if last is not node:
            graph.erase_node(node)


def _fuse(tracer: _Tracer) -> None:
    """Replace convolutions, with an addition and a ReLU that follow, by oneDNN's fused ones."""
    graph = tracer.graph
    order = {node: k for k, node in enumerate(graph.nodes)}
    for node in _convolutions(graph):
        x, weight, bias, stride, padding, dilation, *_, groups = _arguments(node)
        chain = [node]
        other = next((part for part in _terms(_only_user(node)) if part is not node), None)
        if other is not None and _same_kind(other, node) and order[other] < order[node]:
            chain.append(next(iter(node.users)))
        else:
            other = None
        after = _only_user(chain[-1])
        relu = after is not None and after.target in _RELU
        if after is not None and relu:
            chain.append(after)
        with graph.inserting_before(node):
            w = tracer.constant(
                torch.ops.mkldnn._reorder_convolution_weight(
                    weight.meta["value"].detach(), padding, stride, dilation, groups,
                    list(x.meta["value"].shape),
                )
            )  # fmt: skip
            how = (w, bias, padding, stride, dilation, groups)
            pointwise = torch.ops.mkldnn._convolution_pointwise
            if other is None:
                call: tuple[Any, ...] = (x, *how, "relu" if relu else "none", [], "")
                fused = graph.call_function(pointwise.default, call)
            else:
                call = (x, other, *how, "add", 1.0, "relu" if relu else None, [], None)
                fused = graph.call_function(pointwise.binary, call)
        fused.meta, order[fused] = dict(node.meta), order[node]
        for link in reversed(chain):
            _replace(link, fused)


def _multiply_and_add(graph: fx.Graph) -> None:
    """Make one operation of a product and the sum of which it is a term."""
    totals: list[fx.Node] = [node for node in graph.nodes if _terms(node)]
    for total in totals:
        for product, other in zip(_terms(total), reversed(_terms(total)), strict=True):
            factors = _factors(product)
            if factors and _same_kind(other, total) and _only_user(product) is total:
                with graph.inserting_before(total):
                    both = graph.call_function(_aten.addcmul.default, (other, *factors))
                both.meta = dict(total.meta)
                _replace(total, both)
                graph.erase_node(product)
                break


def _keep_factors(graph: fx.Graph) -> None:
    """Make interpolations to a size ones by a factor, where it is whole."""
    for node in [node for node in graph.nodes if node.target is _NEAREST.default]:
        x, size = _arguments(node)[:2]
        factors = [new / old for new, old in zip(size, x.meta["value"].shape[2:], strict=True)]
        if all(factor.is_integer() for factor in factors):
            node.target, node.args = _NEAREST.vec, (x, None, factors)


def _split_steady(
    graph: fx.Graph, firsts: Sequence[fx.Node], others: Sequence[fx.Node]
) -> tuple[fx.Graph, fx.Graph]:
    """Two graphs: of the nodes that depend on the steady arguments alone, and of the others, whose
    first arguments are the results of the first graph."""
    steady = _steady(graph, firsts)
    prepared = [n for n in graph.nodes if n in steady and not steady.issuperset(n.users)]
    rest = {node for node in graph.nodes if node not in steady}
    return _part(graph, firsts, steady, prepared), _part(graph, [*prepared, *others], rest)


def _steady(graph: fx.Graph, firsts: Sequence[fx.Node]) -> set[fx.Node]:
    """The nodes whose values depend only on the steady arguments and constants."""
    steady = set(firsts)
    if any(_is_in_place(node) for node in graph.nodes):
        return steady  # a prepared value could be overwritten
    for node in graph.nodes:
        inputs = node.all_input_nodes
        if (
            node.op == "call_function"
            and not steady.isdisjoint(inputs)
            and all(part in steady or part.op == "get_attr" for part in inputs)
        ):
            steady.add(node)
    return steady


def _part(
    graph: fx.Graph,
    arguments: Sequence[fx.Node],
    nodes: set[fx.Node],
    results: Sequence[fx.Node] | None = None,
) -> fx.Graph:
    """A graph of some nodes, in their order, as a function of ``arguments``; without ``results``,
    the original graph's output node is one of them."""
    part = fx.Graph()
    copies = {node: part.placeholder(node.name) for node in arguments}
    for node in graph.nodes:
        wanted = not nodes.isdisjoint(node.users) if node.op == "get_attr" else node in nodes
        if wanted and node not in copies and node.op != "placeholder":
            copies[node] = part.node_copy(node, copies.__getitem__)
            copies[node].meta.clear()  # frees the results of tracing
    if results is not None:
        part.output(tuple(copies[node] for node in results))
    return part


def _is_in_place(node: fx.Node) -> bool:
    """Whether its operation changes an argument."""
    schema = getattr(node.target, "_schema", None)
    return schema is not None and bool(schema.is_mutable)


def _convolutions(graph: fx.Graph) -> list[fx.Node]:
    """The convolutions with constant weights, without transposed ones."""
    return [
        node
        for node in graph.nodes
        if node.target is _CONVOLUTION and not node.args[6] and node.args[1].op == "get_attr"
    ]


def _arguments(node: fx.Node) -> Any:
    """``node.args`` as Any: their types depend on the operation."""
    return node.args


def _only_user(node: fx.Node) -> fx.Node | None:
    """The node that takes ``node``'s result; None if several do."""
    return next(iter(node.users)) if len(node.users) == 1 else None


def _terms(node: fx.Node | None) -> tuple[fx.Node, ...]:
    """The two terms if ``node`` is an addition of tensors without a factor, else none."""
    if node is None or node.target is not _ADD or node.kwargs:
        return ()
    terms = node.args
    return terms if all(isinstance(term, fx.Node) for term in terms) else ()  # type: ignore[return-value]


def _factors(node: fx.Node) -> tuple[fx.Node, ...]:
    """The two factors if ``node`` is a product of tensors of its dtype, else none."""
    if node.target is not _MULTIPLY or node.kwargs:
        return ()
    nodes = [part for part in node.args if isinstance(part, fx.Node)]
    dtypes = {part.meta["value"].dtype for part in (*nodes, node)}
    return tuple(nodes) if len(nodes) == 2 and len(dtypes) == 1 else ()


def _same_kind(one: fx.Node, other: fx.Node) -> bool:
    """Whether both results have the same shape and dtype."""
    a, b = one.meta["value"], other.meta["value"]
    return bool(a.shape == b.shape and a.dtype == b.dtype)


def _replace(node: fx.Node, by: fx.Node) -> None:
    node.replace_all_uses_with(by)
    node.graph.erase_node(node)
