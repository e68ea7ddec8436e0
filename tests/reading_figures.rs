//! The measure of reading: the pages of the repository reach their aims, and what is wrong is counted as wrong.

#[path = "../benches/reading/measure.rs"]
mod measure;

use std::{fs, path::Path};

use measure::{FIGURES, of_folder};
use mingcha::catalog::Catalog;

#[test]
fn the_saved_pages_of_the_repository_are_read_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages");
    let measured = of_folder(&folder, &Catalog::load(None).unwrap().lexicon).unwrap();
    assert!(measured.misses.is_empty(), "{measured}");
    for (name, _) in FIGURES {
        assert!(
            measured.figures.get(name).is_some_and(|figure| figure.total > 0),
            "{name} is not measured\n{measured}"
        );
    }
}

#[test]
fn what_is_read_otherwise_than_noted_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let page = "<html><head><title>甲</title></head><body><h1>关于停水的通知</h1><p>发布时间：2022-01-18</p>\
        <div id=zoom><p>因管道检修，城东片区将停水，请提前储水，给您带来不便，敬请谅解，具体时间另行通知。</p></div></body></html>";
    fs::write(folder.path().join("page.html"), page).unwrap();
    let truth = r#"{"id":"B-1","file":"page.html","kind":"home","cms":"trs"}
{"id":"B-2","file":"page.html","url":"http://a.gov.cn/b/c/1.html","kind":"article","title":"关于停水的 通知","pub_date_displayed":"2022年1月19日","icp":["晋ICP备12345678号"]}
{"id":"B-3","file":"page.html","kind":"non_gov","title":"全不算"}
{"id":"C-4","file":"page.html","kind":"other","site_id_code_meta":["1499310001"]}
"#;
    fs::write(folder.path().join("ground_truth.jsonl"), truth).unwrap();
    let row = r#"{"id":"B-2","title":"没有这一行","date":"2022-01-18"}"#;
    fs::write(folder.path().join("list_entries.jsonl"), row).unwrap();
    let measured = of_folder(folder.path(), &Catalog::load(None).unwrap().lexicon).unwrap();
    let counts: Vec<_> = measured.figures.iter().map(|(name, figure)| (*name, figure.right, figure.total)).collect();
    assert_eq!(
        counts,
        [("cms", 0, 1), ("entries", 0, 1), ("icp", 0, 1), ("kind", 1, 2), ("published", 0, 1), ("title", 1, 1)]
    );
    let missed: Vec<_> = measured.misses.iter().map(|miss| (miss.page.as_str(), miss.figure)).collect();
    assert_eq!(missed, [("B-1", "kind"), ("B-1", "cms"), ("B-2", "published"), ("B-2", "icp"), ("B-2", "entries")]);
    let told = measured.to_string();
    assert!(told.contains("NOT REACHED") && told.contains("p95") && told.contains("noted \"2022-01-19\""), "{told}");
}
