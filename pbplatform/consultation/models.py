"""Round, Window, Envelope, Category, RuleBook, Blueprint."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.charter.phases import Kind, Phase
from pbplatform.foundation.database import Base, Key, one_of


class BallotFormat(StrEnum):
    """How a voter speaks; Pabulib's names are approval, choose-1, approval with max_sum_cost, cumulative, ordinal."""

    APPROVAL = "approval"
    CHOOSE_ONE = "choose_one"
    KNAPSACK = "knapsack"
    POINTS = "points"
    RANKING = "ranking"


class Publication(StrEnum):
    """How the ballots of an envelope are published after the seal."""

    AUTOMATIC = "automatic"
    OPEN = "open"
    SEALED = "sealed"
    TOTALS = "totals"


class Round(Base):
    """One consultation from draft to closed."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("municipality_id", "slug"),
        Index("ix_round_phase", "municipality_id", "phase"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    slug: Mapped[str] = mapped_column(String(60))
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    phase: Mapped[Phase] = mapped_column(one_of(Phase), default=Phase.DRAFT)
    titles: Mapped[dict[str, str]]
    summaries: Mapped[dict[str, str]]
    texts: Mapped[dict[str, str]]
    """The introduction in Markdown, per language."""
    settings: Mapped[dict[str, Any]]
    """What the rule book prints beside the envelopes: see consultation.settings."""
    announced_at: Mapped[datetime | None]
    """When a draft round became public; from then on its changes stand in the rule book's history."""
    cancel_reasons: Mapped[dict[str, str]] = mapped_column(default=dict)
    """Why the round was cancelled, for everybody to read; empty while it was not."""
    imported_from: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the file that a past election was imported from."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Window(Base):
    """The planned dates of one phase of a round."""

    __tablename__ = "round_window"
    __table_args__ = (
        UniqueConstraint("round_id", "phase"),
        CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    phase: Mapped[Phase] = mapped_column(one_of(Phase))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Envelope(Base):
    """One sum of money in a round with its own projects, limits and ballot format: city-wide, or one district's."""

    __tablename__ = "envelope"
    __table_args__ = (
        UniqueConstraint("round_id", "position"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint(
            "lowest_cost >= 0 and (highest_cost is null or highest_cost >= lowest_cost)",
            name="costs_in_order",
        ),
        CheckConstraint(
            "fewest_choices >= 0 and (most_choices is null or most_choices >= fewest_choices)",
            name="choices_in_order",
        ),
        Index("ix_envelope_municipality", "municipality_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    district_id: Mapped[int | None] = mapped_column(Key, ForeignKey("district.id"))
    """None for the whole municipality."""
    position: Mapped[int]
    """The order on the ballot, from 1."""
    names: Mapped[dict[str, str]]
    amount: Mapped[int] = mapped_column(Key)
    """Minor units of the currency."""
    currency: Mapped[str] = mapped_column(String(3))
    lowest_cost: Mapped[int] = mapped_column(Key, default=0)
    highest_cost: Mapped[int | None] = mapped_column(Key)
    ballot_format: Mapped[BallotFormat] = mapped_column(one_of(BallotFormat))
    fewest_choices: Mapped[int] = mapped_column(default=1)
    most_choices: Mapped[int | None]
    points: Mapped[int | None]
    """How many points a voter shares out, or the most for one project where `points_each`."""
    points_each: Mapped[bool] = mapped_column(default=False)
    rule: Mapped[str] = mapped_column(String(40), default="equal-shares")
    rule_options: Mapped[dict[str, Any]]
    """The declared options of the rule, in the words of the tally's catalogue."""
    threshold: Mapped[int | None]
    support_threshold: Mapped[int | None]
    """Endorsements needed in the support phase."""
    publication: Mapped[Publication] = mapped_column(one_of(Publication), default=Publication.AUTOMATIC)


class Category(Base):
    """What a proposal is about, as this round sorts it."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("round_id", "code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    code: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, str]]
    most_choices: Mapped[int | None]
    """How many projects of this category one ballot may carry."""


class RuleBook(Base):
    """One published version of a round's rules: the settings in force, from which the text is made in every language."""

    __tablename__ = "rule_book"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    """Why it was changed; empty for the first version."""
    published_at: Mapped[datetime]


class Blueprint(Base):
    """A round's plan without its dates, kept by a municipality or by an association for all its members."""

    __tablename__ = "blueprint"
    __table_args__ = (
        CheckConstraint("(municipality_id is null) <> (association_id is null)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int | None] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    association_id: Mapped[int | None] = mapped_column(Key, ForeignKey("association.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    """Who made it, when the association shares it: nobody else renames it or throws it away."""
    names: Mapped[dict[str, str]]
    content: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
