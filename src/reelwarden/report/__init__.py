"""What a person or a program reads: a result as JSON, as a table in the terminal, as a page.

In: results and failures. Out: text. It decides nothing, and treats every word that came out of a media as hostile.
"""
