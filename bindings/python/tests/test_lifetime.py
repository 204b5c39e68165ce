"""Objects give back what they hold, and calls keep nothing."""

from __future__ import annotations

import gc
import os
import tracemalloc
import unittest
from pathlib import Path
from typing import Callable

from support import ONE, needs_data
from test_models import MODEL

import facenet
from facenet._errors import error_for
from facenet._library import library

def is_alive(handle: int) -> bool:
    """Whether the library still knows the handle of a model."""
    return bool(library.facenet_model_input_count(handle))


class Handles(unittest.TestCase):
    def test_collected_without_close(self) -> None:
        model = facenet.Model(MODEL)
        handle = model.handle
        self.assertTrue(is_alive(handle))
        del model
        gc.collect()
        self.assertFalse(is_alive(handle))

    def test_closed_by_hand_twice_and_by_a_with_statement(self) -> None:
        with facenet.Model(MODEL) as model:
            handle = model.handle
            model.close()
            self.assertFalse(is_alive(handle))
            model.close()
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "this Model is closed"):
            model.inputs
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "this Model is closed"):
            facenet.Model.metadata(model, "x")

    def test_closed_when_the_block_raises(self) -> None:
        with self.assertRaises(KeyError), facenet.Model(MODEL) as model:
            raise KeyError
        with self.assertRaises(facenet.InvalidArgumentError):
            model.handle

    def test_a_refused_model_leaves_nothing(self) -> None:
        with self.assertRaises(facenet.FacenetError):
            facenet.Model(b"nonsense")
        gc.collect()


class Errors(unittest.TestCase):
    def test_every_status_has_its_class(self) -> None:
        kinds = [type(error_for(status, "words")) for status in range(1, 10)]
        self.assertEqual(len(set(kinds)), 9)
        for status, kind in enumerate(kinds, 1):
            self.assertEqual((kind.status, str(error_for(status, "words"))), (status, "words"))
            self.assertIn(kind.__name__, facenet.__all__)

    def test_statuses_of_later_libraries(self) -> None:
        error = error_for(99, "words")
        self.assertIs(type(error), facenet.FacenetError)
        self.assertEqual((error.status, str(error)), (99, "words"))
        self.assertEqual(facenet.FacenetError.status, 0)


@needs_data
class Memory(unittest.TestCase):
    def growth(self, work: Callable[[], object], rounds: int) -> int:
        """Bytes that the process gained in so many rounds, after a quarter of them to warm up."""

        def resident() -> int:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE")

        for _ in range(rounds // 4):
            work()
        before = resident()
        for _ in range(rounds):
            work()
        return resident() - before

    def test_verify_does_not_grow(self) -> None:
        with facenet.Detector() as detector, facenet.Embedder() as embedder:
            crop = bytes(embedder.align(ONE, detector.detect(ONE)[0]))
            picture = b"P6 %d %d 255\n" % (embedder.side, embedder.side) + crop
        self.assertTrue(facenet.verify(picture, picture))
        self.assertLess(self.growth(lambda: facenet.verify(picture, picture), 160), 1 << 20)

    def test_python_keeps_nothing(self) -> None:
        image = facenet.Image.open(ONE)
        facenet.embed(image)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(5):
                facenet.embed(image)
                facenet.detect(image)
            gc.collect()
            self.assertLess(tracemalloc.get_traced_memory()[0] - before, 20_000)
        finally:
            tracemalloc.stop()

    def test_models_opened_and_closed_do_not_grow(self) -> None:
        self.assertLess(self.growth(lambda: facenet.Detector().close(), 20), 4 << 20)


if __name__ == "__main__":
    unittest.main()
