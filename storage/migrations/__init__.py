"""
The way from any earlier schema to the present one.

`REVISIONS` is known without importing Alembic, which costs half a second and is needed only when
the database is behind. A test holds it to the files in `versions/`.
"""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
HEAD = REVISIONS[-1]
