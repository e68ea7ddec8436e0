//! Every reading chosen stands in `rulebook show` and in the method note of the bulletin, for each of the ten tables.

use std::process::Command;

use jiff::civil::date;
use mingcha::{
    catalog::Catalog,
    jobs::{
        bulletin::{Material, assemble},
        bulletin_score::method,
    },
    model::{Quarter, Rulebook},
    report::bulletin_html,
};

fn catalog() -> Catalog {
    Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The bulletin's page, with nothing but its method.
fn bulletin(book: &Rulebook) -> String {
    let quarter: Quarter = "2022-Q3".parse().unwrap();
    let material = Material {
        drawn_up: date(2022, 10, 8),
        office: "河源市政务公开办公室".into(),
        portals: vec![],
        checks: vec![],
        runs: vec![],
        looks: vec![],
        findings: vec![],
        manual: vec![],
        scores: Default::default(),
        pending: vec![],
        method: method(book),
        rectification: None,
    };
    bulletin_html::render(&assemble(quarter, &material)).unwrap()
}

/// Text as it stands in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[test]
fn every_bulletin_prints_every_reading_of_its_table() {
    for book in &catalog().rulebooks {
        let page = bulletin(book);
        assert!(!book.readings.is_empty(), "{}", book.id);
        for reading in &book.readings {
            let says = &reading.options[&reading.chosen].says;
            let switch = format!("{}={}", reading.id, reading.chosen);
            for text in [&reading.place, &reading.problem, says, &switch] {
                assert!(page.contains(&escaped(text)), "{} {}: {text}", book.id, reading.id);
            }
        }
        assert!(!page.contains("本办公室改用的理解"), "{}", book.id);
    }
}

#[test]
fn a_switched_reading_is_marked_and_printed_with_what_it_says() {
    for book in &catalog().rulebooks {
        let switched = book.readings.iter().find_map(|reading| {
            let other = reading.options.keys().find(|name| **name != reading.chosen)?;
            Some((reading, other, book.read_as(&reading.id, other).unwrap()))
        });
        let (reading, option, read) = switched.unwrap_or_else(|| panic!("{} has no switch", book.id));
        let page = bulletin(&read);
        assert_eq!(page.matches("本办公室改用的理解").count(), 1, "{} {}", book.id, reading.id);
        assert!(page.contains(&escaped(&reading.options[option].says)), "{} {}", book.id, reading.id);
        assert!(page.contains(&format!("{}={option}", reading.id)), "{}", book.id);
        // A second switch leaves the first one marked.
        let again = read.read_as(&reading.id, option).unwrap();
        assert_eq!(again.changes(), [format!("{}={option}", reading.id)]);
    }
}

#[test]
fn show_prints_them_as_a_table_too() {
    for book in &catalog().rulebooks {
        let output = Command::new(env!("CARGO_BIN_EXE_mingcha")).args(["rulebook", "show", &book.id]).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        for reading in &book.readings {
            assert!(shown.contains(&reading.problem), "{} {}", book.id, reading.id);
            for (name, option) in &reading.options {
                let mark = if *name == reading.chosen { "●" } else { "○" };
                assert!(shown.contains(&format!("{mark} {name}：{}", option.says)), "{} {}", book.id, reading.id);
            }
        }
    }
}
