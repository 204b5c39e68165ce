"""What growth.c does, through Python. growth.py DETECTOR.onnx EMBEDDER.onnx A B WARM_UP CALLS"""

import gc
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python"))

import facenet  # noqa: E402


def resident_kibibytes() -> int:
    found = re.search(r"^Rss:\s+(\d+) kB$", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    if not found:
        sys.exit("growth: /proc/self/smaps_rollup does not tell the resident memory")
    return int(found.group(1))


def main() -> None:
    detector, embedder, a, b, warm_up, calls = sys.argv[1:]
    with facenet.Pipeline(facenet.Detector(detector), facenet.Embedder(embedder)) as pipeline:
        for _ in range(int(warm_up)):
            pipeline.verify(a, b)
        gc.collect()
        before = resident_kibibytes()
        for _ in range(int(calls)):
            pipeline.verify(a, b)
        gc.collect()
        print(resident_kibibytes() - before)


if __name__ == "__main__":
    main()
