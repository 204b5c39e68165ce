"""What `facenet gallery enrol` has said is enrolled stays so, whatever happens to the process, and `identify` finds it."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Callable, List, Set, Tuple

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("FACENET_PROGRAM", ROOT / "build" / "bin" / "facenet"))
SAMPLES = ROOT / "build" / "samples"
MODELS = ROOT / "build" / "models"
PRESENT = all(
    path.exists() for path in (PROGRAM, SAMPLES / "obama.jpg", MODELS / "facenet.onnx", MODELS / "retinaface.onnx")
)
KILLS = 100
PEOPLE = 120


def facenet(*words: object, status: int = 0) -> "subprocess.CompletedProcess[str]":
    command = [str(PROGRAM), *map(str, words)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{command}: {done.returncode} {done.stderr}"
    return done


def names(gallery: Path) -> List[str]:
    return [json.loads(line)["name"] for line in facenet("gallery", "list", gallery, "--json").stdout.splitlines()]


def make_crops(folder: Path, people: int, seed: int = 0) -> None:
    """A crop of noise a person: the embedder takes it as any other."""
    for person in range(people):
        (folder / f"p{person}").mkdir(parents=True)
        pixels = random.Random(seed + person).randbytes(3 * 160 * 160)
        (folder / f"p{person}" / "crop.ppm").write_bytes(b"P6\n160 160\n255\n" + pixels)


@unittest.skipUnless(PRESENT, "default models or samples not present")
class Galleries(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.gallery = Path(self.folder.name) / "a.gallery"
        facenet("gallery", "create", self.gallery)

    def test_enrolled_people_survive_the_death_of_the_process(self) -> None:
        crops = Path(self.folder.name) / "crops"
        make_crops(crops, PEOPLE)
        command = [str(PROGRAM), "gallery", "enrol", str(self.gallery), str(crops), "--aligned", "--json", "--threads", "1"]
        generator = random.Random(5)
        acknowledged: Set[str] = set()
        enrolled = 0
        started = 0.0
        for kill in range(KILLS):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            assert process.stdout is not None
            if kill == 0:
                begin = time.monotonic()
                acknowledged.add(json.loads(process.stdout.readline())["name"])
                started = time.monotonic() - begin
            elif kill % 4 == 0:
                acknowledged.add(json.loads(process.stdout.readline())["name"])
                time.sleep(generator.uniform(0, 0.05))
            else:
                time.sleep(generator.uniform(0.5, 1.3) * started)
            process.send_signal(signal.SIGKILL)
            lines = process.stdout.read().decode().splitlines(keepends=True)
            acknowledged |= {json.loads(line)["name"] for line in lines if line.endswith("\n")}
            process.wait()
            process.stdout.close()
            present = names(self.gallery)
            self.assertEqual(len(present), len(set(present)))
            self.assertLessEqual(acknowledged, set(present), f"after kill {kill}")
            facenet("gallery", "check", self.gallery)
            if len(present) > PEOPLE // 2:
                facenet("gallery", "remove", self.gallery, *present)
                enrolled += len(acknowledged)
                acknowledged.clear()
        self.assertGreaterEqual(enrolled + len(acknowledged), KILLS // 4)
        facenet("gallery", "enrol", self.gallery, crops, "--aligned")
        self.assertEqual(sorted(names(self.gallery)), sorted(f"p{person}" for person in range(PEOPLE)))

    def test_two_write_at_once(self) -> None:
        crops = [Path(self.folder.name) / name for name in ("one", "two")]
        for folder in crops:
            make_crops(folder, 20)
        for person in range(20):
            (crops[1] / f"p{person}").rename(crops[1] / f"q{person}")
        command = [str(PROGRAM), "gallery", "enrol", str(self.gallery), "--aligned"]
        processes = [
            subprocess.Popen(command + [str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for folder in crops
        ]
        for process in processes:
            self.assertEqual(process.wait(), 0)
        self.assertEqual(len(set(names(self.gallery))), 40)
        facenet("gallery", "check", self.gallery)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_full_disk_loses_nothing(self) -> None:
        disk = Path(self.folder.name) / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(disk)], capture_output=True, check=False
        )
        if mounted.returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=True)
        crops = Path(self.folder.name) / "crops"
        make_crops(crops, 100)
        gallery = disk / "a.gallery"
        facenet("gallery", "create", gallery)
        command = [str(PROGRAM), "gallery", "enrol", str(gallery), str(crops), "--aligned", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("full", done.stderr)
        acknowledged = [json.loads(line)["name"] for line in done.stdout.splitlines()]
        self.assertGreater(len(acknowledged), 3)
        self.assertEqual(names(gallery), acknowledged)
        facenet("gallery", "check", gallery)

    def test_what_is_enrolled_is_not_searched_again(self) -> None:
        photograph = SAMPLES / "obama.jpg"
        facenet("gallery", "enrol", self.gallery, "Obama", photograph)
        again = facenet("gallery", "enrol", self.gallery, "Obama", photograph, "--face", "900")
        self.assertIn("1 enrolled before", again.stderr)

    def test_stream_is_identified_picture_by_picture(self) -> None:
        facenet("gallery", "enrol", self.gallery, "Obama", SAMPLES / "obama.jpg", SAMPLES / "obama2.jpg")
        pictures = [(SAMPLES / name).read_bytes() for name in ("obama3.jpg", "biden.jpg")]
        command = [str(PROGRAM), "identify", str(self.gallery), "-"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin and process.stdout and process.stderr
        for frame, (picture, verdict) in enumerate(zip(pictures, ("known", "unknown"))):
            process.stdin.write(b"\r\n--frame\r\n\r\n" + picture)
            process.stdin.flush()
            line = json.loads(process.stdout.readline())
            self.assertEqual((line["frame"], line["faces"][0]["verdict"]), (frame, verdict))
            self.assertEqual(line["faces"][0]["name"], "Obama" if verdict == "known" else None)
        process.stdin.write(pictures[0][:1000])
        process.stdin.close()
        self.assertEqual(process.stdout.read(), b"")
        self.assertEqual(process.wait(), 0)
        self.assertIn(b"ends within a picture", process.stderr.read())
        process.stdout.close()
        process.stderr.close()

    def test_stream_follows_the_gallery(self) -> None:
        facenet("gallery", "enrol", self.gallery, "Barack", SAMPLES / "obama.jpg")
        picture = (SAMPLES / "obama2.jpg").read_bytes()
        command = [str(PROGRAM), "identify", str(self.gallery), "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin and process.stdout

            def seen() -> List[object]:
                assert process.stdin and process.stdout
                process.stdin.write(picture)
                process.stdin.flush()
                face = json.loads(process.stdout.readline())["faces"][0]
                return [face["track"], face["verdict"], face["name"]]

            self.assertEqual(seen(), [1, "known", "Barack"])
            facenet("gallery", "rename", self.gallery, "Barack", "Obama")
            self.assertEqual(seen(), [1, "known", "Obama"])
            facenet("gallery", "remove", self.gallery, "Obama")
            self.assertEqual(seen(), [1, "unknown", None])
            facenet("gallery", "enrol", self.gallery, "Barry", SAMPLES / "obama.jpg")
            self.assertEqual(seen(), [1, "known", "Barry"])
            process.stdin.close()
            self.assertEqual(process.wait(), 0)

    def test_stream_ends_with_its_gallery(self) -> None:
        picture = (SAMPLES / "obama.jpg").read_bytes()
        other = Path(self.folder.name) / "other.gallery"
        facenet("gallery", "create", other)

        def migrate(gallery: Path) -> None:
            with contextlib.closing(sqlite3.connect(gallery)) as database:
                (model,) = database.execute("SELECT model FROM gallery").fetchone()
                lines = model.split(b"\n")
                database.execute("UPDATE gallery SET model = ?", [b"\n".join([lines[0], b"0123", *lines[2:]])])
                database.commit()

        changes: List[Tuple[Callable[[Path], object], str]] = [
            (lambda gallery: other.rename(gallery), "was deleted or replaced"),
            (migrate, "was migrated to another model"),
            (Path.unlink, "was deleted or replaced"),
        ]
        for change, words in changes:
            command = [str(PROGRAM), "identify", str(self.gallery), "-"]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as process:
                assert process.stdin and process.stdout and process.stderr
                process.stdin.write(picture)
                process.stdin.flush()
                self.assertIn("faces", json.loads(process.stdout.readline()))
                change(self.gallery)
                process.stdin.write(picture)
                process.stdin.flush()
                self.assertEqual(process.wait(60), 2)
                self.assertEqual(process.stdout.read(), b"")
                said = process.stderr.read().decode()
                self.assertEqual((said.count("\n"), words in said), (1, True), said)
            if change is migrate:
                self.gallery.unlink()
                facenet("gallery", "create", self.gallery)

    @unittest.skipUnless(os.geteuid() == 0, "becoming somebody else needs root")
    def test_who_may_only_read_uses_a_gallery(self) -> None:
        facenet("gallery", "enrol", self.gallery, "Obama", SAMPLES / "obama.jpg")
        outside = Path(self.folder.name) / "outside"
        outside.mkdir(mode=0o777)
        outside.chmod(0o777)
        program = outside / "facenet"
        program.write_bytes(PROGRAM.read_bytes())
        for name in ("facenet", "retinaface"):
            (outside / f"{name}.onnx").write_bytes((MODELS / f"{name}.onnx").read_bytes())
        (outside / "face.jpg").write_bytes((SAMPLES / "obama2.jpg").read_bytes())
        program.chmod(0o755)
        os.chmod(self.folder.name, 0o755)

        def as_nobody(*words: object) -> "subprocess.CompletedProcess[str]":
            return subprocess.run(
                [str(program), *map(str, words)], user=65534, group=65534, extra_groups=[], capture_output=True,
                text=True, check=False, env={"FACENET_MODELS": str(outside)},
            )

        self.assertEqual(as_nobody("gallery", "list", self.gallery).returncode, 2)
        self.gallery.chmod(0o644)
        before = sorted(os.listdir(self.folder.name))
        for words in (["list"], ["show"], ["check"]):
            done = as_nobody("gallery", words[0], self.gallery, *(["Obama"] if words == ["show"] else []))
            self.assertEqual(done.returncode, 0, done.stderr)
        done = as_nobody("identify", self.gallery, outside / "face.jpg")
        self.assertEqual((done.returncode, "Obama" in done.stdout), (0, True), done.stderr)
        self.assertEqual(as_nobody("gallery", "export", self.gallery, outside / "export").returncode, 0)
        for words in (["enrol", self.gallery, "Eve", outside / "face.jpg"], ["remove", self.gallery, "Obama"],
                      ["compact", self.gallery], ["rename", self.gallery, "Obama", "Eve"]):
            done = as_nobody("gallery", *words)
            self.assertEqual((done.returncode, "may only read it" in done.stderr), (2, True), done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder.name)), before)
        facenet("gallery", "check", self.gallery)

    def test_stream_ends_with_its_reader(self) -> None:
        picture = (SAMPLES / "obama.jpg").read_bytes()
        command = [str(PROGRAM), "identify", str(self.gallery), "-"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin and process.stdout
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            for _ in range(100):
                process.stdin.write(picture)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        self.assertEqual(process.wait(), -signal.SIGPIPE)


if __name__ == "__main__":
    unittest.main()
