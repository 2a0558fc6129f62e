"""Pure: what has to change so that each target holds what its sources say, and reasons not to do it."""
