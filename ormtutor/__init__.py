"""ormtutor: learn object-relational mapping at a real prompt, and see the SQL that it sends.

The rooms, from the door inward; imports point downward only (ARCHITECTURE.md has the map):

    cli/            arguments, then one match
    repl/           the terminal: prompt, panels, commands
    tutor.py        a learner's session without a terminal; check.py: a lesson file checks itself
    course/         lessons as data, checking, progress
    kernel/         the child process that runs the learner's code, and the words spoken with it
    miniorm/        the engine: a small ORM with SQLAlchemy's API and SQL
"""

__version__ = "0.1.0"
