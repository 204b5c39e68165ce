"""Progress, cancellation and log messages."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
import unittest
from pathlib import Path
from typing import Any, Callable, List, Optional

from support import MODELS, ONE, OTHER, needs_data, needs_numpy, np
from test_models import field, node, value_info, varint

import facenet

STEPS = 20
NAMES = [b"x", *(b"v%d" % step for step in range(1, STEPS)), b"y"]
GRAPH = b"".join(field(1, node(b"Softmax", [a], b)) for a, b in zip(NAMES, NAMES[1:]))
GRAPH += field(2, b"chain") + field(11, value_info(b"x", "N", 3)) + field(12, value_info(b"y", "N", 3))
CHAIN = varint(1, 8) + field(7, GRAPH) + field(8, varint(2, 13))


class Told:
    """A progress function that notes what it is told, and stops or raises at one of its calls, from 1."""

    def __init__(self, stop_at: int = 0, error: Optional[BaseException] = None) -> None:
        self.fractions: List[float] = []
        self.threads: List[int] = []
        self.stop_at, self.error = stop_at, error

    def __call__(self, fraction: float) -> Any:
        self.fractions.append(fraction)
        self.threads.append(threading.get_ident())
        if len(self.fractions) != self.stop_at:
            return None
        if self.error is not None:
            raise self.error
        return False


class Calls(unittest.TestCase):
    def check_call(self, call: Callable[[Told], Any], least: int) -> None:
        """It tells from its begin to its end on this thread, stops when asked to, and raises what is raised in it."""
        told = Told()
        call(told)
        self.assertEqual(told.fractions, sorted(told.fractions))
        self.assertEqual((told.fractions[0] < 0.2, told.fractions[-1]), (True, 1.0))
        self.assertGreaterEqual(len(told.fractions), least)
        self.assertEqual(set(told.threads), {threading.get_ident()})
        for stop_at in (1, 3):
            told = Told(stop_at)
            with self.assertRaisesRegex(facenet.CancelledError, "stopped"):
                call(told)
            self.assertEqual(len(told.fractions), stop_at)
        for error in (KeyError("mine"), KeyboardInterrupt()):
            with self.assertRaises(type(error)) as caught:
                call(Told(2, error))
            self.assertIs(caught.exception, error)
        gc.collect()
        call(Told())


@needs_numpy
class Sessions(Calls):
    def setUp(self) -> None:
        self.x = np.array([[1, 2, 3], [4, 4, 4]], np.float32)

    def test_run(self) -> None:
        with facenet.Model(CHAIN) as model, facenet.Session(model) as session:
            self.check_call(lambda told: session.run(self.x, progress=told), STEPS + 1)
            self.check_call(lambda told: model.run(self.x, progress=told), STEPS + 1)
            (y,) = session.run(self.x)
            self.assertTrue(np.allclose(y[1], 1 / 3))

    def test_an_exception_at_the_end_is_raised_too(self) -> None:
        with facenet.Model(CHAIN) as model, facenet.Session(model) as session:
            told = Told(STEPS + 1, ValueError("late"))
            with self.assertRaisesRegex(ValueError, "late"):
                session.run(self.x, progress=told)
            self.assertEqual(told.fractions[-1], 1.0)
            session.run(self.x, progress=Told(STEPS + 1))

    def test_nothing_is_told_afterwards_nor_of_calls_from_inside(self) -> None:
        with facenet.Model(CHAIN) as model, facenet.Session(model) as session:
            told, inner = Told(), Told()

            def report(fraction: float) -> None:
                told(fraction)
                model.run(self.x, progress=inner)

            session.run(self.x, progress=report)
            self.assertEqual((len(told.fractions), inner.fractions), (STEPS + 1, []))
            session.run(self.x)
            self.assertEqual(len(told.fractions), STEPS + 1)

    def test_failures_are_themselves(self) -> None:
        with facenet.Model(CHAIN) as model, self.assertRaises(facenet.InvalidArgumentError):
            model.run(self.x[:, :2], progress=Told())
        with self.assertRaises(facenet.CorruptError):
            facenet.Model(b"nonsense", progress=Told())

    def test_threads_are_told_of_their_own_calls(self) -> None:
        with facenet.Model(CHAIN) as model:
            watchers = [Told() for _ in range(8)]

            def work(told: Told) -> None:
                for _ in range(10):
                    model.run(self.x, progress=told)
                    model.run(self.x)

            threads = [threading.Thread(target=work, args=(told,)) for told in watchers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for told in watchers:
                self.assertEqual(told.fractions.count(1.0), 10)
                self.assertEqual(len(set(told.threads)), 1)

    def test_opening(self) -> None:
        self.check_call(lambda told: facenet.Model(CHAIN, progress=told), 2)


@needs_data
class Faces(Calls):
    def test_verbs(self) -> None:
        image = facenet.Image.open(ONE)
        self.check_call(lambda told: facenet.detect(image, progress=told), 20)
        self.check_call(lambda told: facenet.embed(image, progress=told), 20)
        self.check_call(lambda told: facenet.verify(image, OTHER, progress=told), 20)

    def test_parts(self) -> None:
        self.check_call(lambda told: facenet.Detector(progress=told), 10)
        self.check_call(lambda told: facenet.Embedder(progress=told), 10)
        self.check_call(lambda told: facenet.Pipeline(progress=told), 10)
        with facenet.Detector() as detector, facenet.Embedder() as embedder:
            face = detector.detect(ONE)[0]
            crops = [embedder.align(ONE, face)] * 40
            self.check_call(lambda told: embedder.embed(crops, progress=told), 50)


class Messages(unittest.TestCase):
    def test_models_that_are_read(self) -> None:
        with self.assertLogs("facenet", logging.INFO) as logs:
            facenet.Model(CHAIN).close()
        self.assertEqual(len(logs.records), 1)
        self.assertEqual(logs.records[0].levelno, logging.INFO)
        self.assertIn("model in memory: 20 operators", logs.records[0].getMessage())

    @needs_numpy
    def test_plans(self) -> None:
        with self.assertLogs("facenet", logging.DEBUG) as logs:
            facenet.Model(CHAIN).run(np.zeros((2, 3), np.float32))
        self.assertIn("20 steps", logs.records[-1].getMessage())
        self.assertEqual(logs.records[-1].levelno, logging.DEBUG)

    @needs_data
    def test_embedders(self) -> None:
        with self.assertLogs("facenet", logging.INFO) as logs:
            facenet.Embedder(MODELS / "facenet.onnx").close()
        self.assertTrue(any("opened the embedder facenet (" in line for line in logs.output), logs.output)

    def run_python(self, code: str) -> str:
        """What a fresh interpreter prints."""
        folder = str(Path(facenet.__file__).resolve().parent.parent)
        code = f"import sys; sys.path.insert(0, {folder!r}); chain = {CHAIN!r}\n{code}"
        result = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True
        )
        return result.stdout

    def test_silent_until_asked(self) -> None:
        self.assertEqual(self.run_python("import facenet; facenet.Model(chain)"), "")

    def test_basic_configuration_is_enough(self) -> None:
        code = "import logging; logging.basicConfig(level=logging.INFO); import facenet; facenet.Model(chain)"
        self.assertIn("INFO:facenet:read model in memory", self.run_python(code))


if __name__ == "__main__":
    unittest.main()
