"""Open-set identification on LFW folds 1-3: rank-1, FNIR at two FPIRs, and promised against measured FPIR.

In each fold half of the people, drawn at random, are enrolled with one photograph each; their other photographs are
probes of known people, and every photograph of the other half is a probe of a stranger. Ten such draws a fold are put
together. No distance is compared between folds. `make lfw-identify` calls this; it needs shared/data/lfw beside the
checkout.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Optional

import numpy as np
from embeddings import DIMENSIONS, LFW, Labelled, labelled
from mlann import squared_distances
from population import Array

from places import BUILD, ROOT
from rows import markdown

sys.path.insert(0, str(ROOT / "bindings" / "python"))

DRAWS = 10
FPIRS = (0.01, 0.001)


@dataclass(frozen=True)
class Trials:
    """What identification gave, all folds and draws together; one number a probe."""

    own: Array
    """Squared distances of known probes to the nearest reference, where that is their own; infinite where it is not."""

    strangers: Array
    """Squared distances of strangers to the nearest reference."""

    gallery: float
    """People enrolled, on average."""

    @property
    def rank_one(self) -> float:
        return float(np.isfinite(self.own).mean())

    def threshold(self, fpir: float) -> float:
        """The largest threshold at which at most this share of the strangers is taken for somebody."""
        passing = int(fpir * len(self.strangers))
        return float(np.nextafter(np.sort(self.strangers)[passing], -np.inf))

    def fnir(self, threshold: float) -> float:
        """The share of known probes that is not identified: too far, or somebody else is nearer."""
        return float((self.own > threshold).mean())

    def fpir(self, threshold: float) -> float:
        """The share of strangers that is taken for somebody."""
        return float((self.strangers <= threshold).mean())


def folds(data: Labelled, lfw: Path = LFW) -> Array:
    """Each person's fold."""
    with (lfw / "people_folds.csv").open(newline="") as file:
        fold: Dict[str, int] = {row["person"]: int(row["view2_fold"]) for row in csv.DictReader(file)}
    return np.array([fold[name] for name in data.names])


@dataclass(frozen=True)
class Draw:
    """Half of a fold's people, enrolled with one photograph each; numbers are those of photographs or people."""

    enrolled: Array
    """People, (people,)."""

    references: Array
    """The photograph of each, (people,)."""

    known: Array
    """Other photographs of theirs."""

    strangers: Array
    """Photographs of the fold's other people."""


def drawn(data: Labelled, fold: Array, draws: int) -> Iterator[Draw]:
    """As many draws of each fold."""
    for draw in range(draws):
        generator = np.random.default_rng(draw)
        for number in np.unique(fold):
            people = generator.permutation(np.flatnonzero(fold == number))
            enrolled = people[: len(people) // 2]
            shuffled = generator.permutation(len(data.people))
            first = np.array([shuffled[np.argmax(data.people[shuffled] == person)] for person in enrolled])
            known = np.setdiff1d(np.flatnonzero(np.isin(data.people, enrolled)), first)
            strangers = np.flatnonzero(np.isin(data.people, people[len(people) // 2 :]))
            yield Draw(enrolled, first, known, strangers)


def identify(data: Labelled, fold: Array, draws: int = DRAWS) -> Trials:
    """Searches for everybody who is not enrolled, and for the other photographs of who is."""
    own, strangers, sizes = [], [], []
    for draw in drawn(data, fold, draws):
        references = data.vectors[draw.references]
        distances = squared_distances(data.vectors[draw.known], references)
        right = draw.enrolled[distances.argmin(axis=1)] == data.people[draw.known]
        own.append(np.where(right, distances.min(axis=1), np.inf))
        strangers.append(squared_distances(data.vectors[draw.strangers], references).min(axis=1))
        sizes.append(len(draw.enrolled))
    return Trials(np.concatenate(own), np.concatenate(strangers), float(np.mean(sizes)))


def false_accept_rate(fpir: float, gallery: float) -> float:
    """The share of pairs of different people that may pass so that a stranger passes with this chance."""
    return float(-np.expm1(np.log1p(-fpir) / gallery))


def promised(model: str, far: float) -> Optional[float]:
    """The threshold that a model's measured rates promise for a rate of false accepts; None where none were measured.

    A rate below the two smallest that were measured continues them, threshold over logarithm of rate.
    """
    os.environ.setdefault("FACENET_MODELS", str(BUILD / "models"))
    import facenet

    with facenet.Embedder(str(BUILD / "models" / f"{model}.onnx")) as embedder:
        try:
            low, high = embedder.threshold_at(1e-4), embedder.threshold_at(1e-3)
        except facenet.FacenetError:
            return None
    return float(low + (high - low) * (np.log10(far) + 4))


def table_of(model: str, trials: Trials) -> List[List[str]]:
    """The table, the header first: each FPIR with the threshold found on these strangers, and with the promised one."""
    head = [
        "FPIR wanted",
        "FNIR at it",
        "threshold",
        "FAR for it",
        "threshold promised",
        "FPIR measured",
        "FNIR measured",
    ]
    rows = [head]
    for fpir in FPIRS:
        exact = trials.threshold(fpir)
        row = [
            f"{fpir:.1%}",
            f"{trials.fnir(exact):.2%}",
            f"{exact:.3f}",
            f"{false_accept_rate(fpir, trials.gallery):.2g}",
        ]
        given = promised(model, false_accept_rate(fpir, trials.gallery))
        if given is None:
            rows.append([*row, "none", "-", "-"])
        else:
            rows.append([*row, f"{given:.3f}", f"{trials.fpir(given):.2%}", f"{trials.fnir(given):.2%}"])
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default=",".join(DIMENSIONS), help="default: all, with commas between them")
    options = parser.parse_args()
    for model in options.models.split(","):
        data = labelled(model)
        if data is None:
            print("identification: there is no shared/data/lfw beside the checkout", file=sys.stderr)
            return 2
        trials = identify(data, folds(data))
        probes = f"{len(trials.own):,} probes of known people, {len(trials.strangers):,} of strangers"
        print(f"{model}: {trials.gallery:.0f} people enrolled, {probes}, from {DRAWS} draws in each fold")
        print(f"rank-1: {trials.rank_one:.2%}\n\n{markdown(table_of(model, trials))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
