"""What a margin is worth within which two people are ambiguous, where both are within the threshold, on LFW folds 1-3.

The people and photographs are those of identification.py. At a threshold of some FPIR, of what is accepted: the share
of right answers that a margin makes ambiguous, of wrong people of the gallery, and of strangers. The margin is a share
of the threshold, in the model's metric. `make lfw-identify` calls this; it needs shared/data/lfw beside the checkout.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import List

import numpy as np
from embeddings import DIMENSIONS, Labelled, labelled
from identification import DRAWS, drawn, folds
from population import Array

from rows import markdown

MARGINS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
FPIRS = (0.01, 0.1)
EUCLIDEAN = ("dlib",)
"""Models whose metric is the distance itself, not its square."""


@dataclass(frozen=True)
class Pairs:
    """Distances of probes to the two nearest people."""

    nearest: Array
    """(probes, 2), ascending."""

    outcome: Array
    """RIGHT, WRONG or STRANGER, (probes,)."""

    def shares(self, threshold: float, margin: float) -> List[float]:
        """Of the right, the wrong and the strangers who pass the threshold: how many are ambiguous; NaN of none."""
        accepted = self.nearest[:, 0] <= threshold
        second = self.nearest[:, 1]
        close = (second <= threshold) & (second - self.nearest[:, 0] <= margin)
        counted = [accepted & (self.outcome == outcome) for outcome in (RIGHT, WRONG, STRANGER)]
        return [float(close[of].mean()) if of.any() else float("nan") for of in counted]


RIGHT, WRONG, STRANGER = range(3)


def squared_distances(left: Array, right: Array) -> Array:
    """Between vectors of any length, (Q, d) and (N, d): (Q, N)."""
    return (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T


def pairs(data: Labelled, fold: Array, euclidean: bool, draws: int = DRAWS) -> Pairs:
    """The two nearest people of each probe of all draws."""
    nearest, outcomes = [], []
    for draw in drawn(data, fold, draws):
        for probes in (draw.known, draw.strangers):
            distances = squared_distances(data.vectors[probes], data.vectors[draw.references])
            first = distances.argmin(axis=1)
            nearest.append(np.partition(distances, 1, axis=1)[:, :2])
            right = draw.enrolled[first] == data.people[probes]
            outcomes.append(np.where(right, RIGHT, WRONG) if probes is draw.known else np.full(len(probes), STRANGER))
    found = np.maximum(np.concatenate(nearest), 0)
    return Pairs(np.sqrt(found) if euclidean else found, np.concatenate(outcomes))


def table_of(found: Pairs) -> List[List[str]]:
    """A row a margin, the header first."""
    rows = [["FPIR", "margin", "right", "wrong person", "strangers"]]
    strangers = found.nearest[found.outcome == STRANGER, 0]
    for fpir in FPIRS:
        threshold = float(np.quantile(strangers, fpir))
        accepted = found.outcome[found.nearest[:, 0] <= threshold]
        counts = [int((accepted == outcome).sum()) for outcome in (RIGHT, WRONG, STRANGER)]
        rows.append([f"{fpir:.0%}", "accepted", *(f"{count:,}" for count in counts)])
        for margin in MARGINS:
            shares = found.shares(threshold, margin * threshold)
            rows.append([f"{fpir:.0%}", f"{margin:.0%}", *(f"{share:.2%}" for share in shares)])
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default=",".join(DIMENSIONS), help="default: all, with commas between them")
    for model in parser.parse_args().models.split(","):
        data = labelled(model, as_made=True)
        if data is None:
            print("ambiguity: there is no shared/data/lfw beside the checkout", file=sys.stderr)
            return 2
        found = pairs(data, folds(data), model in EUCLIDEAN)
        print(f"{model}: accepted probes, and the share of them that a margin makes ambiguous\n")
        print(f"{markdown(table_of(found))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
