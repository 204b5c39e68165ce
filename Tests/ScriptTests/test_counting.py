"""What `make test` prints as its last line is what the runners reported."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import run_tests  # noqa: E402

XUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="TestResults" errors="0" tests="3" failures="1" skipped="2" time="0.1">
<testcase classname="A" name="ok()" time="0.1" />
<testcase classname="A" name="fine()" time="0.1" />
<testcase classname="A" name="bad()" time="0.1"><failure message="1 != 2" /></testcase>
<testcase classname="A" name="away()"><skipped>data not present</skipped></testcase>
<testcase classname="A" name="away2()"><skipped>data not present</skipped></testcase>
</testsuite></testsuites>"""

CASES = """
import unittest

class Cases(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail()
    def test_broken(self): raise KeyError("x")
    @unittest.skip("no data")
    def test_skipped(self): pass
    def test_parts(self):
        for part in range(3):
            with self.subTest(part=part): self.assertEqual(part, 0)
    @unittest.expectedFailure
    def test_known(self): self.fail()
"""


class Counting(unittest.TestCase):
    def test_xunit_report(self) -> None:
        result = run_tests.xunit_result(XUNIT)
        self.assertEqual(str(result), "2 passed, 1 failed, 2 skipped")
        self.assertEqual(result.reasons, ["data not present"] * 2)

    def test_printed_counts(self) -> None:
        lines = ["compiling", "skipped: no valgrind", "12 passed, 0 failed, 1 skipped"]
        result = run_tests.printed_result(lines)
        self.assertEqual(str(result), "12 passed, 0 failed, 1 skipped")
        self.assertEqual(result.reasons, ["no valgrind"])

    def test_no_printed_counts_are_a_failure(self) -> None:
        self.assertEqual(str(run_tests.printed_result(["compiling"])), "0 passed, 1 failed, 0 skipped")

    def test_a_bad_end_without_a_failure_counts_as_one(self) -> None:
        result = run_tests.checked(run_tests.Result(passed=3), 139, "runner")
        self.assertEqual(str(result), "3 passed, 1 failed, 0 skipped")
        result = run_tests.checked(run_tests.Result(passed=3, failed=2), 1, "runner")
        self.assertEqual(result.failed, 2)

    def run_cases(self, text: str) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_cases.py").write_text(text, "utf-8")
            report = Path(folder) / "report.json"
            command = [sys.executable, str(ROOT / "scripts" / "python_tests.py"), folder, str(report)]
            status = subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode
            return {"status": status, **json.loads(report.read_text("utf-8"))}

    def test_python_runner(self) -> None:
        counted = self.run_cases(CASES)
        self.assertEqual(
            counted, {"status": 1, "passed": 2, "failed": 3, "skipped": 1, "reasons": ["no data"]}
        )

    def test_python_module_that_cannot_be_imported_is_a_failure(self) -> None:
        counted = self.run_cases("import nothing_of_this_name\n")
        self.assertEqual((counted["status"], counted["passed"], counted["failed"]), (1, 0, 1))


if __name__ == "__main__":
    unittest.main()
