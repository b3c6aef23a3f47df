"""Budgets for tests: files as municipalities have them, and the way of one through the officers' desk."""

import io
import re
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.support.pages import PageClient

GEORGIAN = """ქალაქ რუსთავის ბიუჯეტი;;;;;
;;;2026 წელი;;
პროგრამის კოდი;პროგრამის დასახელება;ფუნქციური კოდი;გეგმა;დაზუსტებული გეგმა;საკასო შესრულება
01;მმართველობა;7011;1 000 000,50;1 100 000,50;300 000,25
02;გზები და ტრანსპორტი;7045;2 500 000;2 400 000;900 000
;სულ ინფრასტრუქტურა;;2 500 000;2 400 000;900 000
03;საბავშვო ბაღები;709;3 000 000,00;3 000 000,00;1 200 000
04;თანამონაწილეობითი ბიუჯეტი;7062;500 000;500 000;-
;სულ;;7 000 000,50;7 000 000,50;2 400 000,25
""".replace(
    "სულ ინფრასტრუქტურა;;2 500 000;2 400 000;900 000",
    "სულ ინფრასტრუქტურა;;3 500 000,50;3 500 000,50;1 200 000,25",
)
"""Merged headings over the columns, a subtotal, a total; Georgia's functional codes with their 7; 7,000,000.50 GEL."""

BULGARIAN = """Параграф;Наименование;Функция;Код програма;Програма;План;Отчет
1300;Имуществени данъци;;;;1.200.000,00;400.000,00
2400;Приходи от собственост;;;;300.000,00;100.000,10
1000;Издръжка на улици;606;3.1;Улици и тротоари;700.000,00;200.000,00
5100;Основен ремонт;606;3.1;Улици и тротоари;500.000,00;0,00
1000;Издръжка на детски градини;301;4.1;Детски градини;300.000,00;150.000,10
"""


def bring(client: PageClient, content: bytes, name: str = "budget.csv", **fields: Any) -> str:
    """Bring in a file at the desk of Rustavi; the address of its import."""
    page = client.get("/en/rustavi/desk/budget").get_data(as_text=True)
    data = {
        "csrf_token": token(page),
        "year": "2026",
        "stage": "adopted",
        "quarter": "",
        "currency": "GEL",
        "declared_expenditure": "",
        "declared_revenue": "",
        **fields,
        "file": FileStorage(io.BytesIO(content), filename=name),
    }
    # The test client would leave the temporary file of a large body open.
    boundary, body = encode_multipart(data)
    response = client.post(
        "/en/rustavi/desk/budget", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert response.status_code == 302, response.get_data(as_text=True)
    return response.location


def defaults(page: str) -> dict[str, str]:
    """What a form of selects, numbers and boxes would send as it stands."""
    form = page[page.rindex("<form", 0, page.index('name="planned"')) :] if 'name="planned"' in page else page
    found: dict[str, str] = {}
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body) or re.search(
            r'<option value="([^"]*)" selected', body
        )
        first = re.search(r'<option (?:selected )?value="([^"]*)"', body)
        picked = chosen or first
        found[name] = picked.group(1) if picked else ""
    return found


def token(page: str) -> str:
    """The page's token against forged posts."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return found.group(1) if found else ""


def map_and_check(client: PageClient, address: str, *, rest: str = "", **changes: str) -> str:
    """Go through columns and functions as guessed, with some changes; the text of the last page."""
    page = client.get(address).get_data(as_text=True)
    data = {**defaults(page), "revenue_codes": "", "csrf_token": token(page), **changes}
    response = client.post(address, data={key: value for key, value in data.items() if value is not None})
    assert response.status_code == 302, response.get_data(as_text=True)
    page = client.get(response.location).get_data(as_text=True)
    data = {**defaults(page), "csrf_token": token(page)}
    if rest:
        data["rest"] = rest
    response = client.post(response.location, data=data)
    assert response.status_code == 302, response.get_data(as_text=True)
    return client.get(response.location).get_data(as_text=True)
