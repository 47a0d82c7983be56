"""Step 2: the bytes are brought in safely.

In: a path or a URL. Out: an open local file of bounded size. Every outgoing request goes through egress.py.
It does not know what the bytes are.
"""
