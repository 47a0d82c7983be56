"""Steps 2 to 6 made durable: a submission is accepted in one transaction, then fetched, looked at, judged, delivered.

In: submissions. Out: results, events and owed callbacks. Any process may be killed at any moment: what was found so
far lies in `pieces`, who works on what in `leases`, and our own tables are the truth. The job engine only says who
works next; `engine.py` alone knows it. This room does not know any dialect.
"""
