"""Pictures of the demonstration's proposals: most people who propose something draw or photograph the place."""

from sqlalchemy import select

from pbplatform.consultation.models import Round
from pbplatform.demo import sketches
from pbplatform.demo.stage import Stage
from pbplatform.door import House
from pbplatform.foundation.crypto import digest, token
from pbplatform.proposals import queries
from pbplatform.proposals.models import Proposal, ProposalFile
from pbplatform.uploads import operations as uploads
from pbplatform.uploads import pictures
from pbplatform.uploads.models import Upload, UploadKind

WORDS = {
    "garden": ("ხეები", "წვიმის ბაღი", "ჩრდილი", "ტირიფების", "Дървета и", "Дъждовна", "Сянка", "върби"),
    "playground": ("სათამაშო", "ბაღის ეზოების", "детската площадка", "пясък", "детски градини"),
    "path": ("ფეხსავალი", "განათება ხიდიდან", "Осветена", "Осветление"),
    "crossing": (
        "გადასასვლელი",
        "უსაფრთხო გზა",
        "შუქნიშნები",
        "пешеходна пътека",
        "Безопасен път",
        "светофари",
    ),
    "ramp": ("პანდუს", "Рампа"),
    "stop": ("გაჩერება, ", "ოცი გაჩერება", "Спирка, ", "Двадесет спирки"),
    "court": ("კალათბურთის", "სპორტული მოედანი", "Баскетболна", "спортни площадки"),
    "stage": ("სცენა", "კონცერტები", "сцена", "концерти"),
    "books": ("წიგნების კარადა", "Шкаф за книги"),
    "cycle": ("ველობილიკი", "велоалея", "Велоалея"),
    "bank": ("ბილიკი მდინარის", "алея край реката"),
    "shelter": ("ფარდულები", "Сенници"),
}
"""By what stands in a title one sees what its picture would show; what is not here has none."""

SEEN = {
    "garden": ("ნახატი: ხეები, გრძელი სკამი და ყვავილები სახლებს შორის", "Рисунка: дървета, пейка и цветя между блоковете"),
    "playground": ("ნახატი: საქანელა და სასრიალო ქვიშიან მოედანზე", "Рисунка: люлки и пързалка върху пясъчна площадка"),
    "path": ("ნახატი: ფართო ფეხსავალი ოთხი სანათით", "Рисунка: широка алея с четири лампи"),
    "crossing": ("ნახატი: ორი ბავშვი ზებრაზე, შუქნიშანზე მწვანე ანთია", "Рисунка: две деца на пешеходна пътека, светофарът свети зелено"),
    "ramp": ("ნახატი: პანდუსი მოაჯირით, რომელზეც ეტლით ადიან", "Рисунка: рампа с парапет и човек с количка по нея"),
    "stop": ("ნახატი: გადახურული გაჩერება ორი სკამით", "Рисунка: покрита спирка с две пейки"),
    "court": ("ნახატი: კალათბურთის ფარი და ორი მოთამაშე", "Рисунка: баскетболен кош и двама играчи"),
    "stage": ("ნახატი: პატარა სცენა ალმებით და მაყურებლები", "Рисунка: малка сцена с флагчета и публика"),
    "books": ("ნახატი: წიგნების კარადა სახურავით, გვერდით სკამი", "Рисунка: шкаф с книги под покрив и пейка до него"),
    "cycle": ("ნახატი: წითელი ველობილიკი და ველოსიპედისტი", "Рисунка: червена велоалея и колоездач"),
    "bank": ("ნახატი: ხის ბილიკი მდინარის პირას", "Рисунка: дървена алея край реката"),
    "shelter": ("ნახატი: ფარდული, მის ქვეშ ორი გრძელი სკამი", "Рисунка: сенник и две пейки под него"),
}  # fmt: skip
"""What the pictures show, in Georgian and in Bulgarian."""


def build(stage: Stage) -> None:
    """Put a picture to every proposal of which one can guess what it looks like, save each fifth."""
    house: House = stage.app.extensions["house"]
    drawn: dict[tuple[str, int], pictures.Drawn] = {}
    shown = {found.id for found in stage.rounds.values()}
    for proposal in stage.session.scalars(
        select(Proposal).where(Proposal.round_id.in_(shown)).join(Round).order_by(Proposal.id)
    ):
        motif = next(
            (one for one, words in WORDS.items() if any(word in proposal.title for word in words)), None
        )
        if motif is None or proposal.id % 5 == 0 or not queries.is_readable(proposal):
            continue
        look = (motif, proposal.id % 2)
        if look not in drawn:
            drawn[look] = pictures.redraw(sketches.sketch(*look))
        _put(stage, house, proposal, motif, drawn[look])


def _put(stage: Stage, house: House, proposal: Proposal, motif: str, drawn: pictures.Drawn) -> None:
    assert proposal.submitted_at is not None
    upload = Upload(
        municipality_id=proposal.municipality_id,
        owner_id=proposal.author_id,
        token=token(),
        kind=UploadKind.PICTURE,
        name=f"{motif}.png",
        alt=SEEN[motif][proposal.language == "bg"],
        language=proposal.language,
        width=drawn.width,
        height=drawn.height,
        size=len(drawn.large),
        sha256=digest(drawn.large),
        published=True,
        taken_at=proposal.submitted_at,
    )
    house.files.put(uploads.key(upload), drawn.large)
    house.files.put(uploads.key(upload, small=True), drawn.small)
    stage.session.add(upload)
    stage.session.flush()
    stage.session.add(ProposalFile(upload_id=upload.id, proposal_id=proposal.id, position=1))
    proposal.cover = upload.token
