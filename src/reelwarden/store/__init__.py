"""What is remembered: one database (SQLite or PostgreSQL) and one store of bytes (a folder or S3).

In: rows and bytes. Out: the same, after any crash. It does not know what they mean to the rooms that keep them here;
each room writes its own statements over the tables of `store/tables/`.
"""
