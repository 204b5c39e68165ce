"""``python -m facenet model install NAME...``: what the program ``facenet`` does, for who has the package alone."""

from __future__ import annotations

import argparse
import sys
from typing import Optional, Sequence

from . import models
from ._errors import FacenetError


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Prints the file of each model that was installed. Returns the exit status: 0, or 2 when one could not be."""
    parser = argparse.ArgumentParser(
        prog="python -m facenet", usage="%(prog)s model install NAME...", description="Fetch and convert models."
    )
    parser.add_argument("model", choices=["model"])
    parser.add_argument("install", choices=["install"])
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"of {', '.join(models.known())}")
    for name in parser.parse_args(arguments).names:
        try:
            print(*models.install(name), flush=True)
        except FacenetError as error:
            print(f"facenet: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
