"""Step 6: what is owed is posted until it has arrived, or its schedule is at its end.

In: callbacks, owed in the same transaction as what caused them. Out: POSTs through the egress, and a row for every
attempt. It does not know what a body says, nor how a dialect shapes it; of a dialect it knows the schedule.
"""
