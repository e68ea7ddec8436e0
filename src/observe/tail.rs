//! Footers that no name in the markup tells: hand-made pages end in a table or a few lines like any other. They are known
//! by what only footers say: the numbers of registration and the identifier of the site.

use std::collections::VecDeque;

use crate::text::{letters, normalise};

/// What no other part of a page says.
const SURE: [&str; 4] = ["ICP备", "icp备", "公网安备", "网站标识码"];
/// How the lines of a footer begin.
const OPENINGS: [&str; 9] =
    ["主办", "承办", "版权所有", "技术支持", "网站地图", "站点地图", "联系我们", "关于我们", "copyright"];
/// A footer has at most so many letters, and stands in so many pieces of text.
const MOST_LETTERS: usize = 400;
/// Between two lines that only footers have stand no more letters than an address and a telephone number.
const MOST_BETWEEN: usize = 80;
const MOST_PIECES: usize = 60;

/// The last pieces of the text that belongs to no named part of the page.
#[derive(Default)]
pub(super) struct Tail {
    pieces: VecDeque<Piece>,
}

struct Piece {
    text: String,
    /// Letters by which the main part of the page counts it.
    counted: usize,
    /// Links that stood before it.
    links: usize,
}

/// Where the footer begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Footer {
    /// Links before it.
    pub links: usize,
    /// Letters of it that were counted as text of the page.
    pub counted: usize,
}

impl Tail {
    pub(super) fn add(&mut self, text: &str, counted: usize, links: usize) {
        let text: String = text.trim().chars().take(120).collect();
        if text.is_empty() {
            return;
        }
        if self.pieces.len() == MOST_PIECES {
            self.pieces.pop_front();
        }
        self.pieces.push_back(Piece { text, counted, links });
    }

    /// The footer at the end of the page, if it is there and no named part of it.
    pub(super) fn footer(&self) -> Option<Footer> {
        let (mut found, mut is_sure) = (None, false);
        let (mut seen, mut since, mut counted) = (0, 0, 0);
        for piece in self.pieces.iter().rev() {
            let length = letters(&piece.text);
            (seen, since) = (seen + length, since + length);
            // What is said after the first sure mark may be long; before it, menus have some of the same words.
            if seen > MOST_LETTERS || (is_sure && since > MOST_BETWEEN + length) {
                break;
            }
            counted += piece.counted;
            let says = SURE.iter().any(|mark| piece.text.contains(mark));
            is_sure |= says;
            if says || begins_a_line(&piece.text) {
                found = Some(Footer { links: piece.links, counted });
                since = 0;
            }
        }
        found.filter(|_| is_sure)
    }
}

fn begins_a_line(text: &str) -> bool {
    let text = normalise(text).to_lowercase();
    OPENINGS.iter().any(|opening| text.starts_with(opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(pieces: &[&str]) -> Option<Footer> {
        let mut tail = Tail::default();
        for (links, text) in pieces.iter().enumerate() {
            tail.add(text, letters(text), links);
        }
        tail.footer()
    }

    #[test]
    fn it_begins_with_the_first_line_that_speaks_like_one() {
        let found =
            tail(&["行政事业性收费", "网站地图", "主办：石门市农业农村局", "地址：东风路18号", "晋ICP备15003344号"]);
        assert_eq!(
            found,
            Some(Footer {
                links: 1,
                counted: letters("网站地图主办：石门市农业农村局地址：东风路18号晋ICP备15003344号")
            })
        );
    }

    #[test]
    fn a_menu_with_the_same_words_is_none() {
        let text =
            "各县区农业农村部门要对照任务清单细化措施按月调度确保粮食安全和重要农产品稳定供给让农民得到实惠".repeat(2);
        let found = tail(&["首页", "关于我们", "联系我们", &text, "主办：石门市农业农村局", "晋ICP备15003344号"]);
        assert_eq!(found.map(|footer| footer.links), Some(4));
    }

    #[test]
    fn without_a_number_of_registration_there_is_none() {
        assert_eq!(tail(&["关于办事的通知", "主办：石门市农业农村局", "地址：东风路18号"]), None);
        assert_eq!(tail(&[]), None);
    }
}
