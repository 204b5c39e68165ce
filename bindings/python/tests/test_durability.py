"""A gallery whose process is killed, that several processes read, and that several write."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import struct
import tempfile
import time
import unittest
from functools import partial
from pathlib import Path
from typing import Callable, List, Set, Tuple

from support import needs_data

import facenet

KILLS = 120
LONGEST = 0.04
"""Seconds before a process is killed, at most."""
ACKNOWLEDGED = struct.Struct("<cq")
"""What a process says of a person: that they are enrolled, will be removed, are removed."""
ENROLLED, REMOVING, REMOVED = b"+", b"?", b"-"


def template(number: int) -> List[float]:
    """A vector of length 1 that is like no other."""
    draw = random.Random(number)
    values = [draw.gauss(0, 1) for _ in range(512)]
    length = sum(value * value for value in values) ** 0.5
    return [value / length for value in values]


def trace(number: int) -> bytes:
    """The first bytes of that vector, as a gallery keeps it."""
    return struct.pack("<10f", *template(number)[:10])


def forked(work: Callable[[], None]) -> int:
    """A process that does `work` and nothing else, and ends with status 0, or 1 where it raised."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def status_of(child: int) -> int:
    return os.waitpid(child, 0)[1]


def enrol_and_remove(path: Path, first: int, pipe: int) -> None:
    """Enrols people one by one, removes every third again, and says so when each is done, until it is killed."""
    with facenet.Gallery(path) as gallery:
        number = first
        while True:
            person = gallery.enrol(f"Person {number}", embeddings=[template(number)], key=str(number))
            os.write(pipe, ACKNOWLEDGED.pack(ENROLLED, number))
            if number % 3 == 0:
                os.write(pipe, ACKNOWLEDGED.pack(REMOVING, number))
                gallery.remove(person)
                os.write(pipe, ACKNOWLEDGED.pack(REMOVED, number))
            number += 1


def killed(path: Path, first: int, after: float, waits: bool) -> List[Tuple[bytes, int]]:
    """What a process said before it was killed, some seconds after it began or, where one waits, after its first word."""
    reading, writing = os.pipe()
    child = forked(lambda: enrol_and_remove(path, first, writing))
    os.close(writing)
    said = os.read(reading, ACKNOWLEDGED.size) if waits else b""
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    assert status_of(child) == signal.SIGKILL
    with os.fdopen(reading, "rb") as pipe:
        return list(ACKNOWLEDGED.iter_unpack(said + pipe.read()))


class WithGallery(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "people.gallery"
        facenet.Gallery.create(self.path).close()


@needs_data
class Killed(WithGallery):
    def test_who_was_acknowledged_is_there(self) -> None:
        enrolled: Set[int] = set()
        removed: Set[int] = set()
        acknowledged = 0
        for turn in range(KILLS):
            said = killed(self.path, 1_000_000 * turn, random.uniform(0, LONGEST), turn % 4 == 0)
            told = {kind: {number for what, number in said if what == kind} for kind in (ENROLLED, REMOVING, REMOVED)}
            acknowledged += len(told[ENROLLED])
            with facenet.Gallery(self.path) as gallery:
                self.assertEqual(gallery.check(), [])
                there = {int(person.key or "") for person in gallery.people()}
                self.assertEqual(gallery.statistics().templates, len(there))
            removed |= told[REMOVED] | (told[REMOVING] - there)
            self.assertLessEqual((enrolled | told[ENROLLED]) - removed, there)
            self.assertFalse(there & removed)
            self.assertLessEqual(len(there - enrolled - told[ENROLLED]), 1, "the one who was just being enrolled")
            enrolled = there
            if turn % 20 == 0:
                self.assert_erased(removed)
        self.assertGreaterEqual(acknowledged, KILLS // 4)
        self.assert_erased(removed)
        with facenet.Gallery(self.path) as gallery:
            for number in random.sample(sorted(enrolled), min(50, len(enrolled))):
                (found,) = gallery.identify(embeddings=[template(number)], distance=0.1)
                assert found.person is not None
                self.assertEqual(found.person.key, str(number))

    def test_an_export_that_is_cut_short_is_none(self) -> None:
        folder, people = self.path.parent / "export", 40
        with facenet.Gallery(self.path) as gallery:
            for number in range(people):
                gallery.enrol("Somebody", embeddings=[template(number)])

        def export(last: float) -> None:
            def end(done: float) -> bool:
                if done >= last:
                    os.kill(os.getpid(), signal.SIGKILL)
                return True

            with facenet.Gallery(self.path) as gallery:
                gallery.export(folder, progress=end)

        with facenet.Gallery.create(self.path.parent / "copy") as copy:
            for last in (0.0, 0.3, 0.8, 1.0):
                status = status_of(forked(partial(export, last)))
                self.assertEqual(status, signal.SIGKILL)
                if last < 1:
                    with self.assertRaisesRegex(facenet.CorruptError, "no whole export"):
                        copy.import_people(folder)
            self.assertEqual(copy.import_people(folder), people)
        self.assertEqual(len(list(folder.iterdir())), 3)

    def assert_erased(self, removed: Set[int]) -> None:
        files = [file.read_bytes() for file in self.path.parent.iterdir()]
        for number in removed:
            self.assertFalse(any(trace(number) in file for file in files), number)


@needs_data
class Shared(WithGallery):
    def test_many_write_and_all_are_there(self) -> None:
        def write(writer: int) -> None:
            with facenet.Gallery(self.path, wait=60) as gallery:
                for number in range(40):
                    gallery.enrol("Somebody", embeddings=[template(100 * writer + number)], key=f"{writer}-{number}")

        writers = [forked(partial(write, writer)) for writer in range(3)]
        self.assertEqual([status_of(child) for child in writers], [0, 0, 0])
        with facenet.Gallery(self.path) as gallery:
            expected = {f"{writer}-{number}" for writer in range(3) for number in range(40)}
            self.assertEqual({person.key for person in gallery.people()}, expected)
            self.assertEqual(gallery.check(), [])

    def test_others_read_while_one_writes(self) -> None:
        def read() -> None:
            with facenet.Gallery(self.path) as gallery:
                before = 0
                while before < 60:
                    now = gallery.statistics().people
                    assert now >= before
                    if now > 0:
                        (found,) = gallery.identify(embeddings=[template(now - 1)], distance=0.1)
                        assert found.person is not None and found.person.key == str(now - 1)
                    before = now

        readers = [forked(read) for _ in range(3)]
        with facenet.Gallery(self.path) as gallery:
            for number in range(60):
                gallery.enrol("Somebody", embeddings=[template(number)], key=str(number))
        self.assertEqual([status_of(child) for child in readers], [0, 0, 0])

    def test_a_second_writer_waits_or_is_told(self) -> None:
        holding, told = os.pipe()
        asked, ask = os.pipe()

        def hold() -> None:
            other = sqlite3.connect(str(self.path), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            os.write(told, b"x")
            os.read(asked, 1)
            time.sleep(0.3)
            other.execute("ROLLBACK")

        holder = forked(hold)
        os.read(holding, 1)
        begin = time.monotonic()
        with facenet.Gallery(self.path, wait=0.3) as gallery:
            with self.assertRaisesRegex(facenet.FacenetError, "another process is writing"):
                gallery.enrol("Ann")
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)
        os.write(ask, b"x")
        with facenet.Gallery(self.path, wait=60) as gallery:
            gallery.enrol("Ann")
            self.assertEqual([person.name for person in gallery.people()], ["Ann"])
        self.assertEqual(status_of(holder), 0)
        for end in (holding, told, asked, ask):
            os.close(end)


if __name__ == "__main__":
    unittest.main()
