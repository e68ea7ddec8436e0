//! Sitemaps (sitemaps.org): addresses that a portal itself lists, for what no link led to. They are offered after
//! everything that links lead to and checks need, and never more of them than the visit may read.

use std::collections::{BTreeSet, VecDeque};

use url::Url;

use super::{address, look::Looker};
use crate::{fetch, model::Capture};

/// The usual place.
const USUAL: &str = "/sitemap.xml";
/// Most files of a portal with a large budget; one a hundred pages of the budget.
const MOST_FILES: usize = 8;
/// Longest content of a file after unpacking.
const LONGEST: u64 = 16 * 1024 * 1024;

/// What sitemaps brought.
#[derive(Default)]
pub(super) struct Listed {
    /// Addresses with the sitemap that lists them, in its order.
    pub(super) addresses: VecDeque<(Url, String)>,
    pub(super) captures: Vec<Capture>,
}

/// Reads the sitemaps that robots.txt names, or the one in the usual place, and those that an index names.
pub(super) async fn listed(looker: &Looker<'_>, home: &Url, budget: usize) -> Listed {
    let robots = looker.client.robots(home.as_str()).await;
    let named = robots.map(|record| record.sitemaps).unwrap_or_default();
    let mut files: VecDeque<Url> = named.iter().filter_map(|text| address::canonical(text)).collect();
    if files.is_empty() {
        files.extend(home.join(USUAL));
    }
    let mut known = BTreeSet::new();
    let mut brought = Listed::default();
    while let Some(file) = files.pop_front() {
        if known.len() >= (budget / 100).clamp(1, MOST_FILES) || brought.addresses.len() >= budget {
            break;
        }
        if !address::is_of_portal(home, &file) || !known.insert(file.to_string()) {
            continue;
        }
        let Some((capture, body)) = looker.receive(file.as_str()).await else { continue };
        let sound = capture.status == 200 && !capture.truncated;
        brought.captures.push(capture);
        if !sound {
            continue;
        }
        let room = budget - brought.addresses.len();
        // Unpacking and reading sixteen megabytes takes a while.
        match tokio::task::spawn_blocking(move || read(body, room)).await {
            Ok(File::Index(places)) => files.extend(places),
            Ok(File::Addresses(places)) => {
                brought.addresses.extend(places.into_iter().map(|place| (place, file.to_string())));
            }
            Err(error) => tracing::warn!(sitemap = file.as_str(), "this sitemap cannot be read: {error}"),
        }
    }
    brought
}

/// What one file lists, as far as it is of use.
enum File {
    Index(Vec<Url>),
    Addresses(Vec<Url>),
}

fn read(body: Vec<u8>, room: usize) -> File {
    let text = String::from_utf8_lossy(&fetch::unpacked(body, LONGEST)).into_owned();
    let places = places(&text).filter_map(|place| address::canonical(&place));
    if text.contains("<sitemapindex") {
        File::Index(places.take(MOST_FILES).collect())
    } else {
        File::Addresses(places.take(room).collect())
    }
}

/// The contents of the `loc` elements, in order. A page that is no sitemap has none.
pub fn places(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("<loc>").skip(1).filter_map(|rest| {
        let place = rest.split("</loc>").next()?.trim();
        let place = place.strip_prefix("<![CDATA[").and_then(|place| place.strip_suffix("]]>")).unwrap_or(place);
        let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
            .iter()
            .fold(place.trim().to_owned(), |place, (coded, letter)| place.replace(coded, letter));
        (!plain.is_empty()).then_some(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_meant() {
        let text = "<?xml version=\"1.0\"?><urlset><url><loc> http://x.gov.cn/a?b=1&amp;c=2\n</loc><lastmod>2022</lastmod>\
                    </url><url><loc><![CDATA[http://x.gov.cn/d]]></loc></url><url><loc></loc></url></urlset>";
        assert_eq!(places(text).collect::<Vec<_>>(), ["http://x.gov.cn/a?b=1&c=2", "http://x.gov.cn/d"]);
        assert_eq!(places("<html><body>404</body></html>").count(), 0);
    }
}
