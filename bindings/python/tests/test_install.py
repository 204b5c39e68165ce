"""Models are installed from recipes by the package alone."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from support import ONE, PACKAGE, needs_data

import facenet
from facenet import models
from facenet.__main__ import main

ENVIRONMENT = '#!/bin/sh\nmkdir -p "$1/bin"\nln -sf "$PYTHON" "$1/bin/python"\n'
"""Stands for environment.sh: the interpreter itself."""


class Install(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.addCleanup(mock.patch.stopall)
        mock.patch.dict(os.environ, {"XDG_DATA_HOME": f"{self.folder}/data"}).start()

    def stand_in(self, program: str) -> None:
        """One recipe, odd.py, in place of those there are; its environment is this interpreter."""
        recipes = self.folder / "recipes"
        recipes.mkdir()
        for name, text in {"recipe.py": "", "odd.md": "", "odd.py": program, "environment.sh": ENVIRONMENT}.items():
            (recipes / name).write_text(text, "utf-8")
        mock.patch.dict(os.environ, {"XDG_CACHE_HOME": f"{self.folder}/cache"}).start()
        mock.patch.object(models, "_recipes", lambda: recipes).start()

    def test_known(self) -> None:
        self.assertLessEqual({"retinaface", "facenet", "dlib"}, set(models.known()))
        self.assertNotIn("samples", models.known())

    def test_unknown_name_does_nothing(self) -> None:
        with self.assertRaisesRegex(facenet.NotFoundError, r"no recipe for a model called \.\./x; .*facenet"):
            models.install("retinaface", "../x")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_recipes_get_their_output_and_nothing_of_this_program(self) -> None:
        said = "print(sys.argv[1:], 'PYTHONPATH' in os.environ, file=open('%s/told', 'w'))" % self.folder
        self.stand_in("import os, sys\n" + said)
        with mock.patch.dict(os.environ, {"PYTHONPATH": str(self.folder)}):
            paths = models.install("odd")
        self.assertEqual(paths, [self.folder / "data" / "facenet" / "models" / "odd.onnx"])
        self.assertEqual((self.folder / "told").read_text(), f"['--output', '{paths[0]}'] False\n")

    def test_failure_says_what_the_recipe_said(self) -> None:
        self.stand_in("import sys\nprint('downloading', file=sys.stderr)\nsys.exit('odd: no network')")
        with self.assertRaisesRegex(facenet.InputOutputError, "^odd: no network$"):
            models.install("odd")
        told = io.StringIO()
        with contextlib.redirect_stderr(told):
            self.assertEqual(main(["model", "install", "odd"]), 2)
        self.assertEqual(told.getvalue(), "facenet: odd: no network\n")

    @needs_data
    def test_from_recipe_to_faces(self) -> None:
        program = "import sys, facenet\nprint(len(facenet.detect(sys.argv[1])))"
        kept = {name: value for name, value in os.environ.items() if name != "FACENET_MODELS"}
        if (PACKAGE / "facenet").exists():
            kept["PYTHONPATH"] = str(PACKAGE)

        def python(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, *arguments]
            return subprocess.run(command, cwd=self.folder, env=kept, capture_output=True, text=True, check=False)

        missing = python("-c", program, ONE)
        self.assertIn("run `python -m facenet model install retinaface`", missing.stderr)
        installed = python("-m", "facenet", "model", "install", "retinaface")
        expected = f"{self.folder}/data/facenet/models/retinaface.onnx\n"
        self.assertEqual((installed.returncode, installed.stdout), (0, expected), installed.stderr)
        self.assertEqual(python("-c", program, ONE).stdout, "1\n")


if __name__ == "__main__":
    unittest.main()
