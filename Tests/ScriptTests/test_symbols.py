"""The modules of instruction sets must not define code that the linker may choose for another instruction set."""

from __future__ import annotations

import platform
import subprocess
import unittest
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parents[2]
INSTRUCTION_SETS = ["AVX2", "AVX512"]


def shared_functions(name: str) -> List[str]:
    """Weak functions of a module's release objects that do not bear the instruction set's name.

    Only one of all definitions of a weak symbol is kept. What is specialised for the instruction set's own type cannot
    have another; what is not, such as a function of the standard library for a register, can.
    """
    objects = sorted((ROOT / "build" / "swift").glob(f"*/release/Kernels{name}.build/*.o"))
    if not objects:
        raise unittest.SkipTest(f"no release objects of Kernels{name}: run make build")
    found = []
    for path in objects:
        listing = subprocess.run(["nm", str(path)], check=True, capture_output=True, text=True).stdout
        for line in listing.splitlines():
            fields = line.split()
            if len(fields) == 3 and fields[1] == "W" and f"{len(name)}{name}O" not in fields[2]:
                found.append(fields[2])
    return found


@unittest.skipUnless(platform.machine() == "x86_64", "these instruction sets are x86-64's")
class SymbolTests(unittest.TestCase):
    def test_instruction_sets_keep_their_functions(self) -> None:
        for name in INSTRUCTION_SETS:
            with self.subTest(name):
                self.assertEqual(shared_functions(name), [])


if __name__ == "__main__":
    unittest.main()
