//! The tree of a well-made page in one pass, by the rules of the HTML standard (WHATWG, 13.2.6).
//!
//! Implied tags are understood; what needs the standard's repairs (mis-nested formatting, text between table cells,
//! foreign elements …) is not attempted: [`Unusual`], and the full parser reads the page. What is built here is what
//! the full parser would build, which the tests hold for arbitrary markup. It costs a tenth of the time.

use super::{
    MAX_DEPTH,
    names::{self, Name},
    tokens::{Token, Tokens, Unusual},
    tree::{NONE, Span, Tree},
};

/// Most nodes; honest pages have a few thousand, the largest eight. More go through the gate.
const MAX_NODES: usize = 24_000;

/// The tree of `text`.
pub(super) fn build(text: &str) -> Result<Tree, Unusual> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(Unusual);
    }
    let buffer = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    let tree = Tree::over(buffer, text.len() / 30 + 8);
    let tokens = Tokens::of(&tree);
    let mut builder = Builder { tree, tokens, open: Vec::new(), part: Part::Start, form: NONE, drop_line_break: false };
    while let Some(token) = builder.tokens.next(&mut builder.tree)? {
        let drop_line_break = std::mem::take(&mut builder.drop_line_break);
        match token {
            Token::Open { name } => builder.start_tag(name)?,
            Token::Close { name } => builder.end_tag(name)?,
            Token::Text { words, blank } => builder.text(words, blank, drop_line_break)?,
        }
        if builder.open.len() > MAX_DEPTH || builder.tree.nodes.len() > MAX_NODES {
            return Err(Unusual);
        }
    }
    builder.ensure_body();
    while let Some(open) = builder.open.pop() {
        builder.tree.close(open.at);
    }
    Ok(builder.tree)
}

/// Which part of the page is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Start,
    Head,
    AfterHead,
    Body,
}

/// An element that has begun and not ended.
#[derive(Clone, Copy)]
struct Open {
    at: u32,
    name: Name,
    /// The name as written, for names of no special meaning.
    words: Span,
}

struct Builder {
    tree: Tree,
    tokens: Tokens,
    open: Vec<Open>,
    part: Part,
    /// The form that was opened last and not closed.
    form: u32,
    /// A line break right after `<pre>` is no part of the text.
    drop_line_break: bool,
}

impl Builder {
    fn start_tag(&mut self, words: Span) -> Result<(), Unusual> {
        let name = names::name(self.tree.words(words));
        if names::is_foreign(name) {
            return Err(Unusual);
        }
        match self.part {
            Part::Start => {
                if name == Name::Html {
                    if !self.open.is_empty() {
                        return Err(Unusual);
                    }
                    self.push(name, words);
                    return Ok(());
                }
                self.ensure_html();
                if name == Name::Head {
                    self.push(name, words);
                } else {
                    self.push_implied(Name::Head);
                }
                self.part = Part::Head;
                if name == Name::Head { Ok(()) } else { self.start_tag(words) }
            }
            Part::Head => match name {
                Name::Html | Name::Head => Err(Unusual),
                _ if names::belongs_in_head(name) => self.insert(name, words),
                _ => {
                    self.pop();
                    self.part = Part::AfterHead;
                    self.start_tag(words)
                }
            },
            Part::AfterHead => {
                if matches!(name, Name::Html | Name::Head) || names::belongs_in_head(name) {
                    return Err(Unusual);
                }
                self.part = Part::Body;
                if name == Name::Body {
                    self.push(name, words);
                    return Ok(());
                }
                self.push_implied(Name::Body);
                self.start_tag(words)
            }
            Part::Body => self.body_start_tag(name, words),
        }
    }

    fn body_start_tag(&mut self, name: Name, words: Span) -> Result<(), Unusual> {
        match self.current() {
            Name::Table | Name::Section | Name::Row | Name::ColGroup => return self.table_start_tag(name, words),
            Name::Select | Name::Option | Name::OptGroup
                if !matches!(name, Name::Option | Name::OptGroup | Name::Script) =>
            {
                return Err(Unusual);
            }
            _ => {}
        }
        match name {
            Name::Html | Name::Head | Name::Body => return Err(Unusual),
            Name::Caption | Name::ColGroup | Name::Col | Name::Section | Name::Row | Name::Cell => {
                return match self.innermost(&[Name::Cell, Name::Caption, Name::Table, Name::Select]) {
                    // Outside tables these tags mean nothing.
                    None => Ok(()),
                    Some(at) if self.open[at].name == Name::Cell => {
                        self.pop_to(at, true)?;
                        self.table_start_tag(name, words)
                    }
                    Some(_) => Err(Unusual),
                };
            }
            Name::Li | Name::Item => self.close_item(name)?,
            Name::Button if self.in_scope(|open| open.name == Name::Button, &[]).is_some() => return Err(Unusual),
            Name::Link | Name::NoBreak if self.open_formatting(name, words).is_some() => return Err(Unusual),
            Name::Table if self.paragraph().is_some() => return Err(Unusual),
            Name::Form if self.form != NONE => return Ok(()),
            Name::Option | Name::OptGroup if !self.is_in_select() => return Err(Unusual),
            Name::Option | Name::OptGroup => {
                if self.current() == Name::Option {
                    self.pop();
                }
                if name == Name::OptGroup && self.current() == Name::OptGroup {
                    self.pop();
                }
            }
            _ => {}
        }
        if names::closes_paragraph(name)
            && let Some(at) = self.paragraph()
        {
            self.pop_to(at, false)?;
        }
        if name == Name::Heading && self.current() == Name::Heading {
            self.pop();
        }
        self.insert(name, words)
    }

    /// Adds an element where we are.
    fn insert(&mut self, name: Name, words: Span) -> Result<(), Unusual> {
        if names::is_void(name) {
            self.push(name, words);
            self.pop();
        } else if names::is_raw(name) {
            self.push(name, words);
            let label = self.tree.words(words).to_owned();
            let resolve = matches!(name, Name::Title | Name::TextArea);
            if let Some(text) = self.tokens.raw(&mut self.tree, &label, resolve)? {
                if name == Name::TextArea && self.tree.words(text).starts_with('\n') {
                    return Err(Unusual);
                }
                self.add_text(text);
            }
            self.pop();
        } else {
            self.push(name, words);
            if name == Name::Form {
                self.form = self.open.last().map_or(NONE, |open| open.at);
            }
            self.drop_line_break = name == Name::Pre;
        }
        Ok(())
    }

    /// A start tag directly within a table, a part of it or a row.
    fn table_start_tag(&mut self, name: Name, words: Span) -> Result<(), Unusual> {
        if self.current() == Name::ColGroup {
            if name == Name::Col {
                return self.insert(name, words);
            }
            self.pop();
        }
        match (name, self.current()) {
            (Name::Script | Name::Style, _) => self.insert(name, words),
            (Name::Col, Name::Table) => {
                self.push_implied(Name::ColGroup);
                self.insert(name, words)
            }
            (Name::Section | Name::Caption | Name::ColGroup, Name::Table)
            | (Name::Row, Name::Section)
            | (Name::Cell, Name::Row) => self.insert(name, words),
            (Name::Row | Name::Cell, Name::Table) => {
                self.push_implied(Name::Section);
                self.table_start_tag(name, words)
            }
            (Name::Cell, Name::Section) => {
                self.push_implied(Name::Row);
                self.table_start_tag(name, words)
            }
            (Name::Section | Name::Row, Name::Section | Name::Row) => {
                self.pop();
                self.table_start_tag(name, words)
            }
            _ => Err(Unusual),
        }
    }

    fn end_tag(&mut self, words: Span) -> Result<(), Unusual> {
        let name = names::name(self.tree.words(words));
        if names::is_foreign(name) {
            return Err(Unusual);
        }
        match (self.part, name) {
            (Part::Head, Name::Head) => {
                self.pop();
                self.part = Part::AfterHead;
                Ok(())
            }
            (Part::Body, _) => self.body_end_tag(name, words),
            _ => Err(Unusual),
        }
    }

    fn body_end_tag(&mut self, name: Name, words: Span) -> Result<(), Unusual> {
        if matches!(self.current(), Name::Table | Name::Section | Name::Row | Name::ColGroup) {
            return self.table_end_tag(name, words);
        }
        if self.is_in_select() && !matches!(name, Name::Option | Name::OptGroup | Name::Select) {
            return Err(Unusual);
        }
        let same = |open: &Open| open.name == name;
        match name {
            // What follows still belongs where we are.
            Name::Body | Name::Html => Ok(()),
            Name::Head | Name::Break => Err(Unusual),
            Name::Block | Name::Pre | Name::Button => {
                let found = self.in_scope(|open| open.name == name && self.same_words(open, words), &[]);
                found.map_or(Ok(()), |at| self.pop_to(at, false))
            }
            Name::Form => {
                let form = std::mem::replace(&mut self.form, NONE);
                let Some(at) = self.in_scope(|open| open.at == form, &[]) else { return Ok(()) };
                if self.open[at + 1..].iter().all(|open| names::end_is_implied(open.name)) {
                    self.pop_to(at, false)
                } else {
                    Err(Unusual)
                }
            }
            Name::Paragraph => {
                let Some(at) = self.paragraph() else {
                    self.push_implied(Name::Paragraph);
                    self.pop();
                    return Ok(());
                };
                self.pop_to(at, false)
            }
            Name::Li => {
                let found = self.in_scope(same, &[Name::List]);
                found.map_or(Ok(()), |at| self.pop_to(at, false))
            }
            Name::List | Name::Heading => {
                let is = |open: &Open| open.name == name && (name == Name::Heading || self.same_words(open, words));
                self.in_scope(is, &[]).map_or(Ok(()), |at| self.pop_to(at, false))
            }
            Name::Item => {
                let found = self.in_scope(|open| open.name == name && self.same_words(open, words), &[]);
                found.map_or(Ok(()), |at| self.pop_to(at, false))
            }
            Name::Link | Name::Formatting | Name::NoBreak => self.close_formatting(name, words),
            Name::Cell | Name::Caption => {
                let found = self.in_table_scope(|open| open.name == name && self.same_words(open, words));
                found.map_or(Ok(()), |at| self.pop_to(at, true))
            }
            Name::Table | Name::Section | Name::Row => {
                let within = self.in_table_scope(|open| open.name == name && self.same_words(open, words)).is_some();
                let cell = self.in_table_scope(|open| open.name == Name::Cell);
                match (within, cell) {
                    (false, _) => Ok(()),
                    (true, Some(cell)) => {
                        self.pop_to(cell, true)?;
                        self.table_end_tag(name, words)
                    }
                    (true, None) => Err(Unusual),
                }
            }
            Name::ColGroup | Name::Col => Ok(()),
            Name::Select => {
                let found = self.open.iter().rposition(same);
                found.map_or(Ok(()), |at| self.pop_to(at, false))
            }
            Name::Option => {
                if self.current() == Name::Option {
                    self.pop();
                }
                Ok(())
            }
            Name::OptGroup => {
                let above = self.open.len().checked_sub(2).map(|at| self.open[at].name);
                if self.current() == Name::Option && above == Some(Name::OptGroup) {
                    self.pop();
                }
                if self.current() == Name::OptGroup {
                    self.pop();
                }
                Ok(())
            }
            _ => self.other_end_tag(words),
        }
    }

    /// An end tag directly within a table, a part of it or a row.
    fn table_end_tag(&mut self, name: Name, words: Span) -> Result<(), Unusual> {
        match name {
            Name::Table | Name::Section | Name::Row => {
                let found = self.in_table_scope(|open| open.name == name && self.same_words(open, words));
                found.map_or(Ok(()), |at| self.pop_to(at, false))
            }
            Name::ColGroup if self.current() == Name::ColGroup => {
                self.pop();
                Ok(())
            }
            _ if self.current() == Name::ColGroup => Err(Unusual),
            Name::Body | Name::Html | Name::Caption | Name::Col | Name::ColGroup | Name::Cell => Ok(()),
            // What was opened outside the table does not end inside it.
            Name::Block | Name::List | Name::Li | Name::Item | Name::Heading | Name::Pre | Name::Other => Ok(()),
            _ => Err(Unusual),
        }
    }

    /// The end of an element of no special meaning.
    fn other_end_tag(&mut self, words: Span) -> Result<(), Unusual> {
        for at in (0..self.open.len()).rev() {
            let open = self.open[at];
            if self.same_words(&open, words) {
                return self.pop_to(at, false);
            }
            if names::is_special(open.name) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The end of a formatting element: everything inside it must have ended, but for plain elements.
    fn close_formatting(&mut self, name: Name, words: Span) -> Result<(), Unusual> {
        let Some(at) = self.open_formatting(name, words) else { return self.other_end_tag(words) };
        if self.open[at + 1..].iter().any(|open| names::is_special(open.name)) {
            return Err(Unusual);
        }
        self.pop_above(at, false)?;
        self.pop();
        Ok(())
    }

    /// The innermost open formatting element of that name within the same cell.
    fn open_formatting(&self, name: Name, words: Span) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if open.name == name && self.same_words(open, words) {
                return Some(at);
            }
            if matches!(open.name, Name::Cell | Name::Caption) {
                return None;
            }
        }
        None
    }

    fn text(&mut self, words: Span, blank: bool, drop_line_break: bool) -> Result<(), Unusual> {
        match self.part {
            Part::Start if blank => return Ok(()),
            Part::Head | Part::AfterHead if blank => {}
            Part::Body => {}
            // White space before the first word belongs elsewhere than the word.
            _ if self.tree.words(words).starts_with([' ', '\t', '\n', '\x0c']) => return Err(Unusual),
            _ => self.ensure_body(),
        }
        if drop_line_break && self.tree.words(words).starts_with('\n') {
            return Err(Unusual);
        }
        let between_cells = matches!(self.current(), Name::Table | Name::Section | Name::Row | Name::ColGroup);
        if between_cells && !blank {
            return Err(Unusual);
        }
        self.add_text(words);
        Ok(())
    }

    fn add_text(&mut self, words: Span) {
        let at = self.open.last().map_or(NONE, |open| open.at);
        self.tree.add_text(at, words);
    }

    /// A new `li`, `dd` or `dt` ends the one before.
    fn close_item(&mut self, name: Name) -> Result<(), Unusual> {
        for at in (0..self.open.len()).rev() {
            let open = self.open[at];
            if open.name == name {
                return self.pop_to(at, false);
            }
            let is_plain_block = matches!(open.name, Name::Block | Name::Paragraph)
                && matches!(self.tree.words(open.words), "address" | "div" | "p" | "");
            if names::is_special(open.name) && !is_plain_block {
                return Ok(());
            }
        }
        Ok(())
    }

    fn paragraph(&self) -> Option<usize> {
        self.in_scope(|open| open.name == Name::Paragraph, &[Name::Button])
    }

    /// The innermost open element that is meant, unless a table, a cell or one of `walls` stands before it.
    fn in_scope(&self, is_meant: impl Fn(&Open) -> bool, walls: &[Name]) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if is_meant(open) {
                return Some(at);
            }
            let wall = matches!(open.name, Name::Html | Name::Table | Name::Cell | Name::Caption);
            if wall || walls.contains(&open.name) {
                return None;
            }
        }
        None
    }

    /// The same within the innermost table.
    fn in_table_scope(&self, is_meant: impl Fn(&Open) -> bool) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if is_meant(open) {
                return Some(at);
            }
            if open.name == Name::Table {
                return None;
            }
        }
        None
    }

    fn innermost(&self, names: &[Name]) -> Option<usize> {
        self.open.iter().rposition(|open| names.contains(&open.name))
    }

    fn is_in_select(&self) -> bool {
        let at = self.innermost(&[Name::Select, Name::Cell, Name::Table]);
        at.is_some_and(|at| self.open[at].name == Name::Select)
    }

    fn same_words(&self, open: &Open, words: Span) -> bool {
        let own = self.tree.words(open.words);
        let own = if own.is_empty() { names::implied_words(open.name) } else { own };
        own == self.tree.words(words)
    }

    fn current(&self) -> Name {
        self.open.last().map_or(Name::Other, |open| open.name)
    }

    /// Ends everything down to and with the element at that place. Across the end of a cell formatting elements end
    /// for good; elsewhere one that was left open would be opened again, which is not for us.
    fn pop_to(&mut self, at: usize, cell: bool) -> Result<(), Unusual> {
        self.pop_above(at, cell)?;
        if !cell && names::is_formatting(self.current()) {
            return Err(Unusual);
        }
        self.pop();
        Ok(())
    }

    fn pop_above(&mut self, at: usize, cell: bool) -> Result<(), Unusual> {
        while self.open.len() > at + 1 {
            if !cell && names::is_formatting(self.current()) {
                return Err(Unusual);
            }
            self.pop();
        }
        Ok(())
    }

    fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            self.tree.close(open.at);
        }
    }

    fn push(&mut self, name: Name, words: Span) {
        let parent = self.open.last().map_or(NONE, |open| open.at);
        let at = self.tree.push_element(parent, words, &self.tokens.attributes);
        self.open.push(Open { at, name, words });
    }

    /// An element whose tag was left out.
    fn push_implied(&mut self, name: Name) {
        let parent = self.open.last().map_or(NONE, |open| open.at);
        let words = self.tree.add_words(names::implied_words(name));
        let at = self.tree.push_element(parent, words, &[]);
        self.open.push(Open { at, name, words });
    }

    fn ensure_html(&mut self) {
        if self.open.is_empty() {
            self.push_implied(Name::Html);
        }
    }

    fn ensure_body(&mut self) {
        self.ensure_html();
        if self.part == Part::Start {
            self.push_implied(Name::Head);
            self.part = Part::Head;
        }
        if self.part == Part::Head {
            self.pop();
            self.part = Part::AfterHead;
        }
        if self.part == Part::AfterHead {
            self.push_implied(Name::Body);
            self.part = Part::Body;
        }
    }
}
