"""Step 1: the doors. A vendor's request becomes a submission, a result becomes the vendor's answer.

In: HTTP. Out: HTTP, in the words of the API it came by. No logic: whatever decides lies behind `jobs.desk`. Each
dialect is a folder of its own, the only place for that vendor's words.
"""
