//! `number`, `money` and `plural`: numbers as the recipient reads them.

use serde_json::Value as Json;

use super::Call;
use crate::fault::Fault;
use crate::locale::Locale;

/// Writes a number: `1.234,5` in Dutch, `1,234.5` in English.
///
/// Without a number of decimals all of them are written.
pub(super) fn number(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let value = amount(call)?;
    let decimals = match call.arguments.get(1) {
        None => None,
        Some(_) => {
            let decimals = call
                .get(1)?
                .as_u64()
                .filter(|&decimals| decimals <= DECIMALS_MAX);
            Some(decimals.ok_or_else(|| call.fail("takes 0 to 6 decimals"))?)
        }
    };
    let decimal = Decimal::of(value, decimals);
    let sign = if decimal.negative { "-" } else { "" };
    Ok(Json::String(format!(
        "{sign}{}",
        decimal.grouped(call.scope.locale())
    )))
}

/// Writes an amount of money: `€ 1.234,50` in Dutch, `€1,234.50` in English.
pub(super) fn money(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let value = amount(call)?;
    let currency = call.text(1, "takes a currency")?;
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(call.fail("takes a currency of three capitals, such as \"EUR\""));
    }
    let whole = WHOLE_CURRENCIES.contains(&currency);
    let decimal = Decimal::of(value, Some(if whole { 0 } else { 2 }));
    let digits = decimal.grouped(call.scope.locale());
    let sign = if decimal.negative { "-" } else { "" };
    let symbol = SYMBOLS
        .iter()
        .find(|(code, _)| *code == currency)
        .map(|(_, symbol)| *symbol);
    Ok(Json::String(match (call.scope.locale(), symbol) {
        (Locale::Dutch, symbol) => format!("{}{NBSP}{sign}{digits}", symbol.unwrap_or(currency)),
        (Locale::English | Locale::EnglishUs, Some(symbol)) => format!("{sign}{symbol}{digits}"),
        (Locale::English | Locale::EnglishUs, None) => format!("{sign}{currency}{NBSP}{digits}"),
    }))
}

/// Picks the word for a number: the first for one, the second for all others.
pub(super) fn plural(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let one = amount(call)? == 1.0;
    Ok(call.get(if one { 1 } else { 2 })?.clone())
}

fn amount(call: &Call<'_, '_>) -> Result<f64, Fault> {
    let value = call.get(0)?.as_f64().filter(|value| value.is_finite());
    value.ok_or_else(|| call.fail("takes a number"))
}

/// A number in decimal digits, as people write it.
struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    /// Writes a number out, rounded half away from zero to so many decimals.
    ///
    /// It rounds the digits that a person would see, not the binary fraction behind them: 2.675 is 2.68.
    fn of(value: f64, decimals: Option<u64>) -> Self {
        let digits = value.abs().to_string();
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
        if let Some(decimals) = decimals.and_then(|decimals| usize::try_from(decimals).ok()) {
            let up = fraction
                .as_bytes()
                .get(decimals)
                .is_some_and(|&digit| digit >= b'5');
            fraction.truncate(decimals);
            while fraction.len() < decimals {
                fraction.push('0');
            }
            if up {
                (whole, fraction) = add_one(&whole, &fraction);
            }
        }
        let zero = !whole
            .bytes()
            .chain(fraction.bytes())
            .any(|digit| digit != b'0');
        Self {
            negative: value < 0.0 && !zero,
            whole,
            fraction,
        }
    }

    /// Writes it with the separators of a language, without its sign.
    fn grouped(&self, locale: Locale) -> String {
        let (thousands, decimals) = locale.separators();
        let mut text = String::new();
        for (i, digit) in self.whole.chars().enumerate() {
            if i > 0 && (self.whole.len() - i).is_multiple_of(3) {
                text.push(thousands);
            }
            text.push(digit);
        }
        if !self.fraction.is_empty() {
            text.push(decimals);
            text.push_str(&self.fraction);
        }
        text
    }
}

/// Adds one to the last digit.
fn add_one(whole: &str, fraction: &str) -> (String, String) {
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let carries = digits
        .iter()
        .rev()
        .take_while(|&&digit| digit == b'9')
        .count();
    let kept = digits.len() - carries;
    digits.iter_mut().skip(kept).for_each(|digit| *digit = b'0');
    match digits.get_mut(..kept).and_then(<[u8]>::last_mut) {
        Some(digit) => *digit += 1,
        None => digits.insert(0, b'1'),
    }
    let fraction = digits.split_off(digits.len() - fraction.len());
    let text = |digits: Vec<u8>| digits.into_iter().map(char::from).collect();
    (text(digits), text(fraction))
}

/// The currencies without cents that a mail in Dutch or English is likely to name (ISO 4217).
const WHOLE_CURRENCIES: [&str; 8] = ["CLP", "ISK", "JPY", "KRW", "UGX", "VND", "XAF", "XOF"];

const SYMBOLS: [(&str, &str); 4] = [("EUR", "€"), ("GBP", "£"), ("JPY", "¥"), ("USD", "$")];

const DECIMALS_MAX: u64 = 6;

/// Keeps an amount on one line.
const NBSP: char = '\u{a0}';
