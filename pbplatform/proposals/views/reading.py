"""Reading proposals: the list, the map, one proposal, its history."""

import gzip
import json
import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from flask import Response, g, render_template, request, url_for

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_currency, this_round, this_settings
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.proposals import differences, listing, queries
from pbplatform.proposals.forms import PlainForm
from pbplatform.proposals.listing import Sort, Wanted
from pbplatform.proposals.models import LISTED_STATES, ProposalState
from pbplatform.proposals.panels import panels_of
from pbplatform.proposals.readers import may_open, owned
from pbplatform.proposals.views.pages import loaded, pages

ORDER_COOKIE = "pb_order"
LONGEST_QUESTION = 200
MOST_MAPS = 64
MAP_SECONDS = 300
"""Whoever changes a proposal gives the map a new edition at once; this bounds what clocks that differ can delay."""
_MARKS = re.compile(r"\]\([^)\s]*\)?|[*_#>`~|\[\]]+|^\s*[-+]\s", re.MULTILINE)

_maps: OrderedDict[str, "Drawn"] = OrderedDict()


@pages.get("/rounds/<slug:round_slug>/proposals/")
@acts(Action.READ_PUBLIC)
def listed(round_slug: str) -> Response:
    """The proposals of a round: search, filters, each visitor's own order, pages."""
    round_ = this_round(round_slug)
    wanted = _wanted(round_)
    offered = listing.choices(door.session(), round_)
    found = listing.page(door.session(), round_, wanted)
    response = Response(
        render_template(
            "proposals/listed.html",
            wanted=wanted,
            offered=offered,
            found=found,
            sorts=_sorts(round_),
            states=[state for state in ProposalState if state in LISTED_STATES],
            beginning=beginning,
            page_address=lambda number: page_address(wanted, number),
            hidden_fields={"seed": wanted.seed},
        )
    )
    if ORDER_COOKIE not in request.cookies:
        response.set_cookie(
            ORDER_COOKIE,
            str(wanted.seed),
            max_age=180 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=door.house().config.production,
        )
    elif _order_in(request.args.get("seed", "")) is None:
        # The address does not say in whose order this page is, so it is not kept for others.
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _wanted(round_: Round) -> Wanted:
    """What the address asks for; anything that cannot be meant is passed over."""
    args = request.args
    numbers = {name: args.get(name, type=int) for name in ("category", "envelope", "district")}
    kept = {name: value for name, value in numbers.items() if value is not None and 0 < value < 2**62}
    return Wanted(
        words=args.get("q", "")[:LONGEST_QUESTION].strip(),
        state=ProposalState(args["state"]) if args.get("state") in set(LISTED_STATES) else None,
        sort=Sort(args["sort"]) if args.get("sort") in set(_sorts(round_)) else _sorts(round_)[0],
        page=min(max(args.get("page", 1, type=int), 1), listing.LAST_PAGE),
        seed=_seed(),
        **kept,
    )


def _seed() -> int:
    for given in (request.args.get("seed", ""), request.cookies.get(ORDER_COOKIE, "")):
        order = _order_in(given)
        if order is not None:
            return order
    return secrets.randbelow(listing.PRIME)


def _order_in(given: str) -> int | None:
    if given.isascii() and given.isdecimal() and len(given) < 12:
        return int(given) % listing.PRIME
    return None


def _sorts(round_: Round) -> list[Sort]:
    found = [Sort.RANDOM, Sort.NEWEST]
    if this_settings().support_phase and round_.phase is not Phase.SUBMISSION:
        found.append(Sort.SUPPORT)
    return [*found, Sort.CHEAPEST, Sort.DEAREST]


def page_address(wanted: Wanted, number: int) -> str:
    """The address of another page of the same list."""
    asked: dict[str, Any] = {
        "q": wanted.words or None,
        "category": wanted.category,
        "envelope": wanted.envelope,
        "district": wanted.district,
        "state": wanted.state.value if wanted.state else None,
        "sort": wanted.sort.value if wanted.sort is not Sort.RANDOM else None,
        "seed": wanted.seed if wanted.sort is Sort.RANDOM else None,
    }
    return url_for("proposals.listed", round_slug=g.round.slug, page=number, **asked)


def beginning(text: str) -> str:
    """The first words of a text, cut at a word."""
    # A list shows twenty of these: the marks of Markdown are dropped without parsing it, and the template escapes.
    words = " ".join(_MARKS.sub(" ", text).split())
    return words if len(words) <= 180 else words[:180].rsplit(" ", 1)[0] + "…"


@pages.get("/rounds/<slug:round_slug>/proposals/map.geojson")
@acts(Action.READ_PUBLIC)
def places(round_slug: str) -> Response:
    """The points of the map, in a request of its own that browsers and this process keep."""
    round_ = this_round(round_slug)
    edition = listing.edition(door.session(), round_)
    kept = _maps.get(edition)
    if kept is None or kept.until < time.monotonic():
        kept = _maps[edition] = _drawn(round_)
        while len(_maps) > MOST_MAPS:
            _maps.popitem(last=False)
    packed = request.accept_encodings["gzip"] > 0
    response = Response(kept.packed if packed else kept.body, mimetype="application/geo+json")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{edition}{'-gz' if packed else ''}")
    response.headers["Cache-Control"] = "public, max-age=60"
    response.make_conditional(request)
    return response


@dataclass(frozen=True)
class Drawn:
    """The data of a map, also packed, and until when it is given out without looking again."""

    body: bytes
    packed: bytes
    until: float


def _drawn(round_: Round) -> Drawn:
    features = listing.places(door.session(), round_)
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    return Drawn(body, gzip.compress(body, 6, mtime=0), time.monotonic() + MAP_SECONDS)


@pages.get("/rounds/<slug:round_slug>/proposals/<int:proposal_id>")
@acts(Action.READ_PUBLIC)
def detail(round_slug: str, proposal_id: int) -> tuple[str, int] | str:
    """One proposal with everything known of it."""
    round_, proposal, surroundings = loaded(round_slug, proposal_id)
    if not may_open(proposal):
        return render_template("proposals/gone.html", proposal=proposal), 410
    company = queries.company(door.session(), proposal.id)
    owners = frozenset({*company.co_authors, *({proposal.author_id} - {None})})
    subject = queries.subject(proposal, round_, frozenset(number for number in owners if number is not None))
    return render_template(
        "proposals/detail.html",
        proposal=proposal,
        surroundings=surroundings,
        company=company,
        subject=subject,
        mine=owned(proposal),
        supported=round_.phase is Phase.SUPPORT
        and queries.supports(door.session(), proposal.id, door.actor().account_id),
        form=PlainForm(),
        panels=panels_of(round_, proposal, subject.owners),
        currency=this_currency(),
    )


@pages.get("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/history")
@acts(Action.READ_PUBLIC)
def history(round_slug: str, proposal_id: int) -> str:
    """Everything a proposal has said, with the differences from one version to the next."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    if not may_open(proposal):
        raise Missing
    versions = queries.versions(door.session(), proposal.id)
    offered = listing.choices(door.session(), round_)
    return render_template(
        "proposals/history.html",
        proposal=proposal,
        steps=differences.steps(versions, offered),
        currency=this_currency(),
    )


@pages.get("/my-proposals")
@acts(Action.SEE_OWN_PROPOSALS)
def mine() -> str:
    """The reader's own proposals and drafts."""
    account_id = door.actor().account_id
    assert account_id is not None
    found = queries.mine(door.session(), g.municipality.id, account_id)
    return render_template("proposals/mine.html", proposals=found, rounds=_rounds_of(found))


def _rounds_of(found: Any) -> dict[int, Round]:
    return queries.rounds_by_id(door.session(), {proposal.round_id for proposal in found})
