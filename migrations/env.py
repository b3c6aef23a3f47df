"""Alembic's environment: it works on the connection that `pbplatform.foundation.migrations` hands over."""

from typing import Any

from alembic import context

from pbplatform import features  # noqa: F401 (imports every feature's models)
from pbplatform.foundation.database import Base, Document, UTCDateTime
from pbplatform.foundation.migrations import require_sound


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types by name."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen_context.imports.add("from pbplatform.foundation.database import UTCDateTime")
        return "UTCDateTime()"
    if kind == "type" and item is Document:
        autogen_context.imports.add("from pbplatform.foundation.database import Document")
        return "Document"
    return False


def ours(_item: Any, name: str | None, _kind: str, _reflected: bool, _compared: Any) -> bool:
    """Leave search indexes out of the comparison: `foundation.search` makes them, no model names them."""
    return not (name or "").startswith("search_")


def run() -> None:
    """Migrate on the given connection."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        include_object=ours,
        compare_type=True,
        transaction_per_migration=True,
        on_version_apply=lambda ctx, **_: require_sound(ctx.connection),
    )
    with context.begin_transaction():
        context.run_migrations()


run()
