"""Compares the three networks of mtcnn.onnx with facenet-pytorch's own on random inputs.

Needs the environment of Tests/Golden/make_mtcnn.py, and onnxruntime.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

sys.path.append(str(Path(__file__).resolve().parents[2] / "Tests" / "Golden"))
from make_mtcnn import stand_in_for_torchvision

OUTPUTS = {"pnet": ["boxes", "scores"], "rnet": ["boxes", "scores"], "onet": ["boxes", "landmarks", "scores"]}
SHAPES = {"pnet": [(2, 3, 12, 12), (1, 3, 37, 64), (1, 3, 120, 91)], "rnet": [(5, 3, 24, 24)], "onet": [(3, 3, 48, 48)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, metavar="MTCNN.onnx")
    session = onnxruntime.InferenceSession(str(parser.parse_args().model), providers=["CPUExecutionProvider"])
    stand_in_for_torchvision()
    from facenet_pytorch.models.mtcnn import ONet, PNet, RNet

    generator = np.random.default_rng(1)
    idle = {"pnet": (1, 3, 12, 12), "rnet": (1, 3, 24, 24), "onet": (1, 3, 48, 48)}
    for name, peer in {"pnet": PNet(), "rnet": RNet(), "onet": ONet()}.items():
        for shape in SHAPES[name]:
            feed = {f"{other}_input": np.zeros(size, dtype=np.float32) for other, size in idle.items()}
            feed[f"{name}_input"] = generator.uniform(-1, 1, shape).astype(np.float32)
            ours = session.run([f"{name}_{output}" for output in OUTPUTS[name]], feed)
            with torch.no_grad():
                theirs = [value.numpy() for value in peer(torch.from_numpy(feed[f"{name}_input"]))]
            errors = [np.abs(first - second).max() for first, second in zip(ours, theirs)]
            print(f"{name} {shape}: largest difference {max(errors):.1e}")


if __name__ == "__main__":
    main()
