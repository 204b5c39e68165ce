"""Python's lock is not held while the library works."""

from __future__ import annotations

import threading
import time
import unittest
from typing import Any, Callable, List, Tuple

from support import ANOTHER_MAN, ONE, OTHER, needs_data

import facenet

THREADS = 8
ROUNDS = 5


def together(work: Callable[[int], Any]) -> List[Tuple[float, float, Any]]:
    """What eight threads return that begin at once, each with when it began and ended."""
    barrier = threading.Barrier(THREADS)
    results: List[Tuple[float, float, Any]] = [(0, 0, None)] * THREADS

    def run(number: int) -> None:
        barrier.wait()
        begin = time.monotonic()
        result = work(number)
        results[number] = (begin, time.monotonic(), result)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Counter:
    """A thread of pure Python that counts as long as its block runs."""

    def __enter__(self) -> Counter:
        self.value, self._running = 0, True
        self._thread = threading.Thread(target=self._count)
        self._thread.start()
        return self

    def _count(self) -> None:
        while self._running:
            self.value += 1

    def __exit__(self, *_: object) -> None:
        self._running = False
        self._thread.join()


@needs_data
class Threads(unittest.TestCase):
    embedder: facenet.Embedder
    crops: List[Any]

    @classmethod
    def setUpClass(cls) -> None:
        cls.embedder, cls.crops = facenet.Embedder(), []
        with facenet.Detector() as detector:
            for path in (ONE, OTHER, ANOTHER_MAN):
                cls.crops += [cls.embedder.align(path, face) for face in detector.detect(path)]

    def embed(self, number: int) -> List[List[float]]:
        """Six crops, other ones for other numbers."""
        chosen = [self.crops[(number * index) % len(self.crops)] for index in range(1, 7)]
        return [[float(value) for value in vector] for vector in self.embedder.embed(chosen)]

    def test_eight_embed_at_the_same_time_what_one_would(self) -> None:
        serial = [self.embed(number) for number in range(THREADS)]
        for _ in range(ROUNDS):
            results = together(self.embed)
            self.assertEqual([result for _, _, result in results], serial)
            if max(begin for begin, _, _ in results) < min(end for _, end, _ in results):
                return
        self.fail(f"in {ROUNDS} rounds there was no moment at which all eight threads were inside a call")

    def test_python_goes_on_during_a_call(self) -> None:
        crops = self.crops * 10
        with Counter() as counter:
            first, begin = counter.value, time.monotonic()
            self.embedder.embed(crops)
            seconds, during = time.monotonic() - begin, counter.value - first
            first = counter.value
            time.sleep(seconds)
            alone = counter.value - first
        self.assertGreater(during, alone / 10, f"{during} steps during a call, {alone} in as much time without one")


if __name__ == "__main__":
    unittest.main()
