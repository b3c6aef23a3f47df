"""Association, Municipality and District."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of
from pbplatform.foundation.i18n import Currency, Texts


class Country(StrEnum):
    """The countries whose law profiles the platform knows."""

    GEORGIA = "ge"
    BULGARIA = "bg"
    OTHER = "other"


class Association(Base):
    """Municipalities that share blueprints and compare themselves."""

    __tablename__ = "association"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    names: Mapped[dict[str, str]]


class Municipality(Base):
    """One authority: its own people, rounds, budget, languages and look."""

    __tablename__ = "municipality"
    __table_args__ = (
        CheckConstraint("length(slug) between 2 and 60", name="slug_length"),
        CheckConstraint("population >= 0", name="population_not_negative"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    names: Mapped[dict[str, str]]
    introduction: Mapped[dict[str, str]]
    country: Mapped[Country] = mapped_column(one_of(Country))
    languages: Mapped[list[Any]]
    currency: Mapped[Currency] = mapped_column(one_of(Currency))
    zone: Mapped[str] = mapped_column(String(60))
    population: Mapped[int] = mapped_column(default=0)
    brand_colour: Mapped[str] = mapped_column(String(7), default="#1f5c4d")
    accent_colour: Mapped[str] = mapped_column(String(7), default="#c8553d")
    logo_key: Mapped[str | None] = mapped_column(String(120))
    contact_email: Mapped[str] = mapped_column(String(320), default="")
    association_id: Mapped[int | None] = mapped_column(Key, ForeignKey("association.id"), index=True)
    founded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def texts(self, **by_language: str) -> Texts:
        """Texts kept in the municipality's order of languages, empty ones left out."""
        return {language: by_language[language] for language in self.languages if by_language.get(language)}


class District(Base):
    """A part of a municipality's territory; the outline is a GeoJSON geometry in WGS 84."""

    __tablename__ = "district"
    __table_args__ = (UniqueConstraint("municipality_id", "code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    code: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, str]]
    outline: Mapped[dict[str, Any] | None]
    population: Mapped[int] = mapped_column(default=0)
