"""What everybody can read about a round besides its overview: the list of rounds, the rule book, the dates for a calendar."""

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import ENDS, Phase
from pbplatform.consultation import queries, rule_sentences, rulebook
from pbplatform.consultation.place import this_round, this_timeline
from pbplatform.door import acts
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.words import say
from pbplatform.municipalities import queries as municipalities

pages = Blueprint("consultation", __name__)


def reader() -> rule_sentences.Reader:
    """The person of this request as a reader of rules."""
    districts = municipalities.districts(door.session(), g.municipality.id)
    return rule_sentences.Reader(door.locale(), g.municipality.zone, {d.id: d.names for d in districts})


@pages.get("/rounds/")
@acts(Action.READ_PUBLIC)
def index() -> str:
    """Every round of the municipality: running, announced, past."""
    found = queries.public_rounds(door.session(), g.municipality.id)
    running = [one for one in found if one.phase not in (*ENDS, Phase.DRAFT)]
    announced = [one for one in found if one.phase is Phase.DRAFT]
    past = [one for one in found if one.phase in ENDS]
    drafts = (
        queries.hidden_drafts(door.session(), g.municipality.id) if door.may(Action.SEE_DRAFT_ROUND) else []
    )
    return render_template(
        "consultation/index.html", running=running, announced=announced, past=past, drafts=drafts
    )


@pages.get("/rounds/<slug:round_slug>/rules")
@acts(Action.READ_PUBLIC)
def rules(round_slug: str) -> str:
    """The rule book in force or an older version, and what each version changed."""
    found = this_round(round_slug)
    books = rulebook.books(door.session(), found.id)
    number = request.args.get("version", type=int)
    book = door.found(next((b for b in books if number in (None, b.number)), None)) if books else None
    content = book.content if book else rulebook.in_force(door.session(), found)
    person = reader()
    chapters = rule_sentences.chapters(content, person)
    older = next((b for b in books if book and b.number == book.number - 1), None)
    changes = (
        rule_sentences.differences(rule_sentences.chapters(older.content, person), chapters) if older else []
    )
    return render_template(
        "consultation/rules.html", books=books, book=book, chapters=chapters, changes=changes, older=older
    )


@pages.get("/rounds/<slug:round_slug>/dates.ics")
@acts(Action.READ_PUBLIC)
def dates(round_slug: str) -> Response:
    """The planned dates as a calendar that any phone can keep."""
    found = this_round(round_slug)
    house = door.house()
    address = f"{house.config.base_url}/{door.locale()}/{g.municipality.slug}/rounds/{found.slug}/"
    # The library is large, and few requests are for a calendar.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//pbplatform//rounds//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", localised(found.titles, door.locale()).text)
    for stop in this_timeline().stops:
        if stop.opens_at is None or stop.closes_at is None:
            continue
        event = Event()
        event.add("uid", f"round-{found.id}-{stop.phase.value}@{g.municipality.slug}")
        event.add("dtstamp", clock.now())
        event.add("dtstart", stop.opens_at)
        event.add("dtend", stop.closes_at)
        title = localised(found.titles, door.locale()).text
        event.add("summary", _("%(round)s: %(phase)s", round=title, phase=say(stop.phase)))
        event.add("url", address)
        calendar.add_component(event)
    return Response(
        calendar.to_ical(),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{found.slug}.ics"'},
    )
