from integration.workers.fixtures import scene, six_trees

__all__ = ["scene", "six_trees"]
