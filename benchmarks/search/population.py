"""People who do not exist: embeddings that follow those of real ones.

A person is the mean of a group of look-alikes plus a normal deviation that all groups share; a photograph is its person
plus a normal deviation whose length is scaled by a factor drawn from those seen, since some photographs are far worse
than others; and everything is normalised to length 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import numpy as np

Array = Any
"""A NumPy array: its types would say no more here."""

FOLDER = Path(__file__).resolve().parent / "populations"
CHUNK = 2000
"""People drawn at once: which does not depend on how many are wanted, so that a larger set begins as a smaller one."""


@dataclass(frozen=True)
class Population:
    """The distribution of one model's embeddings; d is their dimension."""

    groups: Array
    """Group means, (groups, d)."""

    shares: Array
    """The share of people in each group, sum 1."""

    between: Array
    """Principal axes of people around their group, each as long as one standard deviation, (axes, d)."""

    within: Array
    """The same of photographs around their person, (axes, d)."""

    spreads: Array
    """Quantiles, evenly apart, of how far a photograph lies from its person beside the root mean square."""

    @property
    def dimension(self) -> int:
        return int(self.groups.shape[1])

    def draw(self, people: int, photographs: int, seed: int) -> Array:
        """Unit vectors float32 (people, photographs, d). Fewer people with the same seed are the first of these."""
        return np.concatenate(list(self.parts(people, photographs, seed)))

    def parts(self, people: int, photographs: int, seed: int) -> Iterator[Array]:
        """The same in parts, for more than should be in memory twice."""
        for start in range(0, people, CHUNK):
            generator = np.random.default_rng([seed, photographs, start // CHUNK])
            yield self._chunk(photographs, generator)[: people - start]

    def _chunk(self, photographs: int, generator: Any) -> Array:
        group = generator.choice(len(self.groups), CHUNK, p=self.shares)
        persons = self.groups[group] + _normal(generator, CHUNK, self.between)
        where = generator.random((CHUNK * photographs, 1), dtype=np.float32) * (len(self.spreads) - 1)
        spread = np.interp(where, np.arange(len(self.spreads)), self.spreads).astype(np.float32)
        found = np.repeat(persons, photographs, axis=0)
        found += spread * _normal(generator, len(found), self.within)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found.reshape(CHUNK, photographs, -1)

    def save(self, path: Path) -> None:
        fields = {name: np.asarray(value, np.float16) for name, value in vars(self).items()}
        np.savez_compressed(path, **fields)


def _normal(generator: Any, count: int, axes: Array) -> Array:
    return generator.standard_normal((count, len(axes)), dtype=np.float32) @ axes


def load(model: str) -> Population:
    """The committed distribution of a model, `dlib` or `facenet`."""
    with np.load(FOLDER / f"{model}.npz") as file:
        fields = {name: file[name].astype(np.float32) for name in file.files}
    fields["shares"] = fields["shares"].astype(np.float64) / fields["shares"].sum(dtype=np.float64)
    return Population(**fields)
