"""What would break an old program is found in a changed copy of the header; what is added passes."""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import abi  # noqa: E402

HEADER = ROOT / "include" / "facenet.h"
MAP = ROOT / "Sources" / "SharedLibrary" / "exports.map"
LIBRARY = ROOT / "build" / "lib" / abi.SONAME
PRESENT = all(shutil.which(tool) for tool in ("abidw", "abidiff", "cc", "nm"))


@unittest.skipUnless(PRESENT, "abigail-tools are not installed")
class Abi(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.header, self.map = HEADER.read_text("utf-8"), MAP.read_text("utf-8")
        self.recorded = self.folder / "recorded.abi"
        abi.described(self.stub("old"), self.recorded)

    def stub(self, name: str) -> Path:
        """The stub of the header and the version map as they are now."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "facenet.h").write_text(self.header, "utf-8")
        (folder / "exports.map").write_text(self.map, "utf-8")
        return abi.build_stub(folder / "facenet.h", folder / "exports.map", folder)

    def replace(self, old: str, new: str) -> None:
        self.assertIn(old, self.header)
        self.header = self.header.replace(old, new)

    def broken(self) -> List[str]:
        return abi.compare(self.recorded, self.stub("new"), None, self.folder)

    def test_the_recorded_abi_is_kept(self) -> None:
        library = LIBRARY if LIBRARY.exists() else None
        recorded = ROOT / "abi" / f"{abi.SONAME}.abi"
        self.assertEqual(abi.compare(recorded, self.stub("new"), library, self.folder), [])

    def test_every_function_is_in_the_record(self) -> None:
        names = {name.split("@")[0] for name in abi.exports(self.folder / "old" / abi.SONAME)}
        self.assertGreaterEqual(len(names), 40)
        self.assertLessEqual({"facenet_version", "facenet_error_message", "facenet_align", "facenet_session_free"}, names)

    def test_a_removed_function_is_found(self) -> None:
        self.replace("uint32_t facenet_version(void);", "")
        self.assertIn("facenet_version", "\n".join(self.broken()))

    def test_a_changed_structure_is_found(self) -> None:
        self.replace("  float score; /*", "  double score; /*")
        self.assertIn("facenet_face", "\n".join(self.broken()))

    def test_a_changed_argument_is_found(self) -> None:
        self.replace("void facenet_embedder_free(facenet_embedder *embedder);", "void facenet_embedder_free(facenet_detector *embedder);")
        self.assertIn("facenet_embedder_free", "\n".join(self.broken()))

    def test_a_new_function_passes(self) -> None:
        self.replace("#ifdef __cplusplus\n}", "int facenet_newest(void);\n#ifdef __cplusplus\n}")
        self.map += "FACENET_0.2 { global: facenet_newest; } FACENET_0.1;\n"
        self.assertEqual(self.broken(), [])

    def test_options_may_grow_at_their_end(self) -> None:
        self.replace("} facenet_session_options;", "  uint64_t newest;\n} facenet_session_options;")
        self.assertEqual(self.broken(), [])

    def test_options_that_grow_and_change_are_found(self) -> None:
        self.replace("  uint64_t memory_limit;", "  double memory_limit;")
        self.replace("} facenet_session_options;", "  uint64_t newest;\n} facenet_session_options;")
        self.assertIn("facenet_session_options", "\n".join(self.broken()))

    def test_exports_that_differ_from_the_header_are_found(self) -> None:
        library = self.folder / "old" / abi.SONAME
        self.replace("uint32_t facenet_version(void);", "")
        self.replace("#ifdef __cplusplus\n}", "int facenet_newest(void);\n#ifdef __cplusplus\n}")
        self.map = self.map.replace("facenet_version;", "facenet_newest;")
        said = "\n".join(abi.compare(self.recorded, self.stub("new"), library, self.folder))
        self.assertIn("does not export what the header declares: facenet_newest", said)
        self.assertIn("exports what the header does not declare: facenet_version", said)


if __name__ == "__main__":
    unittest.main()
