"""The libraries and consoles that we compare ourselves with, in git-ignored folders.

They must not share an environment with us: each library is installed with `pip install --target`,
the consoles into their own virtual environment.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".peers"
LIBRARIES = {"peewee": "peewee==4.5.3", "pony": "pony==0.7.20"}
CONSOLES = ("ipython", "ptpython", "bpython", "litecli")


def library(name: str) -> Path:
    """Return the folder of a library, which is installed if need be."""
    folder = FOLDER / name
    if not folder.exists():
        pip(sys.executable, "--target", str(folder), LIBRARIES[name])
    return folder


def consoles() -> Path:
    """Return the folder of the consoles' programs, which are installed if need be."""
    folder = FOLDER / "consoles"
    if not folder.exists():
        venv.create(folder, with_pip=True)
        pip(str(folder / "bin" / "python"), *CONSOLES)
    return folder / "bin"


def pip(python: str, *words: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", *words], check=True)
