"""Where identities are read from: one door per product or file format."""
