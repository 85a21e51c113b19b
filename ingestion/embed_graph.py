"""The all-MiniLM-L6-v2 network as an ONNX graph, written from its published weights.

Owns the wiring (BERT, 6 layers, post-norm) in onnxruntime's fused operators and its int8 form. Never downloads; onnx is imported here
only, and only when the graph is built: once in the life of a home folder.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

LAYERS = 6
HEADS = 12
_EPSILON = 1e-12
_FUSED = "com.microsoft"

Weights = dict[str, npt.NDArray[np.float32]]


def build(weights: Path, *, quantised: bool = True) -> bytes:
    """The serialised graph. Inputs `ids` and `mask`: int32 (n, length); output `states`: float32 (n, length, 384).

    Quantised means int8 weights with one scale a column (a scale a matrix loses 6 % of the cosine), activations at run time.
    """
    from safetensors import safe_open

    with safe_open(str(weights), framework="np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    model = _model(tensors)
    return _quantised(model) if quantised else bytes(model.SerializeToString())


def _model(tensors: Weights) -> Any:
    from onnx import TensorProto, helper

    graph = _Graph()
    states = _embeddings(graph, tensors)
    for layer in range(LAYERS):
        states = _layer(graph, tensors, f"encoder.layer.{layer}.", states)
    graph.node("Identity", [states], "states")
    shape = ["n", "length"]
    made = helper.make_graph(
        graph.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, [*shape, 384])],
        graph.constants,
    )
    return helper.make_model(
        made, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)], ir_version=9
    )


class _Graph:
    """Nodes and constants as they are added; each method gives the name of what it makes."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: npt.NDArray[np.float32]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    def node(self, kind: str, inputs: list[str], *outputs: str, fused: bool = False, **attributes: Any) -> str:
        """The first of `outputs`; some operators must name more, though nothing reads them."""
        from onnx import helper

        domain = _FUSED if fused else ""
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]


def _embeddings(graph: _Graph, tensors: Weights) -> str:
    """Word and position, normalised. All our texts are first sentences, so the sentence embedding is added to the positions."""
    positions = tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
    inputs = [
        "ids",
        "",
        graph.constant("words", tensors["embeddings.word_embeddings.weight"]),
        graph.constant("positions", positions),
        "",
        graph.constant("gamma", tensors["embeddings.LayerNorm.weight"]),
        graph.constant("beta", tensors["embeddings.LayerNorm.bias"]),
    ]
    return graph.node("EmbedLayerNormalization", inputs, "embedded", "lengths", fused=True, epsilon=_EPSILON)


def _layer(graph: _Graph, tensors: Weights, prefix: str, states: str) -> str:
    """Attention, add and normalise, feed forward, add and normalise."""
    asked = [prefix + f"attention.self.{part}" for part in ("query", "key", "value")]
    attention = graph.node(
        "Attention",
        [
            states,
            graph.constant(prefix + "qkv", np.concatenate([tensors[name + ".weight"].T for name in asked], axis=1)),
            graph.constant(prefix + "qkv.bias", np.concatenate([tensors[name + ".bias"] for name in asked])),
            "mask",
        ],
        prefix + "attended",
        fused=True,
        num_heads=HEADS,
    )
    attended = _added(graph, tensors, prefix + "attention.output.", attention, states)
    wide = _product(graph, tensors, prefix + "intermediate.dense", attended)
    bias = graph.constant(prefix + "intermediate.bias", tensors[prefix + "intermediate.dense.bias"])
    wide = graph.node("BiasGelu", [wide, bias], prefix + "gelu", fused=True)
    return _added(graph, tensors, prefix + "output.", wide, attended)


def _added(graph: _Graph, tensors: Weights, prefix: str, states: str, skipped: str) -> str:
    inputs = [
        _product(graph, tensors, prefix + "dense", states),
        skipped,
        graph.constant(prefix + "gamma", tensors[prefix + "LayerNorm.weight"]),
        graph.constant(prefix + "beta", tensors[prefix + "LayerNorm.bias"]),
        graph.constant(prefix + "bias", tensors[prefix + "dense.bias"]),
    ]
    return graph.node("SkipLayerNormalization", inputs, prefix + "normed", fused=True, epsilon=_EPSILON)


def _product(graph: _Graph, tensors: Weights, name: str, states: str) -> str:
    weight = graph.constant(name, tensors[name + ".weight"].T)
    return graph.node("MatMul", [states, weight], name + ".product")


def _quantised(model: Any) -> bytes:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # The graph is fused already: without this mark the quantiser warns, on the root logger, that it might not be.
    onnx.helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, str(source))
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["MatMul", "Attention"],
            per_channel=True,
            # Seven bits: processors without VNNI add pairs of products in 16 bits, and eight would overflow there.
            reduce_range=True,
            weight_type=QuantType.QInt8,
            # onnx cannot infer what the fused operators give.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        return target.read_bytes()
