"""Hosts that share a store on PostgreSQL and have the same cron line: the estate of the workers, without workers."""

from integration.workers.fixtures import scene, six_trees

__all__ = ["scene", "six_trees"]
