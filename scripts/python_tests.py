#!/usr/bin/env python3
"""Runs the unittest cases of one folder and writes what came of them as JSON.

Usage: python_tests.py FOLDER REPORT.json. Exit status 0: nothing failed, 1: something did.
"""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any, Dict, List


class CountingResult(unittest.TextTestResult):
    """Counts the tests that pass, which unittest does not."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.passed = 0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self.passed += 1


def summary(result: CountingResult) -> Dict[str, Any]:
    """Failures are counted by test: several failed subtests of one test are one."""
    bad = [*result.failures, *result.errors]
    failed = {getattr(test, "test_case", test).id() for test, _ in bad} | {test.id() for test in result.unexpectedSuccesses}
    reasons: List[str] = [reason for _, reason in result.skipped]
    return {"passed": result.passed, "failed": len(failed), "skipped": len(reasons), "reasons": reasons}


def main(folder: str, report: str) -> int:
    suite = unittest.defaultTestLoader.discover(folder)
    runner = unittest.TextTestRunner(resultclass=CountingResult, verbosity=1)
    result = runner.run(suite)
    assert isinstance(result, CountingResult)
    counted = summary(result)
    Path(report).write_text(json.dumps(counted), "utf-8")
    return 1 if counted["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
