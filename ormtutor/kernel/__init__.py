"""The kernel: the child process that runs the learner's code, and the parent's side of it.

    messages.py      the words spoken between the two
    client.py        the parent's side: start, run, complete, interrupt, stop

    __main__.py      the child's loop: read a request, answer it
    channel.py       the child's end of the pipes, kept out of the learner's reach
    alias.py         `import sqlalchemy` becomes the embedded engine
    executor.py      compile and run one input; its value, or why it failed
    streams.py       what stands in for the terminal: print, input, help
    interruption.py  Ctrl-C, at a moment when it does no harm
    failure.py       an exception, trimmed to the learner's own lines
    connections.py   SQLite connections that can be interrupted, guarded and copied
    recorder.py      engine and session events become replies
    facts.py         what a check may ask: state, rows, committed, sql ...
    views.py         what a panel may ask: session, tables, names, effects
    completion.py    what could stand at the cursor

The parent imports messages.py and client.py and nothing else of this room.
"""
