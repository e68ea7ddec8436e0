//! Kind `column-contents`: what a column must hold (a catalogue, answers, a part of its subject) is not there.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde::Deserialize;

use super::{
    Judgement, Rule, proof, required_column,
    scope::{Case, unread},
};
use crate::{
    model::{Cause, ColumnFacts, ColumnState, ListEntry, Subject, UnitKind, Verdict},
    text::normalise,
};

/// Text of a page without rows from which a person must read it: what is asked for may stand in it.
const TEXT_TO_READ: usize = 80;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnContents {
    /// Standard names of the columns to look in, with all below them.
    pub columns: Vec<String>,
    /// Every column of the unit is looked in: the rules ask that it is published, not where.
    #[serde(default)]
    pub anywhere: bool,
    /// Only what is of one year counts; without it, anything that stands there.
    #[serde(default)]
    pub year: Option<Year>,
    /// What is said where the columns were read and it is not there.
    pub absent: Absent,
    /// What is said where there is no such column; by default another check speaks of that, and of one that is empty.
    #[serde(default)]
    pub without_column: WithoutColumn,
    /// Kinds of units of which only some plans ask it: what is absent is put before a person, unless the plan is known to
    /// give the column to the unit (`assigned`); of those without such a column nothing is said.
    #[serde(default)]
    pub by_plan: Vec<UnitKind>,
    /// Each is a subject of its own. Where several are looked for in one column, that it is there is one more.
    pub wanted: Vec<Wanted>,
}

/// The year that is judged: this one from the due day on, before that the last one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Month and day, such as `12-31`.
    pub due: MonthDay,
}

/// A day of any year.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
        parts
            .filter(|(month, day)| Date::new(2023, *month, *day).is_ok())
            .map(|(month, day)| Self { month, day })
            .ok_or_else(|| format!("{text:?} is no month and day; write one as \"12-31\""))
    }
}

impl Year {
    fn judged(&self, as_of: Date) -> i16 {
        let due = Date::new(as_of.year(), self.due.month, self.due.day);
        if due.is_ok_and(|due| as_of >= due) { as_of.year() } else { as_of.year() - 1 }
    }

    /// Why the last year is looked at; empty where this one is.
    fn explained(&self, as_of: Date) -> String {
        let (this, judged) = (as_of.year(), self.judged(as_of));
        if judged == this {
            return String::new();
        }
        format!("（{this}年的到{}月{}日才查，现在看{judged}年的）", self.due.month, self.due.day)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    Failed,
    NeedsReview,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutColumn {
    Failed,
    NeedsReview,
    #[default]
    NotApplicable,
}

/// One thing that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its name, which is also the key of the subject.
    pub name: String,
    /// A title, or the name of a sub-column, fits when it holds a word of every group.
    pub titles: Vec<Vec<String>>,
    /// A title with one of these does not fit.
    #[serde(default)]
    pub unless: Vec<String>,
    #[serde(default = "one")]
    pub at_least: usize,
}

fn one() -> usize {
    1
}

impl Wanted {
    fn fits(&self, title: &str) -> bool {
        let title = normalise(title);
        let holds = |word: &String| title.contains(&normalise(word));
        self.titles.iter().all(|group| group.iter().any(holds)) && !self.unless.iter().any(holds)
    }
}

/// What was found of one wanted thing.
#[derive(Default)]
struct Found<'a> {
    /// Rows that fit and are of the year.
    rows: Vec<&'a ListEntry>,
    /// Sub-columns of that name that hold something.
    parts: Vec<&'a ColumnFacts>,
    /// Rows that fit and show no date.
    undated: Vec<&'a ListEntry>,
    /// The newest row that fits and is too old.
    older: Option<&'a ListEntry>,
}

impl Found<'_> {
    fn count(&self) -> usize {
        self.rows.len() + self.parts.len()
    }
}

impl Rule for ColumnContents {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let each = self.wanted.iter().map(|wanted| self.judge_wanted(case, wanted));
        let Some(column) = self.judge_column(case) else { return each.collect() };
        let is_told = matches!(column.verdict, Verdict::Failed | Verdict::NeedsReview);
        let name = column.subject.label.clone();
        let once = |judgement: Judgement| match judgement.verdict {
            Verdict::Failed | Verdict::NeedsReview if is_told => {
                let reason = format!("未找到“{name}”，不逐项检查");
                Judgement { verdict: Verdict::NotApplicable, reason, evidence: Vec::new(), ..judgement }
            }
            _ => judgement,
        };
        let each: Vec<Judgement> = each.map(once).collect();
        std::iter::once(column).chain(each).collect()
    }

    fn yields_to_silence(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }
}

impl ColumnContents {
    /// Whether the column is there in which several things are looked for: an absent one is told once, not for each.
    fn judge_column(&self, case: &Case<'_>) -> Option<Judgement> {
        let speaks = self.wanted.len() > 1 && !self.anywhere && self.without_column != WithoutColumn::NotApplicable;
        let term = self.columns.first().filter(|_| speaks)?;
        let subject = Subject::new(format!("column:{term}"), term);
        Some(match self.named(case).first() {
            Some(column) => {
                let reason = format!("已设“{term}”：栏目“{}”", column.name);
                Judgement::new(subject, Verdict::Passed, reason).at(&column.url)
            }
            None => self.no_column(case, &self.wanted[0], subject),
        })
    }

    fn judge_wanted(&self, case: &Case<'_>, wanted: &Wanted) -> Judgement {
        let judgement = self.judge_contents(case, wanted);
        let why = self.year.as_ref().map(|year| year.explained(case.context.as_of)).unwrap_or_default();
        match judgement.verdict {
            Verdict::Failed | Verdict::NeedsReview => {
                Judgement { reason: format!("{}{why}", judgement.reason), ..judgement }
            }
            _ => judgement,
        }
    }

    fn judge_contents(&self, case: &Case<'_>, wanted: &Wanted) -> Judgement {
        let subject = Subject::new(format!("content:{}", wanted.name), &wanted.name);
        let year = self.year.as_ref().map(|year| year.judged(case.context.as_of));
        let named = self.named(case);
        let own = with_those_below(case, &named);
        let looked_in = if self.anywhere { and_all_others(case, &own) } else { own.clone() };
        let found = self.find(case, wanted, &looked_in, year);
        let when = year.map_or_else(String::new, |year| format!("{year}年的"));
        if found.count() >= wanted.at_least {
            return passed(case, wanted, subject, &found);
        }
        let optional =
            self.by_plan.contains(&case.unit.kind) && !self.columns.iter().any(|term| case.is_assigned(term));
        if optional && named.is_empty() {
            let kind = case.unit.kind;
            let reason = format!("没有“{}”栏目；只有考核方案有此要求时，{kind}才须公开", self.columns.join("、"));
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        if named.is_empty() && (!self.anywhere || case.blocked().is_some()) {
            return self.no_column(case, wanted, subject);
        }
        if let Some((column, cause)) = own.iter().find_map(|column| Some((*column, unread(column)?))) {
            let reason = format!("“{}”未能读取（{cause}），不能断定没有“{}”", column.name, wanted.name);
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&column.url);
        }
        let named_or_home = named.first().map_or(case.facts.url.as_str(), |column| column.url.as_str());
        let review = |reason: String| Judgement::new(subject.clone(), Verdict::NeedsReview, reason).at(named_or_home);
        for column in &named {
            if let ColumnState::LeadsAway { host } = &column.state {
                let reason = format!("“{}”指向其他网站{host}，请到该网站查看有无“{}”", column.name, wanted.name);
                return review(reason).with([proof::column(case, column, format!("指向{host}"))]);
            }
        }
        if let Some(row) = found.undated.first() {
            let (title, count) = (&row.title, found.undated.len());
            let reason = format!("有“{title}”等{count}条标题相符，但没有日期，请人工判断是否为{when}内容");
            return review(reason).with([proof::seen(case, &row.url, &row.title, "标题相符，无日期")]);
        }
        if let Some(column) = named.iter().find(|column| is_one_page(column)) {
            let reason = format!(
                "“{}”是一页文字（{}字），请人工查看其中有无{when}“{}”",
                column.name, column.text_length, wanted.name
            );
            return review(reason).with([proof::column(case, column, "栏目为单页")]);
        }
        if self.without_column == WithoutColumn::NotApplicable
            && !named.is_empty()
            && own.iter().all(|column| is_empty(column))
        {
            let reason = format!("“{}”没有任何内容，由栏目为空的检查项判断", named[0].name);
            return Judgement::new(subject, Verdict::NotApplicable, reason).at(&named[0].url);
        }
        let start = year.map(|year| date(year, 1, 1));
        if let Some(column) = own.iter().find(|column| !is_read_back_to(column, start)) {
            let reason = format!("“{}”的列表未读全，已读部分没有{when}“{}”，不作判断", column.name, wanted.name);
            return Judgement::new(subject, Verdict::NotMeasurable(Cause::Budget), reason).at(&column.url);
        }
        let judgement = self.absent(case, wanted, subject, (&found, &named, &looked_in), &when);
        if judgement.verdict != Verdict::Failed || !optional {
            return judgement;
        }
        let reason = format!("{}；只有考核方案有此要求时，{}才须公开，请人工判断", judgement.reason, case.unit.kind);
        Judgement { verdict: Verdict::NeedsReview, reason, ..judgement }
    }

    fn absent(
        &self,
        case: &Case<'_>,
        wanted: &Wanted,
        subject: Subject,
        (found, named, looked_in): (&Found<'_>, &[&ColumnFacts], &[&ColumnFacts]),
        when: &str,
    ) -> Judgement {
        let rows: usize = looked_in.iter().map(|column| column.entries.len()).sum();
        let place = match named {
            _ if self.anywhere => format!("所读{}个栏目", looked_in.len()),
            [only] => format!("“{}”", only.name),
            several => several.iter().map(|column| format!("“{}”", column.name)).collect::<Vec<_>>().join("、"),
        };
        let less = match found.count() {
            0 => format!("没有{when}“{}”", wanted.name),
            count => format!("{when}“{}”只有{count}件，应有{}件", wanted.name, wanted.at_least),
        };
        let mut reason = format!("{place}共{rows}条信息，{less}");
        if let Some(older) = found.older {
            let day = older.date.map(|moment| format!("（{}）", moment.date)).unwrap_or_default();
            reason.push_str(&format!("；最近一件为“{}”{day}", older.title));
        }
        // Without a column of its own, it may stand where nobody looked.
        let verdict = match self.absent {
            Absent::Failed if !named.is_empty() => Verdict::Failed,
            _ => Verdict::NeedsReview,
        };
        let url = named.first().map_or(case.facts.url.as_str(), |column| column.url.as_str());
        let mut evidence: Vec<_> =
            named.iter().map(|column| proof::column(case, column, format!("读取{}条", column.entries.len()))).collect();
        evidence.extend(found.older.map(|row| proof::seen(case, &row.url, &row.title, "最近一件")));
        evidence.extend(found.rows.iter().map(|row| proof::seen(case, &row.url, &row.title, "已有")));
        if evidence.is_empty() {
            evidence = proof::absence(case, &wanted.name);
        }
        Judgement::new(subject, verdict, reason).at(url).with(evidence)
    }

    /// This unit's columns of the names asked for.
    fn named<'a>(&self, case: &Case<'a>) -> Vec<&'a ColumnFacts> {
        let mut named: Vec<&ColumnFacts> = Vec::new();
        for column in self.columns.iter().flat_map(|term| case.columns_named(term)) {
            if named.iter().all(|known| known.key != column.key) {
                named.push(column);
            }
        }
        named
    }

    fn find<'a>(&self, case: &Case<'a>, wanted: &Wanted, columns: &[&'a ColumnFacts], year: Option<i16>) -> Found<'a> {
        let mut found = Found::default();
        for column in columns {
            let is_part = self.columns.iter().all(|term| column.fits(term).is_none());
            let is_filled =
                !column.entries.is_empty() || !column.children.is_empty() || column.text_length >= TEXT_TO_READ;
            let is_timely = year.is_none_or(|year| column.newest().is_some_and(|day| day.year() >= year));
            if is_part && unread(column).is_none() && is_filled && is_timely && wanted.fits(&column.name) {
                found.parts.push(column);
            }
            for row in column.entries.iter().filter(|row| wanted.fits(&row.title)) {
                if found.rows.iter().any(|known| known.url == row.url && known.title == row.title) {
                    continue;
                }
                match (year, row.date.map(|moment| moment.date)) {
                    (None, _) => found.rows.push(row),
                    (Some(year), _) if names_year(&row.title, year) => found.rows.push(row),
                    (Some(year), Some(day)) if day.year() >= year && day <= case.context.as_of => found.rows.push(row),
                    (Some(_), Some(_)) => {
                        if found.older.is_none_or(|older| older.date < row.date) {
                            found.older = Some(row);
                        }
                    }
                    (Some(_), None) => found.undated.push(row),
                }
            }
        }
        found
    }

    fn no_column(&self, case: &Case<'_>, wanted: &Wanted, subject: Subject) -> Judgement {
        let Some(term) = self.columns.first() else {
            let reason = format!("未见“{}”，请人工查看", wanted.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).with(proof::absence(case, &wanted.name));
        };
        let mut judgement = required_column::missing(case, term, subject, &[]);
        if judgement.verdict == Verdict::Failed {
            match self.without_column {
                WithoutColumn::Failed => {}
                WithoutColumn::NeedsReview => judgement.verdict = Verdict::NeedsReview,
                WithoutColumn::NotApplicable => {
                    judgement.verdict = Verdict::NotApplicable;
                    judgement.reason = format!("未找到“{term}”，由栏目设置的检查项判断");
                }
            }
        }
        judgement
    }
}

fn with_those_below<'a>(case: &Case<'a>, named: &[&'a ColumnFacts]) -> Vec<&'a ColumnFacts> {
    let below = named.iter().flat_map(|column| case.below(column));
    each_once(named.iter().copied().chain(below))
}

/// What may stand in any column: those that could be read come after the unit's own of that name.
fn and_all_others<'a>(case: &Case<'a>, own: &[&'a ColumnFacts]) -> Vec<&'a ColumnFacts> {
    each_once(own.iter().copied().chain(case.columns().filter(|column| unread(column).is_none())))
}

fn each_once<'a>(columns: impl Iterator<Item = &'a ColumnFacts>) -> Vec<&'a ColumnFacts> {
    let mut seen = BTreeSet::new();
    columns.filter(|column| seen.insert(column.key.as_str())).collect()
}

fn passed(case: &Case<'_>, wanted: &Wanted, subject: Subject, found: &Found<'_>) -> Judgement {
    let (url, title, what) = match (found.rows.first(), found.parts.first()) {
        (Some(row), _) => (&row.url, &row.title, "条信息"),
        (None, Some(part)) => (&part.url, &part.name, "个下级栏目"),
        (None, None) => (&case.facts.url, &wanted.name, "项"),
    };
    let day = found.rows.first().and_then(|row| row.date).map(|moment| format!("（{}）", moment.date));
    let reason = format!("有“{title}”{}等{}{what}", day.unwrap_or_default(), found.count());
    Judgement::new(subject, Verdict::Passed, reason).at(url).with([proof::seen(case, url, title, "标题相符")])
}

fn names_year(title: &str, year: i16) -> bool {
    normalise(title).contains(&format!("{year}年"))
}

fn is_empty(column: &ColumnFacts) -> bool {
    column.entries.is_empty() && column.text_length < TEXT_TO_READ && column.attachments == 0 && column.entrances == 0
}

fn is_one_page(column: &ColumnFacts) -> bool {
    column.entries.is_empty()
        && column.children.is_empty()
        && (column.text_length >= TEXT_TO_READ || column.attachments > 0)
}

/// Whether the rows that were read go back to this day for certain, or are all there are.
fn is_read_back_to(column: &ColumnFacts, start: Option<Date>) -> bool {
    if column.pages_total.is_none_or(|total| column.pages_read >= total) {
        return true;
    }
    let days: Vec<Date> =
        column.entries.iter().filter(|row| !row.pinned).filter_map(|row| Some(row.date?.date)).collect();
    let in_order = days.windows(2).all(|pair| pair[0] >= pair[1]);
    start.is_some_and(|start| in_order && days.last().is_some_and(|oldest| *oldest < start))
}
