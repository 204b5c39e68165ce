"""The benchmark's networks are the published ones, its turns alternate, and its last line says what was measured."""

import os
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from typing import Dict, List
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "bindings" / "python")]

try:
    import numpy as np
    import onnx
except ImportError as error:
    raise unittest.SkipTest(f"the benchmark's networks need numpy and onnx ({error})") from None

import busy  # noqa: E402
import report  # noqa: E402
from cases import Case  # noqa: E402
from comparison import Comparison, Measurement, Plan, largest_error  # noqa: E402
from counting import multiplications  # noqa: E402
from layers import picture  # noqa: E402
from networks import NETWORKS, build  # noqa: E402
from process import Worker, WorkerError, take_turns, worker_command  # noqa: E402

MILLIONS = {"facenet": 1418, "openface": 200, "dlib": 271, "mobilefacenet": 438, "arcface": 6309, "scrfd": 183}
"""Multiply-adds of the networks as PyTorch exports them."""

LIBRARY = ROOT / "build" / "lib" / "libfacenet.so.0"


class Networks(unittest.TestCase):
    def test_multiply_adds(self) -> None:
        for network in NETWORKS:
            with self.subTest(network.name), tempfile.TemporaryDirectory() as folder:
                data, count = build(network, "batch")
                self.assertEqual(round(count / 1e6), MILLIONS[network.name])
                path = Path(folder) / "network.onnx"
                path.write_bytes(data)
                self.assertEqual(multiplications(path, (1, 3, network.side, network.side)), count)
                self.assertEqual(multiplications(path, (3, 3, network.side, network.side)), 3 * count)

    def test_nodes(self) -> None:
        graph = onnx.load_from_string(build(NETWORKS[0])[0]).graph
        counts = Counter(node.op_type for node in graph.node)
        self.assertEqual((counts["Conv"], counts["Relu"], counts["Concat"], counts["Mul"]), (132, 131, 23, 21))

    def test_builds_repeat(self) -> None:
        self.assertEqual(build(NETWORKS[-1]), build(NETWORKS[-1]))

    @unittest.skipUnless(LIBRARY.is_file(), "the library was not built")
    def test_outputs_tell_pictures_apart(self) -> None:
        import facenet

        for network in (network for network in NETWORKS if network.name in ("openface", "mobilefacenet")):
            session = facenet.Session(facenet.Model(build(network, "batch")[0]))
            vectors = session.run(picture((network.side, network.side), 2))[0]
            vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            with self.subTest(network.name):
                self.assertLess(float(vectors[0] @ vectors[1]), 0.9)


class StandIn:
    """Answers for a worker: each run takes the time it was made with."""

    def __init__(self, seconds: float, asked: List[int], last: int = 99) -> None:
        self.seconds, self.asked, self.last = seconds, asked, last

    def measure(self, count: int) -> List[List[float]]:
        if len(self.asked) == self.last:
            raise WorkerError("it broke")
        self.asked.append(count)
        return [[self.seconds, 2 * self.seconds]] * count


class Turns(unittest.TestCase):
    def test_turns_alternate_and_fill_their_time(self) -> None:
        workers = {"slow": StandIn(0.5, []), "fast": StandIn(0.01, [])}
        turns = list(take_turns(workers, rounds=2, seconds=1, missing={}))  # type: ignore[arg-type]
        self.assertEqual([name for name, _ in turns], ["slow", "fast", "slow", "fast"])
        self.assertEqual((workers["slow"].asked, workers["fast"].asked), ([2, 2, 2], [2, 100, 100]))

    def test_a_broken_worker_takes_no_turns(self) -> None:
        workers = {"whole": StandIn(0.5, []), "broken": StandIn(0.5, [], last=2)}
        missing: Dict[str, str] = {}
        turns = list(take_turns(workers, rounds=3, seconds=1, missing=missing))  # type: ignore[arg-type]
        self.assertEqual([name for name, _ in turns], ["whole", "broken", "whole", "whole"])
        self.assertEqual(missing, {"broken": "it broke"})

    def test_a_worker_that_cannot_start_says_why(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pictures = Path(folder) / "pictures.npy"
            np.save(pictures, np.zeros((1, 3, 8, 8), dtype=np.float32))
            with self.assertRaises(WorkerError) as caught:
                Worker(worker_command("facenet", ROOT / "missing.onnx", pictures, 1), None)
        self.assertNotEqual(str(caught.exception), "")
        self.assertNotIn(str(ROOT), str(caught.exception))


class BusyCore(unittest.TestCase):
    def test_two_threads_are_set_against_one(self) -> None:
        workers = {"facenet 1": StandIn(0.2, []), "facenet 2": StandIn(0.15, []), "ncnn 1": StandIn(0.1, [])}
        workers["ncnn 2"] = StandIn(0.4, [])
        items = busy.measured("one", workers, 3, 0.1, {})  # type: ignore[arg-type]
        rows = report.busy_rows(items)
        self.assertEqual(rows[1], ["one", "facenet", "200.00", "150.00", "0.75"])
        self.assertEqual(rows[2], ["one", "ncnn", "100.00", "400.00", "4.00"])

    def test_an_engine_without_one_of_its_figures_has_none(self) -> None:
        workers = {"facenet 1": StandIn(0.2, []), "facenet 2": StandIn(0.1, [], last=2), "ncnn 1": StandIn(0.1, [])}
        workers["ncnn 2"] = StandIn(0.1, [])
        missing: Dict[str, str] = {}
        items = busy.measured("one", workers, 3, 0.1, missing)  # type: ignore[arg-type]
        self.assertEqual([item.engine for item in items], ["ncnn"])
        self.assertEqual(missing, {"facenet on one": "it broke"})

    def test_the_other_program_works_on_its_core_and_ends(self) -> None:
        core = min(os.sched_getaffinity(0))
        with busy.other_program(core) as child:
            self.assertEqual(os.sched_getaffinity(child.pid), {core})
            self.assertIsNone(child.poll())
        self.assertIsNotNone(child.poll())


def comparison(name: str, group: str = "random", threads: int = 1, batch: int = 1, **times: List[float]) -> Comparison:
    """A comparison in which each engine took the seconds given, a number a round."""
    measurements = []
    for engine, seconds in times.items():
        measurement = Measurement(engine, first=0.5)
        for value in seconds:
            measurement.add([[2 * value * batch, value * batch]], batch)
        measurements.append(measurement)
    case = Case(name, name, Path(f"{name}.onnx"), 8, 8, group)
    return Comparison(case, Plan(threads, batch, 3, 0.1), measurements, {})


class Report(unittest.TestCase):
    def test_the_ratio_is_the_median_of_the_rounds(self) -> None:
        item = comparison("one", facenet=[1, 4, 3], ncnn=[2, 4, 4], openvino=[9, 2, 9])
        self.assertEqual(item.best_peer().engine, "ncnn")
        self.assertEqual(item.ours, 0.75)

    def test_ours_is_no_peer(self) -> None:
        alone = comparison("one", facenet=[1.0])
        self.assertEqual((alone.best_peer(), alone.ours), (None, None))

    def test_the_last_line(self) -> None:
        items = [
            comparison("one", facenet=[1], ncnn=[2]),
            comparison("two", group="real", facenet=[2], ncnn=[1]),
            comparison("one", threads=2, facenet=[3], ncnn=[1]),
            comparison("one", batch=16, facenet=[1], ncnn=[5]),
        ]
        lines = report.summary(items)
        self.assertEqual(lines[-1], "geometric mean (ours / best peer), 1 thread: 1.00")
        self.assertEqual(lines[-2], "the networks with random weights alone (1 of 2), 1 thread: 0.50")
        self.assertEqual(lines[0], "geometric mean (ours / best peer), 2 threads: 3.00")
        self.assertIn("geometric mean (ours / best peer), 1 thread, batch 16: 0.20", lines)

    def test_what_is_missing_is_said(self) -> None:
        item = comparison("one", facenet=[1])
        item.missing["ncnn"] = "it cannot"
        self.assertEqual(report.missing_lines([item]), ["missing: ncnn on one, threads 1, batch 1: it cannot"])

    def test_share_of_peak(self) -> None:
        item = comparison("one", facenet=[0.5])
        row = report.row(item, item.measurements[0], multiplications=10**9, peak=8e9)
        self.assertEqual((row.share_of_peak, row.cpu_median, row.wall_median), (0.5, 500, 1000))
        self.assertEqual(len(report.cells(row)), len(report.HEADER))

    def test_error(self) -> None:
        expected = [np.array([1.0, -4.0]), np.array([0.5])]
        self.assertEqual(largest_error([np.array([1.0, -3.0]), np.array([0.5])], expected), 0.25)
        self.assertEqual(largest_error([np.array([1.0])], expected), float("inf"))

    def test_the_whole_run_ends_with_the_mean(self) -> None:
        import run

        items = [comparison("one", facenet=[1], ncnn=[2])]
        results = run.Results("make benchmark", [0.1, 0.3], items, counts={"one": 1}, peak=1)
        page = run.page(results, "2026-01-01")
        self.assertIn("at the end: 0.10, 0.30: too much", page)
        self.assertTrue(page.endswith("- geometric mean (ours / best peer), 1 thread: 0.50\n"))
        with mock.patch.object(sys, "argv", ["run.py", "--engines", "none"]):
            self.assertEqual(run.main(), 2)


if __name__ == "__main__":
    unittest.main()
