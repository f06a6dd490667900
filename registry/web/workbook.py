"""``/sparql.xlsx``: the answer to a query as a workbook, for people who work in spreadsheets.

Cells hold numbers and text, never formulas, whatever the data look like.
"""

from __future__ import annotations

from contextlib import closing
from tempfile import TemporaryFile
from typing import IO, Final

from flask import Blueprint, Response, request, send_file
from pyoxigraph import QueryBoolean
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from registry.errors import UsageError
from registry.formats import RESULTS_JSON, TURTLE
from registry.query.model import Job
from registry.query.scan import Scan, scan
from registry.texts import Text
from registry.web.limits import answered, turn
from registry.web.pictures import number
from registry.web.problems import raise_earlier_failure
from registry.web.protocol import Question, decoded, most_bytes, read_question
from registry.web.results import CUT, solutions
from registry.web.site import Visit, visit

blueprint: Final = Blueprint("workbook", __name__)

_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: So many rows take some seconds to write; CSV has no such end.
_MOST_ROWS: Final = 50_000
#: What a cell can hold, and up to where its numbers are exact.
_LONGEST: Final = 32_767
_EXACT: Final = 10**15


@blueprint.route("/sparql.xlsx", methods=["GET", "POST"])
def workbook() -> Response:
    """Answer a query with a workbook."""
    raise_earlier_failure()
    view = visit()
    request.max_content_length = most_bytes(view.site.limits.query_bytes)
    question = read_question(
        request.method,
        decoded(request.query_string),
        request.content_type or "",
        request.get_data(cache=True),
    )
    if question is None:
        raise UsageError(Text("The request holds no query."), where="query")
    found = scan(question.query, view.site.limits)
    # The response closes the file, which is gone then.
    file = TemporaryFile()  # noqa: SIM115
    whole = _write(view, question, found, file)
    file.seek(0)
    response = send_file(file, mimetype=_KIND, as_attachment=True, download_name="faces.xlsx")
    if not whole:
        response.headers[CUT] = f"rows={_MOST_ROWS}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _write(view: Visit, question: Question, found: Scan, file: IO[bytes]) -> bool:
    """Write the answer; return whether there was place for all of it."""
    job = Job(
        question.query,
        view.release.rdf,
        RESULTS_JSON.name,
        TURTLE.name,
        question.default_graphs,
        question.named_graphs,
    )
    with turn(view) as own:
        answer = answered(view, own, job, found, question.timeout)
        with closing(answer.chunks):
            if answer.format is TURTLE:
                raise UsageError(
                    Text("A graph has no place in a workbook: ask with SELECT or ASK."),
                    where="query",
                )
            with Workbook(file, {"constant_memory": True}) as book:
                sheet, results = book.add_worksheet(), solutions(answer)
                if isinstance(results, QueryBoolean):
                    sheet.write_boolean(0, 0, bool(results))
                    return True
                width = range(len(results.variables))
                for at, variable in enumerate(results.variables):
                    sheet.write_string(0, at, variable.value, book.add_format({"bold": True}))
                sheet.freeze_panes(1, 0)
                for line, row in enumerate(results, 1):
                    if line > _MOST_ROWS:
                        cut = Text(
                            "Cut after {n} rows: the answer as CSV holds all of it.", n=_MOST_ROWS
                        )
                        sheet.write_string(line, 0, cut.to(view.language))
                        return False
                    for at in width:
                        _cell(sheet, line, at, row[at])
    return True


def _cell(sheet: Worksheet, line: int, at: int, term: object) -> None:
    value = number(term)
    if value is not None and abs(value) < _EXACT:
        sheet.write_number(line, at, value)
    elif term is not None:
        sheet.write_string(line, at, str(getattr(term, "value", term))[:_LONGEST])
