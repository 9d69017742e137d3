"""What `import sqlalchemy.ext` gives: the room of extensions; declarative.py is the one here."""
