//! The evidence of ended nights goes into a store and is read from there; a store that is away, half-filled or changed
//! costs nothing that was seen.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mingcha::{
    evidence::{Archive, ArchiveError, Depot, DepotError, Place},
    jobs::{
        judge::judge_again,
        shelving::shelve_all,
        thinning::{Rule, thin},
    },
    model::{Capture, RunState},
};

use crate::{
    evidence::capture,
    support::{
        site::{Site, Validation},
        warc::{files, read_strictly},
    },
};

const FIRST: &str = "2022-11-16/heyuan";

fn folder_store(folder: &Path) -> Depot {
    Depot::open(&Place::Folder(folder.to_owned())).unwrap()
}

struct Places {
    spool: PathBuf,
    store: PathBuf,
}

/// A site whose office keeps its evidence in the store.
async fn with_store() -> (Site, Places) {
    let mut site = Site::start(Validation::Etags).await;
    let places = Places { spool: site.folder.path().join("evidence"), store: site.folder.path().join("store") };
    site.tools.archive = site.tools.archive.with_depot(folder_store(&places.store));
    (site, places)
}

async fn captures(site: &Site, run: &str) -> Vec<Capture> {
    site.tools.log.captures_of(run).await.unwrap().into_iter().map(|page| page.capture).collect()
}

fn spooled(places: &Places) -> Vec<PathBuf> {
    if places.spool.exists() { files(&places.spool) } else { Vec::new() }
}

#[tokio::test]
async fn an_ended_night_goes_into_the_store_and_is_read_from_there() {
    let (site, places) = with_store().await;
    let first = site.night(0).await;
    assert_eq!(spooled(&places), Vec::<PathBuf>::new(), "nothing is left here");
    let stored = files(&places.store);
    assert_eq!(stored, [places.store.join("2022-11-16/heyuan/2022-11-16-heyuan-00001.warc.gz")]);
    read_strictly(&stored);
    for capture in captures(&site, FIRST).await {
        site.tools.archive.read(&capture).unwrap();
    }
    let second = site.night(1).await;
    let unsent = captures(&site, &second.run.id).await;
    assert!(unsent.iter().filter(|capture| capture.revisit.is_some()).count() > 30, "known bodies come from the store");
    for run in [first.run.id, second.run.id] {
        let judged = judge_again(&site.tools.log, &site.tools.archive, &site.tools.catalog, &run).await.unwrap();
        assert_eq!(judged.differences, []);
    }
}

#[tokio::test]
async fn a_store_that_is_away_costs_nothing_and_gets_its_files_later() {
    let (mut site, places) = with_store().await;
    // A file where the folder of the night would have to be.
    fs::write(places.store.join("2022-11-16"), "in the way").unwrap();
    let night = site.night(0).await;
    assert_eq!(night.run.state, RunState::Done, "the night stands");
    let kept = spooled(&places);
    assert_eq!(kept.len(), 1, "its file stays here");
    for capture in captures(&site, FIRST).await {
        site.tools.archive.read(&capture).unwrap();
    }
    let error = shelve_all(&site.tools.log, &site.tools.archive).await.unwrap_err();
    assert!(format!("{error:#}").contains("does not answer or refuses"), "{error:#}");

    fs::remove_file(places.store.join("2022-11-16")).unwrap();
    site.tools.archive = Archive::open(&places.spool).unwrap().with_depot(folder_store(&places.store));
    site.night(1).await;
    assert_eq!(spooled(&places), Vec::<PathBuf>::new(), "the next night takes along what was left");
    assert_eq!(read_strictly(&files(&places.store)).iter().filter(|record| record.kind == "warcinfo").count(), 2);
}

#[tokio::test]
async fn what_another_night_is_still_writing_is_left_alone() {
    let (site, places) = with_store().await;
    let mut run = site.night(0).await.run;
    // As after a kill: the log knows a run that never ended, and its file has a torn end.
    (run.id, run.state) = ("2022-11-17/heyuan".to_owned(), RunState::Running);
    (run.night, run.finished) = ("2022-11-17".parse().unwrap(), None);
    site.tools.log.begin_run(&run, &site.portal, None).await.unwrap();
    let path = places.spool.join("2022-11-17/heyuan/2022-11-17-heyuan-00001.warc.gz");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let whole = fs::read(&files(&places.store)[0]).unwrap();
    fs::write(&path, &whole[..whole.len() - 20]).unwrap();
    let shelved = shelve_all(&site.tools.log, &site.tools.archive).await.unwrap();
    assert!(shelved.files == 0 && path.exists());

    // Given up by the night after: what was written whole is kept.
    site.night(2).await;
    assert!(!path.exists());
    let stored = fs::read(places.store.join("2022-11-17/heyuan/2022-11-17-heyuan-00001.warc.gz")).unwrap();
    assert!(stored.len() < whole.len() - 20 && whole.starts_with(&stored), "the broken end is cut off");
}

#[tokio::test]
async fn a_half_put_file_is_put_again_and_a_strange_one_is_not_touched() {
    let (site, places) = with_store().await;
    site.night(0).await;
    let (here, there) = (places.spool.join(FIRST), &files(&places.store)[0]);
    let whole = fs::read(there).unwrap();
    let name = there.file_name().unwrap();
    let put_back = || {
        fs::create_dir_all(&here).unwrap();
        fs::write(here.join(name), &whole).unwrap();
    };

    put_back();
    fs::write(there, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(site.tools.archive.shelve(FIRST).unwrap().files, 1);
    assert!(fs::read(there).unwrap() == whole && spooled(&places).is_empty());

    put_back();
    assert_eq!(site.tools.archive.shelve(FIRST).unwrap().files, 1, "what is there already is only removed here");
    assert_eq!(spooled(&places), Vec::<PathBuf>::new());

    put_back();
    let mut strange = whole.clone();
    strange[1000] ^= 1;
    fs::write(there, &strange).unwrap();
    let error = site.tools.archive.shelve(FIRST).unwrap_err();
    assert!(matches!(error, ArchiveError::Depot(DepotError::Conflict { .. })), "{error}");
    assert!(fs::read(there).unwrap() == strange && fs::read(here.join(name)).unwrap() == whole);
}

#[tokio::test]
async fn a_changed_or_shortened_file_in_the_store_is_not_believed() {
    let (site, places) = with_store().await;
    site.night(0).await;
    let there = &files(&places.store)[0];
    let whole = fs::read(there).unwrap();
    let captures = captures(&site, FIRST).await;
    let last = captures.last().unwrap();
    let read = || site.tools.archive.read(last);

    fs::write(there, &whole[..100]).unwrap();
    assert!(matches!(read(), Err(ArchiveError::Depot(DepotError::Short { bytes: 100, .. }))), "{:?}", read());
    let offset: usize = last.location.as_deref().unwrap().rsplit_once(':').unwrap().1.parse().unwrap();
    fs::write(there, &whole[..offset + 40]).unwrap();
    assert!(matches!(read(), Err(ArchiveError::Damaged { .. })), "{:?}", read());
    let swapped = Capture { location: captures[0].location.clone(), ..last.clone() };
    fs::write(there, &whole).unwrap();
    let error = site.tools.archive.read(&swapped).unwrap_err().to_string();
    assert!(error.contains("the digest of the body is") && error.contains(&last.sha256), "{error}");
    fs::remove_file(there).unwrap();
    assert!(matches!(read(), Err(ArchiveError::Depot(DepotError::Missing { .. }))), "{:?}", read());
}

/// Bytes that no compressor makes shorter (xorshift64*).
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 20_221_116_u64;
    let mut next = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test]
async fn files_in_parts_are_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    let archive = Archive::open(&spool).unwrap().with_depot(folder_store(&folder.path().join("store")));
    let long = noise(9 * 1024 * 1024);
    let writer = archive.for_run(FIRST).unwrap();
    let (mut one, mut other) = (capture("long", &long), capture("short", b"short"));
    writer.write(&mut one, &long).unwrap();
    writer.write(&mut other, b"short").unwrap();
    assert_eq!(archive.shelve(FIRST).unwrap().files, 1);
    assert!(archive.spooled().unwrap().is_empty());
    assert!(archive.read(&one).unwrap() == long, "longer than one range");
    assert_eq!(archive.read(&other).unwrap(), b"short");
}

#[tokio::test]
async fn retention_works_on_what_is_in_the_store() {
    let (site, places) = with_store().await;
    site.night(0).await;
    for path in ["/tzgg/", "/tzgg/t20221011_1.html", "/zcjd/t20221012_2.html"] {
        site.change(path, |page| page.replace("通知", "通报"));
    }
    site.night(1).await;
    site.night(2).await;
    let old = files(&places.store);
    let size_of_old = || old.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum::<u64>();
    let before = size_of_old();
    let (log, archive) = (&site.tools.log, &site.tools.archive);
    let rule = Rule { nights: 1, finding_days: 0 };
    let removed = thin(log, archive, rule, "2022-11-19T00:30:00+08:00".parse().unwrap()).await.unwrap();
    assert!(removed.captures > 0 && removed.bytes > 0, "{removed:?}");
    assert!(spooled(&places).iter().all(|file| file.to_str().unwrap().ends_with(".warc.gz")), "no copies are left");

    let third = site.night(3).await;
    assert_eq!(spooled(&places), Vec::<PathBuf>::new(), "the rewritten files follow");
    let after = size_of_old();
    assert!(after < before, "{after} of {before}");
    read_strictly(&files(&places.store));
    for run in ["2022-11-18/heyuan", &third.run.id] {
        assert_eq!(judge_again(log, archive, &site.tools.catalog, run).await.unwrap().differences, []);
    }
}
