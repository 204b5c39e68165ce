"""The gallery: who is enrolled is identified, strangers are not, and what is removed is gone."""

from __future__ import annotations

import array
import contextlib
import hashlib
import os
import sqlite3
import stat
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, List

from support import ANOTHER_MAN, ONE, OTHER, needs_data

import facenet


def direction(*axes: int) -> List[float]:
    """A vector of length 1 that lies evenly between some axes."""
    vector = [0.0] * 512
    for axis in axes:
        vector[axis] = len(axes) ** -0.5
    return vector


@needs_data
class Galleries(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "people.gallery"
        self.gallery = facenet.Gallery.create(self.path)
        self.addCleanup(self.gallery.close)

    def test_photographs(self) -> None:
        barack = self.gallery.enrol("Barack", photos=[ONE], key="44")
        joe = self.gallery.enrol("Joe", [ANOTHER_MAN])
        with facenet.Embedder() as embedder:
            threshold = embedder.threshold
        ways: List[Any] = [dict(distance=threshold), dict(far=0.001), dict(fpir=0.01), dict()]
        for options in ways:
            (found,) = self.gallery.identify(OTHER, **options)
            self.assertTrue(found)
            assert found.person is not None and found.face is not None
            self.assertEqual((found.person.id, found.person.name, found.person.key), (barack, "Barack", "44"))
            self.assertLess(found.distance, found.threshold)
            self.assertEqual([one.person for one in found.candidates], [barack, joe])
        self.gallery.remove(barack)
        (found,) = self.gallery.identify(OTHER, distance=threshold)
        self.assertEqual((bool(found), found.verdict, found.person), (False, facenet.Verdict.UNKNOWN, None))
        self.assertEqual([person.name for person in self.gallery.people()], ["Joe"])

    def test_photographs_that_are_refused(self) -> None:
        blank = b"P6 64 64 255\n" + bytes(3 * 64 * 64)
        with self.assertRaisesRegex(facenet.NotFoundError, r"images\[1\]"):
            self.gallery.enrol("Nobody", photos=[ONE, blank])
        with facenet.Pipeline(embedder=facenet.Embedder("dlib")) as other:
            with self.assertRaisesRegex(facenet.InvalidArgumentError, "for the model"):
                facenet.Gallery(self.path, other).enrol("Barack", photos=[ONE])
        self.assertEqual(list(self.gallery.people()), [])

    def test_verdicts(self) -> None:
        ann = self.gallery.enrol("Ann", embeddings=[direction(0), direction(0, 1)])
        bob = self.gallery.enrol("Bob", embeddings=[direction(5)])
        probes = [direction(0), direction(0, 5), direction(9)]
        known, ambiguous, unknown = self.gallery.identify(embeddings=probes, distance=1, people=2)
        self.assertEqual(
            [known.verdict, ambiguous.verdict, unknown.verdict],
            [facenet.Verdict.KNOWN, facenet.Verdict.AMBIGUOUS, facenet.Verdict.UNKNOWN],
        )
        self.assertEqual((known.candidates[0].person, known.candidates[0].distance), (ann, 0))
        self.assertEqual({one.person for one in ambiguous.candidates}, {ann, bob})
        self.assertAlmostEqual(unknown.distance, 2, places=5)

        self.assertEqual([known.extrapolated, "within the threshold" in known.reason], [False, True])
        self.assertIn("differ by no more than the margin", ambiguous.reason)
        self.assertIn("Ann" if unknown.candidates[0].person == ann else "Bob", unknown.reason)
        (guess,) = self.gallery.identify(embeddings=[direction(0)], fpir=1e-9)
        self.assertTrue(guess.extrapolated and "outside what was measured" in guess.reason)
        accepted = self.gallery.threshold(fpir=1e-9)
        self.assertEqual((accepted.distance, accepted.extrapolated), (guess.threshold, True))
        for letter in "ä€":
            self.gallery.enrol(letter * 300, embeddings=[direction(7)])
            (long,) = self.gallery.identify(embeddings=[direction(7)], distance=1)
            self.assertTrue(len(long.reason.encode()) < 1020 and letter in long.reason)

    def test_thresholds_and_rates_tell_of_each_other(self) -> None:
        self.gallery.enrol("Ann", embeddings=[direction(axis) for axis in range(100)])
        wanted = self.gallery.threshold()
        assert wanted.far is not None and wanted.fpir is not None
        self.assertAlmostEqual(wanted.fpir, 0.01, places=6)
        self.assertAlmostEqual(1 - (1 - wanted.far) ** 100, 0.01, places=6)
        back = self.gallery.threshold(distance=wanted.distance)
        self.assertAlmostEqual(back.fpir or 0, 0.01, places=5)
        self.assertFalse(wanted.extrapolated)
        self.assertTrue(self.gallery.threshold(fpir=0.001).extrapolated)
        with self.assertRaises(facenet.InvalidArgumentError):
            self.gallery.threshold(fpir=0.1, far=0.1)

    def test_photographs_are_found_again_by_their_paths(self) -> None:
        photo = self.folder / "photo.jpg"
        photo.write_bytes(Path(ONE).read_bytes())
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        self.gallery.enrol("Barack", ["photo.jpg"])
        os.chdir(before)
        with self.assertRaises(facenet.NotFoundError):
            self.gallery.enrol("Nobody", [self.folder / "absent.jpg"])
        (template,) = self.gallery.templates(1)
        self.assertEqual((template.photo, template.digest), (str(photo), hashlib.sha256(photo.read_bytes()).digest()))
        (face,) = facenet.detect(photo)
        self.assertEqual(template.face, face)
        with facenet.Pipeline() as pipeline:
            self.gallery.migrate(pipeline)
            self.gallery.enrol("Joe", [facenet.Image.open(photo)])
            with self.assertRaisesRegex(facenet.NotFoundError, "Joe"):
                self.gallery.migrate(pipeline)

    def test_lookup_facts_and_templates(self) -> None:
        ann = self.gallery.enrol("Ann", embeddings=[direction(0), direction(1)], key="a")
        others = [self.gallery.enrol("Bob") for _ in range(20)]
        self.assertEqual(self.gallery.person_with_key("a").id, ann)
        self.assertEqual([person.id for person in self.gallery.people_named("Bob")], others)
        self.assertEqual(self.gallery.people_named("Nobody"), [])
        self.assertEqual(self.gallery.facts(ann), {})
        facts = {"born": 1970, "street": "Zoë " * 5000}
        self.gallery.set_facts(ann, facts)
        self.assertEqual(self.gallery.facts(ann), facts)
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "1048576 bytes"):
            self.gallery.set_facts(ann, "x" * (1 << 20))
        first, second = self.gallery.templates(ann)
        self.assertEqual((first.quality, first.thumbnail), (None, False))
        self.assertEqual((first.photo, first.digest, first.face), (None, None, None))
        self.gallery.remove_templates(first.id)
        self.assertEqual(self.gallery.templates(ann), [second])
        (found,) = self.gallery.identify(embeddings=[direction(0)], distance=1)
        self.assertFalse(found)
        wrong: List[Any] = [lambda: self.gallery.person_with_key("b"), lambda: self.gallery.facts(77)]
        wrong += [lambda: self.gallery.set_facts(77, {}), lambda: self.gallery.remove_templates(first.id)]
        for call in wrong:
            self.assertRaises(facenet.NotFoundError, call)

    def test_keys_are_given_and_taken(self) -> None:
        ann, bob = self.gallery.enrol("Ann", key="a"), self.gallery.enrol("Bob")
        for key in ("a", "two\nlines", "\u2066"):
            self.assertRaises(facenet.InvalidArgumentError, self.gallery.set_key, bob, key)
        self.assertRaises(facenet.NotFoundError, self.gallery.set_key, 77, "b")
        self.gallery.set_key(ann, None)
        self.gallery.set_key(bob, "a")
        self.assertEqual([person.key for person in self.gallery.people()], [None, "a"])

    def test_every_fault_is_told(self) -> None:
        self.gallery.enrol("Ann", embeddings=[direction(0), direction(1)])
        self.gallery.close()
        with contextlib.closing(sqlite3.connect(self.path)) as database, database:
            database.execute("UPDATE templates SET embedding = substr(embedding, 2)")
            database.execute("UPDATE people SET name = char(10)")
        with facenet.Gallery(self.path) as gallery:
            faults = gallery.check()
        self.assertEqual(["one line" in fault for fault in faults], [True, False, False])
        self.assertEqual(["2047" in fault for fault in faults], [False, True, True])

    def test_many(self) -> None:
        keys = [f"person {row % 300}" for row in range(600)]
        rows = [direction(row % 300, 300 + row // 300) for row in range(600)]
        told: List[float] = []
        self.assertEqual(self.gallery.enrol_many(keys, rows, progress=told.append), 600)
        self.assertEqual(told[-1], 1)
        self.assertEqual(len(self.gallery.templates(self.gallery.person_with_key("person 7").id)), 2)
        header = "{'descr': '<f4', 'fortran_order': False, 'shape': (600, 512), }".ljust(117) + "\n"
        floats = array.array("f", (number for row in rows for number in row))
        npy = self.folder / "rows.npy"
        npy.write_bytes(b"\x93NUMPY\x01\x00\x76\x00" + header.encode() + floats.tobytes())
        self.assertEqual(self.gallery.enrol_many(keys, npy), 0)
        self.gallery.remove_templates([template.id for template in self.gallery.templates(1)])
        self.assertEqual(self.gallery.enrol_many(keys, npy), 2)
        sizes = self.gallery.statistics()
        self.assertEqual((sizes.people, sizes.templates), (300, 600))
        wrong: List[Any] = [(keys[1:], npy, "600"), (keys[1:], rows, "599 keys"), (["a\nb"], [direction(0)], "row 0")]
        for names, embeddings, words in wrong:
            with self.assertRaisesRegex(facenet.InvalidArgumentError, words):
                self.gallery.enrol_many(names, embeddings)
        with self.assertRaises(facenet.NotFoundError):
            self.gallery.enrol_many(keys, self.folder / "absent.npy")

    def test_migrate(self) -> None:
        barack = self.gallery.enrol("Barack", [ONE], thumbnails=True)
        (template,) = self.gallery.templates(barack)
        self.assertTrue(template.thumbnail and template.quality and template.quality > 0.5)
        with facenet.Gallery(self.path) as other, facenet.Pipeline() as pipeline:
            self.gallery.migrate(pipeline)
            (found,) = self.gallery.identify(OTHER, far=0.001)
            self.assertEqual(found.person and found.person.id, barack)
            (again,) = self.gallery.templates(barack)
            self.assertGreater(again.id, template.id)
            self.gallery.enrol("Nobody", embeddings=[direction(0)])
            with self.assertRaisesRegex(facenet.NotFoundError, "Nobody"):
                self.gallery.migrate(pipeline)
            other.close()

    def test_people_from_many_pages(self) -> None:
        numbers = [self.gallery.enrol(f"Person {number}", key=str(number)) for number in range(600)]
        people = list(self.gallery.people())
        self.assertEqual([person.id for person in people], numbers)
        self.assertEqual([person.key for person in people], [str(number) for number in range(600)])
        self.gallery.rename(numbers[5], "Zoë \U0001f600")
        self.assertEqual(self.gallery.person(numbers[5]).name, "Zoë \U0001f600")
        sizes = self.gallery.statistics()
        self.assertEqual((sizes.people, sizes.templates, sizes.people_without_templates), (600, 0, 600))
        self.gallery.remove(numbers)
        self.assertEqual(list(self.gallery.people()), [])

    def test_what_is_refused_changes_nothing(self) -> None:
        self.gallery.enrol("Ann", embeddings=[direction(0)], key="a")
        wrong: List[Any] = [
            ("", [direction(1)], None, "name"),
            ("x" * 10_000, [direction(1)], None, "bytes"),
            ("two\nlines", [direction(1)], None, "one line"),
            ("\u202egnp.exe", [direction(1)], None, "one line"),
            ("\u200b", [direction(1)], None, "seen"),
            ("\udce9", [direction(1)], None, "UTF-8"),
            ("zero\0byte", [direction(1)], None, "zero byte"),
            ("Bob", [direction(1)], "a", "Ann"),
            ("Bob", [[0.0] * 512], None, "zero"),
            ("Bob", [[float("nan")] * 512], None, "finite"),
            ("Bob", [[1.0] * 511], None, "511"),
            ("Bob", [[1.0] * 512], None, "length 1"),
        ]
        for name, embeddings, key, words in wrong:
            with self.subTest(words=words), self.assertRaisesRegex(facenet.InvalidArgumentError, words):
                self.gallery.enrol(name, embeddings=embeddings, key=key)
        with self.assertRaisesRegex(facenet.NotFoundError, "77"):
            self.gallery.add(77, [direction(0)])
        with self.assertRaisesRegex(facenet.NotFoundError, "77"):
            self.gallery.rename(77, "x")
        with self.assertRaisesRegex(facenet.NotFoundError, "77"):
            self.gallery.remove([77])
        refused: List[Any] = [dict(fpir=2), dict(far=-1), dict(distance=-1), dict(fpir=0.1, far=0.1), dict(people=1001)]
        for options in refused:
            with self.assertRaises(facenet.InvalidArgumentError):
                self.gallery.identify(embeddings=[direction(0)], **options)
        self.assertEqual([person.name for person in self.gallery.people()], ["Ann"])

    def test_names_are_names(self) -> None:
        names = ["Robert'); DROP TABLE people;--", "x" * 1000, "\u200f\u05d0", "%s%n"]
        for name in names:
            self.gallery.enrol(name)
        self.assertEqual([person.name for person in self.gallery.people()], names)

    def test_files(self) -> None:
        ann = self.gallery.enrol("Ann", embeddings=[direction(0)], key="a")
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        self.assertEqual(self.gallery.check(), [])
        self.gallery.export(self.folder / "export")
        with facenet.Gallery.create(self.folder / "second", encoding="byte") as second:
            self.assertEqual(second.import_people(self.folder / "export"), 1)
            (found,) = second.identify(embeddings=[direction(0)], distance=0.1)
            self.assertTrue(found)
            with self.assertRaises(facenet.InvalidArgumentError):
                second.import_people(self.folder / "export")
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "is not empty"):
            self.gallery.export(self.folder / "export")
        with facenet.Gallery.open(self.path) as again:
            self.assertEqual(again.person(ann).name, "Ann")
        self.gallery.compact()
        with self.assertRaisesRegex(facenet.InvalidArgumentError, "exists"):
            facenet.Gallery.create(self.path)
        with self.assertRaises(facenet.NotFoundError):
            facenet.Gallery(self.folder / "absent")
        (self.folder / "no-gallery").write_bytes(b"not a database" * 100)
        with self.assertRaises(facenet.FacenetError):
            facenet.Gallery(self.folder / "no-gallery")

    def test_eight_threads(self) -> None:
        """Six identify who stays, two enrol and remove others."""
        stays = [self.gallery.enrol(f"Stays {axis}", embeddings=[direction(axis)]) for axis in range(20)]
        failures: List[str] = []

        def change(number: int) -> None:
            for turn in range(10):
                person = self.gallery.enrol(f"Passes {number}", embeddings=[direction(100 * number + turn)])
                self.gallery.remove(person)

        def identify(number: int) -> None:
            for turn in range(40):
                (found,) = self.gallery.identify(embeddings=[direction(turn % 20)], distance=0.5)
                if found.person is None or found.person.id != stays[turn % 20]:
                    failures.append(f"{found} at {turn}")

        threads = [threading.Thread(target=change if number < 2 else identify, args=(number + 1,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((failures, len(list(self.gallery.people()))), ([], 20))


if __name__ == "__main__":
    unittest.main()
