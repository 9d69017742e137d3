"""The glossary: each term is short, found by its spellings, and taught where it says."""

from __future__ import annotations

import pytest

from ormtutor.course.library import find as find_library
from ormtutor.repl import glossary
from ormtutor.repl.glossary import GLOSSARY, Term

# The terms of the classic tutorials; a learner will look for these.
WANTED = """
identity map; unit of work; flush; autoflush; expire; lazy load; N+1; eager load; pending;
transient; persistent; detached; deleted; cascade; orphan; association table; back_populates;
backref; session; sessionmaker; engine; mapper; metadata; query; entity; join; outer join; subquery;
relationship; foreign key; one-to-many; many-to-many; commit; rollback; refresh; merge; expunge
""".replace("\n", " ").split("; ")

# Their steps teach them by what happens there, without using the word.
UNNAMED = {"unit of work", "entity", "one-to-many", "eager load"}

LIBRARY = find_library()
STEPS = {lesson.key(step): step for lesson in LIBRARY.lessons for step in lesson.steps}


@pytest.mark.parametrize("name", [name.strip() for name in WANTED])
def test_the_terms_of_the_field_are_there(name: str) -> None:
    assert glossary.find(name) is not None


def test_no_spelling_stands_for_two_terms() -> None:
    spellings = [one.casefold() for term in GLOSSARY for one in term.spellings]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.name)
def test_a_term_is_told_in_two_to_four_lines(term: Term) -> None:
    assert 100 < len(term.text) < 300


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.name)
def test_a_term_leads_to_a_step_that_exists(term: Term) -> None:
    assert term.step in STEPS


@pytest.mark.parametrize(
    "term", [one for one in GLOSSARY if one.name not in UNNAMED], ids=lambda term: term.name
)
def test_a_term_leads_to_a_step_that_speaks_of_it(term: Term) -> None:
    step = STEPS[term.step]
    lesson = LIBRARY.lesson(term.step.partition("/")[0])
    source = lesson.path.read_text(encoding="utf-8")
    body = source.partition(f"{{#{step.id}}}")[2].partition("\n## ")[0]
    opening = lesson.opening if step is lesson.steps[0] else ""
    words = f"{step.title} {opening} {body}".replace("`", "").replace("*", "").casefold()
    words = " ".join(words.split())
    stems = [one.casefold().rstrip("s") for one in term.spellings]
    assert [stem for stem in stems if stem in words] != []


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Identity Map", "identity map"), ("identity_map", None), ("n+1", "N+1"),
     ("eager loading", "eager load"), ("many to one", "one-to-many"), ("joins", "join"),
     ("delete orphan", "orphan"), ("nonsense", None)],
)  # fmt: skip
def test_a_term_is_found_by_its_spellings(typed: str, name: str | None) -> None:
    found = glossary.find(typed)
    assert (found.name if found else None) == name


def test_a_slip_gets_the_nearest_terms() -> None:
    assert glossary.near("identiy map") == ["identity map"]
    assert glossary.begins("identity") == glossary.find("identity map")
    assert glossary.begins("e") is None
