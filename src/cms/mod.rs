//! One file a publishing system: what gives it away, where its article text stands, which lists it hides from the
//! page's tree, and how its lists go on. Facts are drawn by `observe`; adapters only know addresses and markup.
//!
//! To add a system: a file with a type that is an [`Adapter`], its `mod` line, and its name in [`ADAPTERS`].
//! `cargo dev new-cms NAME` writes them.

mod answer;
mod ewb;
mod generic;
mod gkmlpt;
mod jcms;
mod jpaas;
mod paging;
mod trs;
mod truecms;
mod ucap;
mod vsb;

use std::{borrow::Cow, cell::OnceCell};

use memchr::memmem;
use regex::Regex;
use url::Url;

use crate::{
    html::{Page, Selector},
    model::CmsMatch,
};

pub use answer::{Answer, read as answer_of};

/// All known systems; the generic one answers when none of them does.
const ADAPTERS: &[&dyn Adapter] =
    &[&trs::Trs, &jcms::Jcms, &jpaas::Jpaas, &vsb::Vsb, &ucap::Ucap, &gkmlpt::Gkmlpt, &ewb::Ewb, &truecms::TrueCms];

/// Less than this is a coincidence (a class name copied along with an article).
const ENOUGH: u32 = 2;

/// A page with its source text and address.
pub struct Source<'p> {
    pub page: &'p Page,
    /// The decoded text as received, scripts included.
    pub text: &'p str,
    pub url: &'p Url,
    /// What the text answers to a script, where it is no page but such an answer; `page` holds its rows then.
    pub answer: Option<Answer>,
    /// The text with ASCII letters in lower case; made when first asked for.
    lower: OnceCell<String>,
}

/// Something that speaks for a system, and how strongly (1: seen elsewhere too, 2: enough by itself, 3: certain).
pub struct Clue {
    pub weight: u32,
    pub text: String,
}

/// A publishing system.
pub trait Adapter: Sync {
    /// Short name, as in facts and reports.
    fn name(&self) -> &'static str;

    /// What speaks for this system on this page.
    fn clues(&self, source: &Source<'_>) -> Vec<Clue>;

    /// Where the article text stands, when the page has one.
    fn body(&self) -> Option<&'static Selector> {
        None
    }

    /// Markup of a list that the page keeps outside its own tree.
    fn hidden_list(&self, source: &Source<'_>) -> Option<String> {
        kept_list(source)
    }

    /// The address that answers with the rows of this list, where the page itself shows none and a script asks for them.
    fn rows_elsewhere(&self, _source: &Source<'_>) -> Option<Url> {
        None
    }

    /// Addresses of the list's further pages, nearest first. Empty where the page does not say.
    fn next_pages(&self, source: &Source<'_>) -> Vec<Url> {
        paging::further(source)
    }

    /// Whether the page shows no rows because a script asks for them in a way that a visit does not, such as by POST.
    fn asks_in_vain(&self, _source: &Source<'_>) -> bool {
        false
    }
}

/// The system that made the page, with what gave it away; the generic one without evidence.
pub fn recognise(source: &Source<'_>) -> (&'static dyn Adapter, CmsMatch) {
    let best = ADAPTERS
        .iter()
        .map(|adapter| (*adapter, adapter.clues(source)))
        .map(|(adapter, clues)| (clues.iter().map(|clue| clue.weight).sum::<u32>(), adapter, clues))
        // The first of equals wins: `max_by_key` would take the last.
        .fold(None, |best: Option<(u32, &dyn Adapter, Vec<Clue>)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        });
    match best {
        Some((weight, adapter, clues)) if weight >= ENOUGH => {
            let evidence = clues.into_iter().map(|clue| clue.text).collect();
            (adapter, CmsMatch { name: adapter.name().to_owned(), evidence })
        }
        _ => (&generic::Generic, CmsMatch { name: generic::Generic.name().to_owned(), evidence: Vec::new() }),
    }
}

/// Rows that wait in a `textarea` for a script to page through them, as hand-made sites keep them.
fn kept_list(source: &Source<'_>) -> Option<String> {
    let is_list = |text: &String| {
        let is_template = ["{{", "<%", "${"].iter().any(|mark| text.contains(mark));
        !is_template && text.matches("<a ").nth(2).is_some() && (text.contains("<li") || text.contains("<tr"))
    };
    if !source.has("</textarea") {
        return None;
    }
    let mut areas = source.page.root().descendants().filter(|element| element.name() == "textarea");
    areas.find_map(|area| Some(area.raw_text()).filter(is_list))
}

/// The text with lists linked by addresses that can be asked for, where a system names them otherwise.
pub fn with_addresses_of_lists(text: &str) -> Cow<'_, str> {
    gkmlpt::with_addresses_of_lists(text)
}

/// Where article text stands on systems that are not known: ids and classes met again and again.
pub fn usual_bodies() -> &'static Selector {
    generic::bodies()
}

impl<'p> Source<'p> {
    pub fn new(page: &'p Page, text: &'p str, url: &'p Url) -> Self {
        Self { page, text, url, answer: None, lower: OnceCell::new() }
    }

    /// The same for a text that may be an answer to a script; `page` was then made of its rows.
    pub fn with_answer(self, answer: Option<Answer>) -> Self {
        Self { answer, ..self }
    }

    /// Whether `mark` stands in the source text, whatever the case of its ASCII letters.
    pub fn has(&self, mark: &str) -> bool {
        let lower = self.lower.get_or_init(|| self.text.to_ascii_lowercase());
        memmem::find(lower.as_bytes(), mark.to_ascii_lowercase().as_bytes()).is_some()
    }

    /// A clue where one of `marks` stands in the source text, whatever the case.
    fn mark(&self, weight: u32, marks: &[&str]) -> Option<Clue> {
        let found = marks.iter().find(|mark| self.has(mark))?;
        Some(Clue { weight, text: format!("page text has {found}") })
    }

    /// A clue where the page's own address has the form.
    fn address(&self, weight: u32, form: &Regex) -> Option<Clue> {
        let found = form.find(self.url.path())?;
        Some(Clue { weight, text: format!("address has {}", found.as_str()) })
    }

    /// A clue where at least `least` links have the form.
    fn links(&self, weight: u32, form: &Regex, least: usize) -> Option<Clue> {
        let mut found = self.page.links().filter_map(|link| form.find(link.href));
        let example = found.next()?;
        let count = 1 + found.count();
        (count >= least).then(|| Clue { weight, text: format!("{count} links such as {}", example.as_str()) })
    }
}
