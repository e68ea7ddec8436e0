//! The sums that the tables of an annual report must keep, in exact numbers.
//!
//! A blank cell counts as nought, for many reports leave noughts out. A total that is left blank above figures is told as
//! such, not as a wrong sum.

use rust_decimal::Decimal;
use serde::Serialize;

use super::report::{APPLICANTS, Cell, DISPUTE_RESULTS, DISPUTES, Report, ReportTables};

/// Which sum is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sum {
    /// Each column of the requests: 一 + 二 = 三（七） + 四, printed in the form itself.
    Flow,
    /// Each column of the requests: the results add up to 三（七）.
    Results,
    /// Each row of the requests: the six kinds of applicants add up to 总计.
    Row,
    /// Each part of the disputes: the four results add up to 总计.
    Dispute,
}

/// How a sum stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    Holds,
    Differs,
    /// The total is blank while its parts are not.
    NotFilled,
    /// A cell of it is missing or no number.
    Unreadable,
}

/// One sum of one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    pub sum: Sum,
    /// The column, row or part it is about.
    pub place: String,
    pub balance: Balance,
    /// Both sides with their cells, such as `一（15）+二（0）=16，三（七）（17）+四（0）=17`; empty where it holds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shown: String,
}

type Named<'a> = (&'a str, &'a Cell);

impl Report {
    /// All sums of the tables that were found.
    pub fn identities(&self) -> Vec<Identity> {
        let mut found = Vec::new();
        if !self.tables.requests.is_empty() {
            found.extend((0..APPLICANTS.len()).map(|column| flow(&self.tables, column)));
            found.extend((0..APPLICANTS.len()).map(|column| results(&self.tables, column)));
            found.extend(self.tables.requests.iter().map(|(key, cells)| row(key, cells)));
        }
        if !self.tables.disputes.is_empty() {
            found.extend(DISPUTES.iter().zip(self.tables.disputes.chunks(DISPUTE_RESULTS.len())).map(dispute));
        }
        found
    }
}

fn flow(tables: &ReportTables, column: usize) -> Identity {
    let cell = |row: &str| tables.request(row, column);
    let left = [("一", cell("1")), ("二", cell("2"))];
    let right = [("三（七）", cell("3.7")), ("四", cell("4"))];
    not_filled(weigh(Sum::Flow, APPLICANTS[column], &left, &right), column, left.iter().chain(&right))
}

fn results(tables: &ReportTables, column: usize) -> Identity {
    let keys: Vec<&String> = tables.requests.keys().filter(|key| counts_as_result(tables, key)).collect();
    let parts: Vec<Named<'_>> =
        keys.iter().map(|key| (ReportTables::row_name(key), tables.request(key, column))).collect();
    let total = [("（七）总计", tables.request("3.7", column))];
    not_filled(weigh(Sum::Results, APPLICANTS[column], &parts, &total), column, parts.iter().chain(&total))
}

/// In the column of totals a blank cell is a total that was not filled in.
fn not_filled<'a>(mut identity: Identity, column: usize, mut cells: impl Iterator<Item = &'a Named<'a>>) -> Identity {
    let is_totals = column + 1 == APPLICANTS.len();
    if identity.balance == Balance::Differs && is_totals && cells.any(|(_, cell)| **cell == Cell::Blank) {
        identity.balance = Balance::NotFilled;
    }
    identity
}

/// A row of results counts unless its own sub-rows are given, which then count instead.
fn counts_as_result(tables: &ReportTables, key: &str) -> bool {
    let Some(rest) = key.strip_prefix("3.").filter(|rest| *rest != "7") else { return false };
    rest.contains('.') || !tables.requests.keys().any(|other| other.starts_with(&format!("{key}.")))
}

fn row(key: &str, cells: &[Cell]) -> Identity {
    let cell = |at: usize| cells.get(at).unwrap_or(&Cell::Missing);
    let last = APPLICANTS.len() - 1;
    let parts: Vec<Named<'_>> = APPLICANTS[..last].iter().enumerate().map(|(at, name)| (*name, cell(at))).collect();
    weigh(Sum::Row, ReportTables::row_name(key), &parts, &[("总计", cell(last))])
}

fn dispute((name, cells): (&&str, &[Cell])) -> Identity {
    let cell = |at: usize| cells.get(at).unwrap_or(&Cell::Missing);
    let last = DISPUTE_RESULTS.len() - 1;
    let parts: Vec<Named<'_>> =
        DISPUTE_RESULTS[..last].iter().enumerate().map(|(at, name)| (*name, cell(at))).collect();
    weigh(Sum::Dispute, name, &parts, &[("总计", cell(last))])
}

/// Weighs both sides; the first cell of the right one is the total that must not be blank.
fn weigh(sum: Sum, place: &str, left: &[Named<'_>], right: &[Named<'_>]) -> Identity {
    let sides = total(left).zip(total(right));
    let total_is_blank = right.first().is_some_and(|(_, cell)| **cell == Cell::Blank);
    let balance = match sides {
        None => Balance::Unreadable,
        Some((left, right)) if left == right => Balance::Holds,
        Some(_) if total_is_blank => Balance::NotFilled,
        Some(_) => Balance::Differs,
    };
    let shown = match balance {
        Balance::Holds => String::new(),
        _ => format!("{}，{}", side(left), side(right)),
    };
    Identity { sum, place: place.to_owned(), balance, shown }
}

fn total(cells: &[Named<'_>]) -> Option<Decimal> {
    cells.iter().try_fold(Decimal::ZERO, |sum, (_, cell)| sum.checked_add(cell.figure()?))
}

/// One side with its cells; noughts and blanks of a long side are left out.
fn side(cells: &[Named<'_>]) -> String {
    let is_said = |cell: &Cell| cells.len() <= 2 || cell.figure() != Some(Decimal::ZERO);
    let said: Vec<String> = cells
        .iter()
        .filter(|(_, cell)| is_said(cell))
        .map(|(name, cell)| format!("{name}（{}）", cell.chinese().trim_matches(['“', '”'])))
        .collect();
    let said = if said.is_empty() { "各项均为0".to_owned() } else { said.join("+") };
    match total(cells) {
        Some(total) if cells.len() > 1 => format!("{said}={total}"),
        _ => said,
    }
}
