//! Evidence in an S3-compatible bucket: the same as in a folder, over a wire that can break.

use mingcha::{
    evidence::{Archive, ArchiveError, DepotError},
    jobs::{
        judge::judge_again,
        thinning::{Rule, thin},
    },
    model::RunState,
};

use crate::{
    evidence::capture,
    evidence_store::noise,
    support::{
        bucket::{BucketServer, KEY, SECRET},
        site::{Site, Validation},
        warc::files,
    },
};

const FIRST: &str = "2022-11-16/heyuan";

async fn with_bucket() -> (Site, BucketServer) {
    let bucket = BucketServer::start().await;
    let mut site = Site::start(Validation::Etags).await;
    site.tools.archive = site.tools.archive.with_depot(bucket.open());
    (site, bucket)
}

#[tokio::test(flavor = "multi_thread")]
async fn nights_go_into_the_bucket_are_judged_from_it_and_thinned_in_it() {
    let (site, bucket) = with_bucket().await;
    for night in 0..3 {
        site.change("/tzgg/", |page| page.replace("第1号", &format!("第1{night}号")));
        site.night(night).await;
    }
    let spool = site.folder.path().join("evidence");
    assert!(files(&spool).is_empty());
    let keys: Vec<String> = bucket.shelf.lock().unwrap().objects.keys().cloned().collect();
    assert_eq!(keys[0], "city/evidence/2022-11-16/heyuan/2022-11-16-heyuan-00001.warc.gz");
    assert_eq!(keys.len(), 3);

    let (log, archive, catalog) = (&site.tools.log, &site.tools.archive, &site.tools.catalog);
    bucket.shelf.lock().unwrap().seen.clear();
    assert_eq!(judge_again(log, archive, catalog, FIRST).await.unwrap().differences, []);
    let asked = bucket.shelf.lock().unwrap().seen.len();
    assert!(asked <= log.captures_of(FIRST).await.unwrap().len(), "one range a page: {asked}");

    let rule = Rule { nights: 1, finding_days: 0 };
    let removed = thin(log, archive, rule, "2022-11-19T00:30:00+08:00".parse().unwrap()).await.unwrap();
    assert!(removed.captures > 0 && removed.bytes > 0, "{removed:?}");
    site.night(3).await;
    assert!(files(&spool).is_empty());
    assert_eq!(judge_again(log, archive, catalog, "2022-11-19/heyuan").await.unwrap().differences, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_refuses_costs_the_night_nothing() {
    let (mut site, bucket) = with_bucket().await;
    bucket.shelf.lock().unwrap().refuses = true;
    let night = site.night(0).await;
    assert_eq!(night.run.state, RunState::Done);
    let spool = site.folder.path().join("evidence");
    assert_eq!(files(&spool).len(), 1);
    let error = site.tools.archive.shelve(FIRST).unwrap_err().to_string();
    assert!(error.contains("s3://office/city/evidence does not answer or refuses"), "{error}");
    assert!(!error.contains(SECRET) && !format!("{:?}{:?}", bucket.place(), site.tools.archive).contains(KEY));
    let asked = bucket.shelf.lock().unwrap().seen.len();
    site.tools.archive.shelve(FIRST).unwrap_err();
    assert_eq!(bucket.shelf.lock().unwrap().seen.len(), asked, "nobody asks again at once");

    bucket.shelf.lock().unwrap().refuses = false;
    site.tools.archive = Archive::open(&spool).unwrap().with_depot(bucket.open());
    site.night(1).await;
    assert!(files(&spool).is_empty());
    assert_eq!(bucket.shelf.lock().unwrap().objects.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_goes_in_parts_and_a_broken_one_is_begun_again() {
    let bucket = BucketServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let spool = Archive::open(folder.path()).unwrap();
    let long = noise(9 * 1024 * 1024);
    let mut page = capture("long", &long);
    spool.for_run(FIRST).unwrap().write(&mut page, &long).unwrap();

    bucket.shelf.lock().unwrap().breaks_off = true;
    spool.clone().with_depot(bucket.open()).shelve(FIRST).unwrap_err();
    {
        let mut shelf = bucket.shelf.lock().unwrap();
        assert!(shelf.objects.is_empty() && shelf.parts.is_empty(), "what was sent is given up");
        shelf.breaks_off = false;
    }
    let archive = spool.with_depot(bucket.open());
    assert_eq!(archive.shelve(FIRST).unwrap().files, 1);
    assert!(archive.read(&page).unwrap() == long);

    let cut_to = |length: usize| {
        bucket.shelf.lock().unwrap().objects.values_mut().for_each(|bytes| bytes.truncate(length));
    };
    cut_to(1_000_000);
    let error = archive.read(&page).unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. }), "{error}");
    cut_to(100);
    let error = archive.read(&page).unwrap_err();
    assert!(matches!(error, ArchiveError::Depot(DepotError::Short { bytes: 100, .. })), "{error}");
}
