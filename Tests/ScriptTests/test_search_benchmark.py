"""Drawn people repeat and are as near to each other as real ones; recall, MLANN, FPIR and plots are what they say."""

import csv
import io
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Dict, List
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks" / "search"), str(ROOT / "benchmarks")]

try:
    import numpy as np
except ImportError as error:
    raise unittest.SkipTest(f"the search benchmark needs numpy ({error})") from None

import fitting  # noqa: E402
import ambiguity  # noqa: E402
import identification  # noqa: E402
import mlann  # noqa: E402
import tables  # noqa: E402
import vectors  # noqa: E402
from distances import needed  # noqa: E402
from embeddings import DIMENSIONS, LFW, WORK, Labelled, labelled  # noqa: E402
from plot import Axis, Line, svg, ticks  # noqa: E402
from population import CHUNK, load  # noqa: E402
from trial import Measured, Plan, Point, Trial, by_turns  # noqa: E402


def unit(generator: Any, count: int, dimension: int) -> Any:
    drawn = generator.standard_normal((count, dimension))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


class Tuned(unittest.TestCase):
    def test_table_is_what_was_measured(self) -> None:
        try:
            import tune
        except ImportError as error:
            self.skipTest(f"no library: {error}")
        found = tune.read(tune.MEASURED)
        self.assertEqual(tune.table(found), tune.TABLE.read_text())
        for wanted, setting in tune.rows(found):
            recalls = [one.recall for one in found if one.kind == "mlann" and one.setting == setting]
            self.assertEqual(len(recalls), len(DIMENSIONS))
            self.assertGreaterEqual(min(recalls), wanted)


class Drawn(unittest.TestCase):
    def test_they_repeat_and_more_begin_as_fewer(self) -> None:
        population = load("dlib")
        few, many = population.draw(10, 3, seed=4), population.draw(CHUNK + 5, 3, seed=4)
        self.assertTrue(np.array_equal(few, many[:10]))
        self.assertFalse(np.array_equal(few, population.draw(10, 3, seed=5)))
        self.assertFalse(np.array_equal(many[:5], many[CHUNK:]))

    def test_they_have_length_one(self) -> None:
        for model, dimension in DIMENSIONS.items():
            drawn = load(model).draw(20, 2, seed=1)
            self.assertEqual((drawn.shape, drawn.dtype), ((20, 2, dimension), np.float32))
            self.assertLess(np.abs(np.linalg.norm(drawn, axis=2) - 1).max(), 1e-5)

    def test_fitting_finds_what_was_drawn(self) -> None:
        drawn = load("dlib").draw(600, 3, seed=2)
        data = Labelled(drawn.reshape(-1, 128), np.repeat(np.arange(600), 3), [])
        again = fitting.fit(data).draw(600, 2, seed=3)
        everyone = np.arange(600)
        before = fitting.nearness(drawn[:, 0], drawn[:, 1], everyone, everyone)
        after = fitting.nearness(again[:, 0], again[:, 1], everyone, everyone)
        for name in ("own", "nearest other", "tenth other"):
            self.assertAlmostEqual(np.median(after[name]) / np.median(before[name]), 1, delta=0.15, msg=name)

    def test_no_group_is_of_few_people(self) -> None:
        group, centres = fitting.grouped(np.concatenate([unit(np.random.default_rng(1), 300, 8), 50 * np.eye(8)]))
        self.assertGreaterEqual(np.bincount(group, minlength=len(centres)).min(), fitting.FEWEST)

    def test_they_are_as_near_as_real_ones(self) -> None:
        for model in DIMENSIONS:
            if not (LFW / "images").is_dir() or not (WORK / "embeddings" / f"lfw-{model}.npy").is_file():
                self.skipTest("there are no embeddings of LFW: see make benchmark-search")
            lines = fitting.compared(labelled(model), load(model)).splitlines()[1:7]
            medians = [float(line.split()[-2]) for line in lines]
            for real, drawn in zip(medians[::2], medians[1::2]):
                self.assertAlmostEqual(drawn / real, 1, delta=0.12)


class Searched(unittest.TestCase):
    def setUp(self) -> None:
        with mock.patch.object(vectors, "labelled", lambda model: None):
            self.made = vectors.make("dlib", 300, queries=80)

    def test_truth_is_the_nearest_by_brute_force(self) -> None:
        distances = ((self.made.queries[:, None].astype(float) - self.made.gallery[None]) ** 2).sum(axis=2)
        self.assertTrue(np.array_equal(self.made.truth, np.argsort(distances, axis=1, kind="stable")[:, :10]))
        small = vectors.nearest(self.made.gallery, self.made.queries, 10, block=37)
        self.assertTrue(np.array_equal(self.made.truth, small))

    def test_known_people_are_near_and_strangers_are_not(self) -> None:
        self.assertEqual((len(self.made.queries), self.made.known, self.made.real), (80, 60, 0))
        nearest = ((self.made.queries - self.made.gallery[self.made.truth[:, 0]]) ** 2).sum(axis=1)
        self.assertLess(np.median(nearest[:60]), 0.8 * np.median(nearest[60:]))

    def test_real_people_come_first_and_are_not_searched_with_their_own_templates(self) -> None:
        data = Labelled(unit(np.random.default_rng(1), 120, 128).astype(np.float32), np.arange(120) % 40, [])
        with mock.patch.object(vectors, "labelled", lambda model: data):
            made = vectors.make("dlib", 300, queries=80)
        self.assertEqual(made.real, 35 * 2)
        photographs = {row.tobytes() for row in data.vectors}
        self.assertTrue(all(row.tobytes() in photographs for row in made.gallery[:70]))
        templates = {row.tobytes() for row in made.gallery}
        self.assertFalse([row for row in made.queries if row.tobytes() in templates])

    def test_recall(self) -> None:
        truth = np.array([[1, 2, 3], [4, 5, 6]])
        self.assertEqual(vectors.recall(truth, truth, 3), 1)
        self.assertEqual(vectors.recall(np.array([[2, 1, 3], [4, 0, 6]]), truth, 1), 0.5)
        self.assertEqual(vectors.recall(np.array([[2, 1, 9], [4, 0, 6]]), truth, 3), 4 / 6)


class MaximumLikelihood(unittest.TestCase):
    def setUp(self) -> None:
        generator = np.random.default_rng(3)
        self.references, self.probes = unit(generator, 60, 12), unit(generator, 9, 12)
        self.distances = mlann.squared_distances(self.probes, self.references)
        self.nearest = self.distances.argmin(axis=1)

    def test_as_many_orthonormal_pivots_as_dimensions_are_exact(self) -> None:
        for pivots in (mlann.farthest_first(self.references, 12), mlann.principal(self.references, 12)):
            total = mlann.likelihoods(self.references, self.probes, pivots)
            self.assertTrue(np.allclose(total, 4 * self.distances))
            self.assertEqual(set(mlann.examined_with_pivots(total, self.nearest, 12)), {13})

    def test_the_full_matrix_examines_each_reference_once(self) -> None:
        order = mlann.full_matrix_order(self.references, self.probes, 60)
        self.assertTrue(np.array_equal(np.sort(order, axis=1), np.tile(np.arange(60), (9, 1))))

    def test_the_full_matrix_step_by_step(self) -> None:
        noise = mlann.Noise(0.01, 12)
        order = mlann.full_matrix_order(self.references, self.probes, 3, noise)[4]
        table = mlann.squared_distances(self.references, self.references)
        phi = np.zeros(60)
        for step in order[:2]:
            mean = table[step] + 12 * 0.01
            variance = 4 * 0.01 * table[step] + 2 * 12 * 0.01**2
            phi += (self.distances[4, step] - mean) ** 2 / variance + np.log(variance)
        phi[order[:2]] = np.inf
        self.assertEqual(order[2], phi.argmin())

    def test_needed(self) -> None:
        self.assertEqual(needed(np.arange(1, 101), 0.99), 99)
        self.assertEqual(needed(np.full(7, 5), 0.5), 5)


def search_within(threshold: float) -> "identification.Search":
    """Stands in for a gallery: the nearest reference, known within a threshold."""

    def search(references: np.ndarray, probes: np.ndarray, fpir: float) -> "identification.Answers":
        distances = ((probes[:, None] - references[None]) ** 2).sum(axis=2)
        nearest = distances.min(axis=1)
        verdicts = ["known" if distance <= threshold else "unknown" for distance in nearest]
        return identification.Answers(distances.argmin(axis=1), nearest, verdicts, threshold, 0.1, False)

    return search


class OpenSet(unittest.TestCase):
    def test_threshold_keeps_its_rate(self) -> None:
        strangers = np.linspace(0.5, 1.5, 1000)
        trials = identification.Trials(np.array([0.4, 0.6, np.inf, 0.2]), strangers, 100, {})
        for fpir in (0.1, 0.01, 0.001):
            self.assertAlmostEqual(trials.fpir(trials.threshold(fpir)), fpir)
        self.assertEqual((trials.rank_one, trials.fnir(0.5)), (0.75, 0.5))

    def test_people_who_are_drawn_far_apart_are_all_identified(self) -> None:
        generator = np.random.default_rng(5)
        people = np.repeat(np.arange(12), 3)
        seen = unit(generator, 12, 64)[people] + 0.02 * generator.standard_normal((36, 64))
        data = Labelled(seen / np.linalg.norm(seen, axis=1, keepdims=True), people, [])
        trials = identification.identify(data, np.arange(12) % 3, search_within(0.5), draws=2)
        self.assertEqual((trials.rank_one, trials.gallery), (1, 2))
        self.assertEqual((len(trials.own), len(trials.strangers)), (2 * 3 * 4, 2 * 3 * 6))
        self.assertGreater(trials.strangers.min(), trials.own.max())
        for given in trials.promises.values():
            self.assertEqual((given.fpir, given.fnir, given.ambiguous, given.threshold), (0, 0, 0, 0.5))

    def test_verdicts_are_the_gallerys(self) -> None:
        """Whoever is named right is identified; whoever passes is taken for somebody, between two people or not."""
        own = identification.Answers(np.zeros(4), np.zeros(4), ["known", "known", "ambiguous", "unknown"], 1, 0.1, False)
        strangers = identification.Answers(np.zeros(2), np.zeros(2), ["ambiguous", "unknown"], 1, 0.3, True)
        given = identification.promise([((own, np.array([True, False, True, True])), strangers)])
        self.assertEqual((given.fnir, given.fpir, given.ambiguous), (0.75, 0.5, 0.5))
        self.assertEqual((given.far, given.extrapolated), (0.3, True))

    def test_a_margin_is_counted_by_outcome(self) -> None:
        nearest = np.array([[0.1, 0.4], [0.2, 0.25], [0.3, 0.31], [0.9, 0.91], [0.4, 0.8]])
        outcome = np.array([ambiguity.RIGHT, ambiguity.RIGHT, ambiguity.WRONG, ambiguity.WRONG, ambiguity.STRANGER])
        self.assertEqual(ambiguity.Pairs(nearest, outcome).shares(0.5, 0.1), [0.5, 1, 0])
        self.assertEqual(ambiguity.Pairs(nearest, outcome).shares(0.24, 0.1)[0], 0, "the second is beyond the threshold")

    def test_the_two_nearest_people_of_each_probe(self) -> None:
        generator = np.random.default_rng(6)
        people = np.repeat(np.arange(12), 3)
        seen = unit(generator, 12, 64)[people] + 0.02 * generator.standard_normal((36, 64))
        data = Labelled(seen / np.linalg.norm(seen, axis=1, keepdims=True), people, [])
        squared = ambiguity.pairs(data, np.arange(12) % 3, False, draws=2)
        plain = ambiguity.pairs(data, np.arange(12) % 3, True, draws=2)
        np.testing.assert_allclose(plain.nearest**2, squared.nearest, atol=1e-6)
        self.assertEqual([int((squared.outcome == kind).sum()) for kind in range(3)], [2 * 3 * 4, 0, 2 * 3 * 6])
        self.assertTrue((squared.nearest[:, 0] <= squared.nearest[:, 1]).all())


class StandIn:
    """Answers for a searcher: a query takes the time it was made with."""

    def __init__(self, name: str, seconds: float, asked: List[str]) -> None:
        self.name, self.seconds, self.asked = name, seconds, asked

    def ask(self, line: str) -> Dict[str, float]:
        self.asked.append(self.name)
        return {"seconds": self.seconds}


def measured(method: str, recall: float, build: float, size: float) -> Measured:
    point = Point(None, recall, recall, None, 1e-5, {"processor": build, "wall": build, "bytes": size})
    return Measured(method, 128, 1000, point, [point])


class Reported(unittest.TestCase):
    def setUp(self) -> None:
        self.trial = Trial("dlib", 128, 1000, 0, 80, 60)
        self.trial.measured = [
            measured("flat", 1, 0.01, 512),
            measured("faiss Flat", 1, 0.01, 512),
            measured("hnswlib", 0.98, 5, 700),
        ]
        asked: List[str] = []
        times = {"flat": 6e-6, "faiss Flat": 8e-6, "hnswlib": 1e-6}
        workers: Any = {name: StandIn(name, seconds, asked) for name, seconds in times.items()}
        by_turns(self.trial, workers, Plan(2, 0.1, 1, 1, 1, 1))
        self.asked = asked

    def test_turns_alternate(self) -> None:
        self.assertEqual(self.asked, ["flat", "flat", "faiss Flat", "faiss Flat", "hnswlib", "hnswlib"] * 3)

    def test_a_peer_that_misses_the_recall_is_not_the_best(self) -> None:
        line = "1000 x 128, recall@1 1.000: ours / best peer 0.75 (flat against faiss Flat)"
        self.assertEqual(tables.summary([self.trial]), [line])

    def test_goals(self) -> None:
        self.assertEqual(
            tables.goals(self.trial), ["1,000 x 128", "flat", "faiss Flat", "0.75", "500", "0.731", "1.33"]
        )

    def test_comma_separated(self) -> None:
        rows = list(csv.DictReader(io.StringIO(tables.comma_separated([self.trial]))))
        self.assertEqual([row["method"] for row in rows], ["flat", "faiss Flat", "hnswlib"])
        self.assertEqual((rows[0]["single_us"], rows[0]["setting"], rows[2]["build_cpu_s"]), ("6", "", "5"))


class Plots(unittest.TestCase):
    def test_a_plot_is_an_image_with_every_line(self) -> None:
        lines = [Line("a < b & c", [(1, 0.5), (100, 1)]), Line("dot", [(10, 0.7)])]
        root = ElementTree.fromstring(svg("title <1>", Axis("µs", True), Axis("recall"), lines))
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        self.assertEqual(len(root.findall("{*}polyline")), 2)
        places = [
            tuple(map(float, pair.split(","))) for pair in root.findall("{*}polyline")[0].attrib["points"].split()
        ]
        self.assertLess(places[0][0], places[1][0])
        self.assertGreater(places[0][1], places[1][1])
        self.assertIn("a < b & c", [text.text for text in root.findall("{*}text")])

    def test_one_point_alone(self) -> None:
        ElementTree.fromstring(svg("one", Axis("x", True), Axis("y"), [Line("one", [(5, 1)])]))

    def test_ticks(self) -> None:
        self.assertEqual(ticks(0.9, 1.0, False), [0.9, 0.92, 0.94, 0.96, 0.98, 1.0])
        self.assertEqual(ticks(1, 100, True), [1, 2, 5, 10, 20, 50, 100])


if __name__ == "__main__":
    unittest.main()
