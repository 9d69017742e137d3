"""Speed and memory, measured as ratios within one run: see README.md."""

import os

# Else what was changed since it ran last would be compiled anew in each process that is measured.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
