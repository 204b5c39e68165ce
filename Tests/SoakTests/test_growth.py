"""A few hundred verifications leave no memory behind; `make soak` does ten thousand. A start is measured, not judged."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import soak  # noqa: E402

ABSENT = soak.missing()


@unittest.skipIf(ABSENT, f"data not present: {ABSENT}")
class Growth(unittest.TestCase):
    def test_verifications_leave_nothing_behind(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for language, kibibytes in soak.growth(200, Path(folder)).items():
                with self.subTest(language):
                    self.assertLess(kibibytes, soak.LIMIT)

    def test_both_programs_start(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for cost in soak.start_up(5, Path(folder)):
                self.assertGreater(cost.wall, 0)
                self.assertGreater(cost.processor, 0)


if __name__ == "__main__":
    unittest.main()
