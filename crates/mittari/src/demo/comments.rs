//! What customers write, in six languages, content and not.

use super::dice::Dice;

/// The words of one language.
struct Words {
    language: &'static str,
    content: &'static [&'static str],
    so_so: &'static [&'static str],
    displeased: &'static [&'static str],
    hurried: &'static [&'static str],
}

const WORDS: &[Words] = &[
    Words {
        language: "en",
        content: &[
            "Quick and friendly, thank you!",
            "Solved in one go. That is how it should be.",
            "She knew at once what was wrong with my lamp.",
            "Polite, clear, done in five minutes.",
            "Best support I have had this year.",
        ],
        so_so: &["It worked in the end, but it took a while.", "Fine, though I had to explain it twice.", "OK."],
        displeased: &[
            "Three days for one answer.",
            "I was sent from one person to the next.",
            "The article did not help, so I had to write anyway.",
            "Still does not work after the update.",
            "Nobody read what I wrote.",
        ],
        hurried: &[
            "A quick answer to a question I did not ask.",
            "Closed my case before the money was back. I had to write again.",
        ],
    },
    Words {
        language: "fi",
        content: &[
            "Nopeaa ja ystävällistä palvelua, kiitos!",
            "Asia hoitui kerralla kuntoon.",
            "Vika löytyi heti, hienoa.",
            "Selkeät ohjeet ja mukava asiakaspalvelija.",
            "Parasta palvelua pitkään aikaan.",
        ],
        so_so: &[
            "Lopulta toimi, mutta siinä kesti.",
            "Ihan hyvä, tosin jouduin selittämään kahdesti.",
            "Kelpo palvelua.",
        ],
        displeased: &[
            "Vastausta sai odottaa kolme päivää.",
            "Minua pallotellaan ihmiseltä toiselle.",
            "Ohjeesta ei ollut apua, piti silti kirjoittaa.",
            "Ei toimi päivityksen jälkeenkään.",
            "Kukaan ei lukenut viestiäni.",
        ],
        hurried: &["Vastaus tuli nopeasti, mutta väärään kysymykseen.", "Tapaus suljettiin ennen kuin rahat tulivat."],
    },
    Words {
        language: "pl",
        content: &[
            "Szybko i uprzejmie, dziękuję!",
            "Załatwione za pierwszym razem.",
            "Pani od razu wiedziała, co jest z lampą.",
            "Jasno, konkretnie, pięć minut.",
            "Najlepsza obsługa w tym roku.",
        ],
        so_so: &["W końcu działa, ale trwało to długo.", "W porządku, choć musiałem tłumaczyć dwa razy.", "Może być."],
        displeased: &[
            "Trzy dni czekania na jedną odpowiedź.",
            "Odsyłano mnie od osoby do osoby.",
            "Artykuł nie pomógł, i tak musiałam napisać.",
            "Po aktualizacji dalej nie działa.",
            "Nikt nie przeczytał mojej wiadomości.",
        ],
        hurried: &[
            "Szybka odpowiedź, ale nie na moje pytanie.",
            "Zamknięto sprawę, zanim dostałem zwrot. Piszę drugi raz.",
        ],
    },
    Words {
        language: "ru",
        content: &[
            "Быстро и вежливо, спасибо!",
            "Решили с первого раза.",
            "Сразу поняли, что с лампой.",
            "Ясно, по делу, за пять минут.",
            "Лучшая поддержка за весь год.",
        ],
        so_so: &[
            "В итоге заработало, но ждать пришлось долго.",
            "Нормально, хотя пришлось объяснять дважды.",
            "Сойдёт.",
        ],
        displeased: &[
            "Три дня ради одного ответа.",
            "Меня пересылали от одного к другому.",
            "Статья не помогла, всё равно пришлось писать.",
            "После обновления так и не работает.",
            "Никто не прочитал моё письмо.",
        ],
        hurried: &["Ответили быстро, но не на мой вопрос.", "Закрыли обращение до возврата денег. Пишу снова."],
    },
    Words {
        language: "sl",
        content: &[
            "Hitro in prijazno, hvala!",
            "Rešeno v prvem poskusu.",
            "Takoj so vedeli, kaj je z lučjo.",
            "Jasno, vljudno, v petih minutah.",
            "Najboljša podpora letos.",
        ],
        so_so: &["Na koncu je delovalo, a je trajalo.", "V redu, čeprav sem moral razložiti dvakrat.", "Kar v redu."],
        displeased: &[
            "Tri dni za en odgovor.",
            "Pošiljali so me od enega do drugega.",
            "Članek ni pomagal, vseeno sem morala pisati.",
            "Po posodobitvi še vedno ne dela.",
            "Nihče ni prebral mojega sporočila.",
        ],
        hurried: &[
            "Hiter odgovor na vprašanje, ki ga nisem postavil.",
            "Zaprli so primer, preden je denar prišel nazaj.",
        ],
    },
    Words {
        language: "zh-Hant",
        content: &[
            "回覆很快，態度親切，謝謝！",
            "一次就解決了。",
            "客服馬上就知道燈哪裡有問題。",
            "說明清楚，五分鐘搞定。",
            "今年遇過最好的客服。",
        ],
        so_so: &["最後好了，但花了不少時間。", "還可以，只是同樣的事說了兩次。", "普通。"],
        displeased: &[
            "等了三天才有一個回覆。",
            "一直被轉來轉去。",
            "說明文章沒有用，還是得來問。",
            "更新之後還是不能用。",
            "根本沒有人看我寫的內容。",
        ],
        hurried: &["回得很快，但答非所問。", "錢還沒退就結案了，只好再問一次。"],
    },
];

/// What somebody of this language writes beside a score of 1 to 5.
pub(crate) fn comment(dice: &mut Dice, language: &str, score: i64, hurried: bool) -> &'static str {
    let words = WORDS.iter().find(|words| words.language == language).unwrap_or(&WORDS[0]);
    match score {
        4.. => dice.one(words.content),
        3 => dice.one(words.so_so),
        _ if hurried && dice.chance(0.7) => dice.one(words.hurried),
        _ => dice.one(words.displeased),
    }
}
