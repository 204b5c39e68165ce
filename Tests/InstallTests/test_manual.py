"""Manual pages and completions, as man, bash and zsh take them."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import List

sys.path.insert(0, str(Path(__file__).resolve().parent))

from stage import BUILD, BUILT, run  # noqa: E402

PROGRAM = str(BUILD / "bin" / "facenet")
ZSH_STUBS = """
compadd() { print -r -- "compadd $*" }
_describe() { print -rl -- "${(@P)@[-1]}" }
_arguments() { print -rl -- "$@" }
facenet() { $PROGRAM "$@" }
"""


@unittest.skipUnless(BUILT, "the program was not built")
class Manual(unittest.TestCase):
    def pages(self) -> List[Path]:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        done = run([PROGRAM, "manual", folder.name + "/new"])
        self.assertEqual(done.returncode, 0, done.stderr)
        return [Path(line) for line in done.stdout.splitlines()]

    @unittest.skipUnless(shutil.which("man"), "man-db is not installed")
    def test_man_has_nothing_to_say_against_a_page(self) -> None:
        pages = self.pages()
        self.assertGreater(len(pages), 10)
        for page in pages:
            done = run(["man", "--warnings", "-E", "UTF-8", "-l", str(page)], LC_ALL="C.UTF-8", MANWIDTH="80", MANPAGER="cat")
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            self.assertIn(page.stem, done.stdout)

    @unittest.skipUnless(shutil.which("man"), "man-db is not installed")
    def test_a_page_says_what_the_help_says(self) -> None:
        page = next(page for page in self.pages() if page.name == "facenet-verify.1")
        done = run(["man", "-E", "UTF-8", "-l", str(page)], LC_ALL="C.UTF-8", MANWIDTH="1000", MANPAGER="cat", MAN_KEEP_FORMATTING="")
        shown = " ".join(done.stdout.split())
        for words in run([PROGRAM, "verify", "--help"]).stdout.split("\n\n"):
            if words.startswith(("Usage", "Options", "Exit", "Examples", "  ")):
                continue
            self.assertIn(" ".join(words.split()).replace("`", ""), shown)
        self.assertIn("[--threshold T | --far F]", shown)

    def test_no_line_begins_with_a_stray_request(self) -> None:
        requests = (".TH ", ".SH ", ".PP", ".TP")
        for page in self.pages():
            for line in page.read_text("utf-8").splitlines():
                self.assertTrue(not line.startswith((".", "'")) or line.startswith(requests), f"{page.name}: {line}")


@unittest.skipUnless(BUILT, "the program was not built")
class Completions(unittest.TestCase):
    def bash(self, *words: str) -> List[str]:
        """What bash proposes for the last word."""
        script = (
            'source <("$1" completion bash); shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _facenet "$PROGRAM"; '
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        command = ["bash", "-c", script, "bash", PROGRAM, "facenet", *words]
        done = run(command, PROGRAM=PROGRAM)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_proposes_verbs(self) -> None:
        self.assertEqual(self.bash("v"), ["verify", "version"])
        self.assertLessEqual({"detect", "model", "evaluate", "help", "completion"}, set(self.bash("")))
        self.assertEqual(self.bash("model", "in"), ["info", "install"])
        self.assertEqual(self.bash("evaluate", ""), ["pairs", "--help"])

    def test_bash_proposes_options_of_the_verb_alone(self) -> None:
        self.assertEqual(self.bash("verify", "a.jpg", "--th"), ["--threshold", "--threads"])
        self.assertEqual(self.bash("detect", "--dr"), ["--draw"])
        self.assertEqual(self.bash("verify", "--dr"), [])
        self.assertEqual(self.bash("model", "list", "--"), ["--json", "--plugin", "--help"])

    def test_bash_proposes_models_and_words(self) -> None:
        for words in (("model", "install", "dl"), ("embed", "--embedder", "dl"), ("embed", "--embedder", "=", "dl")):
            self.assertEqual(self.bash(*words), ["dlib"])
        self.assertIn("facenet", self.bash("embed", "--embedder", "="))
        self.assertEqual(self.bash("completion", "z"), ["zsh"])
        self.assertEqual(self.bash("verify", "--threads", ""), [])
        self.assertEqual(self.bash("nonsense", ""), [])

    def zsh(self, *words: str) -> List[str]:
        """What the function passes on to zsh's own for the last word."""
        function = run([PROGRAM, "completion", "zsh"]).stdout
        head = f"{ZSH_STUBS}\nwords=({' '.join(words)} '')\nCURRENT=$#words\n"
        done = run(["zsh", "-f", "-c", head + function], PROGRAM=PROGRAM)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh(self) -> None:
        function = run([PROGRAM, "completion", "zsh"]).stdout
        checked = subprocess.run(["zsh", "-n"], input=function, capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertIn("detect:Find faces and their landmarks", self.zsh("facenet"))
        self.assertIn("install:Fetch and convert a model", self.zsh("facenet", "model"))
        told = self.zsh("facenet", "verify")
        self.assertTrue(any(line.startswith("(--far)--threshold=[The largest distance") for line in told), told)
        self.assertTrue(any(line.startswith("--embedder=[") and line.endswith(":_facenet_models_or_files") for line in told))
        self.assertIn("*:NAME:_facenet_models", self.zsh("facenet", "model", "install"))
        self.assertIn(":bash|zsh:(bash zsh)", self.zsh("facenet", "completion"))


if __name__ == "__main__":
    unittest.main()
