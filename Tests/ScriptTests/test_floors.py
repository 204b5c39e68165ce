"""The floors checker finds each kind of breach and nothing else."""

import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import floors  # noqa: E402


class Floors(unittest.TestCase):
    def found(self, files: Dict[str, str]) -> List[str]:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                target = Path(folder) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
            return floors.breaches(Path(folder))

    def test_imports_that_point_down_pass(self) -> None:
        text = "import Core\n@testable import Graph\npackage import Imaging\nimport struct Kernels.Convolution\n"
        self.assertEqual(self.found({"Sources/Faces/A.swift": text + "import Glibc\nimport Synchronization\n"}), [])

    def test_imports_that_do_not_point_down_are_named(self) -> None:
        cases = {"Core": "Graph", "Graph": "Imaging", "Imaging": "Facenet", "FacenetTool": "FacenetC", "Kernels": "Kernels"}
        for target, module in cases.items():
            with self.subTest(target=target):
                found = self.found({f"Sources/{target}/A.swift": f"// one\nimport {module}\n"})
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(f"Sources/{target}/A.swift:2: "), found[0])

    def test_every_spelling_of_an_import_is_seen(self) -> None:
        spellings = ["import Graph", "  public import Graph", "@_exported import Graph", "@testable package import Graph"]
        spellings += ["import func Graph.run", "@_implementationOnly import Graph", "internal import class Graph.Session"]
        for spelling in spellings:
            with self.subTest(spelling=spelling):
                self.assertEqual(len(self.found({"Sources/Core/A.swift": spelling + "\n"})), 1)

    def test_comments_import_nothing(self) -> None:
        text = "// import Graph\n/// import Graph\n/*\nimport Graph\n*/\nlet important = 1\n"
        self.assertEqual(self.found({"Sources/Core/A.swift": text}), [])

    def test_only_the_tool_may_use_foundation(self) -> None:
        self.assertEqual(self.found({"Sources/FacenetTool/A.swift": "import Foundation\n"}), [])
        self.assertEqual(len(self.found({"Sources/Facenet/A.swift": "import Foundation\n"})), 1)
        self.assertEqual(len(self.found({"Sources/Facenet/A.swift": "import FoundationEssentials\n"})), 1)

    def test_unknown_targets_and_modules_are_named(self) -> None:
        self.assertIn("has no floor", self.found({"Sources/Attic/A.swift": ""})[0])
        self.assertIn("neither a target", self.found({"Sources/Core/A.swift": "import Alamofire\n"})[0])

    def test_paths_that_differ_by_case_alone_are_named(self) -> None:
        found = self.found({"docs/a.md": "", "Docs/b.md": ""})
        self.assertEqual(len(found), 1)
        self.assertIn("by case alone", found[0])
        self.assertEqual(self.found({"docs/a.md": "", "docs/b.md": ""}), [])

    def test_files_of_450_lines_pass_and_of_451_do_not(self) -> None:
        self.assertEqual(self.found({"Sources/Core/A.swift": "\n" * 450, "docs/a.md": "\n" * 1000}), [])
        self.assertEqual(len(self.found({"Sources/Core/A.swift": "\n" * 451})), 1)

    def test_this_tree_holds(self) -> None:
        self.assertEqual(floors.breaches(ROOT), [])


if __name__ == "__main__":
    unittest.main()
