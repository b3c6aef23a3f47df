"""A machine reads the description and tries the interface: no 500, no undocumented status, nothing off the schema."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from pbplatform.budget.models import BudgetLine, BudgetVersion, Side, Stage
from pbplatform.consultation.publishing import resources
from pbplatform.delivery.models import Contract
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities import queries as municipalities
from tests.support.delivery import a_delivery
from tests.support.demo import a_demonstration

ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The platform with the demonstration data: every resource has rows there."""
    app = a_demonstration(tmp_path_factory, PB_MODE="test")
    with app.extensions["house"].database.transaction() as session:
        a_budget_and_a_delivery(session)
    yield app
    app.extensions["house"].database.dispose()


def a_budget_and_a_delivery(session: Session) -> None:
    """A published budget of ten lines with and without amounts, and a project on its way."""
    place = municipalities.everyone(session)[0]
    _, (line,) = a_delivery(session, place, 1_350_000)
    session.add(
        Contract(
            municipality_id=place.id,
            line_id=line.id,
            supplier="Garden Ltd",
            procurement_id="ocds-1",
            signed_on=date(2027, 2, 1),
            amount=1_290_000,
            currency=line.currency,
            entered_at=clock.now(),
        )
    )
    version = BudgetVersion(
        municipality_id=place.id,
        year=2019,
        number=1,
        stage=Stage.ADOPTED,
        currency=Currency.BGN,
        file_name="budget.csv",
        file_hash="0" * 64,
        lines=10,
        totals={},
        explanations={},
        axes=[],
        declared={},
        population=1,
        made_at=clock.now(),
        published_at=clock.now(),
    )
    session.add(version)
    session.flush()
    session.add_all(
        BudgetLine(
            municipality_id=place.id,
            version_id=version.id,
            row=row,
            side=Side.EXPENDITURE,
            function="04.5",
            programme="2.1",
            economic="",
            unit="",
            district="",
            title="=Улици",
            words="",
            planned=row * 100,
            actual=None,
        )
        for row in range(1, 11)
    )


@pytest.fixture(scope="module")
def schema(demo: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", demo)


@pytest.fixture(scope="module")
def places(demo: Flask) -> list[dict[str, str]]:
    """Every municipality with every round of the demonstration."""
    client = demo.test_client()
    found = []
    for town in client.get("/api/v1/municipalities").json["items"]:
        rounds = client.get(f"/api/v1/municipalities/{town['municipality']}/rounds").json["items"]
        found += [{"municipality": town["municipality"], "round": one["round"]} for one in rounds]
    return found


def operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]


@pytest.mark.timeout(400)
def test_nothing_undocumented_happens(schema: Any, places: list[dict[str, str]]) -> None:
    tried = operations(schema)
    assert len(tried) == len(resources()) + 3
    for operation in tried:
        try_out(operation, GenerationMode.POSITIVE, [*ALWAYS, positive_data_acceptance], places)
        try_out(operation, GenerationMode.NEGATIVE, [*ALWAYS, negative_data_rejection], [])


def try_out(operation: Any, mode: GenerationMode, checks: list[Any], places: list[dict[str, str]]) -> None:
    """Some requests that the description allows, or forbids; half of the allowed ones ask for what is really there."""

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode), place=st.sampled_from([None, *places]))
    def attempt(case: Any, place: dict[str, str] | None) -> None:
        if place is not None:
            case.path_parameters = {name: place[name] for name in case.path_parameters}
        case.call_and_validate(checks=checks)

    attempt()


def test_every_resource_has_rows_that_fit_the_schema(
    demo: Flask, schema: Any, places: list[dict[str, str]]
) -> None:
    """What the demonstration holds is read to the end, page by page, and each page is held against the schema."""
    filled = set()
    for operation in operations(schema):
        for place in places:
            after = 0
            while True:
                names = {"municipality", "round"} & set(operation.path.replace("{", "}").split("}"))
                case = operation.Case(
                    path_parameters={name: place[name] for name in names}, query={"after": after, "limit": 7}
                )
                answer = case.call_and_validate(checks=ALWAYS)
                page = answer.json()
                if page.get("items"):
                    filled.add(operation.path.rpartition("/")[2])
                if not page.get("next"):
                    break
                after = int(page["next"].partition("after=")[2].partition("&")[0])
    assert {one.name for one in resources()} <= filled, {one.name for one in resources()} - filled
