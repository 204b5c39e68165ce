"""store-postgres: galleries that several processes share in a real server's database."""

from __future__ import annotations

import itertools
import os
import random
import signal
import struct
import tempfile
import threading
import time
import unittest
from functools import partial
from pathlib import Path
from typing import Any, Callable, List, Set

from pictures import ANOTHER, BUILD, OTHER_MAN, PHOTOGRAPH, PLUGINS, needs, run
from postgres_server import Server, programs

import facenet

PLUGIN = PLUGINS / "store-postgres.so"
ROUNDS = 100
SECONDS = 60
"""How often, and how long at most, a process that enrols is killed."""


def template(number: int) -> List[float]:
    """A vector of length 1 that is like no other."""
    draw = random.Random(number)
    values = [draw.gauss(0, 1) for _ in range(512)]
    length = sum(value * value for value in values) ** 0.5
    return [value / length for value in values]


def forked(work: Callable[[], None]) -> int:
    """A process that does `work` and ends with status 0, or 1 where it raised."""
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


class WithServer(unittest.TestCase):
    server: Server
    count = 0

    @classmethod
    def setUpClass(cls) -> None:
        facenet.load_plugin(PLUGIN)
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def setUp(self) -> None:
        WithServer.count += 1
        self.name = f"gallery {WithServer.count}"
        self.location = self.server.location(self.name)
        facenet.Gallery.create(self.location).close()

    def program(self, *words: Any) -> Any:
        return run(BUILD / "bin" / "facenet", *words, FACENET_PLUGINS=str(PLUGIN))

    def assert_people(self, gallery: facenet.Gallery, *names: str) -> None:
        """That these are there, once the notices of their commits are."""
        self.eventually(lambda: [person.name for person in gallery.people()] == list(names))

    def eventually(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not what():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


def enrol(location: str, first: int, count: int) -> None:
    with facenet.Gallery(location) as gallery:
        for number in range(first, first + count):
            gallery.enrol(f"Person {number}", embeddings=[template(number)], key=str(number))


NEEDS = [*[name for name in ("initdb",) if programs() is None]]


@needs("store-postgres", *NEEDS)
class Shared(WithServer):
    def test_photographs_are_known_to_another_process(self) -> None:
        with facenet.Gallery(self.location) as gallery:
            gallery.enrol("Barack", photos=[PHOTOGRAPH], thumbnails=True)
            done = self.program("gallery", "enrol", self.location, "Joe", OTHER_MAN)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assert_people(gallery, "Barack", "Joe")
            self.assertEqual(gallery.check(), [])
        done = self.program("identify", self.location, ANOTHER, "--json")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("Barack", done.stdout)
        self.assertNotIn("Joe\", \"verdict\": \"known", done.stdout)
        done = self.program("gallery", "list", self.location)
        self.assertIn("Joe", done.stdout)
        without = run(BUILD / "bin" / "facenet", "gallery", "list", self.location)
        self.assertIn("there is no gallery postgres://", without.stdout)

    def test_everything_that_galleries_do(self) -> None:
        copy = self.server.location(f"{self.name} copy")
        with facenet.Gallery(self.location) as gallery, facenet.Gallery.create(copy, encoding="byte") as other:
            people = [gallery.enrol(f"P{n}", embeddings=[template(n), template(100 + n)]) for n in range(5)]
            gallery.rename(people[0], "Zoë")
            gallery.set_key(people[1], "one")
            gallery.set_facts(people[2], {"room": 7})
            gallery.remove([people[3]])
            gallery.enrol_many(["one", "new"], [template(7), template(8)])
            with tempfile.TemporaryDirectory() as folder:
                gallery.export(folder)
                self.assertEqual(other.import_people(folder), 5)
            gallery.compact()
            self.assertEqual(gallery.check(), [])
            self.assertEqual((gallery.statistics().people, gallery.statistics().templates), (5, 10))
            self.assertEqual({person.name for person in other.people()}, {"Zoë", "P1", "P2", "P4", "new"})
            (found,) = other.identify(embeddings=[template(7)], distance=0.1)
            assert found.person is not None
            self.assertEqual(found.person.key, "one")
            gallery.remove([person.id for person in gallery.people()])
            self.assertGreater(gallery.enrol("later"), people[4])
        rows = self.server.query(f"SELECT count(*) FROM facenet_records WHERE gallery = '{self.name}'")
        self.assertLess(int(rows), 40)

    def test_galleries_of_a_database_are_apart(self) -> None:
        second = self.server.location("l'autre; DROP TABLE facenet_records --")
        with facenet.Gallery.create(second) as other, facenet.Gallery(self.location) as gallery:
            gallery.enrol("Ada", embeddings=[template(1)])
            other.enrol("Bob", embeddings=[template(2)])
            self.assertEqual([person.name for person in gallery.people()], ["Ada"])
            self.assertEqual([person.name for person in other.people()], ["Bob"])
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "exists already in the database"):
            facenet.Gallery.create(second)
        with self.assertRaisesRegex(facenet.NotFoundError, "there is no gallery nowhere in the database"):
            facenet.Gallery(self.server.location("nowhere"))

    def test_machines_enrol_at_once_and_nothing_is_lost(self) -> None:
        writers = [forked(partial(enrol, self.location, 1000 * writer, 25)) for writer in range(3)]
        self.assertEqual([status_of(child) for child in writers], [0, 0, 0])
        expected = {str(1000 * writer + number) for writer in range(3) for number in range(25)}
        with facenet.Gallery(self.location) as gallery:
            self.assertEqual({person.key for person in gallery.people()}, expected)
            self.assertEqual(gallery.statistics().templates, 75)
            self.assertEqual(gallery.check(), [])

    def test_a_reader_hears_of_commits(self) -> None:
        with facenet.Gallery(self.location) as reader:
            self.assertEqual(reader.statistics().people, 0)
            for number in range(5):
                self.assertEqual(status_of(forked(partial(enrol, self.location, number, 1))), 0)
                self.eventually(lambda: reader.statistics().people == number + 1)
                (found,) = reader.identify(embeddings=[template(number)], distance=0.1)
                assert found.person is not None
                self.assertEqual(found.person.key, str(number))

    def test_a_copy_that_is_put_back_is_noticed(self) -> None:
        with facenet.Gallery(self.location) as gallery, facenet.Gallery(self.location) as reader:
            gallery.enrol("Ada", embeddings=[template(1)])
            self.server.query("CREATE TABLE copy AS SELECT * FROM facenet_records; "
                              "CREATE TABLE version AS SELECT * FROM facenet_galleries")
            gallery.enrol("Bob", embeddings=[template(2)])
            self.assert_people(reader, "Ada", "Bob")
            self.server.query("TRUNCATE facenet_records, facenet_galleries; INSERT INTO facenet_galleries "
                              "SELECT * FROM version; INSERT INTO facenet_records SELECT * FROM copy")
            self.assert_people(reader, "Ada")
            with facenet.Gallery(self.location) as other:
                other.enrol("Cleo", embeddings=[template(3)])
                other.enrol("Dan", embeddings=[template(4)])
            self.assert_people(gallery, "Ada", "Cleo", "Dan")
            (found,) = gallery.identify(embeddings=[template(2)], distance=0.1)
            self.assertIsNone(found.person)

    def test_records_that_are_none_are_refused(self) -> None:
        def put(key: int, content: str) -> None:
            self.server.query(
                f"WITH raised AS (UPDATE facenet_galleries SET version = version + 1 WHERE name = '{self.name}' "
                f"RETURNING version) INSERT INTO facenet_records SELECT '{self.name}', {key}, version, {content} FROM raised "
                "ON CONFLICT (gallery, key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes")

        with facenet.Gallery(self.location) as gallery:
            gallery.enrol("Ada", embeddings=[template(1)])
            for key, content in [(3 << 60 | 2, "'garbage'"), (-1, "''"), (4 << 60 | 5, "decode('02', 'hex')"),
                                 (3 << 60 | 1, "repeat('x', 17000000)::bytea")]:
                put(key, content)
                for opened in (lambda: gallery, lambda: facenet.Gallery(self.location)):
                    with self.assertRaisesRegex(facenet.FacenetError, "record"):
                        self.eventually(lambda: len(list(opened().people())) > 9)
                self.server.query(f"DELETE FROM facenet_records WHERE gallery = '{self.name}' AND key = {key}")
                if key != 3 << 60 | 1:
                    self.assertEqual([person.name for person in gallery.people()], ["Ada"])

    def test_tables_of_another_kind_are_no_galleries(self) -> None:
        self.server.query("CREATE SCHEMA strange; CREATE TABLE strange.facenet_galleries (name text, version int2, forgotten text);"
                          "CREATE TABLE strange.facenet_records (gallery text, key int2, version int2, bytes text);"
                          f"INSERT INTO strange.facenet_galleries VALUES ('{self.name}', 7, 'x')")
        location = self.location + "&options=-csearch_path%3Dstrange"
        with self.assertRaises(facenet.NotFoundError):
            facenet.Gallery(location)
        with self.assertRaisesRegex(facenet.InputOutputError, "the database refuses a call"):
            facenet.Gallery.create(location)

    def test_locations(self) -> None:
        for location, expected in [
            ("postgres:db", "its location is not postgres://"),
            ("postgres://ada:secret@/postgres?gallery=", "name in its location is empty"),
            ("postgres://ada:secret@/postgres?gallery=%4", "middle of a %"),
            ("postgres://ada:secret@/postgres?gallery=%00", "control character"),
            ("postgres://ada:secret@/postgres?gallery=" + "x" * 200, "more than 128 bytes"),
            ("postgres://ada:secret@/postgres?what=ever", "no connection URI"),
            (f"postgresql://ada:secret@/nowhere?host={self.server.folder}", "\"nowhere\" does not exist"),
            (f"postgres://ada:secret@/postgres?host={self.server.folder}/none", "cannot reach the database"),
        ]:
            with self.assertRaisesRegex(facenet.FacenetError, expected) as caught:
                facenet.Gallery(location)
            self.assertNotIn("secret", str(caught.exception))
        location = self.location.replace("ada@", "ada:secret@")
        with facenet.Gallery(location) as gallery, self.assertRaises(facenet.FacenetError) as caught:
            gallery.remove(99)
        self.assertIn("postgres://ada:***@/postgres", str(caught.exception))


@needs("store-postgres", *NEEDS)
class Lost(WithServer):
    def test_a_killed_server_is_an_error_and_then_right_again(self) -> None:
        with facenet.Gallery(self.location) as gallery, facenet.Gallery(self.location) as reader:
            gallery.enrol("Ada", embeddings=[template(1)])
            self.assert_people(reader, "Ada")
            self.server.kill()
            for call in (lambda: list(reader.people()), lambda: gallery.enrol("Bob", embeddings=[template(2)])):
                for _ in range(2):
                    with self.assertRaises(facenet.InputOutputError):
                        call()
            self.server.start()
            self.assertEqual([person.name for person in reader.people()], ["Ada"])
            gallery.enrol("Cleo", embeddings=[template(3)])
            self.assert_people(reader, "Ada", "Cleo")
            self.assertEqual(reader.check(), [])

    def test_a_server_killed_while_it_is_written_to_keeps_who_was_acknowledged(self) -> None:
        done: List[str] = []
        failed: List[Exception] = []
        numbers = itertools.count()

        def work() -> None:
            with facenet.Gallery(self.location) as gallery:
                for number in numbers:
                    try:
                        gallery.enrol("Somebody", embeddings=[template(number)], key=str(number))
                    except facenet.FacenetError as error:
                        failed.append(error)
                        return
                    done.append(str(number))

        for _ in range(3):
            thread = threading.Thread(target=work)
            before = len(done)
            thread.start()
            self.eventually(lambda: len(done) > before + 10)
            self.server.kill()
            thread.join()
            self.assertIsInstance(failed[-1], facenet.InputOutputError)
            self.server.start()
            with facenet.Gallery(self.location) as gallery:
                there = {person.key for person in gallery.people()}
                self.assertLessEqual(set(done), there)
                self.assertLessEqual(len(there), len(done) + len(failed))

    def test_a_connection_that_is_ended_is_made_again(self) -> None:
        with facenet.Gallery(self.location) as gallery, facenet.Gallery(self.location) as writer:
            self.assertEqual(gallery.statistics().people, 0)
            self.server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'facenet'")
            # Until the server has ended them.
            time.sleep(0.5)
            writer.enrol("Ada", embeddings=[template(1)])
            self.assertEqual((gallery.statistics().people, writer.statistics().people), (1, 1))

    def test_whoever_waits_for_a_server_that_hangs_can_be_stopped(self) -> None:
        with facenet.Gallery(self.location) as gallery:
            gallery.enrol("Ada", embeddings=[template(1)])
            time.sleep(1.1)
            self.server.signal(signal.SIGSTOP)
            began = time.monotonic()
            try:
                with self.assertRaises(facenet.CancelledError):
                    gallery.check(progress=lambda _: time.monotonic() - began < 1)
            finally:
                self.server.signal(signal.SIGCONT)
            self.assertEqual([person.name for person in gallery.people()], ["Ada"])

    def test_who_was_acknowledged_is_there(self) -> None:
        acknowledged: Set[str] = set()

        def work(first: int, pipe: int) -> None:
            with facenet.Gallery(self.location) as gallery:
                for number in range(first, first + 1000):
                    gallery.enrol("Somebody", embeddings=[template(number)], key=str(number))
                    os.write(pipe, struct.pack("<q", number))

        deadline = time.monotonic() + SECONDS
        rounds = 0
        while rounds < ROUNDS and time.monotonic() < deadline:
            reading, writing = os.pipe()
            child = forked(partial(work, 1000 * rounds, writing))
            os.close(writing)
            said = os.read(reading, 8) if rounds % 2 else b""
            time.sleep(random.uniform(0, 0.1))
            os.kill(child, signal.SIGKILL)
            self.assertEqual(status_of(child), signal.SIGKILL)
            with os.fdopen(reading, "rb") as pipe:
                acknowledged |= {str(number) for (number,) in struct.iter_unpack("<q", said + pipe.read())}
            rounds += 1
            if rounds % 10 == 0:
                with facenet.Gallery(self.location) as gallery:
                    self.assertLessEqual(acknowledged, {person.key for person in gallery.people()})
        self.assertGreaterEqual(len(acknowledged), rounds // 4)
        with facenet.Gallery(self.location) as gallery:
            there = {person.key for person in gallery.people()}
            self.assertLessEqual(acknowledged, there)
            self.assertLessEqual(len(there), len(acknowledged) + rounds)
            self.assertEqual(gallery.check(), [])


if __name__ == "__main__":
    unittest.main()
