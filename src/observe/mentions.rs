//! Titles that a document names: 《关于…的通知》.

/// So much of the text is searched for titles in 《》.
const OPENING: usize = 400;
/// Letters of a title; fewer name a newspaper, more are a mark that was never closed.
const TITLE: std::ops::RangeInclusive<usize> = 4..=180;

/// Titles in 《》 in the title and the opening of the text.
pub(super) fn read(title: &str, body: &str) -> Vec<String> {
    let opening = body.char_indices().nth(OPENING).map_or(body, |(end, _)| &body[..end]);
    let mut found: Vec<String> = Vec::new();
    for mention in quoted(title).chain(quoted(opening)) {
        let mention = mention.trim();
        if TITLE.contains(&mention.chars().count()) && !found.iter().any(|known| known == mention) {
            found.push(mention.to_owned());
        }
    }
    found
}

/// What stands between 《 and the next 》, from the innermost 《; titles inside it stand in 〈〉.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('》')
        .filter_map(|piece| piece.rsplit_once('《'))
        .map(|(_, title)| title)
        .take(text.matches('》').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_taken_from_their_innermost_marks() {
        let found =
            read("《青河市养老服务办法》解读", "依据《关于贯彻〈养老条例〉的实施意见》和《青河日报》，见《未完");
        assert_eq!(found, ["青河市养老服务办法", "关于贯彻〈养老条例〉的实施意见", "青河日报"]);
        assert!(read("", "《报》《《》").is_empty());
        assert_eq!(read("《《青河市养老服务办法》", ""), ["青河市养老服务办法"]);
    }
}
