"""Writes a small network with an operator of a domain of its own as PyTorch exports it, an input and the output for it.

Needs the environment of benchmarks/requirements-torch.txt: see the README beside this script.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent


class ScaledSum(torch.autograd.Function):
    """x + scale * y, which is exported as com.example::ScaledSum."""

    @staticmethod
    def forward(ctx, x, y, scale):  # type: ignore[no-untyped-def]
        return x + scale * y

    @staticmethod
    def symbolic(g, x, y, scale):  # type: ignore[no-untyped-def]
        return g.op("com.example::ScaledSum", x, y, scale_f=scale).setType(x.type())


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(3, 4, 3, padding=1)
        self.second = torch.nn.Conv2d(4, 4, 3, padding=1)
        self.last = torch.nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.first(x))
        x = ScaledSum.apply(x, self.second(x), 0.5)
        return self.last(x.mean((2, 3)))


def main() -> int:
    torch.manual_seed(7)
    network = Network().eval()
    # The same numbers in the test: whole numbers by a rule, over 8.
    values = [(index * 7 % 23 - 11) / 8 for index in range(2 * 3 * 6 * 5)]
    pictures = torch.tensor(values).reshape(2, 3, 6, 5)
    with torch.no_grad():
        output = network(pictures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (pictures,), str(HERE / "exported_operator.onnx"), dynamo=False, opset_version=17,
            custom_opsets={"com.example": 3}, input_names=["pictures"], output_names=["scores"],
            dynamic_axes={"pictures": {0: "count"}},
        )
    np.save(HERE / "exported_operator.npy", output.numpy())
    return 0


if __name__ == "__main__":
    sys.exit(main())
