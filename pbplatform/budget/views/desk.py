"""The officers' desk of the civic budget: bring in a file, say what its columns mean, sort it, check it, publish it."""

from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.budget import cofog, hints, incoming, mapping, operations, queries, showing, work
from pbplatform.budget.amounts import NotAnAmount, decimal_mark, minor_units
from pbplatform.budget.forms import (
    FunctionsForm,
    ImportForm,
    NamesForm,
    ProgrammeForm,
    PublishForm,
    SheetForm,
)
from pbplatform.budget.models import BudgetImport, BudgetVersion, ImportState, Side, Stage
from pbplatform.budget.views import columns_form
from pbplatform.budget.words import FAULTS, MEASURES, PROBLEMS, STAGES
from pbplatform.charter.actions import Action
from pbplatform.door import acts, carries, found
from pbplatform.foundation import conversion, i18n
from pbplatform.foundation.i18n import Currency
from pbplatform.foundation.sheets import LARGEST_FILE

pages = Blueprint("budget_desk", __name__)


@pages.route("/desk/budget", methods=["GET", "POST"])
@acts(Action.IMPORT_BUDGET)
@carries(LARGEST_FILE + 1024 * 1024)
def imports() -> BaseResponse | str | tuple[str, int]:
    """What is under way, what is published, and the form for a new file."""
    session, town = door.session(), g.municipality
    form = ImportForm(currency=town.currency.value)
    form.offer(
        [("", "–"), *((stage.value, STAGES[stage]) for stage in Stage)],
        [("", "–"), *((str(quarter), str(quarter)) for quarter in (1, 2, 3, 4))],
        [(currency.value, currency.value) for currency in Currency],
    )
    if form.validate_on_submit():
        plan = _plan(form)
        if plan is not None:
            house = door.house()
            with door.attempt(form, PROBLEMS) as tried:
                brought = operations.bring(door.actor(), session, house.jobs, house.files, town, plan)
            if tried.ok:
                return redirect(url_for("budget_desk.columns", number=brought.id))
    page = render_template(
        "budget/imports.html",
        form=form,
        imports=incoming.imports(session, town.id),
        versions=queries.published(session, town.id)[::-1],
    )
    return page, 422 if form.is_submitted() else 200


def _plan(form: ImportForm) -> operations.ImportPlan | None:
    declared: dict[str, int | None] = {}
    for name in ("declared_revenue", "declared_expenditure"):
        text = form[name].data or ""
        try:
            declared[name] = minor_units(text, decimal_mark([text]) or ",")[0]
        except NotAnAmount:
            form.add_error(name, _("Write an amount, such as 12 500 000,00."))
            return None
    content = form.file.data.read()
    form.file.data.close()
    return operations.ImportPlan(
        file_name=form.file.data.filename or "",
        content=content,
        year=form.year.data,
        stage=Stage(form.stage.data),
        quarter=int(form.quarter.data) if form.quarter.data else None,
        currency=Currency(form.currency.data),
        declared_revenue=declared["declared_revenue"],
        declared_expenditure=declared["declared_expenditure"],
    )


def _import(number: int) -> BudgetImport:
    return found(incoming.import_here(door.session(), g.municipality.id, number))


def _waiting(brought: BudgetImport) -> str | None:
    """The page of work under way, or of a file that could not be read; None when there is something to decide."""
    if "problem" in brought.found:
        problem = next(PROBLEMS[reason] for reason in PROBLEMS if reason.value == brought.found["problem"])
        values = {"sheet": brought.file_name} | {
            name: i18n.number(given, g.locale) if isinstance(given, int) else given
            for name, given in brought.found["values"].items()
            if given != ""
        }
        sentence = str(problem) % values
        return render_template("budget/unreadable.html", brought=brought, sentence=sentence)
    if not brought.found or brought.state is ImportState.CHECKING:
        job = incoming.job_of(door.session(), brought)
        return render_template("budget/waiting.html", brought=brought, job=job)
    return None


@pages.route("/desk/budget/imports/<int:number>", methods=["GET", "POST"])
@acts(Action.IMPORT_BUDGET)
def columns(number: int) -> BaseResponse | str | tuple[str, int]:
    """What the columns mean."""
    brought = _import(number)
    waiting = _waiting(brought)
    if waiting is not None:
        return waiting
    if brought.state in (ImportState.PUBLISHED, ImportState.DISCARDED):
        return redirect(url_for("budget_desk.check", number=number))
    said = mapping.Mapping.read(brought.mapping)
    form = columns_form.filled(brought, said)
    if form.validate_on_submit():
        new = columns_form.read(form, said)
        with door.attempt(form, PROBLEMS) as tried:
            operations.say_columns(door.actor(), door.session(), door.house().jobs, brought, new, final=False)
        if tried.ok:
            return redirect(url_for("budget_desk.functions", number=number))
    sheet = SheetForm(
        formdata=None, sheet=brought.found["sheet"], header=brought.found["header"] + 1, prefix="sheet"
    )
    sheet.sheet.choices = columns_form.sheet_choices(brought)
    page = render_template(
        "budget/columns.html",
        brought=brought,
        form=form,
        sheet_form=sheet,
        publications=columns_form.publications(brought),
    )
    return page, 422 if form.is_submitted() else 200


@pages.post("/desk/budget/imports/<int:number>/sheet")
@acts(Action.IMPORT_BUDGET)
def sheet(number: int) -> BaseResponse:
    """Take another sheet, or another row as the headings."""
    brought = _import(number)
    if not brought.found.get("columns"):
        return redirect(url_for("budget_desk.columns", number=number))
    form = SheetForm(prefix="sheet")
    form.sheet.choices = columns_form.sheet_choices(brought)
    if form.validate_on_submit():
        operations.choose_sheet(
            door.actor(), door.session(), door.house().files, brought, form.sheet.data, form.header.data - 1
        )
    else:
        flash(_("Choose a sheet and a row that the file has."))
    return redirect(url_for("budget_desk.columns", number=number))


@pages.route("/desk/budget/imports/<int:number>/functions", methods=["GET", "POST"])
@acts(Action.IMPORT_BUDGET)
def functions(number: int) -> BaseResponse | str | tuple[str, int]:
    """Which function each institution, programme or code belongs to."""
    brought = _import(number)
    waiting = _waiting(brought)
    if waiting is not None:
        return waiting
    if brought.state in (ImportState.PUBLISHED, ImportState.DISCARDED):
        return redirect(url_for("budget_desk.check", number=number))
    said = mapping.Mapping.read(brought.mapping)
    workbook = work.unpack(door.house().files.get(work.rows_key(brought.file_key)))
    values = mapping.values_to_sort(
        workbook.sheets[brought.found["sheet"]].rows, brought.found["header"], said
    )
    form = FunctionsForm(rest=said.rest)
    form.offer(
        [
            ("", "–"),
            *(
                (code, f"{code} {i18n.localised(titles, g.locale).text}")
                for code, titles in cofog.titles().items()
            ),
        ]
    )
    if form.validate_on_submit():
        said = _sorted(said, values, form)
        if not said.lacks_functions(values):
            operations.say_columns(door.actor(), door.session(), door.house().jobs, brought, said, final=True)
            return redirect(url_for("budget_desk.check", number=number))
        form.add_error(
            "rest",
            _(
                "Some names have no function yet. Choose one for each, or choose here what everything without one is."
            )
            if values
            else _("Choose the function of everything."),
        )
    page = render_template(
        "budget/functions.html",
        brought=brought,
        form=form,
        said=said,
        values=values,
        hinted=[_hint(said, value) for value in values],
        titles=cofog.titles(),
    )
    return page, 422 if form.is_submitted() else 200


def _sorted(said: mapping.Mapping, values: list[mapping.Value], form: FunctionsForm) -> mapping.Mapping:
    """The mapping with the functions that were chosen. What was left without one stays so: a hint that was turned down does
    not come back."""
    chosen = {value.value: request.form.get(f"value-{place}", "") for place, value in enumerate(values)}
    known = {value: code if code in cofog.titles() else "" for value, code in chosen.items()}
    return replace(said, functions=said.functions | known, rest=form.rest.data)


def _hint(said: mapping.Mapping, value: mapping.Value) -> str:
    """The function that the name of a value hints at, as long as nobody has decided. Kinds of spending, such as wages, are
    called after no purpose."""
    if value.value in said.functions or said.sort_by == mapping.Meaning.ECONOMIC:
        return ""
    return hints.suggest(value.title or value.value) or ""


@pages.route("/desk/budget/imports/<int:number>/check", methods=["GET", "POST"])
@acts(Action.PUBLISH_BUDGET)
def check(number: int) -> BaseResponse | str | tuple[str, int]:
    """What checking found; without a fault, the preview and the button that publishes."""
    brought = _import(number)
    waiting = _waiting(brought)
    if waiting is not None:
        return waiting
    if brought.state is ImportState.MAPPING:
        return redirect(url_for("budget_desk.columns", number=number))
    form = PublishForm()
    if form.validate_on_submit():
        said = form.texts("explanation")
        with door.attempt(form, PROBLEMS) as tried:
            version = operations.publish(door.actor(), door.session(), brought, said)
        if tried.ok:
            flash(_("The budget is published."))
            return redirect(
                url_for(
                    "budget.place",
                    year=version.year,
                    side="expenditure",
                    axis="function",
                    version=version.number,
                )
            )
    return _checked(brought, form), 422 if form.is_submitted() else 200


def _checked(brought: BudgetImport, form: PublishForm) -> str:
    session = door.session()
    version = session.get(BudgetVersion, brought.version_id) if brought.version_id else None
    before = queries.version_before(session, version) if version else None
    sentences = {fault.value: sentence for fault, sentence in FAULTS.items()}
    changes: list[showing.Change] = []
    if before is not None and version is not None:
        namer = showing.Namer(
            g.municipality.languages[0], queries.programmes(session, g.municipality.id), {}, {}
        )
        measure = showing.measures_to_compare(before, version)[0]
        pairs = queries.changes(session, before, version)
        changes = showing.changes(pairs, before, version, measure, namer)[:200]
    preview = incoming.preview(session, version.id) if version else None
    return render_template(
        "budget/check.html",
        preview=preview,
        namer=showing.Namer(
            g.municipality.languages[0], queries.programmes(session, g.municipality.id), {}, {}
        ),
        brought=brought,
        form=form,
        version=version,
        before=before,
        changes=changes,
        comparable=before is not None
        and conversion.converted(0, before.currency, brought.currency) is not None,
        sentences=sentences,
        headings={column["letters"]: column["heading"] for column in brought.found["columns"]},
        needs_explanation=operations.needs_explanation(brought),
        differences=operations.differences(brought),
        measures=[(name, MEASURES[name]) for name in queries.measures_in(brought.report.get("totals", {}))],
        sides={side.value: side for side in Side},
    )


@pages.post("/desk/budget/imports/<int:number>/discard")
@acts(Action.IMPORT_BUDGET)
def discard(number: int) -> BaseResponse:
    """Give up an import."""
    operations.discard(door.actor(), door.session(), _import(number))
    flash(_("The import is given up. Nothing of it was published."))
    return redirect(url_for("budget_desk.imports"))


@pages.route("/desk/budget/programme", methods=["GET", "POST"])
@acts(Action.DESCRIBE_PROGRAMME)
def programme() -> BaseResponse | str:
    """A programme in plain words."""
    code = request.args.get("code", "")[:60]
    session, town = door.session(), g.municipality
    kept = queries.programmes(session, town.id).get(code)
    if not code:
        found(None)
    given = {f"title_{name}": text for name, text in (kept.titles if kept else {}).items()}
    given |= {f"note_{name}": text for name, text in (kept.notes if kept else {}).items()}
    form = ProgrammeForm(data=given | {"participatory": bool(kept and kept.participatory)})
    if form.validate_on_submit():
        operations.describe_programme(
            door.actor(),
            session,
            town,
            code,
            form.texts("title"),
            form.texts("note"),
            participatory=form.participatory.data,
        )
        flash(_("The explanation is published."))
        return redirect(url_for("budget.front"))
    return render_template("budget/programme.html", form=form, code=code)


@pages.route("/desk/budget/names", methods=["GET", "POST"])
@acts(Action.DESCRIBE_PROGRAMME)
def names() -> BaseResponse | str:
    """What kinds of money and institutions are called in the municipality's other languages."""
    session, town = door.session(), g.municipality
    versions = queries.published(session, town.id)
    others = town.languages[1:]
    if not versions or not others:
        found(None)
    rows = queries.codes_to_name(session, versions[-1].id)
    form = NamesForm()
    if form.validate_on_submit():
        given = {
            (row.side, row.axis, row.path): {
                language: " ".join(request.form.get(f"{place}-{language}", "").split())[:300]
                for language in others
            }
            for place, row in enumerate(rows)
        }
        many = operations.name_codes(door.actor(), session, town, given)
        flash(ngettext("%(num)s name is changed.", "%(num)s names are changed.", many))
        return redirect(url_for("budget_desk.names"))
    return render_template(
        "budget/names.html", form=form, rows=rows, others=others, kept=queries.code_names(session, town.id)
    )
