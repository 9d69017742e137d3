"""The shared opening of a broken lesson: it fails."""

raise RuntimeError("closed")
