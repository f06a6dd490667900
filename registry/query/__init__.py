"""Public SPARQL queries: scanned, then run in killable worker processes."""
