"""The command line: parse, call one use case, print."""

from registry.cli.app import main

__all__ = ["main"]
