"""The web application: pages, documents and the SPARQL endpoint."""
