"""Every model's card stands beside its recipe, has its sections, and states what the recipe states."""

import importlib.util
import re
import sys
import unittest
from pathlib import Path
from types import ModuleType
from typing import Dict, List

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
RECIPES = sorted(path.stem for path in MODELS.glob("*.py") if "\nRECIPE = Recipe(" in path.read_text("utf-8"))
SECTIONS = ["Source", "Licence", "Input", "Output", "Thresholds", "Measured", "Not for", "Limits"]
LIBRARIES = ("numpy", "onnx", "tflite")
MISSING = [library for library in LIBRARIES if importlib.util.find_spec(library) is None]
ELSEWHERE = ("role", "name", "version", "licence", "source", "source.sha256", "recipe", "threshold.data", "thresholds.far.data")
"""Keys of the metadata that stand in a card as prose."""


def card(name: str) -> str:
    return (MODELS / f"{name}.md").read_text("utf-8")


def sections(text: str) -> Dict[str, str]:
    """A card's sections by their headings, in their order."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def stated(text: str) -> Dict[str, List[str]]:
    """The values that the tables give for each key."""
    values: Dict[str, List[str]] = {}
    for key, value in re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", text, flags=re.MULTILINE):
        values.setdefault(key, []).append(value)
    return values


def load(name: str) -> ModuleType:
    """A recipe as a module; its name may be that of a library."""
    spec = importlib.util.spec_from_file_location("recipe_" + name.replace("-", "_"), MODELS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(MODELS))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(MODELS))
    return module


class Cards(unittest.TestCase):
    def test_every_recipe_has_one_with_all_sections(self) -> None:
        self.assertEqual(RECIPES, ["centerface", "dlib", "edgeface-s", "facenet", "mtcnn", "retinaface"])
        for name in RECIPES:
            with self.subTest(card=name):
                text = card(name)
                self.assertTrue(text.startswith(f"# {name}\n"))
                found = sections(text)
                self.assertEqual(list(found), SECTIONS)
                self.assertTrue(all(body.strip() for body in found.values()))
                self.assertIn("three folds of ten", found["Measured"])
                self.assertIn("Not known: ", found["Licence"])

    def test_every_card_is_linked(self) -> None:
        for page, folder in {"README.md": "models", "docs/models.md": "../models"}.items():
            text = (ROOT / page).read_text("utf-8")
            for name in RECIPES:
                self.assertIn(f"({folder}/{name}.md)", text, page)


@unittest.skipIf(MISSING, f"not installed: {', '.join(MISSING)}")
class Facts(unittest.TestCase):
    def test_sources_are_the_recipes(self) -> None:
        for name in RECIPES:
            with self.subTest(card=name):
                recipe, source = load(name), sections(card(name))["Source"]
                digests = [recipe.PACKAGE.sha256, *recipe.METADATA["source.sha256"].split(",")]
                self.assertEqual(re.findall(r"\b[0-9a-f]{64}\b", source), digests)
                self.assertIn(f"| package | `{recipe.PACKAGE.requirement}`, `{recipe.PACKAGE.filename}` |", source)

    def test_licences_are_as_stated(self) -> None:
        for name in RECIPES:
            with self.subTest(card=name):
                self.assertIn(f'As stated: "{load(name).METADATA["licence"]}"', sections(card(name))["Licence"])

    def test_values_are_the_recipes(self) -> None:
        for name in RECIPES:
            with self.subTest(card=name):
                facts = {key: [value] for key, value in load(name).METADATA.items() if key not in ELSEWHERE}
                self.assertEqual(stated(card(name)), facts)


if __name__ == "__main__":
    unittest.main()
