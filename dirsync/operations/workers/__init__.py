"""Workers: the groups of mappings of one `dirsync sync --enqueue`, carried out by as many processes as there are.

The queue is procrastinate's, in the database of the store. What a worker carries out is `dirsync sync --only …` as a
process of its own: one code path with cron, and its memory goes back to the system.
"""
