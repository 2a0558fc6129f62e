"""The emulated Crowd."""
