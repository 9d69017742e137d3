"""Programs run on miniorm and on SQLAlchemy: the reference settles what is right."""
