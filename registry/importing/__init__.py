"""Reads files of RDF and tables into statements that know where they come from."""
