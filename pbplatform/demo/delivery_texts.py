"""What the demonstration says of delivery, in the languages of its towns. The companies are invented."""

SUPPLIERS = {
    "ka": (
        "შპს „მწვანე ეზო“",
        "შპს „ქალაქის ოსტატი“",
        "შპს „ნათელი ქუჩა“",
        "კოოპერატივი „მეზობელი“",
        "შპს „რკინა და ხე“",
    ),
    "bg": (
        "„Зелен двор“ ООД",
        "„Градски майстор“ ЕООД",
        "„Светла улица“ АД",
        "Кооперация „Съсед“",
        "„Желязо и дърво“ ООД",
    ),
}

DELAYS = (
    {
        "ka": "მოწყობილობა საზღვარგარეთიდან ორი თვის დაგვიანებით ჩამოვიდა; მიმწოდებელს ხელშეკრულებით გათვალისწინებული ჯარიმა დაეკისრა.",
        "bg": "Съоръженията пристигнаха от чужбина с два месеца закъснение; на доставчика е наложена неустойката по договора.",
        "en": "The equipment arrived from abroad two months late; the supplier pays the penalty of the contract.",
    },
    {
        "ka": "მიწის სამუშაოებისას რუკაზე აღუნიშნავი წყალსადენის მილი აღმოჩნდა და პროექტი შეიცვალა.",
        "bg": "При изкопите беше открит водопровод, който го няма на картите, и проектът беше преработен.",
        "en": "While digging, a water pipe was found that no map shows, and the design had to be changed.",
    },
)

ABANDONED = (
    {
        "ka": "მიწის ნაკვეთზე საკუთრების დავაა და სასამართლო მას მომავალ წლამდე არ განიხილავს. თანხა ქალაქის რეზერვში დაბრუნდა და მომდევნო რაუნდს დაემატება.",
        "bg": "За терена се води спор за собственост, който съдът няма да реши преди догодина. Средствата се върнаха в общия резерв и се добавят към следващия кръг.",
        "en": "Who owns the plot is in dispute, and the court will not decide before next year. The money went back to the reserve and is added to the next round.",
    },
)

CORRECTED = {
    "ka": "თანხა ინვოისიდან შეცდომით იყო გადმოწერილი.",
    "bg": "Сумата беше преписана погрешно от фактурата.",
    "en": "The amount had been copied wrongly from the invoice.",
}

MOVED = {
    "ka": "სამუშაოები გაზაფხულზე გადავიდა, რადგან ზამთარში ბეტონის დასხმა არ შეიძლება.",
    "bg": "Строителството се премества за пролетта, защото през зимата не може да се лее бетон.",
    "en": "The works move to spring, because concrete cannot be poured in winter.",
}

NEWS = (
    {
        "ka": "სამუშაოები დაიწყო. ეზოს ნაწილი ორი კვირით შემოღობილი იქნება; სადარბაზოებთან მისასვლელი ღია რჩება.",
        "bg": "Работата започна. Част от мястото ще бъде оградена за две седмици; достъпът до входовете остава свободен.",
        "en": "The works have begun. Part of the place will be fenced off for two weeks; the entrances stay open.",
    },
    {
        "ka": "ყველაფერი მზადაა. შაბათს, 12 საათზე, მეზობლები ერთად ვხსნით – მობრძანდით!",
        "bg": "Всичко е готово. В събота в 12 часа откриваме заедно със съседите – заповядайте!",
        "en": "Everything is ready. On Saturday at noon the neighbours open it together – do come!",
    },
)

CAPTIONS = {
    "before": {
        "ka": "ნახატი: ცარიელი, დაბზარული ასფალტი, ერთი გამხმარი ხე",
        "bg": "Рисунка: празен напукан асфалт и едно изсъхнало дърво",
        "en": "Drawing: empty cracked asphalt and one dry tree",
    },
    "during": {
        "ka": "ნახატი: შემოღობილი ადგილი, მიწის გროვა და ექსკავატორი",
        "bg": "Рисунка: оградено място, купчина пръст и багер",
        "en": "Drawing: a fenced place, a heap of earth and an excavator",
    },
    "after": {
        "ka": "ნახატი: ბილიკი, ახალი ხეები, სკამები და სანათი",
        "bg": "Рисунка: алея, нови дървета, пейки и лампа",
        "en": "Drawing: a path, new trees, benches and a lamp",
    },
}
