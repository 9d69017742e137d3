"""ormtutor: learn object-relational mapping at a real prompt, and see the SQL that it sends.

The rooms, from the door inward; imports point downward only (ARCHITECTURE.md has the map):

    cli/            the command line: parse the arguments, then run one command
    repl/           the terminal: prompt, panels, commands
    tutor.py        a learner's session without a terminal; check.py: a lesson file checks itself
    course/         lessons as data, checking, progress
    kernel/         the child process that runs the learner's code, and the messages to and from it
    miniorm/        the engine: a small ORM with SQLAlchemy's API and SQL
"""

__version__ = "0.1.0"
