#!/usr/bin/env python3
"""Writes the ONNX standard's own tests, as the `onnx` package carries them, to a folder that the Swift tests read.

usage: make_conformance.py [FOLDER]     (default: build/conformance in this checkout)

One folder a case: model.onnx, input_N.pb, output_N.pb (TensorProto). cases.csv lists every case with its tolerances and,
for those that this library does not claim, the reason. A case is taken when one of its operators is in OPERATORS; it is
decided here, from the model alone, whether the library must pass it. Does nothing where the folder is already complete.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Iterator, List, Optional, Sequence, Tuple

import numpy
import onnx
from onnx import ModelProto, NodeProto, TensorProto, numpy_helper

ROOT = Path(__file__).resolve().parents[3]
OPSETS = range(7, 22)

# The operators whose every test case is run.
OPERATORS = set(
    """
    Conv ConvTranspose Gemm MatMul BatchNormalization Relu PRelu LeakyRelu Clip Sigmoid HardSigmoid HardSwish Tanh Softmax
    Erf Gelu Add Sub Mul Div Pow Sqrt Exp Log Neg Abs Min Max ReduceMean ReduceSum ReduceMax ReduceL2 MaxPool AveragePool
    GlobalAveragePool GlobalMaxPool LpPool Concat Split Slice Reshape Flatten Transpose Squeeze Unsqueeze Expand Shape
    Gather Cast Constant ConstantOfShape Identity Dropout Pad Resize Upsample LRN LpNormalization LayerNormalization
    InstanceNormalization QuantizeLinear DequantizeLinear
    """.split()
)
# Operators that the library knows besides: models of these and the ones above together must pass too.
ALSO_KNOWN = set(
    """
    Sum Mean Equal Less LessOrEqual Greater GreaterOrEqual Where Sin Cos Sign Reciprocal Floor Ceil Round Softplus Elu Celu
    Selu LogSoftmax ReduceMin ReduceProd ReduceL1 ReduceSumSquare ReduceLogSum Size Tile CastLike Range GatherElements
    """.split()
)

HELD_TYPES = {
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.DOUBLE,
    TensorProto.INT8,
    TensorProto.UINT8,
    TensorProto.INT32,
    TensorProto.INT64,
    TensorProto.BOOL,
}

Values = Sequence[object]


def element_types(model: ModelProto) -> Iterator[int]:
    """The element types of everything a model says a type of; 0 where a value is no tensor."""
    for value in [*model.graph.input, *model.graph.output]:
        yield value.type.tensor_type.elem_type if value.type.HasField("tensor_type") else 0
    for tensor in model.graph.initializer:
        yield tensor.data_type
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t.data_type
            elif node.op_type == "Cast" and attribute.name == "to":
                yield attribute.i
            elif node.op_type == "QuantizeLinear" and attribute.name == "output_dtype" and attribute.i:
                yield attribute.i


def draws(node: NodeProto, inputs: dict) -> bool:
    """Whether a node's result follows from numbers that it draws at random."""
    if node.op_type != "Dropout" or len(node.input) < 3:
        return False
    return bool(numpy.any(inputs.get(node.input[2], False)) and numpy.any(inputs.get(node.input[1], True)))


def out_of_scope(model: ModelProto, values: Values) -> Optional[str]:
    """Why a case is not one that the library must pass, or None."""
    opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    if opset not in OPSETS:
        return f"operator set {opset}"
    unknown = sorted({node.op_type for node in model.graph.node} - OPERATORS - ALSO_KNOWN)
    if unknown:
        return "needs " + ", ".join(unknown)
    for element_type in element_types(model):
        if element_type == 0:
            return "a value that is a sequence or optional"
        if element_type not in HELD_TYPES:
            return "element type " + TensorProto.DataType.Name(element_type).lower()
    inputs = dict(zip([value.name for value in model.graph.input], values))
    if any(draws(node, inputs) for node in model.graph.node):
        return "expects the numbers that one generator draws at random"
    return None


def raised(model: ModelProto) -> ModelProto:
    """The model declared as of the oldest operator set read, where its operators are still the same there.

    A case declares the set in which its operator last changed, which for a few is older than any that is read.
    """
    oldest = OPSETS[0]
    for entry in model.opset_import:
        if entry.domain in ("", "ai.onnx") and entry.version < oldest:
            since = [onnx.defs.get_schema(node.op_type, oldest, "").since_version for node in model.graph.node]
            if max(since) <= entry.version:
                entry.version = oldest
    return model


def node_cases() -> Iterator[Tuple[str, ModelProto, List[Tuple[Values, Values]], float, float]]:
    from onnx.backend.test.case.node import collect_testcases

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    for case in sorted(cases, key=lambda case: case.name):
        if any(node.op_type in OPERATORS for node in case.model.graph.node):
            yield case.name, raised(case.model), case.data_sets, case.rtol, case.atol


def network_cases() -> Iterator[Tuple[str, ModelProto, List[Tuple[Values, Values]], float, float]]:
    """Whole networks with weights made of one number each; their input is the runner's: a ramp from 0 to 1."""
    from onnx.backend.test.loader import load_model_tests

    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    tolerances = {case.name: (case.rtol, case.atol) for case in load_model_tests(kind="real")}
    for path in sorted(folder.glob("light_*.onnx")):
        model = onnx.load(str(path))
        constants = {tensor.name for tensor in model.graph.initializer}
        inputs = []
        for value in model.graph.input:
            if value.name not in constants:
                shape = [size.dim_value or 1 for size in value.type.tensor_type.shape.dim]
                count = int(numpy.prod(shape))
                inputs.append((numpy.arange(count).reshape(shape) / count).astype(numpy.float32))
        outputs = []
        for index in range(len(model.graph.output)):
            tensor = TensorProto()
            tensor.ParseFromString(path.with_name(f"{path.stem}_output_{index}.pb").read_bytes())
            outputs.append(numpy_helper.to_array(tensor))
        rtol, atol = tolerances.get("test_" + path.stem[len("light_") :], (1e-3, 1e-7))
        yield path.stem, model, [(inputs, outputs)], rtol, atol


def write_tensors(folder: Path, kind: str, values: Values) -> None:
    for index, value in enumerate(values):
        tensor = value if isinstance(value, TensorProto) else numpy_helper.from_array(numpy.asarray(value))
        (folder / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())


def write(folder: Path) -> Tuple[int, int]:
    """Writes every case; how many there are and how many of them must pass."""
    rows = []
    seen: Counter = Counter()
    for source in (node_cases(), network_cases()):
        for name, model, data_sets, rtol, atol in source:
            for inputs, outputs in data_sets:
                seen[name] += 1
                case = name if seen[name] == 1 else f"{name}-{seen[name]}"
                reason = out_of_scope(model, inputs)
                if reason is None:
                    place = folder / case
                    place.mkdir()
                    (place / "model.onnx").write_bytes(model.SerializeToString())
                    write_tensors(place, "input", inputs)
                    write_tensors(place, "output", outputs)
                rows.append([case, repr(rtol), repr(atol), reason or ""])
    with (folder / "cases.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["case", "rtol", "atol", "out of scope because"], *rows])
    return len(rows), sum(1 for row in rows if not row[3])


def main(arguments: List[str]) -> int:
    target = Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "conformance"
    stamp = f"{onnx.__version__} {numpy.__version__} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}\n"
    stamp_file = target / ".stamp"
    if stamp_file.exists() and stamp_file.read_text() == stamp:
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".conformance-") as temporary:
        folder = Path(temporary) / "cases"
        folder.mkdir()
        total, required = write(folder)
        (folder / ".stamp").write_text(stamp)
        if target.exists():
            shutil.rmtree(target)
        os.rename(folder, target)
    print(f"{target}: {total} cases, {required} of them in scope")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
