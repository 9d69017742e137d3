"""The kernel: the child process that runs the learner's code, and the parent's side of it.

    messages.py      the messages that the two exchange
    client.py        the parent's side: start, run, complete, interrupt, stop

    __main__.py      the child's loop: read a request, answer it
    channel.py       the child's end of the pipes, kept out of the learner's reach
    alias.py         `import sqlalchemy` becomes the embedded engine
    executor.py      compile and run one input; its value, or why it failed
    streams.py       what stands in for the terminal: print, input, exit, the debugger
    interruption.py  Ctrl-C, at a moment when it does no harm
    limits.py        how much memory the learner's code may take
    failure.py       an exception, trimmed to the learner's own lines; nearest.py: the name meant
    connections.py   SQLite connections that can be interrupted, guarded and copied
    recorder.py      engine and session events become replies; causes.py: why a statement was sent
    observer.py      surprises that no event reports; stories.py: what happened to each object
    facts.py         what a check may ask: state, rows, committed, sql ...
    views.py         what a panel may ask; describing.py, forecast.py, mapping.py and queryplan.py
                     answer `doc`, `plan`, `schema` and `explain`
    completion.py    what could stand at the cursor
    labels.py        how an object or a value is written; static.py: a look that runs no code

The parent imports nothing of this room but messages.py and client.py.
"""
