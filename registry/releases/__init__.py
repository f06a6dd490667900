"""The sequence of immutable releases: read, written, compared, verified."""
