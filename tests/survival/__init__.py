"""What a learner may type without breaking anything: see lines.py for the list."""
