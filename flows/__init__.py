"""The documented paths and the stores they walk on."""
