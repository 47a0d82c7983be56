"""What people decide: authors with their trust, queues of review items, actions and the decisions they leave.

In come contents that were judged; out go decisions and the news of them. It knows neither HTTP nor any vendor's words.
"""
