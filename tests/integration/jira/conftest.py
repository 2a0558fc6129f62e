from servers.scripted import script

__all__ = ["script"]
