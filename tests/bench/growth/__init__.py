"""How time and memory of a whole run grow with the directory."""
