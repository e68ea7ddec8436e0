//! Slips in check files are told with file, line, column, field and what to do.

use std::fs;

use mingcha::catalog::{Catalog, Problem};

const SOUND: &str = "\
id: my-check
kind: column-freshness
title: 栏目更新不及时
basis: [{document: 某文件, words: 应更新}]
params:
  windows:
    news: {days: 14}
message: \"{unit}：{reason}\"
fix: 请更新。
examples: []
";

/// What the catalog says of the built-in files with these laid over them.
fn problems(files: &[(&str, &str)]) -> Vec<Problem> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    Catalog::load(Some(folder.path())).map_or_else(|problems| problems.0, |_| Vec::new())
}

fn only_problem(text: &str) -> Problem {
    let problems = problems(&[("columns/my-check.yaml", text)]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].file, "columns/my-check.yaml");
    problems.into_iter().next().expect("one")
}

#[test]
fn a_sound_file_is_taken() {
    assert_eq!(problems(&[("columns/my-check.yaml", SOUND)]), []);
}

#[test]
fn a_slip_is_shown_where_it_stands() {
    let cases = [
        ("kind: column-freshness", "kind: column-freshnes", 2, "kind", "column-freshnes"),
        ("    news: {days: 14}", "    news: {days: 14}\n  widows: {}", 8, "params", "widows"),
        ("news: {days: 14}", "news: {weeks: 2}", 7, "params.windows.news", "weeks"),
        ("news:", "newz:", 7, "params.windows", "newz"),
        ("title: 栏目更新不及时", "titel: 栏目更新不及时", 3, "titel", "titel"),
        ("fix: 请更新。", "fix: 请更新。\nvalid: {from: 2022-13-01}", 10, "valid", ""),
        ("fix: 请更新。", "fix: 请更新。\nvalid: {from: 2022-02-01, to: 2022-01-01}", 10, "valid.to", "2022-01-01"),
        ("id: my-check", "id: other-check", 1, "id", "other-check"),
        ("{unit}：{reason}", "{unit}：{ground}", 8, "message", "{ground}"),
        ("fix: 请更新。", "fix: \"\"", 9, "fix", "empty"),
        ("basis: [{document: 某文件, words: 应更新}]", "basis: []", 4, "basis", "empty"),
    ];
    for (right, wrong, line, field, word) in cases {
        let problem = only_problem(&SOUND.replace(right, wrong));
        assert_eq!(problem.line, line, "{problem}");
        assert!(problem.column > 0, "{problem}");
        assert!(problem.field.starts_with(field), "{problem}");
        assert!(problem.to_string().contains(word), "{problem}");
    }
}

#[test]
fn a_column_or_field_that_no_word_list_knows_is_refused() {
    let required = SOUND
        .replace("kind: column-freshness", "kind: required-column")
        .replace("  windows:\n    news: {days: 14}", "  fault: missing\n  columns: [政策文件, 政策问答]");
    assert!(only_problem(&required).message.contains("政策问答"));
    let publicity = SOUND.replace("kind: column-freshness", "kind: dual-publicity").replace(
        "  windows:\n    news: {days: 14}",
        "  fault: late\n  licence: {required: [许可内容/许可事由]}\n  penalty: {}",
    );
    assert!(only_problem(&publicity).message.contains("许可事由"));
}

#[test]
fn an_id_in_two_topics_is_refused() {
    let found = problems(&[("columns/my-check.yaml", SOUND), ("policy/my-check.yaml", SOUND)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.contains("columns/my-check.yaml"), "{}", found[0]);
}

#[test]
fn a_name_that_means_two_columns_is_refused() {
    let list = "- {name: 政策文件, aliases: [文件]}\n- name: 政策解读\n  aliases: [解读, 文件]\n";
    let found = problems(&[("word-lists/columns.yaml", list)]);
    let own: Vec<&Problem> = found.iter().filter(|problem| problem.file == "word-lists/columns.yaml").collect();
    assert_eq!(own.len(), 1, "{found:?}");
    assert_eq!((own[0].line, own[0].field.as_str()), (3, "[1].aliases[1]"));
}

#[test]
fn every_defect_of_a_folder_is_told_at_once() {
    let found = problems(&[
        ("columns/a.yaml", "id: a\nkind: unheard-of\n"),
        ("policy/b.yaml", "id: [\n"),
        ("word-lists/working-days.yaml", "- {year: 2022, off: [2022-02-30]}\n"),
    ]);
    let files: Vec<&str> = found.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, ["columns/a.yaml", "policy/b.yaml", "word-lists/working-days.yaml"], "{found:?}");
}
