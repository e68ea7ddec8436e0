//! Word lists that an office adds to: wrong phrases (`word-lists/grave-wording/`, `sensitive-slips/`) and working days
//! (`word-lists/working-days.yaml`, later years in `working-days/`). Files of these folders add up.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{
    checks::list,
    files::Files,
    yaml::{self, Places, Problem},
};
use crate::{
    model::PageIntegrity,
    text::{
        normalise,
        phrases::{LEAST_LETTERS, Mentions, Phrase, Phrases, WordList},
        workdays::{Calendar, YearDays},
    },
};

/// Folders of wrong phrases, with what their lines count as.
const PHRASES: [(&str, WordList); 2] =
    [("word-lists/grave-wording", WordList::GraveWording), ("word-lists/sensitive-slips", WordList::SensitiveSlip)];
const MENTIONS: &str = "word-lists/wording-mentions.yaml";
const INTEGRITY: &str = "word-lists/page-integrity.yaml";
const DAYS: &str = "word-lists/working-days.yaml";
const MORE_DAYS: &str = "word-lists/working-days";

/// Every wrong phrase of every list.
pub(super) fn phrases(files: &Files, problems: &mut Vec<Problem>) -> Phrases {
    let mut lines: Vec<(WordList, Phrase)> = Vec::new();
    for (folder, kind) in PHRASES {
        for (name, read) in folder_of::<Phrase>(files, folder, problems) {
            let places = Places::of(files.get(name).unwrap_or_default());
            for (number, phrase) in read.into_iter().enumerate() {
                for (field, message, help) in faults(number, &phrase) {
                    problems.push(places.problem(name, field, message, help));
                }
                lines.push((kind, phrase));
            }
        }
    }
    problems.extend(doubles(files, &lines));
    let mentions = match files.get(MENTIONS) {
        Some(text) => yaml::read::<Mentions>(MENTIONS, text).unwrap_or_else(|problem| {
            problems.push(problem);
            Mentions::default()
        }),
        None => Mentions::default(),
    };
    Phrases::of(&lines, mentions).unwrap_or_else(|error| {
        problems.push(Problem::of_file(PHRASES[0].0, format!("cannot be searched for: {error}"), "shorten the lists"));
        Phrases::default()
    })
}

/// By what foreign content is told.
pub(super) fn page_integrity(files: &Files, problems: &mut Vec<Problem>) -> PageIntegrity {
    let Some(text) = files.get(INTEGRITY) else { return PageIntegrity::default() };
    yaml::read::<PageIntegrity>(INTEGRITY, text).unwrap_or_else(|problem| {
        problems.push(problem);
        PageIntegrity::default()
    })
}

/// What is wrong with one line: field, message, help.
fn faults(number: usize, phrase: &Phrase) -> Vec<(String, String, &'static str)> {
    let mut faults = Vec::new();
    let right = normalise(&phrase.right);
    if right.is_empty() {
        faults.push((format!("[{number}].right"), "is empty".to_owned(), "write what it should be"));
    }
    if phrase.wrong.is_empty() {
        faults.push((format!("[{number}].wrong"), "is empty".to_owned(), "write at least one wrong form"));
    }
    for (at, wrong) in phrase.wrong.iter().enumerate() {
        let field = format!("[{number}].wrong[{at}]");
        let bare = normalise(wrong);
        if bare.chars().count() < LEAST_LETTERS {
            faults.push((
                field,
                format!("“{wrong}” is too short"),
                "write at least three letters; shorter words stand inside too many others",
            ));
        } else if bare == right {
            faults.push((field, format!("“{wrong}” is the right form itself"), "take one of the two out"));
        }
    }
    for (at, unless) in phrase.unless.iter().enumerate() {
        let bare = normalise(unless);
        if !phrase.wrong.iter().any(|wrong| bare.contains(&normalise(wrong))) {
            let field = format!("[{number}].unless[{at}]");
            let message = format!("“{unless}” holds none of the wrong forms, so it excuses nothing");
            faults.push((field, message, "write the longer text in which the wrong form is right"));
        }
    }
    faults
}

/// A form that one line calls wrong and another right.
fn doubles(files: &Files, lines: &[(WordList, Phrase)]) -> Vec<Problem> {
    let mut owner: BTreeMap<String, &str> = BTreeMap::new();
    for (_, phrase) in lines {
        for wrong in &phrase.wrong {
            owner.insert(normalise(wrong), &phrase.right);
        }
    }
    let told = lines.iter().filter_map(|(kind, phrase)| {
        let other = owner.get(&normalise(&phrase.right))?;
        let folder = PHRASES.iter().find(|(_, list)| list == kind).map_or("", |(folder, _)| folder);
        let (name, text) = files.in_folder(folder).find(|(_, text)| text.contains(&phrase.right))?;
        let message = format!("“{}” is right here and wrong in the line of “{other}”", phrase.right);
        Some(Places::of(text).problem(name, "", message, "decide which of the two lines holds"))
    });
    told.collect()
}

/// Working days by year. A file of the folder adds a year or takes the place of one, so that an office need not copy
/// the years that are there.
pub(super) fn calendar(files: &Files, problems: &mut Vec<Problem>) -> Calendar {
    let mut years: BTreeMap<i16, YearDays> = BTreeMap::new();
    let own = std::iter::once((DAYS, list::<YearDays>(files, DAYS, problems)));
    let more = folder_of::<YearDays>(files, MORE_DAYS, problems);
    for (name, read) in own.chain(more) {
        let places = Places::of(files.get(name).unwrap_or_default());
        for (number, year) in read.into_iter().enumerate() {
            for message in year.slips() {
                let help = "compare with the State Council's notice";
                problems.push(places.problem(name, format!("[{number}].year"), message, help));
            }
            years.insert(year.year, year);
        }
    }
    Calendar::from_years(years.into_values())
}

/// All lists directly in a folder, by file name.
fn folder_of<'a, T: DeserializeOwned>(
    files: &'a Files,
    folder: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(&'a str, Vec<T>)> {
    let mut read = Vec::new();
    for (name, text) in files.in_folder(folder) {
        match yaml::read(name, text) {
            Ok(lines) => read.push((name, lines)),
            Err(problem) => problems.push(problem),
        }
    }
    read
}
