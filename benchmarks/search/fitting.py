"""Fits the distribution that people are drawn from to real embeddings, and compares both.

usage: python benchmarks/search/fitting.py dlib facenet      (writes benchmarks/search/populations/MODEL.npz)
"""

from __future__ import annotations

import sys
from typing import Dict, Tuple

import numpy as np
from embeddings import Labelled, labelled
from population import FOLDER, Array, Population

GROUPS = 32
FEWEST = 10
"""People in a group: no group's mean tells of one person."""

MOST = 8
"""Photographs that a person may count for."""

SPREADS = 64


def fit(data: Labelled) -> Population:
    """The distribution that the photographs of `data` follow."""
    people, counts = data.people, np.bincount(data.people)
    means = np.zeros((len(counts), data.vectors.shape[1]))
    np.add.at(means, people, data.vectors)
    means /= counts[:, None]
    several = counts[people] > 1
    # The deviation from a mean of n photographs is too small by this factor.
    correction = np.sqrt(counts / np.maximum(counts - 1, 1))[people]
    deviations = ((data.vectors - means[people]) * correction[:, None])[several]
    weights = np.minimum(1, MOST / counts[people])[several]
    within = (deviations * weights[:, None]).T @ deviations / weights.sum()
    group, centres = grouped(means)
    remaining = means - centres[group]
    between = remaining.T @ remaining / (len(means) - len(centres)) - within * np.mean(1 / counts)
    spreads = np.linalg.norm(deviations, axis=1) / np.sqrt(np.trace(within))
    return Population(
        groups=centres,
        shares=np.bincount(group) / len(group),
        between=axes(between),
        within=axes(within),
        spreads=np.quantile(spreads, np.linspace(0, 1, SPREADS)),
    )


def axes(covariance: Array, share: float = 0.9999) -> Array:
    """The principal axes that hold this share of the variance, as long as its standard deviations, longest first."""
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    count = int(np.searchsorted(np.cumsum(values), share * values.sum())) + 1
    return (vectors[:, :count] * np.sqrt(values[:count])).T


def grouped(means: Array) -> Tuple[Array, Array]:
    """People grouped by k-means: each one's group, and the group means; small groups are given up."""
    generator = np.random.default_rng(1)
    centres = means[generator.choice(len(means), GROUPS, replace=False)]
    while True:
        for _ in range(50):
            group = np.argmin((centres**2).sum(1) - 2 * means @ centres.T, axis=1)
            kept = np.flatnonzero(np.bincount(group, minlength=len(centres)))
            centres = np.array([means[group == one].mean(axis=0) for one in kept])
        group = np.argmin((centres**2).sum(1) - 2 * means @ centres.T, axis=1)
        sizes = np.bincount(group, minlength=len(centres))
        if sizes.min() >= FEWEST:
            return group, np.array([means[group == one].mean(axis=0) for one in range(len(centres))])
        centres = np.delete(centres, sizes.argmin(), axis=0)


def nearness(gallery: Array, probes: Array, people: Array, shown: Array) -> Dict[str, Array]:
    """Squared distances of probes to a gallery of one photograph a person: what searching meets.

    people (N,) says who is in the gallery and shown (Q,) who is on each probe, all of them enrolled.
    """
    distances = 2 - 2 * probes @ gallery.T
    same = people == shown[:, None]
    others = np.sort(np.where(same, np.inf, distances), axis=1)
    own = distances[same]
    return {"own": own, "nearest other": others[:, 0], "tenth other": others[:, 9], "first": own < others[:, 0]}


def compared(data: Labelled, population: Population) -> str:
    """A table of the real people's distances and of as many drawn ones'."""
    counts = np.bincount(data.people)
    order = np.argsort(data.people, kind="stable")
    first = order[np.concatenate([[0], np.cumsum(counts)[:-1]])]
    several = np.flatnonzero(counts > 1)
    second = order[np.cumsum(counts)[several] - counts[several] + 1]
    drawn = population.draw(len(counts), 2, seed=1)
    everyone = np.arange(len(counts))
    tables = {
        "real": nearness(data.vectors[first], data.vectors[second], everyone, several),
        "drawn": nearness(drawn[:, 0], drawn[several, 1], everyone, several),
    }
    lines = ["squared distance    people   10%     50%     90%"]
    for name in ("own", "nearest other", "tenth other"):
        for kind, table in tables.items():
            numbers = np.quantile(table[name], (0.1, 0.5, 0.9))
            lines.append(f"{name:<19} {kind:<6}" + "".join(f"{number:8.3f}" for number in numbers))
    ranks = ", ".join(f"{kind} {table['first'].mean():.3f}" for kind, table in tables.items())
    return "\n".join([*lines, f"the nearest is the own: {ranks}"])


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for model in sys.argv[1:]:
        data = labelled(model)
        if data is None:
            print("fitting: there is no shared/data/lfw beside the checkout", file=sys.stderr)
            return 2
        population = fit(data)
        path = FOLDER / f"{model}.npz"
        population.save(path)
        size = f"{len(population.groups)} groups, {len(population.between)} and {len(population.within)} axes"
        print(f"{model}: {size}, {path.stat().st_size / 1024:.0f} KB\n{compared(data, population)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
