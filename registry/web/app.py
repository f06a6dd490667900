"""Puts the application together. Nothing is kept at import: tests make as many as they like."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from registry.query.pool import QueryPool
from registry.settings import Settings
from registry.web import (
    assets,
    completions,
    figures,
    figures_files,
    headers,
    history,
    limits,
    map_page,
    memento,
    networks,
    networks_files,
    ontology,
    pages,
    problems,
    prose,
    quality,
    query_page,
    questions,
    rendering,
    resources,
    search,
    search_downloads,
    search_suggest,
    sitemap,
    vocabularies,
    void,
    workbook,
)
from registry.web.site import EXTENSION, Site


def create_app(settings: Settings, data_dir: Path, pool: QueryPool | None = None) -> Flask:
    """Return the pages of the registry in ``data_dir``, a WSGI application.

    ``pool`` runs the public queries; without one, the first query starts one, which then lives as
    long as the process. The caller closes a pool that it gives.
    """
    app = Flask("registry.web", static_folder=None)
    app.extensions[EXTENSION] = Site(settings, data_dir, pool)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for part in (
        pages,
        prose,
        quality,
        figures,
        figures_files,
        networks,
        networks_files,
        search,
        search_downloads,
        search_suggest,
        map_page,
        sitemap,
        resources,
        ontology,
        history,
        vocabularies,
        questions,
        query_page,
        completions,
        workbook,
        limits,
        memento,
        void,
        assets,
    ):
        app.register_blueprint(part.blueprint)
    for layer in (problems, headers, rendering, memento, limits):
        layer.install(app)
    return app
