"""The engines that are compared, each behind the same three steps: load, give the inputs, run.

Each is set up as its manual advises for what all of them are asked for: one network at a time, on a CPU, in single
precision.
"""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Dict, List, Type

ROOT = Path(__file__).resolve().parents[1]


class Engine(ABC):
    """One network in one engine. Its module is imported when the engine is made."""

    package = ""
    """The distribution whose version is reported."""

    @abstractmethod
    def __init__(self, model: Path, threads: int) -> None:
        """Loads the network; it will work with as many threads as given."""

    @abstractmethod
    def run(self, pictures: Any) -> List[Any]:
        """The outputs for float32 pictures (N, 3, H, W), in the model's order; they may change with the next run."""


class Facenet(Engine):
    """This project's library through its C interface."""

    def __init__(self, model: Path, threads: int) -> None:
        sys.path.insert(0, str(ROOT / "bindings" / "python"))
        import facenet

        self.session = facenet.Session(facenet.Model(model), threads=threads)

    def run(self, pictures: Any) -> List[Any]:
        return self.session.run(pictures)


class OnnxRuntime(Engine):
    package = "onnxruntime"

    def __init__(self, model: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def run(self, pictures: Any) -> List[Any]:
        return self.session.run(None, {self.input: pictures})


class OpenVINO(Engine):
    package = "openvino"

    def __init__(self, model: Path, threads: int) -> None:
        import openvino

        self.openvino = openvino
        self.core = openvino.Core()
        self.network = self.core.read_model(model)
        self.settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,
        }
        self.request: Any = None

    def run(self, pictures: Any) -> List[Any]:
        if self.request is None:
            if self.network.inputs[0].partial_shape.is_dynamic:
                self.network.reshape(list(pictures.shape))
            self.request = self.core.compile_model(self.network, "CPU", self.settings).create_infer_request()
        self.request.set_input_tensor(self.openvino.Tensor(pictures, shared_memory=True))
        self.request.infer()
        return [tensor.data for tensor in self.request.output_tensors]


class NCNN(Engine):
    """Takes the parameters that `conversion.py` made of a model. It has no batches: one picture follows the other."""

    package = "ncnn"

    def __init__(self, model: Path, threads: int) -> None:
        import ncnn
        import numpy

        self.ncnn, self.numpy = ncnn, numpy
        self.network = ncnn.Net()
        options = self.network.opt
        options.num_threads = threads
        for name in ("vulkan_compute", "fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage", "bf16_packed"):
            if hasattr(options, f"use_{name}"):
                setattr(options, f"use_{name}", False)
        if self.network.load_param(str(model)) != 0 or self.network.load_model(str(model.with_suffix(".bin"))) != 0:
            raise RuntimeError(f"{model.name} or its weights cannot be read")
        self.outputs = sorted(self.network.output_names(), key=lambda name: int(name[len("out") :]))

    def run(self, pictures: Any) -> List[Any]:
        results = [self._run_one(picture) for picture in pictures]
        return [self.numpy.stack(parts) for parts in zip(*results)]

    def _run_one(self, picture: Any) -> List[Any]:
        with self.network.create_extractor() as extractor:
            extractor.input("in0", self.ncnn.Mat(picture))
            found = [extractor.extract(name) for name in self.outputs]
            if any(status != 0 for status, _ in found):
                raise RuntimeError("a run ended without a result")
            return [self.numpy.array(value) for _, value in found]


class OpenCV(Engine):
    package = "opencv-python-headless"

    def __init__(self, model: Path, threads: int) -> None:
        import cv2

        cv2.setNumThreads(threads)
        self.network = cv2.dnn.readNetFromONNX(str(model))
        self.network.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
        self.network.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
        self.outputs = self.network.getUnconnectedOutLayersNames()

    def run(self, pictures: Any) -> List[Any]:
        self.network.setInput(pictures)
        return list(self.network.forward(self.outputs))


ENGINES: Dict[str, Type[Engine]] = {
    "facenet": Facenet,
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVINO,
    "ncnn": NCNN,
    "opencv": OpenCV,
}
"""The engines by the names that the command line takes; the first is ours."""


def limit_threads(threads: int) -> None:
    """Tells the libraries that read it from the environment, before they are imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
