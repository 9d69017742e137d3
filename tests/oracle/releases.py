"""The releases of SQLAlchemy, each in its own git-ignored folder.

They cannot share an environment, so each is installed with `pip install --target` and put first on
the path of a child process. Nothing in the package imports them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FOLDER = ROOT / ".oracles"


def installed(release: str) -> Path:
    """Return the folder of a release ("1.4", "2.1"); if need be, install requirements-RELEASE.txt.

    Several test processes may do so at once: each installs into its own folder, and the first one
    to finish gives it the name.
    """
    folder = FOLDER / f"sqlalchemy-{release}"
    if folder.exists():
        return folder
    FOLDER.mkdir(exist_ok=True)
    fresh = tempfile.mkdtemp(dir=FOLDER)
    pins = HERE / f"requirements-{release}.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", fresh, "--requirement", str(pins)], check=True)
    try:
        os.rename(fresh, folder)
    except OSError:  # another process was first
        shutil.rmtree(fresh)
    return folder
