"""What outlives a run, on SQLAlchemy Core: runs, links, the journal; and the spools a run reads into."""
