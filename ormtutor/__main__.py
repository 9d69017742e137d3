"""`python -m ormtutor`: the same as the command `ormtutor`."""

from ormtutor.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
