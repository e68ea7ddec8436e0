//! The demo tells its whole story, and clears no folder but its own.

use std::sync::Arc;

use mingcha::{catalog::Catalog, demo::story, model::FindingState};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo-out");
    let catalog = Arc::new(Catalog::load(None).unwrap());
    let told = story::tell(&out, catalog, &|_, _| {}, &|_| {}).await.unwrap();
    for portal in &told.portals {
        assert_eq!((portal.missing, portal.extra), (0, 0), "{}", portal.name);
    }
    for (what, path) in &told.files {
        assert!(path.exists(), "{what}: {}", path.display());
    }
    // Staff's part was played: every verdict of the file found its finding, every entry its clause.
    let of = |state| told.findings.iter().filter(|finding| finding.state == state).count();
    assert_eq!((of(FindingState::Confirmed), of(FindingState::Dismissed)), (5, 1));
    assert!(told.score.skipped.is_empty(), "{:?}", told.score.skipped);
    let health = told.score.units.iter().find(|sheet| sheet.unit == "临枫县卫生健康局").unwrap();
    // 100 - 2 (report missing) - 4 (empty column) - 2 (telephone) - 3 x 18/240 (late rows)
    assert_eq!(health.total.normalize().to_string(), "91.775");
}

#[tokio::test]
async fn a_folder_of_others_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "keep").unwrap();
    let catalog = Arc::new(Catalog::load(None).unwrap());
    let refused = story::tell(folder.path(), catalog, &|_, _| {}, &|_| {}).await;
    assert!(refused.is_err_and(|error| error.is::<story::FolderTaken>()));
    assert!(folder.path().join("mine.txt").exists());
}
