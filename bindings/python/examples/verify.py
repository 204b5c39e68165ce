#!/usr/bin/env python3
"""Says whether two photographs show one person.

Usage: verify.py A B. Exit status 0: one person, 1: two, 2: undecided, and a sentence on stderr says why.
"""

from __future__ import annotations

import argparse
import sys

import facenet


def main() -> int:
    parser = argparse.ArgumentParser(description="Says whether two photographs show one person.")
    parser.add_argument("a", metavar="A", help="a JPEG or PNG file")
    parser.add_argument("b", metavar="B", help="another one")
    options = parser.parse_args()
    try:
        result = facenet.verify(options.a, options.b)
    except facenet.FacenetError as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    verdict = "one person" if result else "two people"
    print(f"{verdict}: distance {result.distance:.3f}, threshold {result.threshold:.3f}")
    return 0 if result else 1


if __name__ == "__main__":
    sys.exit(main())
