"""The demonstration fails when a verdict is not the expected one, and its page needs nothing but its pictures."""

import contextlib
import io
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Tuple
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import demo  # noqa: E402

PROGRAM = """#!{python}
import json, os, sys
verb, words = sys.argv[1], [word for word in sys.argv[2:] if not word.startswith("-")]
people = json.loads({people!r})
name = os.path.basename
if verb == "detect":
    for path in words[:-1]:
        face = {{"box": [1, 2, 3, 4], "score": 0.99, "landmarks": []}}
        print(json.dumps({{"path": path, "width": 9, "height": 9, "faces": [face] * people[name(path)][1]}}))
elif verb == "identify":
    for path in words[1:-1]:
        known = people[name(path)][0] == "one man"
        print(json.dumps({{"path": path, "width": 9, "height": 9, "faces": [{{
            "verdict": "known" if known else "unknown", "name": "Obama" if known else None, "threshold": 1.1,
            "candidates": [{{"person": 1, "name": "Obama", "distance": 0.3 if known else 1.9}}]}}]}}))
elif verb == "verify":
    same = people[name(words[0])][0] == people[name(words[1])][0]
    print(json.dumps({{"distance": 0.3 if same else 1.9, "threshold": 1.1, "milliseconds": 12.3,
                      "verdict": "same" if same else "different"}}))
    sys.exit(0 if same else 1)
"""


class Demo(unittest.TestCase):
    def run_demo(self, **changes: Tuple[str, int]) -> Tuple[int, str, str, str]:
        """Status, output, messages and page of a run on a program that says whom each photograph shows."""
        people = {name: (person, 1) for name, person in demo.PEOPLE.items()}
        people.update({f"{name}.jpg": change for name, change in changes.items()})
        with tempfile.TemporaryDirectory() as name:
            program = Path(name) / "program"
            program.write_text(PROGRAM.format(python=sys.executable, people=json.dumps(people)), "utf-8")
            program.chmod(0o755)
            words = ["demo.py", "--program", str(program), "--samples", name, "--output", name + "/demo"]
            output, messages = io.StringIO(), io.StringIO()
            with mock.patch.object(sys, "argv", words), contextlib.redirect_stdout(output):
                with contextlib.redirect_stderr(messages):
                    status = demo.main()
            page = Path(name) / "demo" / "index.html"
            return status, output.getvalue(), messages.getvalue(), page.read_text("utf-8") if page.exists() else ""

    def test_expected_verdicts(self) -> None:
        status, output, messages, page = self.run_demo()
        self.assertEqual((status, messages), (0, ""))
        self.assertIn("5 faces in 5 photographs; 10 of 10 verdicts as expected; 2 of 2 identified as expected", output)
        self.assertEqual(len(re.findall(r"\bsame\b", output)), 3)
        self.assertEqual(len(re.findall(r"\bdifferent\b", output)), 7)
        self.assertEqual(page.count("<tr>"), 11 + 3)

    def test_a_wrong_verdict_fails_and_is_named(self) -> None:
        status, output, messages, page = self.run_demo(biden=("one man", 1))
        self.assertEqual(status, 1)
        self.assertIn("7 of 10 verdicts as expected", output)
        self.assertIn("obama.jpg and biden.jpg should be different, got same", messages)
        self.assertIn("expected: different", page)

    def test_a_stranger_who_is_taken_for_somebody_fails(self) -> None:
        status, output, messages, page = self.run_demo(obama3=("nobody", 1))
        self.assertEqual(status, 1)
        self.assertIn("1 of 2 identified as expected", output)
        self.assertIn("obama3.jpg should be Obama, got unknown", messages)
        self.assertIn("expected: Obama", page)

    def test_a_face_that_is_not_found_fails(self) -> None:
        status, _, messages, page = self.run_demo(obama2=("one man", 0))
        self.assertEqual((status, messages, page), (2, "facenet: no face was found in obama2.jpg\n", ""))

    def test_a_program_that_is_not_there_is_one_sentence(self) -> None:
        with tempfile.TemporaryDirectory() as name, self.assertRaisesRegex(demo.DemoError, "make build"):
            demo.find_faces(Path(name) / "none", Path(name), Path(name))

    def test_the_page_needs_no_network(self) -> None:
        page = self.run_demo()[3]
        self.assertNotIn("://", page)
        self.assertNotIn("<script", page)
        pictures = [Path(name).stem + ".jpg" for name in demo.PEOPLE]
        pictures += [f"identified/{Path(name).stem}.jpg" for name in demo.PROBES]
        self.assertEqual(sorted(re.findall(r'<img src="([^"]+)"', page)), sorted(pictures))

    def test_names_are_escaped(self) -> None:
        face = {"score": 0.5}
        page = demo.page({"<script>.jpg": [face]}, [], [], "a & b")
        self.assertNotIn("<script>", page)
        self.assertIn("a &amp; b", page)


if __name__ == "__main__":
    unittest.main()
