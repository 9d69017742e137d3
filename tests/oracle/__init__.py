"""Programs run on miniorm and on SQLAlchemy, the oracle, which decides what is right."""
