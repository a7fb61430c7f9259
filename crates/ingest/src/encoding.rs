//! Which characters the bytes of a text file stand for, decided at the first byte that is not plain ASCII.
//!
//! A file may be ASCII for gigabytes before its first umlaut, so nothing is decided before; then a window of
//! what follows decides: UTF-8 if it mostly is, else a code page if what it makes are letters that people
//! write, else UTF-8 with broken bytes, whose rows are reported one by one.

use encoding_rs::{BIG5, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

/// Bytes looked at to decide.
pub(crate) const WINDOW: usize = 64 << 10;

/// The encoding that a byte order mark names, and the mark's length.
pub(crate) fn by_mark(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(head)
}

/// UTF-16 without a mark: every second byte of Western text is zero.
pub(crate) fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len().min(4096) / 2;
    if pairs < 8 {
        return None;
    }
    let zeros = |odd: usize| head.chunks_exact(2).take(pairs).filter(|pair| pair[odd] == 0).count();
    match (zeros(0), zeros(1)) {
        (even, odd) if odd * 10 > pairs * 6 && even * 20 < pairs => Some(UTF_16LE),
        (even, odd) if even * 10 > pairs * 6 && odd * 20 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// The encoding of a window in which the first byte beyond ASCII stands at or near the beginning.
pub(crate) fn guess(window: &[u8], is_end: bool) -> &'static Encoding {
    let (whole, broken) = utf8_signs(window, is_end);
    if broken == 0 || whole > broken * 4 {
        return UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(window, is_end);
    let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
    let candidates = [guessed, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, BIG5];
    candidates.into_iter().find(|encoding| is_plausible(encoding, window)).unwrap_or(UTF_8)
}

/// Whole characters beyond ASCII, and places where UTF-8 breaks.
fn utf8_signs(window: &[u8], is_end: bool) -> (usize, usize) {
    let (mut whole, mut broken, mut rest) = (0, 0, window);
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => return (whole + beyond_ascii(text), broken),
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                whole += std::str::from_utf8(good).map_or(0, beyond_ascii);
                match error.error_len() {
                    None => return (whole, broken + usize::from(is_end)),
                    Some(length) => {
                        broken += 1;
                        rest = &bad[length..];
                    }
                }
            }
        }
    }
}

fn beyond_ascii(text: &str) -> usize {
    text.bytes().filter(|byte| *byte >= 0xc0).count()
}

/// Whether nearly all that an encoding makes of the bytes beyond ASCII is what people write with it.
fn is_plausible(encoding: &'static Encoding, window: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(window);
    let is_written: fn(char) -> bool = if encoding == WINDOWS_1250 {
        |sign| "ąćęłńóśźżčšžđáéíúýěřťďňůôľĺŕäöüßőűăâîşţë".contains(lower(sign)) || is_punctuation(sign)
    } else if encoding == WINDOWS_1252 {
        |sign| "äöåéèêëàâçîïôûùüßñáíóúãõæøœšžì".contains(lower(sign)) || is_punctuation(sign)
    } else if encoding == WINDOWS_1251 {
        |sign| matches!(sign, 'А'..='я' | 'Ё' | 'ё' | 'І' | 'і' | 'Ї' | 'ї' | 'Є' | 'є') || is_punctuation(sign)
    } else {
        |sign| sign != '\u{fffd}' && !matches!(sign, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}')
    };
    let (mut all, mut written, mut before) = (0usize, 0usize, ' ');
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        // Nobody writes a capital within a word of small letters, or alone; wrong code pages make them.
        let is_alone = !before.is_alphabetic() && !signs.peek().is_some_and(|after| after.is_alphabetic());
        let is_odd_capital = sign.is_uppercase() && (before.is_lowercase() || is_alone);
        all += usize::from(!sign.is_ascii());
        written += usize::from(!sign.is_ascii() && is_written(sign) && !is_odd_capital);
        before = sign;
    }
    // A Latin text may have one accent in a page; a text of another script has hardly anything else.
    let enough = match encoding {
        latin if latin == WINDOWS_1250 || latin == WINDOWS_1252 => 1,
        two_bytes if two_bytes == BIG5 => 2,
        cyrillic if cyrillic == WINDOWS_1251 => 4,
        _ => 8,
    };
    let is_real_text = window.iter().filter(|byte| **byte == 0).count() * 100 < window.len();
    is_real_text && written * 10 >= all * 9 && all >= enough
}

fn lower(sign: char) -> char {
    sign.to_lowercase().next().unwrap_or(sign)
}

fn is_punctuation(sign: char) -> bool {
    "€„“”‘’–—…•°§«»¿¡£©®№·´×\u{a0}".contains(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str, encoding: &'static Encoding) -> &'static Encoding {
        let (bytes, _, _) = encoding.encode(text);
        let start = bytes.iter().position(|byte| *byte >= 0x80).unwrap_or(0);
        guess(&bytes[start..], true)
    }

    #[test]
    fn the_code_pages_of_the_six_languages_are_told_apart() {
        let polish =
            "Zgłoszenie;Właściciel;Ocena\nZażółć gęślą jaźń;Łukasz Święty;5\nreklamacja przesyłki;Grażyna Źdźbło;3\n";
        let slovenian = "Zahtevek;Številka;Ocena\nČaša žita;Štefan Žnidaršič;5\nreševanje pritožb;Aleš Černe;4\n";
        let russian = "Обращение;Оценка\nНе работает вход;5\nГде мой заказ;3\n";
        let finnish = "Tapaus;Käsittelijä;Arvosana\nKirjautuminen ei onnistu enää;Väinö Mäkelä;5\nLasku on väärä;Päivi Hämäläinen;2\n";
        let chinese = "工單;評分\n無法登入帳戶;5\n訂單在哪裡;3\n退款問題請協助處理;1\n";
        assert_eq!(guessed(polish, WINDOWS_1250), WINDOWS_1250);
        assert_eq!(guessed(slovenian, WINDOWS_1250), WINDOWS_1250);
        assert_eq!(guessed(russian, WINDOWS_1251), WINDOWS_1251);
        assert_eq!(guessed(finnish, WINDOWS_1252), WINDOWS_1252);
        assert_eq!(guessed(chinese, BIG5), BIG5);
        for text in [polish, slovenian, russian, finnish, chinese] {
            assert_eq!(guessed(text, UTF_8), UTF_8);
        }
    }

    #[test]
    fn a_few_broken_bytes_do_not_make_a_code_page() {
        assert_eq!(guess(b"\xff\xfe,5\nnext,4\n", true), UTF_8);
        assert_eq!(guess(b"\xc3\x28,5\nnext,4\n", true), UTF_8);
        assert_eq!(guess(b"\x80\x81,5\nnext,4\n", true), UTF_8);
        assert_eq!(
            guess(
                "käsittely väärä mäki \u{e9}".as_bytes().iter().chain(b"\xff").copied().collect::<Vec<_>>().as_slice(),
                true
            ),
            UTF_8
        );
    }

    #[test]
    fn utf16_without_a_mark_is_known_by_its_zeros() {
        let little: Vec<u8> = "conversation_id,kind\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "conversation_id,kind\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(unmarked_utf16(&little), Some(UTF_16LE));
        assert_eq!(unmarked_utf16(&big), Some(UTF_16BE));
        assert_eq!(unmarked_utf16(b"conversation_id,kind\n"), None);
    }
}
