//! Lists that a page's script asks for and that come as JSON: their rows as the markup of a list, so that everything
//! that reads lists reads them too.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{html, model::beijing_time};

/// Names of members, in lower case, the most telling first.
const TITLES: [&str; 5] = ["title", "titleo", "infotitle", "doctitle", "subject"];
const ADDRESSES: [&str; 8] = ["url", "infourl", "link", "href", "post_url", "docpuburl", "visiturl", "linkurl"];
const DATES: [&str; 17] = [
    "display_publish_time",
    "publish_time",
    "publishtime",
    "publish_date",
    "publishdate",
    "pubdate",
    "infodate",
    "releasetime",
    "releasedate",
    "docreltime",
    "docpubtime",
    "docdate",
    "first_publish_time",
    "date",
    "created_at",
    "createtime",
    "createdate",
];
const TOTALS: [&str; 6] = ["total", "totalcount", "totalrecord", "totalelements", "count", "recordcount"];
/// Rows lie no deeper than `data.middle.listAndBox[]`.
const DEEPEST: usize = 5;
/// Most rows that are taken; systems send a hundred at a time.
const MOST_ROWS: usize = 2000;

/// An answer to a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its rows as markup; empty where it has none.
    pub markup: String,
    /// Rows of this answer.
    pub rows: usize,
    /// Rows of the whole list, where the answer says so.
    pub total: Option<usize>,
}

impl Answer {
    /// Whether it is a list, be it one that says of itself that it is empty.
    pub fn is_list(&self) -> bool {
        self.rows > 0 || self.total.is_some()
    }

    /// Whether the list has rows, and none of them is in this answer.
    pub fn lacks_rows(&self) -> bool {
        self.rows == 0 && self.total.is_some_and(|total| total > 0)
    }
}

/// What a JSON text answers; none for all other texts, at the cost of a look at its first letter.
pub fn read(text: &str) -> Option<Answer> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    Some(written(&value).or_else(|| recorded(&value)).or_else(|| listed(&value, 0)).unwrap_or_default())
}

/// Records with markup in them, as TrueCMS sends them: `{"result":"<datastore>…<record><![CDATA[<li>…"}`.
fn recorded(value: &Value) -> Option<Answer> {
    let text = value.get("result")?.as_str().filter(|text| text.contains("<recordset") || text.contains("<record>"))?;
    let markup = html::character_data(text);
    let total = text.split_once("<totalrecord>").and_then(|(_, rest)| rest.split('<').next()?.trim().parse().ok());
    Some(Answer { rows: markup.matches("<a ").count(), markup, total })
}

/// Rows that the server has written as markup already: `data.html`.
fn written(value: &Value) -> Option<Answer> {
    let markup = value.get("data").and_then(|data| data.get("html")).or_else(|| value.get("html"))?.as_str()?;
    let rows = markup.matches("<a ").count();
    Some(Answer { markup: markup.to_owned(), rows, total: None })
}

/// The first array of rows, outermost first.
fn listed(value: &Value, depth: usize) -> Option<Answer> {
    let object = value.as_object();
    let members: Box<dyn Iterator<Item = &Value>> = match value {
        _ if depth > DEEPEST => return None,
        Value::Object(object) => Box::new(object.values()),
        Value::Array(items) if items.iter().any(is_row) => return Some(of_rows(items, None)),
        Value::Array(items) => Box::new(items.iter().take(MOST_ROWS)),
        _ => return None,
    };
    let total = object.and_then(|object| number(member(object, &TOTALS)?));
    let mut found = None;
    for inner in members {
        if let Value::Array(items) = inner {
            if items.iter().any(is_row) {
                return Some(of_rows(items, total));
            }
            if items.is_empty() && total.is_some() {
                return Some(Answer { total, ..Answer::default() });
            }
        }
        found = found.or_else(|| listed(inner, depth + 1));
    }
    found.map(|found| Answer { total: found.total.or(total), ..found })
}

fn is_row(item: &Value) -> bool {
    item.as_object().is_some_and(|item| text_of(item, &TITLES).is_some() && text_of(item, &ADDRESSES).is_some())
}

fn of_rows(items: &[Value], total: Option<usize>) -> Answer {
    let mut answer = Answer { total, ..Answer::default() };
    for item in items.iter().filter_map(Value::as_object).take(MOST_ROWS) {
        let (Some(title), Some(address)) = (text_of(item, &TITLES), text_of(item, &ADDRESSES)) else { continue };
        let title = without_tags(title);
        let date = DATES.iter().filter_map(|name| member(item, &[name])).find_map(day_and_hour).unwrap_or_default();
        answer.rows += 1;
        for part in ["<li><a href=\"", &quoted(address), "\">", &title, "</a><span>", &date, "</span></li>\n"] {
            answer.markup.push_str(part);
        }
    }
    answer
}

/// The first member of one of these names, whatever their case.
fn member<'v>(object: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| object.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn text_of<'v>(object: &'v Map<String, Value>, names: &[&str]) -> Option<&'v str> {
    let texts = names.iter().filter_map(|name| member(object, &[name])?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty())
}

fn number(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).or_else(|| value.as_str()?.trim().parse().ok())
}

/// A date as lists show it, in Beijing time: from a text, or from seconds or milliseconds since 1970.
fn day_and_hour(value: &Value) -> Option<String> {
    let shown = |at: Timestamp| beijing_time(at).strftime("%Y-%m-%d %H:%M").to_string();
    if let Some(text) = value.as_str().map(str::trim).filter(|text| !text.is_empty()) {
        // A time that names its zone is that of the server, not of the reader.
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(shown(at));
        }
        if text.parse::<i64>().is_err() {
            let date = text.replacen('T', " ", 1);
            return Some(without_tags(date.get(..16).unwrap_or(&date)));
        }
    }
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    match number {
        100_000_000..100_000_000_000 => Timestamp::from_second(number).ok().map(shown),
        100_000_000_000..100_000_000_000_000 => Timestamp::from_millisecond(number).ok().map(shown),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace(['<', '>'], "")
}

/// A title that a search has marked up, without the marks.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut in_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if !in_tag => kept.push(letter),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_wherever_they_lie() {
        let text = r#"{"code":0,"data":{"total":"31","middle":{"rows":[
            {"Title":"甲<em>通知</em>","url":"/a/1.html","pubDate":"2022-11-08T09:30:00"},
            {"title":"乙","URL":"/a/2.html","date":1667865600},
            {"title":"丙","url":"/a/3.html","created_at":"2022-11-07T16:30:00.000000Z"},
            {"title":"没有网址"}]}}}"#;
        let answer = read(text).unwrap();
        assert_eq!((answer.rows, answer.total), (3, Some(31)));
        assert!(answer.markup.contains("\">甲通知</a><span>2022-11-08 09:30</span>"), "{}", answer.markup);
        assert!(answer.markup.contains("\">乙</a><span>2022-11-08 08:00</span>"), "{}", answer.markup);
        assert!(answer.markup.contains("\">丙</a><span>2022-11-08 00:30</span>"), "a time of another zone");
    }

    #[test]
    fn an_empty_list_says_so_and_an_error_is_no_list() {
        assert!(read(r#"{"articles":[],"total":0}"#).unwrap().is_list());
        for text in [r#"{"articles":[]}"#, r#"{"code":500,"msg":"error"}"#, "[]", "{}", r#"{"data":{"html":""}}"#] {
            assert!(!read(text).unwrap().is_list(), "{text}");
        }
        for text in ["<html>", "{broken", "", "callback({})"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[".repeat(100_000)), None, "nesting beyond all reason is no answer");
    }
}
