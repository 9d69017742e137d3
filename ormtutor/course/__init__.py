"""Lessons as data: no terminal, no process.

lesson.py     what a lesson is: steps, examples, checks, attempts
markdown.py   a Markdown file -> a Lesson, or every mistake its author made
library.py    find the lessons, order them, hand them out by name
checking.py   expected and got -> Verdict
progress.py   what the learner has done, on disk
"""
