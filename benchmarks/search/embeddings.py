"""The real embeddings: those of the photographs of LFW that may lie in a folder shared/ beside the checkout."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from places import BUILD, SHARED  # noqa: E402
from population import Array  # noqa: E402

WORK = BUILD / "search-benchmark"
LFW = SHARED / "data" / "lfw"
DIMENSIONS: Dict[str, int] = {"dlib": 128, "facenet": 512}
"""The models, and how long their vectors are."""


@dataclass(frozen=True)
class Labelled:
    """Embeddings of photographs, and whom each shows."""

    vectors: Array
    """Float32 (photographs, d), of length 1 unless they are as the model makes them."""

    people: Array
    """Each photograph's person, counted from 0, (photographs,)."""

    names: List[str]
    """Each person's name."""


def labelled(model: str, lfw: Path = LFW, as_made: bool = False) -> Optional[Labelled]:
    """The embeddings of LFW by a model, made with the program `facenet` where they are not yet; None without LFW.

    as_made: leaves the vectors as the model makes them, where its metric takes them so.
    """
    if not (lfw / "images").is_dir():
        return None
    path = WORK / "embeddings" / f"lfw-{model}.npy"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        print(f"embedding the photographs of LFW with {model}: some minutes, once", file=sys.stderr)
        command = [str(BUILD / "bin" / "facenet"), "embed", str(lfw / "images"), "--embedder", model]
        environment = dict(os.environ, FACENET_MODELS=str(BUILD / "models"))
        done = subprocess.run([*command, "--output", str(path)], env=environment, check=False)
        if not path.is_file():
            raise RuntimeError(f"`facenet embed` of {lfw / 'images'} ended with status {done.returncode}")
    vectors = np.load(path)
    with path.with_suffix(".csv").open(newline="") as file:
        shown = [Path(row["path"]).parent.name for row in csv.DictReader(file)]
    names, people = np.unique(shown, return_inverse=True)
    length = 1 if as_made else np.linalg.norm(vectors, axis=1, keepdims=True)
    return Labelled(vectors / length, people, list(names))
