"""Who is enrolled as whom: keys, names that are not text, and several processes at once."""

import contextlib
import json
import os
import signal
import sqlite3
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Dict, List, Sequence

from test_gallery import PRESENT, PROGRAM, SAMPLES, facenet, make_crops, names


def write_matrix(path: Path, rows: Sequence[Sequence[float]]) -> None:
    """Writes rows of float32 as numpy.save does."""
    shape = (len(rows), len(rows[0]))
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    numbers = b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + numbers)


def axis(place: int) -> List[float]:
    return [1.0 if place == other else 0.0 for other in range(512)]


def people(gallery: Path) -> List[Dict[str, Any]]:
    return [json.loads(line) for line in facenet("gallery", "list", gallery, "--json").stdout.splitlines()]


def facts(gallery: Path, name: str) -> Any:
    return json.loads(json.loads(facenet("gallery", "show", gallery, name, "--json").stdout)["facts"])


@unittest.skipUnless(PRESENT, "default models or samples not present")
class Enrolment(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.gallery = self.folder / "a.gallery"
        facenet("gallery", "create", self.gallery)
        self.crops = self.folder / "crops"
        make_crops(self.crops, 4)

    def enrol(self, name: object, crop: int, *words: object, status: int = 0) -> "subprocess.CompletedProcess[str]":
        photograph = self.crops / f"p{crop}" / "crop.ppm"
        return facenet("gallery", "enrol", self.gallery, name, photograph, "--aligned", *words, status=status)

    def together(self, *commands: Sequence[object]) -> None:
        """Runs the program several times at once."""
        running = [
            subprocess.Popen([str(PROGRAM), *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for words in commands
        ]
        for process in running:
            self.assertEqual(process.wait(), 0)

    def test_a_key_says_who_is_meant(self) -> None:
        self.enrol("Ann", 0, "--key", "1")
        self.enrol("Ann", 1, "--key", "2")
        self.enrol("Ann", 2, "--key", "1")
        counts = [(one["name"], one["key"], one["templates"]) for one in people(self.gallery)]
        self.assertEqual(counts, [("Ann", "1", 2), ("Ann", "2", 1)])
        refused = self.enrol("Bob", 3, "--key", "2", status=2)
        self.assertIn("the key 2 is Ann's already, not Bob's", refused.stderr)
        refused = self.enrol("Ann", 3, status=2)
        self.assertIn("2 people are called Ann: numbers 1, 2", refused.stderr)
        self.assertEqual(len(people(self.gallery)), 2)

    def test_a_key_is_given_and_taken(self) -> None:
        self.enrol("Ann", 0)
        facenet("gallery", "key", self.gallery, "Ann", "17")
        self.enrol("Ann", 1, "--key", "17")
        self.assertEqual([(one["key"], one["templates"]) for one in people(self.gallery)], [("17", 2)])
        self.enrol("Bob", 2)
        self.assertIn("Ann's already", facenet("gallery", "key", self.gallery, "Bob", "17", status=2).stderr)
        facenet("gallery", "key", self.gallery, "1", "--by-number")
        self.assertEqual([one["key"] for one in people(self.gallery)], [None, None])

    def test_what_is_not_utf8_is_nobody(self) -> None:
        for word in (b"Jos\xe9", b"--key=\xff", b"\xed\xa0\x80"):
            command = [os.fsencode(PROGRAM), b"gallery", b"enrol", os.fsencode(self.gallery), b"Ann"]
            command[4:5] = [b"Ann", word] if word.startswith(b"--") else [word]
            command += [os.fsencode(self.crops / "p0" / "crop.ppm"), b"--aligned"]
            done = subprocess.run(command, capture_output=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"is not UTF-8", done.stderr)
        self.assertEqual(names(self.gallery), [])

    def test_files_whose_names_are_not_utf8_are_told(self) -> None:
        crop = (self.crops / "p0" / "crop.ppm").read_bytes()
        tree = os.fsencode(self.folder) + b"/tree"
        for person in (b"Jos\xe9", b"Jos\xe8", b"Ann"):
            os.makedirs(tree + b"/" + person)
            with open(tree + b"/" + person + b"/crop.ppm", "wb") as file:
                file.write(crop)
        done = facenet("gallery", "enrol", self.gallery, os.fsdecode(tree), "--aligned", status=1)
        self.assertEqual(done.stderr.count("is not valid UTF-8"), 2)
        self.assertEqual(names(self.gallery), ["Ann"])
        photograph = tree + b"/Ann/caf\xe9.ppm"
        os.rename(tree + b"/Ann/crop.ppm", photograph)
        done_bytes = subprocess.run([os.fsencode(PROGRAM), b"embed", photograph], capture_output=True, check=False)
        self.assertEqual(done_bytes.returncode, 2)
        self.assertIn(b"caf\\xE9.ppm' is not UTF-8", done_bytes.stderr)

    def test_people_who_only_look_alike_are_two(self) -> None:
        for person, name in enumerate(("Jos\u00e9", "Jose\u0301")):
            (self.crops / f"p{person}").rename(self.crops / name)
        for crop in (2, 3):
            (self.crops / f"p{crop}" / "crop.ppm").unlink()
        facenet("gallery", "enrol", self.gallery, self.crops, "--aligned")
        self.assertEqual(sorted(names(self.gallery)), ["Jose\u0301", "Jos\u00e9"])

    def test_lines_of_a_key_file(self) -> None:
        matrix, keys = self.folder / "rows.npy", self.folder / "keys.txt"
        write_matrix(matrix, [axis(0), axis(1), axis(2)])
        keys.write_bytes(b"\xef\xbb\xbfa\r\nb\r\na")
        facenet("gallery", "import", self.gallery, matrix, "--keys", keys)
        self.assertEqual([(one["key"], one["templates"]) for one in people(self.gallery)], [("a", 2), ("b", 1)])
        keys.write_bytes(b"a\nb\xff\nb\xfe\n")
        done = facenet("gallery", "import", self.gallery, matrix, "--keys", keys, status=2)
        self.assertIn(f"line 2 of {keys} is not UTF-8", done.stderr)

    def test_rows_are_imported_once(self) -> None:
        matrix, keys = self.folder / "rows.npy", self.folder / "keys.txt"
        write_matrix(matrix, [axis(0), axis(1)])
        keys.write_text("a\nb\n")
        command = ["gallery", "import", self.gallery, matrix, "--keys", keys]
        self.assertEqual(facenet(*command).stdout, "2 templates\n")
        write_matrix(matrix, [axis(0), axis(0), axis(3)])
        keys.write_text("a\nb\nb\n")
        again = facenet(*command)
        self.assertEqual((again.stdout, "1 of 3 rows" in again.stderr), ("2 templates\n", True))
        self.assertEqual([one["templates"] for one in people(self.gallery)], [1, 3])

    def test_an_interrupted_import_says_what_is_in(self) -> None:
        rows, count = [struct.pack("<512f", *axis(place)) for place in range(512)], 60_000
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {(count, 512)}, }}".ljust(117) + "\n"
        start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
        (self.folder / "rows.npy").write_bytes(start + b"".join(rows[row % 512] for row in range(count)))
        (self.folder / "keys").write_text("".join(f"k{row}\n" for row in range(count)))
        words = ["gallery", "import", self.gallery, self.folder / "rows.npy", "--keys", self.folder / "keys"]
        with subprocess.Popen([str(PROGRAM), *map(str, words)], stderr=subprocess.PIPE, text=True) as process:
            with contextlib.closing(sqlite3.connect(self.gallery)) as database:
                while process.poll() is None and database.execute("SELECT count(*) FROM templates").fetchone() == (0,):
                    time.sleep(0.005)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate()
        self.assertEqual(process.returncode, -signal.SIGINT, said)
        there = json.loads(facenet("gallery", "show", self.gallery, "--json").stdout)["templates"]
        self.assertTrue(0 < there < count, there)
        self.assertEqual(
            said, f"facenet: {there} of {count} rows were added; do it again for the rest\nfacenet: interrupted\n"
        )
        again = facenet(*words)
        self.assertEqual((again.stdout, f"{there} of {count} rows were there already" in again.stderr),
                         (f"{count - there} templates\n", True))

    def test_facts_come_with_what_is_enrolled(self) -> None:
        self.enrol("Ann", 0, "--facts", '{"floor": 3}')
        blank = self.folder / "blank.ppm"
        blank.write_bytes(b"P6\n32 32\n255\n" + bytes(3 * 32 * 32))
        facenet("gallery", "enrol", self.gallery, "Ann", blank, "--facts", "[4]", status=2)
        self.assertEqual(facts(self.gallery, "Ann"), {"floor": 3})
        self.enrol("Ann", 0, "--facts", "[5]")
        self.assertEqual(facts(self.gallery, "Ann"), [5])

    def test_what_would_be_refused_is_refused_before_the_work(self) -> None:
        photograph = SAMPLES / "obama.jpg"
        for words in (["\u2028", photograph], ["Ann", photograph, "--key", " "], ["Ann", photograph, "--facts", "{"]):
            command = ["gallery", "enrol", self.gallery, *words, "--detector", "/no/such/detector.onnx"]
            done = facenet(*command, status=2)
            self.assertIn("refused: ", done.stderr)

    def test_one_name_at_once_is_one_person(self) -> None:
        """Two processes enrol the same people from photographs of their own."""
        first, second = self.folder / "first", self.folder / "second"
        make_crops(first, 30)
        make_crops(second, 30, seed=1000)
        command = ["gallery", "enrol", self.gallery]
        self.together([*command, first, "--aligned"], [*command, second, "--aligned"])
        self.assertEqual([one["templates"] for one in people(self.gallery)], [2] * 30)

    def test_one_key_at_once_is_one_person(self) -> None:
        command = ["gallery", "enrol", self.gallery, "Ann", "--key", "1", "--aligned"]
        self.together(*([*command, self.crops / f"p{crop}" / "crop.ppm"] for crop in range(4)))
        self.assertEqual([one["templates"] for one in people(self.gallery)], [4])

    def test_one_photograph_at_once_is_one_template(self) -> None:
        crops = self.folder / "many"
        make_crops(crops, 30)
        command = ["gallery", "enrol", self.gallery, crops, "--aligned"]
        self.together(command, command, command)
        self.assertEqual([one["templates"] for one in people(self.gallery)], [1] * 30)
        facenet("gallery", "check", self.gallery)


if __name__ == "__main__":
    unittest.main()
