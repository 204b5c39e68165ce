"""A PostgreSQL server of a test's own, in a temporary folder, reached by a Unix socket alone."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional
from urllib.parse import quote

NOBODY = 65534
"""PostgreSQL refuses to be run by root."""


def programs() -> Optional[Path]:
    """Where Debian's package has the server's programs; None where it is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    return Path(found[-1]).parent if found else None


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Server:
    """One that keeps what was committed, as its defaults have it."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None
        self.programs = found
        self.folder = Path(tempfile.mkdtemp(prefix="facenet-postgres-"))
        self._as: Dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
            self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._run("initdb", "-D", self.folder / "data", "-U", "ada", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.start()

    def _run(self, program: str, *arguments: Any) -> str:
        command = [str(self.programs / program), *map(str, arguments)]
        with open(self.folder / "output", "w+") as output:
            status = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", **self._as)
            output.seek(0)
            text = output.read()
        if status != 0:
            raise AssertionError(f"{program}: {text}")
        return text

    def start(self) -> None:
        """Starts it; what a killed one left holds it up for a moment."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c max_connections=40"
        data = self.folder / "data"
        deadline = time.monotonic() + 60
        while True:
            try:
                self._run("pg_ctl", "-D", data, "-o", options, "-w", "-t", "60", "-l", self.folder / "log", "start")
                return
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def signal(self, number: int) -> List[int]:
        """To all of its processes, which it returns."""
        first = int((self.folder / "data" / "postmaster.pid").read_text("ascii").split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split()
        processes = [first, *map(int, children)]
        for process in processes:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass
        return processes

    def kill(self) -> None:
        """As a loss of power would end it; returns when all of it has ended."""
        for process in self.signal(signal.SIGKILL):
            while is_running(process):
                time.sleep(0.001)

    def close(self) -> None:
        try:
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        except AssertionError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def location(self, gallery: str) -> str:
        return f"postgres://ada@/postgres?host={self.folder}&gallery={quote(gallery)}"

    def query(self, text: str) -> str:
        """What psql prints for statements, without a frame."""
        return self._run("psql", "-h", self.folder, "-U", "ada", "-d", "postgres", "-X", "-A", "-t", "-v",
                         "ON_ERROR_STOP=1", "-c", text).strip()
