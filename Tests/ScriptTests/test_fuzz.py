"""The fuzzer calls every function of the header, and no crash, leak or broken promise goes by unseen."""

import contextlib
import io
import re
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "fuzz"))

import fuzz  # noqa: E402

SOURCES = "".join(path.read_text("utf-8") for path in (ROOT / "fuzz").glob("*.[ch]"))


class Fuzz(unittest.TestCase):
    def fuzzer(self, script: str) -> fuzz.Fuzzer:
        """A fuzzer whose program is a shell script: $2 is the first seed, $3 how many."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        program = Path(folder.name) / "program"
        program.write_text("#!/bin/sh\n" + script)
        program.chmod(0o755)
        patch = mock.patch.object(fuzz, "PROGRAM", program)
        patch.start()
        self.addCleanup(patch.stop)
        return fuzz.Fuzzer()

    def test_every_function_of_the_header_is_called(self) -> None:
        self.assertEqual(fuzz.missing_functions(), set())

    def test_every_call_has_its_share(self) -> None:
        """A function that is written but not in the table would never be called."""
        declared = {name.replace("facenet_", "", 1) for name in fuzz.declared_functions()}
        calls = set(re.findall(r"\bCALL\((\w+), [1-9]", SOURCES))
        # Those that make something of the attached plugin, by functions that have a call of their own.
        self.assertEqual(declared, {call for call in calls if not call.startswith("attached_")})

    def test_a_crash_is_found_and_the_seeds_behind_it_go_on(self) -> None:
        fuzzer = self.fuzzer(
            'for i in $(seq $2 $(($2 + $3 - 1))); do echo "seed $i"; [ $i = 7 ] && kill -ILL $$; done\n'
            'echo "calls $3"; echo "facenet_detect 2"\n'
        )
        with contextlib.redirect_stdout(io.StringIO()) as said:
            fuzzer.run(5, 10)
        self.assertEqual(list(fuzzer.findings), [7])
        self.assertIn("again when replayed", said.getvalue())
        self.assertEqual((fuzzer.seeds, fuzzer.calls), (10, 7))
        self.assertEqual(fuzzer.successes["facenet_detect"], 2)

    def test_what_fails_at_the_end_is_found(self) -> None:
        fuzzer = self.fuzzer('echo "seed $2"; echo "calls 60"; echo "a leak" >&2; exit 23\n')
        with contextlib.redirect_stdout(io.StringIO()) as said:
            fuzzer.run(3, 1)
        self.assertEqual(list(fuzzer.findings), [3])
        self.assertIn("a leak", said.getvalue())

    def test_known_seeds_are_numbers(self) -> None:
        self.assertEqual([seed for seed in fuzz.known_seeds() if seed < 0], [])


if __name__ == "__main__":
    unittest.main()
