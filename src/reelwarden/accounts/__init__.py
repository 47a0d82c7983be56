"""Who may ask for what, and what they have used.

In: a key, and what is about to be done. Out: the account, or a refusal with its reason; and the counts at the end of
the month. It does not know how a dialect says any of this: refusals are values, and the doors put them into words.
"""
