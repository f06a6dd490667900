"""The search index of a release: one SQLite file derived from its RDF."""
