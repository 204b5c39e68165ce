"""What a gallery in PostgreSQL costs beside one in a file: python measure_postgres.py, after `make build`."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

from pictures import PLUGINS, np
from postgres_server import Server

import facenet

TEMPLATES = 10_000
TIMES = 100


def rows(count: int, seed: int) -> Any:
    """Vectors of length 1, (count, 512) float32."""
    drawn = np.random.default_rng(seed).standard_normal((count, 512)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def timed(what: str, call: Callable[[int], Any], times: int = 1, before: Callable[[int], Any] = lambda _: None) -> None:
    """Prints the middle of some times, in milliseconds: on the clock, and of this process's own on processors."""
    clock, processor = [], []
    for position in range(times):
        before(position)
        began = time.perf_counter(), time.process_time()
        call(position)
        clock.append(time.perf_counter() - began[0])
        processor.append(time.process_time() - began[1])
    print(f"  {what}: {1e3 * statistics.median(clock):.2f} ms, {1e3 * statistics.median(processor):.2f} of its own processor")


def megabytes() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def apart(work: Callable[[], None]) -> None:
    """Does it in a process of its own, for its memory is measured."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            sys.stdout.flush()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def measure(name: str, location: str) -> None:
    print(name)
    many, more = rows(TEMPLATES, 1), rows(TIMES, 2)
    facenet.Gallery.create(location).close()

    def identify(gallery: facenet.Gallery) -> None:
        gallery.identify(embeddings=[many[5]], distance=0.5)

    def fill() -> None:
        with facenet.Gallery(location) as gallery:
            timed(f"enrol {TEMPLATES} at once", lambda _: gallery.enrol_many([str(i) for i in range(TEMPLATES)], many))

    def opening() -> None:
        before = megabytes()
        timed("open", lambda _: facenet.Gallery(location).close(), 5)
        with facenet.Gallery(location) as gallery:
            timed("first identify", lambda _: identify(gallery))
        print(f"  memory: {megabytes() - before:.0f} MB")

    def changing() -> None:
        with facenet.Gallery(location) as reader, facenet.Gallery(location) as writer:
            def enrol(position: int) -> None:
                writer.enrol("Somebody", embeddings=[more[position]])
                time.sleep(0.02)

            identify(reader)
            timed("enrol one", lambda i: writer.enrol("Somebody", embeddings=[more[i]]), TIMES)
            timed("identify", lambda _: identify(reader), TIMES)
            timed("identify, somebody was enrolled elsewhere", lambda _: identify(reader), TIMES, enrol)

    for work in (fill, opening, changing):
        apart(work)


def main() -> None:
    facenet.load_plugin(PLUGINS / "store-postgres.so")
    server = Server()
    try:
        measure("PostgreSQL", server.location("measured"))
        print(f"  database: {server.query('SELECT pg_total_relation_size($$facenet_records$$)')} bytes")
    finally:
        server.close()
    with tempfile.TemporaryDirectory() as folder:
        measure("file", f"{folder}/measured.gallery")
        print(f"  database: {os.path.getsize(f'{folder}/measured.gallery')} bytes")


if __name__ == "__main__":
    main()
