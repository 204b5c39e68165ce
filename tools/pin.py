"""Prints a requirements file that pins every wheel in a folder by version and sha256.

Fill the folder with `pip download --no-deps --only-binary :all:`, once for each interpreter and machine to support.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import defaultdict
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    digests = defaultdict(list)
    for wheel in sorted(parser.parse_args().folder.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        digests[f"{name.replace('_', '-')}=={version}"].append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    for requirement, values in sorted(digests.items()):
        print(" \\\n    ".join([requirement] + [f"--hash=sha256:{value}" for value in sorted(values)]))


if __name__ == "__main__":
    main()
