"""What the documentation shows is what happens: its examples run on the sample photographs."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import subprocess
import sys
import unittest
from typing import Dict, List, Union

from support import ANOTHER_MAN, ONE, OTHER, PACKAGE, ROOT, SAMPLES, needs_data, needs_numpy

MODULES = ["facenet", "facenet._image", "facenet._parts", "facenet._pipeline", "facenet._index", "facenet._gallery"]
MODULES += ["facenet._attach", "facenet._plugins", "facenet._quality", "facenet.models", "facenet.compat.face_recognition"]
PAGES = [PACKAGE / "README.md", *(ROOT / "docs" / f"{name}.md" for name in ("plugins", "python", "search"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class PageParser(doctest.DocTestParser):
    """Examples of a Markdown page: a fence ends what is expected, and shows nothing itself."""

    def parse(self, string: str, name: str = "<string>") -> List[Union[str, doctest.Example]]:
        return super().parse(re.sub(r"(?m)^```.*$", "", string), name)


@needs_numpy
@needs_data
class Examples(unittest.TestCase):
    def setUp(self) -> None:
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(SAMPLES)

    def test_modules(self) -> None:
        for name in MODULES:
            with self.subTest(module=name):
                result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)

    def test_pages(self) -> None:
        for page in PAGES:
            with self.subTest(page=page.name):
                result = doctest.testfile(str(page), module_relative=False, optionflags=FLAGS, parser=PageParser())
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)


@needs_data
class VerifyExample(unittest.TestCase):
    def run_example(self, a: str, b: str) -> subprocess.CompletedProcess[str]:
        environment: Dict[str, str] = dict(os.environ)
        if (PACKAGE / "facenet").exists():
            environment["PYTHONPATH"] = str(PACKAGE)
        command = [sys.executable, str(PACKAGE / "examples" / "verify.py"), a, b]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def test_verdicts(self) -> None:
        same = self.run_example(ONE, OTHER)
        self.assertEqual((same.returncode, same.stderr), (0, ""))
        self.assertRegex(same.stdout, r"^one person: distance \d\.\d{3}, threshold \d\.\d{3}\n$")
        self.assertEqual(self.run_example(ONE, ANOTHER_MAN).returncode, 1)

    def test_undecided(self) -> None:
        undecided = self.run_example(ONE, "/no/such/file.jpg")
        self.assertEqual((undecided.returncode, undecided.stdout), (2, ""))
        self.assertRegex(undecided.stderr, r"^verify\.py: .*/no/such/file\.jpg.*\n$")


if __name__ == "__main__":
    unittest.main()
