//! Reads the pins of a column map: what `mingcha discover --format yaml` proposed and staff signed or wrote by hand.

use url::Url;

use super::yaml::{self, Places, Problem};
use crate::model::{ColumnMap, ColumnPin, Lexicon, Portal};

/// The pins of the file. What else it holds (the tree, what was missing) is for people.
pub fn read(name: &str, text: &str) -> Result<Vec<ColumnPin>, Problem> {
    let map: ColumnMap = yaml::read(name, text)?;
    let places = Places::of(text);
    for (number, pin) in map.pins.iter().enumerate() {
        let fault = |field: &str, message: String, help: &str| {
            Err(places.problem(name, format!("pins[{number}].{field}"), message, help))
        };
        if !Url::parse(&pin.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return fault(
                "url",
                format!("{:?} is no http(s) address", pin.url),
                "write it like http://www.example.gov.cn/zcjd/",
            );
        }
        if let (Some(from), Some(until)) = (pin.from, pin.until)
            && until < from
        {
            return fault(
                "until",
                format!("{until} is before {from}, the first day"),
                "a pin holds from `from` to `until`",
            );
        }
    }
    Ok(map.pins)
}

/// What a portal's configuration calls columns and no word list knows: a pin of such a name would never match.
pub fn unknown_names<'p>(portal: &'p Portal, lexicon: &Lexicon) -> Vec<&'p str> {
    let pins = portal.pins.iter().map(|pin| pin.name.as_str());
    let assigned = portal.assigned.iter().map(|assigned| assigned.name.as_str());
    pins.chain(assigned).filter(|name| lexicon.term(name).is_none()).collect()
}
