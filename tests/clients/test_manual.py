"""Every command and code block of the manual, run: what a reader copies does what the page says."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import pytest

from serving import ROOT, program, serving

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = "http://127.0.0.1:8080"
# What a reader does by hand, or what another test does: makes, installs, stays in front, needs the public's data.
ELSEWHERE = ("patchwork serve", "make ", "apt-get", "curl --proto", "docker", "data/demo", "newport", "kill ", "systemctl")
# Languages whose blocks are examples of files, or are said not to be run.
SHOWN = {"text", "toml", "yaml", "r", "json"}


def blocks(page: pathlib.Path):
    return [(m.group(1), m.group(2)) for m in BLOCK.finditer(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def work():
    """A directory with the program on the path, and the demo that the tutorials begin with served."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "bin").mkdir()
        (folder / "bin" / "patchwork").symlink_to(program())
        subprocess.run([program(), "--quiet", "demo", str(folder / "served")], check=True)
        with serving(folder / "served") as url:
            yield folder, url


def run(folder: pathlib.Path, language: str, code: str, url: str) -> str:
    code = code.replace(HERE, url)
    # Without pipefail: `head` closes the pipe before the writer is done, which is no fault.
    command = ["bash", "-eu", "-c", code] if language == "sh" else [sys.executable, "-c", code]
    path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def words(line: str) -> str:
    return " ".join(line.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_blocks_of(page, work):
    root, url = work
    folder = root / page.stem
    folder.mkdir()
    said = None
    for language, code in blocks(page):
        if language in ("sh", "python"):
            said = None
            if not any(word in code for word in ELSEWHERE):
                said = run(folder, language, code, url)
        elif language == "text":
            if said is not None:
                lines = {words(line) for line in said.splitlines()}
                for line in filter(None, map(words, code.splitlines())):
                    assert any(line in told for told in lines), f"{page.name}: not said: {line}\n{said}"
            said = None
        else:
            assert language in SHOWN, f"{page.name}: a block of {language} is neither run nor said not to be"
