"""Open-set identification on LFW folds 1-3: rank-1, FNIR at two FPIRs, and promised against measured FPIR.

In each fold half of the people, drawn at random, are enrolled with one photograph each; their other photographs are
probes of known people, and every photograph of the other half is a probe of a stranger. Ten such draws a fold are put
together. No distance is compared between folds. People, thresholds and verdicts are those of `facenet.Gallery`.
`make lfw-identify` calls this; it needs shared/data/lfw beside the checkout.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Dict, Iterator, List, Tuple

import numpy as np
from embeddings import DIMENSIONS, LFW, Labelled, labelled
from population import Array

from places import BUILD, ROOT
from rows import markdown

if TYPE_CHECKING:
    import facenet

DRAWS = 10
FPIRS = (0.01, 0.001)


@dataclass(frozen=True)
class Answers:
    """What a gallery says of probes, one number a probe."""

    best: Array
    """The nearest reference, counted from 0."""

    distances: Array
    """How far it is, by the model's metric."""

    verdicts: List[str]
    """known, unknown or ambiguous."""

    threshold: float
    """The largest distance that was accepted."""

    far: float
    """The share of pairs of different people that the gallery expects to pass it."""

    extrapolated: bool
    """Whether the model was never measured at such a rate."""


Search = Callable[[Array, Array, float], Answers]
"""Enrols references (people, d), and says who probes (probes, d) are at a wanted FPIR."""


@dataclass(frozen=True)
class Promise:
    """What came of a wanted FPIR, all folds and draws together."""

    threshold: float
    """On average, as far."""

    far: float

    extrapolated: bool
    """Whether any threshold was."""

    fpir: float
    """The share of strangers who pass the threshold."""

    ambiguous: float
    """The share of strangers who pass it, and between two people."""

    fnir: float
    """The share of known probes who are not known as themselves."""


@dataclass(frozen=True)
class Trials:
    """What identification gave, all folds and draws together; one number a probe."""

    own: Array
    """Distances of known probes to the nearest reference, where that is their own; infinite where it is not."""

    strangers: Array
    """Distances of strangers to the nearest reference."""

    gallery: float
    """People enrolled, on average."""

    promises: Dict[float, Promise]
    """By the wanted FPIR."""

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


def identify(data: Labelled, fold: Array, search: Search, draws: int = DRAWS) -> Trials:
    """Searches for everybody who is not enrolled, and for the other photographs of who is, at each of FPIRS."""
    each = list(drawn(data, fold, draws))
    found = {fpir: [answered(data, draw, search, fpir) for draw in each] for fpir in FPIRS}
    own, strangers = zip(*found[FPIRS[0]])
    return Trials(
        np.concatenate([np.where(right, said.distances, np.inf) for said, right in own]),
        np.concatenate([said.distances for said in strangers]),
        float(np.mean([len(draw.enrolled) for draw in each])),
        {fpir: promise(found[fpir]) for fpir in FPIRS},
    )


Answered = Tuple[Tuple[Answers, Array], Answers]
"""Of known probes, and whether each one's nearest person is their own; of strangers."""


def answered(data: Labelled, draw: Draw, search: Search, fpir: float) -> Answered:
    """What a gallery of a draw says of its probes."""
    references = data.vectors[draw.references]
    own = search(references, data.vectors[draw.known], fpir)
    right = draw.enrolled[own.best] == data.people[draw.known]
    return (own, right), search(references, data.vectors[draw.strangers], fpir)


def promise(found: List[Answered]) -> Promise:
    """What came of one wanted FPIR."""
    named = np.concatenate([right & (np.array(own.verdicts) == "known") for (own, right), _ in found])
    verdicts = np.concatenate([said.verdicts for _, said in found])
    return Promise(
        float(np.mean([said.threshold for _, said in found])),
        float(np.mean([said.far for _, said in found])),
        any(said.extrapolated for _, said in found),
        float((verdicts != "unknown").mean()),
        float((verdicts == "ambiguous").mean()),
        float(1 - named.mean()),
    )


def library(model: str) -> Search:
    """Galleries of the library, for a model of build/models."""
    os.environ.setdefault("FACENET_MODELS", str(BUILD / "models"))
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    import facenet

    pipeline = facenet.Pipeline(embedder=facenet.Embedder(str(BUILD / "models" / f"{model}.onnx")))

    def search(references: Array, probes: Array, fpir: float) -> Answers:
        with tempfile.TemporaryDirectory() as folder:
            with facenet.Gallery.create(Path(folder) / "people.gallery", pipeline) as gallery:
                gallery.enrol_many([str(number) for number in range(len(references))], references)
                return asked(gallery, probes, fpir)

    return search


def asked(gallery: facenet.Gallery, probes: Array, fpir: float) -> Answers:
    """What a gallery says whose people have their numbers for keys."""
    numbers = {person.id: int(person.key or 0) for person in gallery.people()}
    said = gallery.identify(embeddings=probes, fpir=fpir, people=1)
    accepted = gallery.threshold(fpir=fpir)
    return Answers(
        np.array([numbers[each.candidates[0].person] for each in said]),
        np.array([each.distance for each in said]),
        [each.verdict.name.lower() for each in said],
        accepted.distance,
        accepted.far or 0,
        accepted.extrapolated,
    )


def table_of(trials: Trials) -> List[List[str]]:
    """The table, the header first: each FPIR with the threshold found on these strangers, and with the gallery's own."""
    head = [
        "FPIR wanted",
        "FNIR at it",
        "threshold",
        "FAR for it",
        "gallery's threshold",
        "a guess",
        "FPIR measured",
        "ambiguous",
        "FNIR measured",
    ]
    rows = [head]
    for fpir, given in trials.promises.items():
        exact = trials.threshold(fpir)
        row = [f"{fpir:.1%}", f"{trials.fnir(exact):.2%}", f"{exact:.3f}", f"{given.far:.2g}", f"{given.threshold:.3f}"]
        shares = [f"{share:.2%}" for share in (given.fpir, given.ambiguous, given.fnir)]
        rows.append([*row, "yes" if given.extrapolated else "no", *shares])
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default=",".join(DIMENSIONS), help="default: all, with commas between them")
    options = parser.parse_args()
    for model in options.models.split(","):
        data = labelled(model, as_made=True)
        if data is None:
            print("identification: there is no shared/data/lfw beside the checkout", file=sys.stderr)
            return 2
        trials = identify(data, folds(data), library(model))
        probes = f"{len(trials.own):,} probes of known people, {len(trials.strangers):,} of strangers"
        print(f"{model}: {trials.gallery:.0f} people enrolled, {probes}, from {DRAWS} draws in each fold")
        print(f"rank-1: {trials.rank_one:.2%}\n\n{markdown(table_of(trials))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
