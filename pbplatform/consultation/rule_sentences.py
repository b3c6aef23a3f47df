"""The rule book in words: the same settings by which the platform decides, as sentences in the reader's language.

Every sentence has a key that says which setting it is made of, so that two versions can be laid side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pbplatform.charter.phases import Phase
from pbplatform.consultation.counting_sentences import Sentence, rule
from pbplatform.consultation.models import BallotFormat, Publication
from pbplatform.foundation import i18n
from pbplatform.foundation.words import say
from pbplatform.tally.rules import Order


@dataclass(frozen=True)
class Chapter:
    """Rules that belong together."""

    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Reader:
    """In which language and on whose clock the rules are read, and what the districts are called."""

    language: str
    zone: str
    districts: Mapping[int, Mapping[str, str]]

    def money(self, minor: int, currency: str) -> str:
        """An amount as people write it."""
        return i18n.money(minor, currency, self.language)

    def local(self, texts: Mapping[str, str]) -> str:
        """A text in the reader's language, or the first it has."""
        return i18n.localised(texts, self.language).text

    def moment(self, iso: str) -> str:
        """A date and hour on the municipality's clock."""
        return i18n.moment(datetime.fromisoformat(iso), self.language, self.zone)


def chapters(content: Mapping[str, Any], reader: Reader) -> list[Chapter]:
    """The whole rule book."""
    found = [
        Chapter(_("When what happens"), tuple(_windows(content["windows"], reader))),
        Chapter(_("Proposals and their assessment"), tuple(_settings(content["settings"], reader))),
    ]
    envelopes = sorted(content["envelopes"].items(), key=lambda item: item[1]["position"])
    for number, envelope in envelopes:
        title = _("Envelope: %(name)s", name=reader.local(envelope["names"]))
        found.append(Chapter(title, tuple(_envelope(number, envelope, reader))))
    if content["categories"]:
        found.append(Chapter(_("Categories"), tuple(_categories(content["categories"], reader))))
    found.append(Chapter(_("Lots and objections"), tuple(_lots(content["settings"]))))
    return found


def _windows(windows: Mapping[str, Any], reader: Reader) -> Iterator[Sentence]:
    for name in (phase.value for phase in Phase if phase.value in windows):
        text = _(
            "%(phase)s: from %(start)s to %(end)s.",
            phase=say(Phase(name)),
            start=reader.moment(windows[name]["opens_at"]),
            end=reader.moment(windows[name]["closes_at"]),
        )
        yield Sentence(f"window.{name}", text)


def _settings(own: Mapping[str, Any], reader: Reader) -> Iterator[Sentence]:
    most = own.get("most_proposals_each")
    yield Sentence(
        "most_proposals_each",
        ngettext("Everybody may submit one proposal.", "Everybody may submit up to %(num)s proposals.", most)
        if most
        else _("Everybody may submit as many proposals as they like."),
    )
    authors = own.get("fewest_co_authors", 0)
    if authors:
        yield Sentence(
            "fewest_co_authors",
            ngettext(
                "A proposal needs one co-author who has accepted.",
                "A proposal needs %(num)s co-authors who have accepted.",
                authors,
            ),
        )
    yield Sentence(
        "support_phase",
        _("Proposals must gather support from residents before they are assessed.")
        if own.get("support_phase")
        else _("Proposals go to the assessment without gathering support first."),
    )
    yield Sentence(
        "moderation_before_publication",
        _(
            "A moderator reads every proposal before it is first published, and every comment before it is published "
            "and again after each change."
        )
        if own.get("moderation_before_publication")
        else _("What people write is published at once; moderation acts on reports."),
    )
    released = own.get("assessments_released_at")
    yield Sentence(
        "assessments_released_at",
        _("The results of all assessments are published together on %(when)s.", when=reader.moment(released))
        if released
        else _("The results of all assessments are published together when the discussion opens."),
    )
    days = own.get("appeal_days", 0)
    yield Sentence(
        "appeal_days",
        ngettext(
            "An author may appeal within one day of the publication of the assessment; somebody else decides.",
            "An author may appeal within %(num)s days of the publication of the assessment; somebody else decides.",
            days,
        )
        if days
        else _("The assessment cannot be appealed."),
    )


def _envelope(number: str, envelope: Mapping[str, Any], reader: Reader) -> Iterator[Sentence]:
    def money(minor: int) -> str:
        return reader.money(minor, envelope["currency"])

    def about(name: str, text: str) -> Sentence:
        return Sentence(f"envelope.{number}.{name}", text)

    district = reader.districts.get(envelope["district_id"] or 0)
    place = (
        _("for projects in the district %(name)s", name=reader.local(district))
        if district
        else _("for projects anywhere in the municipality")
    )
    yield about("amount", _("%(amount)s %(place)s.", amount=money(envelope["amount"]), place=place))
    if envelope["highest_cost"] is not None:
        yield about(
            "costs",
            _(
                "A project may cost from %(lowest)s to %(highest)s.",
                lowest=money(envelope["lowest_cost"]),
                highest=money(envelope["highest_cost"]),
            ),
        )
    elif envelope["lowest_cost"]:
        yield about(
            "costs", _("A project must cost at least %(lowest)s.", lowest=money(envelope["lowest_cost"]))
        )
    if envelope["support_threshold"]:
        yield about(
            "support_threshold",
            ngettext(
                "A proposal needs the support of one resident.",
                "A proposal needs the support of %(num)s residents.",
                envelope["support_threshold"],
            ),
        )
    yield about(
        "ballot_format",
        _("Ballot: %(format)s.", format=_inside(say(BallotFormat(envelope["ballot_format"])))),
    )
    yield from _choices(envelope, about)
    yield from rule(envelope, about, money)
    if envelope["threshold"]:
        yield about(
            "threshold",
            ngettext(
                "A project needs at least one point.",
                "A project needs at least %(num)s points.",
                envelope["threshold"],
            )
            if envelope["rule_options"].get("order") == Order.POINTS
            else ngettext(
                "A project needs at least one vote.",
                "A project needs at least %(num)s votes.",
                envelope["threshold"],
            ),
        )
    yield about(
        "publication",
        _("Ballots are published: %(how)s.", how=_inside(say(Publication(envelope["publication"])))),
    )


def _inside(words: str) -> str:
    """Words that begin a line elsewhere, as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def _choices(envelope: Mapping[str, Any], about: Any) -> Iterator[Sentence]:
    most, points = envelope["most_choices"], envelope["points"]
    if most is not None:
        yield about(
            "most_choices",
            ngettext("You may choose one project.", "You may choose up to %(num)s projects.", most),
        )
    if envelope["fewest_choices"] > 1:
        yield about(
            "fewest_choices",
            ngettext(
                "You must choose at least one project.",
                "You must choose at least %(num)s projects.",
                envelope["fewest_choices"],
            ),
        )
    if points:
        yield about(
            "points",
            ngettext(
                "You may give each project one point.",
                "You may give each project up to %(num)s points.",
                points,
            )
            if envelope["points_each"]
            else ngettext("You share out one point.", "You share out %(num)s points.", points),
        )


def _categories(categories: Mapping[str, Any], reader: Reader) -> Iterator[Sentence]:
    for code in sorted(categories):
        category = categories[code]
        name = reader.local(category["names"])
        most = category["most_choices"]
        text = (
            ngettext(
                "%(name)s: at most one choice on a ballot.",
                "%(name)s: at most %(num)s choices on a ballot.",
                most,
                name=name,
            )
            if most
            else name
        )
        yield Sentence(f"category.{code}", text)


def _lots(own: Mapping[str, Any]) -> Iterator[Sentence]:
    for key, committed, open_text in (
        (
            "number_commitment",
            _(
                "The numbers on the ballot are drawn by lot. The lot was committed in advance; its fingerprint is"
            ),
            _("The numbers on the ballot are drawn by a lot that is committed before the list is fixed."),
        ),
        (
            "tie_commitment",
            _("Ties are decided by lot. The lot was committed in advance; its fingerprint is"),
            _("Ties are decided by a lot that is committed before the vote opens."),
        ),
    ):
        commitment = own.get(key)
        yield Sentence(key, f"{committed} {commitment}" if commitment else open_text)
    if own.get("beacon"):
        yield Sentence("beacon", _("This public draw is mixed into the lot: %(name)s.", name=own["beacon"]))
    days = own.get("challenge_days", 0)
    yield Sentence(
        "challenge_days",
        ngettext(
            "After the vote has closed, anybody may object for one day before the ballots are sealed.",
            "After the vote has closed, anybody may object for %(num)s days before the ballots are sealed.",
            days,
        )
        if days
        else _("The ballots are sealed as soon as the vote has closed."),
    )


@dataclass(frozen=True)
class Difference:
    """One rule that two versions word differently; empty where a version does not have it."""

    chapter: str
    before: str
    after: str


def differences(old: list[Chapter], new: list[Chapter]) -> list[Difference]:
    """What changed from one version to the next, in the order of the newer book, removed rules last."""
    before = {sentence.key: sentence.text for chapter in old for sentence in chapter.sentences}
    after = {sentence.key for chapter in new for sentence in chapter.sentences}
    found = [
        Difference(chapter.title, before.get(sentence.key, ""), sentence.text)
        for chapter in new
        for sentence in chapter.sentences
        if before.get(sentence.key) != sentence.text
    ]
    found += [
        Difference(chapter.title, sentence.text, "")
        for chapter in old
        for sentence in chapter.sentences
        if sentence.key not in after
    ]
    return found
