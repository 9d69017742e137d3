"""The list of lessons and steps."""

from __future__ import annotations

from ormtutor.course.library import Library
from ormtutor.course.progress import Progress
from ormtutor.repl.listing import listing, listing_words
from tests.repl.shelf import lesson, texts

LIBRARY = Library((lesson(),))


def test_each_step_has_a_line_with_its_status() -> None:
    progress = Progress(None)
    progress.record("shelf", "put", status="done")
    assert texts(listing(LIBRARY, progress, "", 80, here="shelf/read")) == [
        "1 shelf      A shelf of books  1/3",
        "    1 put    Put it there      done",
        " >  2 read   Read this         to do",
        "    3 notes  Notes on books    to do",
    ]


def test_a_word_narrows_the_list() -> None:
    assert texts(listing(LIBRARY, Progress(None), "NOTES", 80))[1:] == [
        "    3 notes  Notes on books    to do"
    ]


def test_line_mode_gets_sentences() -> None:
    assert listing_words(LIBRARY, Progress(None), "read", here="shelf/read") == [
        "Lesson shelf: A shelf of books. 0 of 3 steps done.",
        "Step 2, read: Read this: to do, you are here.",
    ]
