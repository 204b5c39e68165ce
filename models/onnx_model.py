"""Small helpers that build, tidy and finish ONNX models (opset 13, IR version 8)."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from recipe import require_libraries

require_libraries()

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 13
IR_VERSION = 8
SCHEMA = "1"

Shape = Sequence[Any]


class GraphBuilder:
    """Collects nodes and initialisers; every method returns the name of the value it made."""

    def __init__(self) -> None:
        self.nodes: List[onnx.NodeProto] = []
        self.initializers: List[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds an initialiser."""
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Adds a node with one output, which also names it."""
        self.nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))
        return output

    def conv(self, source: str, weight: np.ndarray, bias: Optional[np.ndarray], output: str, **attributes: Any) -> str:
        """Adds a convolution with float32 weights (O, I, H, W)."""
        inputs = [source, self.constant(f"{output}.weight", weight)]
        if bias is not None:
            inputs.append(self.constant(f"{output}.bias", bias))
        return self.node("Conv", inputs, output, kernel_shape=list(weight.shape[2:]), **attributes)

    def model(
        self, name: str, inputs: Dict[str, Shape], outputs: Dict[str, Shape], metadata: Dict[str, str]
    ) -> onnx.ModelProto:
        """The finished model with float32 inputs and outputs of the shapes given; a word is a free dimension."""
        graph = helper.make_graph(self.nodes, name, _values(inputs), _values(outputs), self.initializers)
        return finish(graph, metadata)


def _values(shapes: Dict[str, Shape]) -> List[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, list(shape)) for name, shape in shapes.items()]


def declare(graph: onnx.GraphProto, inputs: Dict[str, Shape], outputs: Dict[str, Shape]) -> None:
    """Gives a graph's inputs and outputs, in their order, the names and shapes stated, and drops what else it declares."""
    new = list(inputs) + list(outputs)
    stored = {tensor.name for tensor in graph.initializer}
    old = [value.name for value in [*graph.input, *graph.output] if value.name not in stored]
    names = dict(zip(old, new))
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for field, values in ((graph.input, inputs), (graph.output, outputs), (graph.value_info, {})):
        del field[:]
        field.extend(_values(values))


def move_attribute(graph: onnx.GraphProto, operator: str, attribute: str) -> None:
    """Makes an attribute of integers the second input, as opset 13 has it for Squeeze, Unsqueeze and Split."""
    for node in graph.node:
        found = [item for item in node.attribute if item.name == attribute] if node.op_type == operator else []
        for item in found:
            name = f"{node.output[0]}.{attribute}"
            value = np.array(helper.get_attribute_value(item), dtype=np.int64)
            graph.initializer.append(numpy_helper.from_array(value, name))
            node.input.append(name)
            node.attribute.remove(item)


def finish(graph: onnx.GraphProto, metadata: Dict[str, str]) -> onnx.ModelProto:
    """A checked model around a graph, with the metadata under `facenet.*` keys and nothing that no output needs."""
    prune(graph)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="libfacenet")
    model.ir_version = IR_VERSION
    properties = {"facenet.schema": SCHEMA}
    properties.update({f"facenet.{key}": value for key, value in metadata.items()})
    helper.set_model_props(model, properties)
    onnx.checker.check_model(model, full_check=True)
    return model


def numbers(values: Sequence[float]) -> str:
    """Numbers as metadata: shortest decimal text, commas between."""
    return ",".join(f"{value:.10g}" for value in values)


def points(values: Sequence[Optional[Tuple[float, float]]]) -> str:
    """Template points as metadata: `x,y` in pixels, blanks between, `-` for a point that is not used."""
    return " ".join("-" if point is None else numbers(point) for point in values)


def prune(graph: onnx.GraphProto) -> None:
    """Removes nodes and initialisers that no output depends on."""
    needed = {value.name for value in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    initializers = [tensor for tensor in graph.initializer if tensor.name in needed]
    _replace(graph, reversed(kept), initializers)


def lift_constants(graph: onnx.GraphProto) -> None:
    """Turns Constant nodes into initialisers and reads initialisers directly where an Identity node stood between."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    aliases: Dict[str, str] = {}
    kept = []
    for node in graph.node:
        if node.op_type == "Constant":
            tensor = helper.get_attribute_value(node.attribute[0])
            tensor.name = node.output[0]
            tensors[tensor.name] = tensor
        elif node.op_type == "Identity" and node.input[0] in tensors:
            aliases[node.output[0]] = node.input[0]
        else:
            node.input[:] = [aliases.get(name, name) for name in node.input]
            kept.append(node)
    _replace(graph, kept, tensors.values())


def _replace(graph: onnx.GraphProto, nodes: Iterable[onnx.NodeProto], tensors: Iterable[onnx.TensorProto]) -> None:
    nodes, tensors = list(nodes), list(tensors)
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.initializer[:]
    graph.initializer.extend(tensors)
