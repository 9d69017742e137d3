"""Speed and memory, measured as ratios within one run: see README.md."""

import os

# Otherwise each measured process would compile again what has changed since the last run.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
