#!/usr/bin/env python3
"""The embedder of ../../embedder-template in Python: a class, attached to this process under a name.

Usage: embedder.py A B   prints how far the faces of two photographs are from each other. Needs facenet and numpy.
"""

from __future__ import annotations

import sys
from typing import List

import facenet


class Squares(facenet.OwnEmbedder):
    """Cuts a face into 8 x 8 squares and takes the mean of the greens of each, less 128."""

    dimension, side, threshold, identity = 64, 64, 0.02, "means of 8 x 8 squares, 1"

    def embed(self, crops: List[facenet.Image]) -> List[List[float]]:
        greens = [crop.pixels[:, :, 1].reshape(8, 8, 8, 8) for crop in crops]
        return [(green.mean(axis=(1, 3)) - 128).ravel().tolist() for green in greens]


def main(a: str, b: str) -> None:
    facenet.attach("embedder-python", "1.0", "Apache-2.0", embedders={"squares-python": Squares()})
    with facenet.Pipeline(embedder=facenet.Embedder("squares-python")) as pipeline:
        print(f"{pipeline.verify(a, b).distance:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
