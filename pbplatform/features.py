"""The features of this installation: their blueprints under language and municipality, their jobs and duties."""

from flask import Flask

from pbplatform import words
from pbplatform.accounts import exports, guard
from pbplatform.accounts import operations as accounts_operations
from pbplatform.accounts import words as accounts_words
from pbplatform.accounts.views import entrance, members, own
from pbplatform.accounts.views import factors as factor_views
from pbplatform.budget import adoption
from pbplatform.budget import data as budget_data
from pbplatform.budget import words as budget_words
from pbplatform.budget import work as budget_work
from pbplatform.budget.views import data as budget_data_views
from pbplatform.budget.views import desk as budget_desk
from pbplatform.budget.views import public as budget_views
from pbplatform.charter.phases import Step
from pbplatform.consultation import data as consultation_data
from pbplatform.consultation import desks, place, publishing, queues, reading, steps, tabs
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as rounds_queries
from pbplatform.consultation import words as consultation_words
from pbplatform.consultation.due import walk_due
from pbplatform.consultation.views import blueprints as _blueprints
from pbplatform.consultation.views import editing as _editing
from pbplatform.consultation.views import envelopes as _envelopes
from pbplatform.consultation.views import pages as planning_views
from pbplatform.consultation.views import walking as _walking
from pbplatform.deliberation import data as deliberation_data
from pbplatform.deliberation import personal as deliberation_personal
from pbplatform.deliberation import views as deliberation_views
from pbplatform.deliberation import words as deliberation_words
from pbplatform.delivery import asking as delivery_asking
from pbplatform.delivery import data as delivery_data
from pbplatform.delivery import queues as delivery_queues
from pbplatform.delivery import walking as delivery_walking
from pbplatform.delivery import words as delivery_words
from pbplatform.delivery.views import correcting as _delivery_correcting
from pbplatform.delivery.views import facts as _delivery_facts
from pbplatform.delivery.views import pages as delivery_views
from pbplatform.delivery.views import panel as delivery_panel
from pbplatform.delivery.views import public as _delivery_public
from pbplatform.delivery.views import sheets as _delivery_sheets
from pbplatform.door import House
from pbplatform.foundation import navigation
from pbplatform.foundation.mail import deliver_due, forget_old, post_office
from pbplatform.foundation.words import teach
from pbplatform.journal import views as journal_views
from pbplatform.moderation import personal as moderation_personal
from pbplatform.moderation import queries as moderation_queries
from pbplatform.moderation import queues as moderation_queues
from pbplatform.moderation import views as moderation_views
from pbplatform.moderation import words as moderation_words
from pbplatform.municipalities import queries as municipalities_queries
from pbplatform.municipalities import views as municipalities_views
from pbplatform.municipalities import words as municipalities_words
from pbplatform.notices import operations as notices
from pbplatform.notices import personal as notices_personal
from pbplatform.notices import views as notices_views
from pbplatform.notices import words as notices_words
from pbplatform.notices.digest import send_digests
from pbplatform.notices.models import Topic
from pbplatform.opendata import api_views
from pbplatform.opendata import views as opendata_views
from pbplatform.opendata import words as opendata_words
from pbplatform.portal import views as portal_views
from pbplatform.portal import words as portal_words
from pbplatform.proposals import data as proposals_data
from pbplatform.proposals import panels
from pbplatform.proposals import personal as proposals_personal
from pbplatform.proposals import queries as proposals_queries
from pbplatform.proposals import words as proposals_words
from pbplatform.proposals.views import counter as _counter
from pbplatform.proposals.views import outward as _outward
from pbplatform.proposals.views import pages as proposals_views
from pbplatform.proposals.views import reading as proposals_reading
from pbplatform.proposals.views import together as _together
from pbplatform.proposals.views import writing as _writing
from pbplatform.results import data as results_data
from pbplatform.results import desk_views as results_desk_views
from pbplatform.results import files_views as results_files_views
from pbplatform.results import jobs as results_jobs
from pbplatform.results import views as results_views
from pbplatform.results import walking as results_walking
from pbplatform.results import words as results_words
from pbplatform.roll import personal as roll_personal
from pbplatform.roll import standing as roll_standing
from pbplatform.roll import verification
from pbplatform.roll import words as roll_words
from pbplatform.roll.views import desk as _roll_desk
from pbplatform.roll.views import pages as roll_views
from pbplatform.roll.views import residence as _residence
from pbplatform.screening import duties as screening_duties
from pbplatform.screening import personal as screening_personal
from pbplatform.screening import queues as screening_queues
from pbplatform.screening import walking
from pbplatform.screening import words as screening_words
from pbplatform.screening.views import desk as _desk
from pbplatform.screening.views import pages as screening_views
from pbplatform.screening.views import panel as screening_panel
from pbplatform.screening.views import public as _public
from pbplatform.uploads import personal as uploads_personal
from pbplatform.uploads import views as uploads_views
from pbplatform.uploads import words as uploads_words
from pbplatform.voting import desk_views as vote_desk_views
from pbplatform.voting import duties as voting_duties
from pbplatform.voting import paper_views, telling
from pbplatform.voting import words as voting_words
from pbplatform.voting.views import ballot as _ballot
from pbplatform.voting.views import pages as voting_views
from pbplatform.voting.views import proof as _proof
from pbplatform.voting.views import reading as _vote_reading

FURTHER_PAGES = (
    _blueprints,
    _editing,
    _envelopes,
    _walking,
    _delivery_correcting,
    _delivery_facts,
    _delivery_public,
    _delivery_sheets,
    _counter,
    _outward,
    _together,
    _writing,
    _roll_desk,
    _residence,
    _desk,
    _public,
    _ballot,
    _proof,
    _vote_reading,
)
"""Modules that, once imported, add their pages to a blueprint of their feature."""

HOUSE_PREFIX = "/<locale:locale>"
TOWN_PREFIX = "/<locale:locale>/<slug:municipality>"

BARE = (portal_views.bare, api_views.pages)
"""Pages without a language: the root, health checks, robots, the read interface."""

HOUSE = (
    portal_views.house_pages,
    api_views.guide,
    entrance.pages,
    own.pages,
    factor_views.pages,
    members.invited,
)
"""Pages of the whole installation."""

TOWN = (
    budget_views.pages,
    budget_data_views.pages,
    budget_desk.pages,
    delivery_views.pages,
    portal_views.town_pages,
    portal_views.round_pages,
    portal_views.desk_pages,
    planning_views.pages,
    reading.pages,
    notices_views.pages,
    journal_views.pages,
    municipalities_views.pages,
    members.pages,
    uploads_views.pages,
    proposals_views.pages,
    screening_views.pages,
    roll_views.pages,
    voting_views.pages,
    vote_desk_views.pages,
    paper_views.pages,
    results_views.pages,
    results_files_views.pages,
    deliberation_views.pages,
    moderation_views.pages,
    results_desk_views.pages,
    opendata_views.pages,
)
"""Pages of one municipality."""

WORDS = (
    *budget_words.WORDS,
    *delivery_words.WORDS,
    *words.WORDS,
    *accounts_words.WORDS,
    *municipalities_words.WORDS,
    *consultation_words.WORDS,
    *notices_words.WORDS,
    *roll_words.WORDS,
    *uploads_words.WORDS,
    *proposals_words.WORDS,
    *screening_words.WORDS,
    *voting_words.WORDS,
    *results_words.WORDS,
    *deliberation_words.WORDS,
    *moderation_words.WORDS,
    *opendata_words.WORDS,
)
"""What every enum member is called."""

TABS = (
    *consultation_words.TABS,
    *proposals_words.TABS,
    *screening_words.TABS,
    *voting_words.TABS,
    *results_words.TABS,
    *delivery_words.TABS,
)
"""The sub-navigation of a round, from every feature that has pages there."""

RESOURCES = (
    *consultation_data.RESOURCES,
    *proposals_data.RESOURCES,
    *deliberation_data.RESOURCES,
    *results_data.RESOURCES,
    *budget_data.RESOURCES,
    *delivery_data.RESOURCES,
)
"""What every feature publishes as data: files, the read interface, the catalogue and their documentation follow from it."""

PANELS = (
    panels.Placed(moderation_views.panel, order=10),
    panels.Placed(delivery_panel.panel, order=15),
    panels.Placed(screening_panel.panel, order=20),
    panels.Placed(deliberation_views.panel, order=60),
)
"""What features above proposals show on a proposal's page."""

WALKERS: dict[Step, steps.Walker] = {
    Step.OPEN_SUBMISSION: rounds.OPEN_SUBMISSION,
    **voting_duties.WALKERS,
    **results_walking.WALKERS,
    **adoption.WALKERS,
    **delivery_walking.WALKERS,
}
"""Who walks which step of a round."""

DESKS: dict[desks.Desk, tuple[desks.Source, ...]] = {
    desks.Desk.OFFICER: (
        queues.officers_queues,
        screening_queues.officers,
        moderation_queues.officers_queues,
        delivery_queues.officers,
    ),
    desks.Desk.DEPARTMENT: (screening_queues.departments,),
    desks.Desk.AUTHOR: (screening_queues.authors, moderation_queues.authors_queues),
}
"""What stands on which desk, from every feature, in this order."""

NAVIGATION = (
    *budget_words.NAVIGATION,
    *delivery_words.NAVIGATION,
    *portal_words.NAVIGATION,
    *consultation_words.NAVIGATION,
    *notices_words.NAVIGATION,
)
"""The main navigation of a municipality."""

HARMLESS_COOKIES = (proposals_reading.ORDER_COOKIE,)
"""What a browser may carry, beside its language, and still be a stranger who gets the pages kept for everybody."""

FINDERS: dict[Topic, notices.Finder] = {
    Topic.ROUND: rounds_queries.round_titles,
    Topic.CATEGORY: rounds_queries.category_titles,
    Topic.PROPOSAL: proposals_queries.followed_titles,
    Topic.DISTRICT: municipalities_queries.district_titles,
}
"""How what can be followed is found."""


def register(app: Flask) -> None:
    """Give every feature its place in the address space, its words, its jobs and duties."""
    teach(*WORDS)
    tabs.install(*TABS)
    publishing.install(*RESOURCES)
    steps.install({**WALKERS, **walking.walkers(app.extensions["house"].secrets)})
    panels.install(*PANELS)
    notices.install(FINDERS)
    desks.install(DESKS)
    navigation.install(*NAVIGATION)
    _install_personal(app.extensions["house"])
    guard.blocked_standing[:] = [moderation_queries.is_blocked]
    app.context_processor(place.present)
    app.jinja_env.globals["follows"] = notices_views.follows
    # A mail program posts the one-click unsubscribe of RFC 8058 by itself; the link's token is its proof.
    app.extensions["csrf"].exempt(notices_views.unsubscribe)
    _set_duties(app, app.extensions["house"])
    roll_standing.install(app, app.extensions["house"])
    for blueprint in BARE:
        app.register_blueprint(blueprint)
    for blueprint in HOUSE:
        app.register_blueprint(blueprint, url_prefix=f"{HOUSE_PREFIX}{blueprint.url_prefix or ''}")
    for blueprint in TOWN:
        app.register_blueprint(blueprint, url_prefix=f"{TOWN_PREFIX}{blueprint.url_prefix or ''}")


def _set_duties(app: Flask, house: House) -> None:
    """What is done again and again in the background; `pbplatform duties run` does it by hand."""
    config = house.config
    post = post_office(config.mail_url)
    house.jobs.register(budget_work.READ, budget_work.reader(house.database, house.files))
    house.jobs.register(budget_work.CHECK, budget_work.checker(house.database, house.files))
    house.jobs.every_minutes(1, "generation", house.generations.renew)
    house.jobs.every_minutes(10, "jobs", house.jobs.recover)
    house.jobs.every_minutes(60, "accounts", lambda: _forget_expired(house))
    voting_duties.install(house)
    house.jobs.every_minutes(
        24 * 60,
        "tell_voters",
        lambda: telling.tell_voters(app, house.database, house.secrets, post, config.mail_from),
    )
    results_jobs.install(house)
    house.jobs.every_minutes(1, "mail", lambda: deliver_due(house.database, post, config.mail_from))
    house.jobs.every_minutes(2, "steps", lambda: _walk_due(app, house))
    house.jobs.every_minutes(5, "digests", lambda: send_digests(app, house.database, config.base_url))
    house.jobs.every_minutes(1, "release_assessments", screening_duties.releasing(app, house))
    house.jobs.every_minutes(60, "ask_delay_reasons", delivery_asking.asking(house.database))
    house.jobs.every_minutes(60, "remind_reviewers", screening_duties.reminding(app, house))


def _walk_due(app: Flask, house: House) -> int:
    # A step may write letters, and their addresses are those of requests.
    with app.test_request_context(base_url=house.config.base_url):
        return walk_due(house.database)


def _forget_expired(house: House) -> int:
    with house.database.transaction() as session:
        return accounts_operations.forget_expired(session) + forget_old(session)


def _install_personal(house: House) -> None:
    """What each feature keeps about a person, and how it forgets. Upper features come first, because they refer downward."""
    exports.exporters.update(
        proposals=proposals_personal.export,
        discussion=deliberation_personal.export,
        moderation=moderation_personal.export,
        screening=screening_personal.export,
        notices=notices_personal.export,
        files=uploads_personal.export,
        roll=roll_personal.export,
    )
    exports.erasers[:] = [
        moderation_personal.erase,
        deliberation_personal.erase,
        proposals_personal.eraser(house.files),
        uploads_personal.eraser(house.files, proposals_personal.held_uploads),
        notices_personal.erase,
        verification.end_claims,
    ]
