"""The words of the demonstration's rounds, as a municipality would write them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Title, summary and introduction of one round in one language."""

    title: str
    summary: str
    text: str


@dataclass(frozen=True)
class Scene:
    """One round of the demonstration: its address, whether its envelopes are per district, its words."""

    slug: str
    districts: bool
    share: int
    """The city-wide amount in lari; in a city of the euro it is half of that."""
    words: dict[str, Words]


_SCENES = (
    Scene(
        "participatory-budget-2027",
        True,
        400_000,
        {
            "ka": Words(
                "მონაწილეობითი ბიუჯეტი 2027",
                "ქალაქი ერთად ირჩევს, რა გაკეთდეს მომავალ წელს: ერთი ბიულეტენი მთელი ქალაქისა და თქვენი უბნისთვის.",
                "მუნიციპალიტეტმა მომავალი წლის ბიუჯეტიდან თანხა მოქალაქეების იდეებისთვის გამოყო. წინადადებები "
                "მოსახლეობამ წარმოადგინა, სამსახურებმა კი თითოეული შეაფასეს და ღირებულება გამოთვალეს.\n\n"
                "ახლა **არჩევანი თქვენზეა**. ერთ ბიულეტენში ნახავთ ქალაქის პროექტებსაც და თქვენი უბნის პროექტებსაც. "
                "კენჭისყრის დასრულებამდე არჩევანის შეცვლა შეგიძლიათ. ვისაც ინტერნეტი არ აქვს, ქაღალდის ბიულეტენს "
                "მერიის მისაღებში შეავსებს.",
            ),
            "bg": Words(
                "Граждански бюджет 2027",
                "Градът избира заедно какво да се направи догодина: една бюлетина за целия град и за вашия район.",
                "Общината е отделила средства от бюджета за догодина за идеи на гражданите. Предложенията дойдоха от "
                "вас, а общинските отдели ги прегледаха едно по едно и изчислиха стойността им.\n\n"
                "Сега **изборът е ваш**. В една бюлетина са и проектите за целия град, и проектите за вашия район. "
                "До края на гласуването можете да промените избора си. Който няма интернет, попълва хартиена бюлетина "
                "в центъра за административно обслужване.",
            ),
            "en": Words(
                "Participatory budget 2027",
                "The city chooses together what is done next year: one ballot for the whole city and your district.",
                "Part of next year’s budget is kept for citizens’ ideas. People proposed, the departments assessed each "
                "proposal and worked out its cost.\n\nNow **the choice is yours**. One ballot carries the projects of "
                "the whole city and those of your district. Until the vote closes you may change your choice. Paper "
                "ballots are available at the town hall.",
            ),
        },
    ),
    Scene(
        "school-yards",
        False,
        90_000,
        {
            "ka": Words(
                "სკოლის ეზო, სადაც დარჩენა მოგინდებათ",
                "მოგვწერეთ, რა აკლია თქვენი სკოლის ეზოს: ჩრდილი, სათამაშო, ველოსადგომი თუ ღია საკლასო ოთახი.",
                "სკოლის ეზოები გაკვეთილების შემდეგაც ღიაა. ამ რაუნდში თანხა მხოლოდ სკოლების ეზოებს მოხმარდება.\n\n"
                "წინადადება შეუძლია წარმოადგინოს ყველას: მოსწავლეს, მშობელს, მასწავლებელს, მეზობელს. "
                "ზუსტი ღირებულება საჭირო არ არის, მას სამსახურები დაითვლიან.",
            ),
            "bg": Words(
                "Училищен двор, в който ви се остава",
                "Напишете какво липсва в двора на вашето училище: сянка, площадка, стойки за велосипеди или класна стая на открито.",
                "Училищните дворове са отворени и след часовете. Средствата в този кръг са само за тях.\n\n"
                "Предложение може да направи всеки: ученик, родител, учител, съсед. Не е нужна точна стойност, "
                "общинските отдели ще я изчислят.",
            ),
            "en": Words(
                "A school yard you want to stay in",
                "Tell us what your school yard lacks: shade, a playground, bicycle stands or an open-air classroom.",
                "School yards stay open after lessons. The money of this round is for them alone.\n\n"
                "Anybody may propose: pupils, parents, teachers, neighbours. No exact price is needed, the departments "
                "will work it out.",
            ),
        },
    ),
    Scene(
        "youth-budget",
        False,
        60_000,
        {
            "ka": Words(
                "ახალგაზრდული ბიუჯეტი",
                "იდეები 14-დან 29 წლამდე ახალგაზრდებისგან. ახლა ისინი მხარდამჭერებს ეძებენ.",
                "შეფასებაზე ის წინადადებები გადავა, რომლებსაც საკმარისი მხარდამჭერი ეყოლება. "
                "მხარდაჭერა ყველა მაცხოვრებელს შეუძლია, ასაკის მიუხედავად.\n\n"
                "ხელმოწერები ქაღალდზეც გროვდება: ფურცელი ამობეჭდეთ წინადადების გვერდიდან.",
            ),
            "bg": Words(
                "Младежки бюджет",
                "Идеи на млади хора от 14 до 29 години. Сега те търсят подкрепа.",
                "На оценка отиват предложенията, които съберат достатъчно подкрепа. Подкрепа може да даде всеки жител, "
                "независимо от възрастта.\n\nПодписи се събират и на хартия: листът се отпечатва от страницата на "
                "предложението.",
            ),
            "en": Words(
                "Youth budget",
                "Ideas of people from 14 to 29. Now they look for supporters.",
                "Proposals with enough supporters go on to the assessment. Every resident may support, whatever their age.\n\n"
                "Signatures are gathered on paper too: the sheet is printed from the proposal’s page.",
            ),
        },
    ),
    Scene(
        "green-courtyards",
        True,
        90_000,
        {
            "ka": Words(
                "მწვანე ეზოები",
                "ხეები, სკამები და წვიმის ბაღები კორპუსებს შორის. წინადადებებს ახლა სამსახურები აფასებენ.",
                "თითოეულ წინადადებას ის სამსახური აფასებს, რომელსაც საქმე ეხება: კრიტერიუმები, ღირებულება, სამართლებრივი "
                "საფუძველი და მიზეზი საჯაროა.\n\nყველა შედეგი ერთსა და იმავე საათზე გამოქვეყნდება. "
                "ვინც უარს არ ეთანხმება, გაასაჩივრებს და საჩივარს სხვა თანამშრომელი განიხილავს.",
            ),
            "bg": Words(
                "Зелени междублокови пространства",
                "Дървета, пейки и дъждовни градини между блоковете. Сега отделите оценяват предложенията.",
                "Всяко предложение се оценява от отдела, който отговаря за него: критериите, стойността, правното "
                "основание и причината са публични.\n\nВсички резултати излизат в един и същи час. Който не е съгласен с "
                "отказ, може да възрази, а възражението разглежда друг служител.",
            ),
            "en": Words(
                "Green courtyards",
                "Trees, benches and rain gardens between the blocks. The departments are assessing the proposals now.",
                "Each proposal is assessed by the department it concerns: criteria, cost, legal ground and reason are public."
                "\n\nAll results come out at the same hour. Whoever disagrees may appeal, and somebody else decides.",
            ),
        },
    ),
    Scene(
        "safe-streets",
        False,
        120_000,
        {
            "ka": Words(
                "უსაფრთხო ქუჩები",
                "გადასასვლელები, განათება, ტროტუარები: განვიხილოთ, სანამ კენჭისყრა დაიწყება.",
                "შეფასებული წინადადებები უკვე ცნობილია. ახლა დროა, ვიკითხოთ, შევადაროთ და დავაზუსტოთ.\n\n"
                "დაწერეთ, ეთანხმებით თუ არა და რატომ. მუნიციპალიტეტის პასუხები ცალკე ჩანს.",
            ),
            "bg": Words(
                "Безопасни улици",
                "Пешеходни пътеки, осветление, тротоари: да ги обсъдим, преди да започне гласуването.",
                "Оценените предложения вече са известни. Сега е времето да питаме, да сравняваме и да уточняваме.\n\n"
                "Напишете дали сте „за“ или „против“ и защо. Отговорите на общината се виждат отделно.",
            ),
            "en": Words(
                "Safe streets",
                "Crossings, lighting, pavements: let us talk them over before the vote begins.",
                "The assessed proposals are known. Now is the time to ask, compare and make things clear.\n\n"
                "Write whether you are for or against, and why. The municipality’s answers stand apart.",
            ),
        },
    ),
    Scene(
        "river-bank",
        False,
        90_000,
        {
            "ka": Words(
                "მტკვრის ნაპირი",
                "რა გააცოცხლებს სანაპიროს? პროექტების სია დამტკიცებულია, კენჭისყრა რამდენიმე დღეში დაიწყება.",
                "სანაპირო ქალაქის შუაშია, მაგრამ იქამდე მისვლა ბევრს უჭირს. ამ რაუნდის თანხა სწორედ ნაპირს მოხმარდება.\n\n"
                "სია უკვე **საბოლოოა**: პროექტებს ნომრები წილისყრით მიენიჭა, რომლის საწყისი რიცხვი წინასწარ იყო "
                "დაფიქსირებული. გაეცანით პროექტებს და მოიფიქრეთ, რომელს დაუჭერთ მხარს.",
            ),
            "bg": Words(
                "Бреговете на Тунджа",
                "Какво ще съживи реката? Списъкът с проектите е утвърден, гласуването започва след няколко дни.",
                "Реката тече през средата на града, но до нея се стига трудно. Средствата в този кръг са само за бреговете ѝ.\n\n"
                "Списъкът вече е **окончателен**: номерата на проектите са изтеглени с начално число, заложено "
                "предварително. Разгледайте проектите и помислете кои ще подкрепите.",
            ),
            "en": Words(
                "The river bank",
                "What would bring the river to life? The list is fixed, the vote begins in a few days.",
                "The river runs through the middle of the town, yet it is hard to reach. The money of this round is for its "
                "banks alone.\n\nThe list is **final**: the numbers were drawn by a seed that had been committed in "
                "advance. Read the projects and think about which you will support.",
            ),
        },
    ),
    Scene(
        "culture-nearby",
        False,
        60_000,
        {
            "ka": Words(
                "კულტურა უბანში",
                "კონცერტები, წიგნის კუთხეები და სახელოსნოები სახლთან ახლოს. კენჭისყრა დასრულდა, ხმები ითვლება.",
                "ბიულეტენები დალუქვის შემდეგ ითვლება. ყველას შეუძლია შედეგის გადათვლა გამოქვეყნებული ფაილით.",
            ),
            "bg": Words(
                "Култура в квартала",
                "Концерти, читателски кътове и работилници близо до дома. Гласуването приключи, гласовете се броят.",
                "Бюлетините се броят, след като бъдат запечатани. Всеки може сам да преброи резултата от публикувания файл.",
            ),
            "en": Words(
                "Culture nearby",
                "Concerts, reading corners and workshops close to home. The vote has closed and is being counted.",
                "Ballots are counted after they have been sealed. Anybody can recount the result from the published file.",
            ),
        },
    ),
    Scene(
        "participatory-budget-2026",
        True,
        360_000,
        {
            "ka": Words(
                "მონაწილეობითი ბიუჯეტი 2026",
                "შედეგი ცნობილია: ნახეთ, რომელმა პროექტებმა გაიმარჯვეს და რატომ.",
                "თითოეულ პროექტთან წერია, რატომ მიიღო დაფინანსება ან რა დააკლდა. ქვითრის ნომრით კი გაიგებთ, "
                "რომელ პროექტებს მოხმარდა თქვენი ხმა.",
            ),
            "bg": Words(
                "Граждански бюджет 2026",
                "Резултатът е известен: вижте кои проекти спечелиха и защо.",
                "До всеки проект е написано защо е финансиран или какво не му е достигнало. А с номера от разписката си "
                "ще научите за кои проекти е отишъл вашият глас.",
            ),
            "en": Words(
                "Participatory budget 2026",
                "The result is known: see which projects won, and why.",
                "Beside each project stands why it was funded, or what it lacked. With the number of your receipt you learn "
                "which projects your vote paid for.",
            ),
        },
    ),
    Scene(
        "participatory-budget-2025",
        True,
        320_000,
        {
            "ka": Words(
                "მონაწილეობითი ბიუჯეტი 2025",
                "არჩეული პროექტები სრულდება: ვადები, ხელშეკრულებები, გადახდები და ფოტოები.",
                "ყოველ პროექტს თავისი გვერდი აქვს: რა დაიგეგმა, რა თანხაზე დაიდო ხელშეკრულება და რა არის უკვე გადახდილი. "
                "თუ საქმე გვიანდება, მიზეზიც იქვე წერია.",
            ),
            "bg": Words(
                "Граждански бюджет 2025",
                "Избраните проекти се изпълняват: срокове, договори, плащания и снимки.",
                "Всеки проект има своя страница: какво е планирано, за каква сума е договорът и колко вече е платено. "
                "Ако нещо се бави, причината е написана там.",
            ),
            "en": Words(
                "Participatory budget 2025",
                "The chosen projects are being delivered: dates, contracts, payments and photographs.",
                "Every project has its page: what was planned, what was contracted and what has been paid. Where things are "
                "late, the reason stands beside.",
            ),
        },
    ),
    Scene(
        "participatory-budget-2024",
        False,
        160_000,
        {
            "ka": Words(
                "მონაწილეობითი ბიუჯეტი 2024",
                "პირველი რაუნდი დასრულდა: ყველა პროექტი ჩაბარებულია.",
                "აქ ინახება ყველაფერი, რაც პირველ რაუნდში მოხდა: წინადადებები, შედეგი და დახარჯული თანხა.",
            ),
            "bg": Words(
                "Граждански бюджет 2024",
                "Първият кръг приключи: всички проекти са предадени.",
                "Тук е запазено всичко от първия кръг: предложенията, резултатът и изразходваните средства.",
            ),
            "en": Words(
                "Participatory budget 2024",
                "The first round is complete: every project has been handed over.",
                "Everything of the first round is kept here: the proposals, the result and the money spent.",
            ),
        },
    ),
    Scene(
        "sport-for-all",
        False,
        70_000,
        {
            "ka": Words(
                "სპორტი ყველასთვის",
                "მალე დავიწყებთ: მოიფიქრეთ, სად და როგორ ივარჯიშებდა თქვენი უბანი.",
                "რაუნდი ჯერ მზადდება. თარიღები და წესები უკვე გამოქვეყნებულია, რომ იდეის მოფიქრება მოასწროთ.",
            ),
            "bg": Words(
                "Спорт за всички",
                "Скоро започваме: помислете къде и как би спортувал вашият квартал.",
                "Кръгът още се подготвя. Датите и правилата вече са публикувани, за да имате време да обмислите идеята си.",
            ),
            "en": Words(
                "Sport for all",
                "Starting soon: think about where and how your neighbourhood would like to move.",
                "The round is still being prepared. Dates and rules are public already, so that there is time to think.",
            ),
        },
    ),
    Scene(
        "neighbours-together",
        False,
        40_000,
        {
            "ka": Words(
                "მეზობლები ერთად",
                "მცირე თანხები იმისთვის, რასაც მეზობლები საკუთარი ხელით გააკეთებენ.",
                "თითო წინადადებაზე ათას ლარამდე მასალა: საღებავი, ნერგები, სკამის ფიცარი, ფეხბურთის ბადე. სამუშაოს მეზობლები "
                "თვითონ ასრულებენ, მუნიციპალიტეტი კი მასალასა და ინსტრუმენტს აძლევს.\n\nტექსტი ჯერ მუშავდება.",
            ),
            "bg": Words(
                "Съседи заедно",
                "Малки суми за това, което съседите ще направят със собствените си ръце.",
                "До петстотин евро за материали на предложение: боя, фиданки, дъски за пейка, мрежа за вратата. Работата вършат "
                "съседите, а общината дава материалите и инструментите.\n\nТекстът още се подготвя.",
            ),
            "en": Words(
                "Neighbours together",
                "Small sums for what neighbours will do with their own hands.",
                "Materials for each proposal: paint, seedlings, planks for a bench, a net for the goal. The neighbours do the "
                "work, the municipality gives materials and tools.\n\nThis text is still being written.",
            ),
        },
    ),
    Scene(
        "night-lights",
        False,
        70_000,
        {
            "ka": Words(
                "ნათელი ქუჩები",
                "განათება იქ, სადაც საღამოს სიარული უჭირთ.",
                "ყოველი უბნიდან ველოდით ერთ ქუჩას, ეზოს ან ბილიკს, სადაც სანათი ყველაზე მეტად აკლიათ.",
            ),
            "bg": Words(
                "Светли улици",
                "Осветление там, където вечер се върви трудно.",
                "От всеки район очаквахме една улица, двор или алея, където лампите липсват най-много.",
            ),
            "en": Words(
                "Bright streets",
                "Light where walking is hard in the evening.",
                "From each district we hoped for one street, courtyard or path where lamps are missed most.",
            ),
        },
    ),
)

CANCELLED = {
    "ka": "სახელმწიფო პროგრამა წელს ყველა უბნის გარე განათებას ფარავს, ამიტომ ეს თანხა აღარ არის საჭირო და "
    "„უსაფრთხო ქუჩების“ რაუნდს დაემატა. შემოსული წინადადებები პროგრამას გადაეცა. მადლობა ყველას, ვინც მოგვწერა.",
    "bg": "Националната програма плаща тази година осветлението във всички квартали, затова средствата вече не са нужни и "
    "преминаха към кръга „Безопасни улици“. Постъпилите предложения са предадени на програмата. Благодарим на всички, които писаха.",
    "en": "The national programme pays for street lighting in every district this year, so this money is not needed any "
    "more and went to the round “Safe streets”. The proposals were handed on. Thank you to everybody who wrote.",
}
"""Why the round of the street lights ended early."""

CATEGORIES = (
    ("green", {"ka": "მწვანე სივრცეები", "bg": "Зелени площи", "en": "Green spaces"}),
    (
        "streets",
        {"ka": "ქუჩები და გადაადგილება", "bg": "Улици и придвижване", "en": "Streets and getting about"},
    ),
    ("children", {"ka": "ბავშვები და განათლება", "bg": "Деца и образование", "en": "Children and learning"}),
    ("culture", {"ka": "კულტურა", "bg": "Култура", "en": "Culture"}),
    ("sport", {"ka": "სპორტი", "bg": "Спорт", "en": "Sport"}),
    ("access", {"ka": "ხელმისაწვდომი გარემო", "bg": "Достъпна среда", "en": "Access for everybody"}),
)

CITY_WIDE = {"ka": "მთელი ქალაქი", "bg": "Целият град", "en": "The whole city"}

SCENES = {scene.slug: scene for scene in _SCENES}
"""Every round's words by its address."""
