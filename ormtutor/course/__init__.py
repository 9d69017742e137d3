"""Lessons as data: no terminal, no process.

lesson.py      what a lesson is: steps, examples, checks, attempts
markdown.py    a Markdown file -> a Lesson, or every mistake its author made
library.py     find the lessons, order them, return them by name; trust.py: which of them may run
effects.py     what an answer did, beside what the lesson's own answer did
output.py      compare what was printed with what was wanted; statements.py: the same for SQL
checking.py    goals, met or not -> Verdict; beside.py: a try beside the lesson's answer, for :diff
progress.py    what the learner has done, on disk
"""
