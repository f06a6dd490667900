"""SHACL: the gate before a release, and its findings in the words of people."""
