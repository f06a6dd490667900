"""``/queries``: the saved queries, each with a form for its parameters and its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from registry.errors import NotFoundError, UsageError
from registry.formats import RESULTS_JSON, TURTLE
from registry.query.model import Job
from registry.query.scan import Scan, scan
from registry.saved_queries import SavedQuery, bind, saved_queries
from registry.search.folding import sort_key
from registry.texts import Text, Words, best
from registry.web.caching import not_modified, page_validator
from registry.web.fields import Form, question_named
from registry.web.limits import answered, turn
from registry.web.pictures import Picture, chosen, pictures
from registry.web.problems import raise_earlier_failure
from registry.web.rendering import page
from registry.web.results import Table, named, table
from registry.web.site import Visit, visit
from registry.web.views import Shown

blueprint: Final = Blueprint("questions", __name__)

_VARY: Final = "Accept-Language"
#: What the tags of the saved queries are called.
TAGS: Final = {
    "accompaniment": Text("accompaniment"),
    "contact": Text("contact"),
    "cooperation": Text("cooperation"),
    "difficulties": Text("difficulties"),
    "duplicates": Text("duplicates"),
    "duration": Text("duration"),
    "ess": Text("belonging to the ESS"),
    "event": Text("events"),
    "facilitation": Text("facilitation"),
    "freshness": Text("freshness"),
    "isolation": Text("isolation"),
    "legal": Text("legal form"),
    "licence": Text("licence"),
    "membership": Text("membership"),
    "method": Text("methods"),
    "network": Text("networks"),
    "pooling": Text("pooling"),
    "quality": Text("quality of the data"),
    "reciprocity": Text("reciprocity"),
    "resources": Text("resources"),
    "risk": Text("risks"),
    "source": Text("sources"),
    "stage": Text("stages"),
    "territory": Text("territories"),
    "theme": Text("themes"),
}


@blueprint.get("/queries")
def gallery() -> Response:
    """List the saved queries, all of them or those with one tag."""
    view = visit()
    tag = request.args.get("tag", "")
    etag = page_validator(view, "queries")
    unchanged = not_modified(etag, _VARY)
    if unchanged:
        return unchanged
    every = saved_queries(view.site.settings.base_iri)
    counts = Counter(each for query in every for each in query.tags)
    if tag and tag not in counts:
        raise NotFoundError(
            Text("No saved query is about “{tag}”.", tag=tag[:100]),
            remedy=Text("The address /queries lists them all."),
        )
    shown = [query for query in every if not tag or tag in query.tags]
    names = _names(view, counts)
    # A subject of one question only is no way to choose: it is left out of the list of subjects.
    offered = [each for each, number in counts.items() if number > 1 or each == tag]
    tags = [(each, counts[each]) for each in sorted(offered, key=lambda t: sort_key(names[t]))]
    context = {"queries": shown, "tag": tag, "tags": tags, "names": names}
    return page(view, etag, "queries.html", vary=_VARY, **context)


@blueprint.get("/queries/<slug>")
def question(slug: str) -> Response:
    """Show the form of a saved query; with values, or ``run``, its answer as well."""
    raise_earlier_failure()
    view = visit()
    saved = question_named(view, slug)
    etag = page_validator(view, "query")
    form = Form(view, saved, _given(saved))
    if not form.given and "run" not in request.args:
        return not_modified(etag, _VARY) or _page(view, etag, form, saved.text, None)
    try:
        text = bind(saved, form.values())
    except UsageError as error:
        form.refuse(error)
        return _passing(_page(view, etag, form, saved.text, None), 400)
    found = scan(text, view.site.limits)
    lasting = found.deterministic
    if lasting and (unchanged := not_modified(etag, _VARY)):
        return unchanged
    answer = _answered(view, text, found)
    response = answer.told(_page(view, etag, form, text, answer))
    return response if lasting else _passing(response, 200)


def _names(view: Visit, tags: Iterable[str]) -> dict[str, str]:
    return {tag: TAGS[tag].to(view.language) if tag in TAGS else tag for tag in tags}


def _given(saved: SavedQuery) -> dict[str, str]:
    names = (parameter.name for parameter in saved.parameters)
    return {name: request.args[name] for name in names if name in request.args}


def _passing(response: Response, status: int) -> Response:
    """Let nobody keep an answer that may be another one the next time."""
    response.status_code = status
    del response.headers["ETag"]
    response.headers["Cache-Control"] = "no-store"
    return response


def _answered(view: Visit, text: str, found: Scan) -> Table:
    job = Job(text, view.release.rdf, RESULTS_JSON.name, TURTLE.name)
    with turn(view) as own:
        return table(view, answered(view, own, job, found))


def _page(view: Visit, etag: str, form: Form, text: str, answer: Table | None) -> Response:
    saved = form.saved
    left = {"view", "lang", "release"}  # the link itself names language and release
    values = {name: value for name, value in request.args.items() if name not in left}
    return page(
        view,
        etag,
        "question.html",
        vary=_VARY,
        saved=saved,
        controls=form.controls(),
        wrong=form.wrong,
        text=text,
        names=_names(view, saved.tags),
        answer=_titled(view, saved, named(answer)) if answer else None,
        given=f"?{urlencode(form.given)}" if form.given else "",
        views=view.link(request.path, **(values | {"run": "yes"})),
    )


@dataclass(frozen=True, slots=True)
class Titled:
    """An answer under the headings that the query's header gives its columns."""

    headings: tuple[Words, ...]
    rows: tuple[tuple[Shown, ...], ...]
    more: bool
    offered: tuple[str, ...]
    picture: Picture | None


def _titled(view: Visit, saved: SavedQuery, answer: Table) -> Titled:
    """Give the columns their headings, and choose a picture."""
    titles = {column.name: column.label for column in saved.columns}
    headings = tuple(titles.get(name, {"": name}) for name in answer.columns)
    spoken = replace(answer, columns=tuple(best(each, view.language) for each in headings))
    offered = pictures(spoken, view.language)
    return Titled(headings, answer.rows, answer.more, tuple(offered), chosen(offered))
