"""What `import sqlalchemy` gives: the door to the embedded engine."""

__version__ = "1.4.54+ormtutor"
