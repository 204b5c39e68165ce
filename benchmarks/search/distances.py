"""How many exact distances MLANN needs on LFW folds 1-3, against all of them: a table, and a plot of recall.

The gallery holds one photograph of each person, the probes are the others. A distance to a pivot counts as one, as in
the paper. `make lfw-distances` calls this; it needs shared/data/lfw beside the checkout.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import numpy as np
from embeddings import DIMENSIONS, WORK, Labelled, labelled
from mlann import (
    Noise,
    examined_with_pivots,
    farthest_first,
    full_matrix_order,
    likelihoods,
    principal,
    random_references,
    squared_distances,
)
from plot import Axis, Line, svg
from population import Array

from places import ROOT
from rows import markdown

sys.path.insert(0, str(ROOT / "bindings" / "python"))

RECALL = 0.99
PIVOTS = (8, 16, 32, 64)
MOST = 4
"""The full matrix is followed until one in so many references was examined."""

SHOWN = 32
"""The number of pivots that is plotted."""


def one_a_person(data: Labelled) -> Tuple[Array, Array, Array]:
    """A gallery of each person's first photograph, (people, d); the others as probes, (Q, d), and whom they show."""
    order = np.argsort(data.people, kind="stable")
    people = data.people[order]
    first = np.concatenate([[True], people[1:] != people[:-1]])
    vectors = data.vectors[order].astype(np.float64)
    return vectors[first], vectors[~first], people[~first]


def noise(references: Array, probes: Array, people: Array, shifted: bool) -> Noise:
    """How probes lie around their person's reference."""
    return Noise(float(((probes - references[people]) ** 2).mean()), references.shape[1], shifted)


def full_matrix(references: Array, probes: Array, nearest: Array, most: int, form: Optional[Noise]) -> Array:
    """The distances each probe needs until its nearest reference is met; `most` + 1 for those that need more."""
    met = full_matrix_order(references, probes, most, form) == nearest[:, None]
    return np.where(met.any(axis=1), met.argmax(axis=1) + 1, most + 1)


def study(data: Labelled) -> Dict[str, Array]:
    """By variant, how many distances each probe needs until it has met the nearest of all references."""
    references, probes, people = one_a_person(data)
    nearest = squared_distances(probes, references).argmin(axis=1)
    proportional = noise(references, probes, people, True)
    unshifted = noise(references, probes, people, False)
    most = len(references) // MOST
    found = {
        "random order": np.random.default_rng(1).integers(1, len(references) + 1, len(probes)),
        "full matrix, equal variances": full_matrix(references, probes, nearest, most, None),
        "full matrix, proportional": full_matrix(references, probes, nearest, most, proportional),
        "full matrix, proportional, no shift": full_matrix(references, probes, nearest, most, unshifted),
    }
    for count in PIVOTS:
        variants = {
            "random": random_references(references, count),
            "farthest first": farthest_first(references, count, orthonormal=False),
            "farthest first, orthonormal": farthest_first(references, count),
            "PCA": principal(references, count),
        }
        for name, pivots in variants.items():
            total = likelihoods(references, probes, pivots)
            found[f"{count} pivots, {name}"] = examined_with_pivots(total, nearest, count)
        for name, form in (("proportional", proportional), ("proportional, no shift", unshifted)):
            total = likelihoods(references, probes, variants["farthest first"], form)
            found[f"{count} pivots, farthest first, {name}"] = examined_with_pivots(total, nearest, count)
    found[f"{SHOWN} pivots, the library's"] = library(references, probes, nearest, SHOWN)
    return found


def library(references: Array, probes: Array, nearest: Array, pivots: int) -> Array:
    """The same of the library's own index with so many pivots: it is asked to examine more and more."""
    import facenet

    found = np.full(len(probes), len(references))
    for examined in sorted({*np.geomspace(1, len(references), 24).astype(int)}, reverse=True):
        with facenet.Index(references.shape[1], kind="mlann", pivots=pivots, examined=int(examined)) as index:
            index.add(references.astype(np.float32), np.arange(len(references)))
            keys = index.search(probes.astype(np.float32), nearest=1)[0]
        found = np.where(keys[:, 0] == nearest, pivots + examined, found)
    return found


def needed(examined: Array, recall: float = RECALL) -> int:
    """The least number of distances with which this share of the probes meets its nearest reference."""
    return int(np.sort(examined)[int(np.ceil(recall * len(examined))) - 1])


def picture(model: str, found: Dict[str, Array], references: int) -> str:
    """Recall against distances, of the variants with as many pivots as are shown."""
    lines = []
    for name, examined in found.items():
        if " pivots, " in name and not name.startswith(f"{SHOWN} "):
            continue
        followed = references // MOST if name.startswith("full matrix") else references
        counts = np.unique(np.geomspace(1, followed, 150).astype(int))
        recalls = (np.sort(examined)[None] <= counts[:, None]).mean(axis=1)
        lines.append(Line(name.replace("farthest first", "farthest"), list(zip(100 * counts / references, recalls))))
    title = f"{model} on LFW folds 1-3, {references:,} references: is the nearest among those examined?"
    return svg(title, Axis("distances computed, of all", True, "{:g}%".format), Axis("recall@1"), lines)


def table_of(found: Dict[str, Array], references: int) -> List[List[str]]:
    """The table, the header first: the distances for a recall, as a number and as a share of brute force."""
    table = [["examined in the order of", "distances at recall 0.9", "0.99", "share of all at 0.99"]]
    for name, examined in found.items():
        at = [needed(examined, recall) for recall in (0.9, RECALL)]
        unknown = [name.startswith("full matrix") and count > references // MOST for count in at]
        shown = ["not within a quarter" if beyond else str(count) for count, beyond in zip(at, unknown)]
        table.append([name, *shown, "-" if unknown[1] else f"{at[1] / references:.1%}"])
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default=",".join(DIMENSIONS), help="default: all, with commas between them")
    parser.add_argument("--output", type=Path, default=WORK / "results", metavar="DIR", help="where the plots go")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for model in options.models.split(","):
        data = labelled(model)
        if data is None:
            print("distances: there is no shared/data/lfw beside the checkout", file=sys.stderr)
            return 2
        found = study(data)
        references = int(data.people.max()) + 1
        probes = len(data.people) - references
        path = options.output / f"distances-{model}.svg"
        path.write_text(picture(model, found, references))
        print(f"{model}: {references} references, one a person; {probes} probes\n")
        print(f"{markdown(table_of(found, references))}\n\nwritten: {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
