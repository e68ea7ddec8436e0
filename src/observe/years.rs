//! Years for list dates that have none, and pinned rows: both need the neighbours.

use jiff::civil::Date;
use url::Url;

use super::rows::Row;
use crate::{
    model::{ListEntry, Moment},
    text::dates::{self, Cell},
};

/// Pinned rows stand at the top; further down an older date is disorder.
const PINNED_ROWS: usize = 5;

/// Rows to entries: dates without a year take it from the address, from the heading over the row, from the row above
/// (lists run downwards), or from the day the page was received; without any of these they stay undated.
pub(super) fn resolve(rows: Vec<Row>, received: Option<Date>) -> Vec<ListEntry> {
    let mut entries: Vec<ListEntry> = Vec::new();
    let mut above: Option<(usize, Date)> = None;
    let below = fully_dated_below(&rows);
    for (row, next_full) in rows.iter().zip(below) {
        let date = match row.date {
            Some(Cell::Full { date, time }) => Some(Moment { date, time }),
            Some(Cell::MonthDay { month, day }) => {
                let latest = above.filter(|(list, _)| *list == row.list).map(|(_, date)| date);
                year_of(row, month, day, latest, next_full, received).map(Moment::day)
            }
            None => None,
        };
        if let Some(moment) = date {
            above = Some((row.list, moment.date));
        }
        entries.push(ListEntry { title: row.title.clone(), url: row.url.clone(), date, pinned: row.pinned });
    }
    mark_pinned(&rows, &mut entries);
    entries
}

/// For each row the next full date below it in the same list.
fn fully_dated_below(rows: &[Row]) -> Vec<Option<Date>> {
    let mut below = vec![None; rows.len()];
    let mut next: Option<(usize, Date)> = None;
    for (at, row) in rows.iter().enumerate().rev() {
        if let Some(place) = below.get_mut(at) {
            *place = next.filter(|(list, _)| *list == row.list).map(|(_, date)| date);
        }
        if let Some(Cell::Full { date, .. }) = row.date {
            next = Some((row.list, date));
        }
    }
    below
}

fn year_of(
    row: &Row,
    month: i8,
    day: i8,
    above: Option<Date>,
    below: Option<Date>,
    received: Option<Date>,
) -> Option<Date> {
    let in_year = |year: i16| Date::new(year, month, day).ok();
    let path = Url::parse(&row.url).map(|url| url.path().to_owned()).unwrap_or_default();
    if let Some(year) = dates::year_in_path(&path) {
        return in_year(year);
    }
    // 2023年 over rows may also name what they are about; none of them comes from the future.
    let headed = row.year.and_then(in_year).filter(|date| received.is_none_or(|received| *date <= received));
    if headed.is_some() {
        return headed;
    }
    // The latest such day that is not after the row above, or after the day of reception.
    let not_after =
        |limit: Date| in_year(limit.year()).filter(|date| *date <= limit).or_else(|| in_year(limit.year() - 1));
    // The earliest such day that is not before the row below.
    let not_before =
        |limit: Date| in_year(limit.year()).filter(|date| *date >= limit).or_else(|| in_year(limit.year() + 1));
    above.and_then(not_after).or_else(|| below.and_then(not_before)).or_else(|| received.and_then(not_after))
}

/// The first rows of a list that stand above newer ones.
fn mark_pinned(rows: &[Row], entries: &mut [ListEntry]) {
    let mut start = 0;
    while start < rows.len() {
        let list = rows.get(start).map_or(0, |row| row.list);
        let end = rows.iter().skip(start).position(|row| row.list != list).map_or(rows.len(), |length| start + length);
        if let Some(group) = entries.get_mut(start..end)
            && group.len() > 2
        {
            let day = |entry: &ListEntry| entry.date.map(|moment| moment.date);
            for at in 0..PINNED_ROWS.min(group.len() - 1) {
                let own = group.get(at).and_then(day);
                let newest_below = group.iter().skip(at + 1).filter_map(day).max();
                match (own, newest_below) {
                    (Some(own), Some(newer)) if own < newer => {
                        if let Some(entry) = group.get_mut(at) {
                            entry.pinned = true;
                        }
                    }
                    // An undated row or one in order ends the pinned ones.
                    _ => break,
                }
            }
        }
        start = end;
    }
}
