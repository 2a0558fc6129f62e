"""Carrying out a plan: in order, under a journal, so that it can be interrupted, resumed and undone."""
