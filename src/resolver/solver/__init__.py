"""PubGrub over package ids and candidate masks.

Nothing here knows what a version or an index is; what it needs to know it asks of a ``protocols.Problem``.
"""
