//! A column map as YAML that people read, sign and hand back to the configuration (`column_map`).

use std::fmt::Write;

use serde::Serialize;

use crate::model::{ColumnMap, ColumnPin, Confidence, MappedColumn, MatchedBy};

/// The whole file, with comments that say what to do with it.
pub fn render(map: &ColumnMap) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    line(format!("# {}栏目对照表，由 mingcha discover 于{}读取{}个页面后提出。", map.unit, map.as_of, map.pages));
    line("# 核对 pins 各条：认可的，在 by 写上核对人、from 写上起始日；不对的，改正 url 或删去。".to_owned());
    line("# 没有 by 的只是建议，检查时仍由程序自行识别；until 可写截止日，note 可写说明。".to_owned());
    line("# 核对后在 mingcha.toml 该网站下写 column_map = \"本文件名\" 即生效。".to_owned());
    if map.cut_short {
        line("# 注意：本次未读完全部需要的页面，missing 中的栏目可能只是没有读到。".to_owned());
    }
    line(format!("portal: {}", quoted(&map.portal)));
    line(format!("as_of: {}", map.as_of));
    line(format!("unit: {}", quoted(&map.unit)));
    list(&mut line, "inferred", map.inferred.iter().map(|sentence| quoted(sentence)));
    line(format!("pages: {}", map.pages));
    line(format!("cut_short: {}", map.cut_short));
    line(String::new());
    line(if map.pins.is_empty() { "pins: []" } else { "pins:" }.to_owned());
    for own in &map.pins {
        pin(&mut line, own);
    }
    line(String::new());
    line("# 未见的栏目，及菜单中最相近的名称".to_owned());
    list(
        &mut line,
        "missing",
        map.missing.iter().map(|missing| {
            let nearest: Vec<String> = missing.nearest.iter().map(|name| quoted(name)).collect();
            let scripted =
                missing.scripted.as_ref().map(|text| format!(", scripted: {}", quoted(text))).unwrap_or_default();
            format!("{{ name: {}{scripted}, nearest: [{}] }}", quoted(&missing.name), nearest.join(", "))
        }),
    );
    line(String::new());
    line("# 全站栏目".to_owned());
    line(if map.tree.is_empty() { "tree: []" } else { "tree:" }.to_owned());
    for column in &map.tree {
        branch(&mut line, column, 1);
    }
    text
}

fn list(line: &mut impl FnMut(String), name: &str, items: impl ExactSizeIterator<Item = String>) {
    line(if items.len() == 0 { format!("{name}: []") } else { format!("{name}:") });
    for item in items {
        line(format!("  - {item}"));
    }
}

fn pin(line: &mut impl FnMut(String), pin: &ColumnPin) {
    line(format!("  - name: {}", quoted(&pin.name)));
    line(format!("    url: {}", quoted(&pin.url)));
    if !pin.units.is_empty() {
        let units: Vec<String> = pin.units.iter().map(|unit| quoted(unit)).collect();
        line(format!("    units: [{}]", units.join(", ")));
    }
    match &pin.by {
        Some(by) => line(format!("    by: {}", quoted(by))),
        None => line("    # by:".to_owned()),
    }
    for (field, day) in [("from", pin.from), ("until", pin.until)] {
        if let Some(day) = day {
            line(format!("    {field}: {day}"));
        }
    }
    if !pin.note.is_empty() {
        line(format!("    note: {}", quoted(&pin.note)));
    }
    let Some(proposed) = &pin.proposed else { return };
    line(format!("    # {}（{}）", confidence(proposed.confidence), grade(proposed.grade)));
    line("    proposed:".to_owned());
    line(format!("      confidence: {}", word(&proposed.confidence)));
    line(format!("      grade: {}", word(&proposed.grade)));
    line(format!("      text: {}", quoted(&proposed.text)));
    line(format!("      holds: {}", quoted(&proposed.holds)));
    line(if proposed.seen.is_empty() { "      seen: []" } else { "      seen:" }.to_owned());
    for sighting in &proposed.seen {
        let place = word(&sighting.place);
        line(format!(
            "        - {{ place: {place}, page: {}, text: {} }}",
            quoted(&sighting.page),
            quoted(&sighting.text)
        ));
    }
}

fn branch(line: &mut impl FnMut(String), column: &MappedColumn, depth: usize) {
    let indent = "  ".repeat(2 * depth - 1);
    let mut words = format!("{indent}- {{ name: {}, url: {}", quoted(&column.name), quoted(&column.url));
    let _ = write!(words, ", kind: {}", word(&column.kind));
    if let Some(standard) = &column.standard {
        let _ = write!(words, ", standard: {}", quoted(standard));
    }
    if let Some(freshness) = &column.freshness {
        let _ = write!(words, ", freshness: {}", word(freshness));
    }
    if column.children.is_empty() {
        line(format!("{words} }}"));
        return;
    }
    // With children it becomes a block, one field a line.
    line(format!("{indent}- name: {}", quoted(&column.name)));
    line(format!("{indent}  url: {}", quoted(&column.url)));
    line(format!("{indent}  kind: {}", word(&column.kind)));
    if let Some(standard) = &column.standard {
        line(format!("{indent}  standard: {}", quoted(standard)));
    }
    if let Some(freshness) = &column.freshness {
        line(format!("{indent}  freshness: {}", word(freshness)));
    }
    line(format!("{indent}  children:"));
    for child in &column.children {
        branch(line, child, depth + 1);
    }
}

/// The word of the contract for a value of a fixed set.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A text as a double-quoted scalar; what no YAML may hold is escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter
                if letter.is_control()
                    || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// How sure a proposal is, for people.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "可信",
        Confidence::Medium => "较可信",
        Confidence::Review => "待核对",
    }
}

/// By what a column was recognised, for people.
pub fn grade(grade: MatchedBy) -> &'static str {
    match grade {
        MatchedBy::Pin => "人工指定",
        MatchedBy::Name => "名称一致",
        MatchedBy::Alias => "常用别名",
        MatchedBy::MetaName => "META栏目名称",
        MatchedBy::MetaType => "META栏目类别",
        MatchedBy::Content => "名称相近且内容相符",
        MatchedBy::Weak => "名称相近",
    }
}
