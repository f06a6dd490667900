"""Serves a database by rdflib-endpoint on an Oxigraph store, its fastest: for comparison only.

python benchmarks/peer.py FOLDER PORT
"""

from __future__ import annotations

import sys

import rdflib
import rdflib_endpoint
import uvicorn


def main() -> None:
    """Serve until stopped."""
    folder, port = sys.argv[1:]
    dataset = rdflib.Dataset(store="Oxigraph")
    dataset.open(folder)
    app = rdflib_endpoint.SparqlEndpoint(graph=dataset, path="/query")
    uvicorn.run(app, port=int(port), log_level="error")


if __name__ == "__main__":
    main()
