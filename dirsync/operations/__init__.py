"""What is around a run: the demo, the sandbox."""
