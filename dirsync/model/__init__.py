"""The words of dirsync as types: frozen, without effects, importing nothing but the errors."""
