"""Upload: one picture or document that somebody gave us."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class UploadKind(StrEnum):
    """What we take: pictures, which we draw anew, and PDF documents, which are only ever downloaded."""

    PICTURE = "picture"
    DOCUMENT = "document"


class Upload(Base):
    """A file in the store. Its name in the store and in addresses is a random token, never the name it came with."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("kind = 'document' or (width > 0 and height > 0)", name="picture_has_size"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    kind: Mapped[UploadKind] = mapped_column(one_of(UploadKind))
    name: Mapped[str] = mapped_column(String(120))
    """The name it came with, cleaned; shown and offered at download, never used as a path."""
    alt: Mapped[str] = mapped_column(String(300), default="")
    """What is to be seen or read in it, for those who do not see it."""
    language: Mapped[str] = mapped_column(String(2))
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    size: Mapped[int]
    """Bytes of the stored file."""
    sha256: Mapped[str] = mapped_column(String(64))
    published: Mapped[bool] = mapped_column(default=False)
    """Whether everybody may fetch it; before that only its owner and whoever the feature that holds it lets in."""
    taken_at: Mapped[datetime]
