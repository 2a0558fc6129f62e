"""The steps. `LOSES` says what going back costs; empty where it costs nothing."""
