"""The scripts that `make` runs first say in one sentence what is missing and install nothing that is there."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "sed", "head", "cat", "echo")


class Install(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for tool in TOOLS:
            found = next(Path(place) / tool for place in ("/bin", "/usr/bin") if (Path(place) / tool).exists())
            (self.folder / tool).symlink_to(found)

    def fake(self, name: str, script: str) -> None:
        """A command of this name, the only one on the PATH; what it is called with goes to the file `calls`."""
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.folder}/calls"\n{script}\n', "utf-8")
        path.chmod(0o755)

    def run_script(self, name: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.folder / "sh"), str(ROOT / "scripts" / name), *words]
        variables: Dict[str, str] = {"PATH": str(self.folder), **environment}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)

    def calls(self, name: str) -> List[str]:
        path = self.folder / "calls"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [line for line in lines if line.startswith(name + " ")]

    def fake_packages(self, installed: str, user: int) -> None:
        self.fake("dpkg-query", f'for last; do :; done; case " {installed} " in *" $last "*) echo installed;; *) exit 1;; esac')
        self.fake("id", f"echo {user}")

    def assert_one_sentence(self, done: "subprocess.CompletedProcess[str]", *parts: str) -> None:
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        last = done.stderr.splitlines()[-1]
        self.assertTrue(last.startswith("facenet: "), last)
        for part in parts:
            self.assertIn(part, last)

    def test_without_swift(self) -> None:
        done = self.run_script("toolchain.sh")
        self.assert_one_sentence(done, "Swift is not on the PATH", "then run make again")
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_swift_versions(self) -> None:
        for version, status in {"5.10": 1, "6.2.4": 1, "6.3": 0, "6.3.1": 0, "6.10": 0, "7.0": 0, "": 1}.items():
            with self.subTest(version=version):
                self.fake("swift", f'echo "Swift version {version} (swift-release)"')
                self.assertEqual(self.run_script("toolchain.sh").returncode, status)

    def test_nothing_missing_asks_nothing_of_apt(self) -> None:
        self.fake_packages("one two", user=1000)
        self.fake("sudo", "exit 1")
        self.fake("apt-get", "exit 1")
        done = self.run_script("packages.sh", "one", "two")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.calls("apt-get") + self.calls("sudo"), [])

    def test_only_what_is_missing_is_installed_with_sudo(self) -> None:
        self.fake_packages("one", user=1000)
        self.fake("sudo", '"$@"')
        self.fake("apt-get", "")
        self.assertEqual(self.run_script("packages.sh", "one", "two", "three").returncode, 0)
        self.assertEqual(len(self.calls("sudo")), 1)
        self.assertTrue(self.calls("apt-get")[0].endswith(" two three"), self.calls("apt-get"))

    def test_root_needs_no_sudo(self) -> None:
        self.fake_packages("", user=0)
        self.fake("apt-get", "")
        self.assertEqual(self.run_script("packages.sh", "one").returncode, 0)
        self.assertEqual(len(self.calls("apt-get")), 1)

    def test_without_sudo_the_command_is_said(self) -> None:
        self.fake_packages("", user=1000)
        self.fake("apt-get", "")
        done = self.run_script("packages.sh", "one", "two")
        self.assert_one_sentence(done, "`apt-get install -y one two` as root")
        self.assertEqual(self.calls("apt-get"), [])

    def test_a_failing_apt_is_asked_for_new_lists_once(self) -> None:
        self.fake_packages("", user=0)
        self.fake("apt-get", 'echo "E: unreachable" >&2; exit 100')
        done = self.run_script("packages.sh", "one")
        self.assert_one_sentence(done, "check the network", "apt-get install -y one")
        self.assertEqual(len(self.calls("apt-get")), 2)

    def test_another_system_is_told_what_it_needs(self) -> None:
        self.assert_one_sentence(self.run_script("packages.sh", "one"), "no Debian packages", "libpng")


class Place(unittest.TestCase):
    def test_products_are_put_in_place_once(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "from").mkdir()
            (folder / "from" / "facenet-tool").write_bytes(b"program")
            command = ["sh", str(ROOT / "scripts" / "place.sh"), str(folder / "from"), str(folder / "to")]
            for _ in range(2):
                self.assertEqual(subprocess.run(command, check=False).returncode, 0)
            program = folder / "to" / "bin" / "facenet"
            self.assertEqual(program.read_bytes(), b"program")
            self.assertEqual(os.listdir(program.parent), ["facenet"])


if __name__ == "__main__":
    unittest.main()
