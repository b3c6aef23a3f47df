"""The page on the vote's protection says what is promised and, as plainly, what is not, in three languages."""

import re

import pytest
from sqlalchemy.orm import Session

from pbplatform.door import House
from tests.support import voting
from tests.support.pages import PageClient

PROMISED = {
    "en": (
        "What we promise",
        "One person, one ballot",
        "change your vote until the end",
        "cannot see how you voted",
        "Nobody counts before the end",
        "find your ballot afterwards by the code",
        "Anyone can count again",
        "key is destroyed after the time for objections",
    ),
    "ka": (
        "რას გპირდებით",
        "ერთი ადამიანი – ერთი ხმა",
        "ხმის შეცვლა ბოლომდე შეგიძლიათ",
        "ვერ ხედავენ, რომელ პროექტებს მიეცით ხმა",
        "დასრულებამდე ხმებს არავინ ითვლის",
        "ქვითრის კოდით იპოვით თქვენს ხმას",
        "ნებისმიერს შეუძლია ხელახლა დათვლა",
        "გასაღები ნადგურდება გასაჩივრების ვადის შემდეგ",
    ),
    "bg": (
        "Какво обещаваме",
        "Един човек – един глас",
        "промените гласа си до края",
        "не могат да видят как сте гласували",
        "Никой не брои преди края",
        "намерите гласа си по кода от разписката",
        "Всеки може да преброи отново",
        "Ключът се унищожава след срока за възражения",
    ),
}
NOT_PROMISED = {
    "en": (
        "What we cannot promise",
        "makes you show your receipt, buys your vote or looks over your shoulder",
        "harmful programs on your own device, nor from a person who controls the server",
        "two copies of the database",
    ),
    "ka": (
        "რას ვერ გპირდებით",
        "გაიძულებთ ქვითრის ჩვენებას, ყიდულობს თქვენს ხმას ან მხარზე გადაგყურებთ",
        "მავნე პროგრამებისგან თქვენს მოწყობილობაზე, არც იმისგან, ვინც კენჭისყრის დროს სერვერს აკონტროლებს",
        "მონაცემთა ბაზის ორი ასლი",
    ),
    "bg": (
        "Какво не можем да обещаем",
        "кара да покажете разписката, купува гласа ви или гледа през рамото ви",
        "зловредни програми на вашето устройство, нито от човек, който владее сървъра",
        "две копия на базата данни",
    ),
}


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
@pytest.mark.parametrize("opened", [False, True], ids=["before the vote", "during the vote"])
def test_promises_and_limits_stand_on_the_page(
    session: Session, house: House, client: PageClient, language: str, opened: bool
) -> None:
    town = voting.an_open_vote(session, house) if opened else voting.a_town(session, house)
    session.commit()
    address = town.base.replace("/en/", f"/{language}/", 1) + "/protection"
    sections = client.get(address).get_data(as_text=True).split("<h2")
    for heading, *sentences in (PROMISED[language], NOT_PROMISED[language]):
        [section] = [part for part in sections if f">{heading}</h2>" in part]
        listed = re.findall(r"<li>(.*?)</li>", section, re.DOTALL)
        assert len(listed) == len(sentences)
        for said, wanted in zip(listed, sentences, strict=True):
            assert wanted in said
