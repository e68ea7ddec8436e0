//! A city's portal and a bureau's over several nights: the policy on the one, its interpretation on the other. What the
//! log knows of the neighbour is judged with, replayed to the byte, and thinned by the rule of retention.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, date},
};
use mingcha::{
    catalog::Catalog,
    crawl::Progress,
    evidence::Archive,
    fetch,
    jobs::{
        judge::judge_again,
        night::{NightReport, Order, Stage, Tools, run_portal_night},
        thinning::{Rule, thin},
    },
    model::{
        DocumentFacts, DocumentRole, Finding, FindingState, KnownDocument, Moment, NeighbourPortal, Outcome, Portal,
        PortalFacts, Unit, UnitKind, Verdict,
    },
    observe,
    store::{FindingFilter, Log},
};

use crate::support::{
    server::{Seen, Server, page, status},
    site,
};

const CITY: &str = "www.heyuan.gov.cn";
const BUREAU: &str = "jyj.heyuan.gov.cn";
const FIRST_NIGHT: &str = "2022-11-16T02:00:00+08:00";

const POLICY: &str = "河源市人民政府办公室关于印发《河源市校外培训管理办法》的通知";
const NUMBER: &str = "河政办发〔2022〕15号";
const EXPLAINED: &str = "《河源市校外培训管理办法》解读";

/// Pages by host and path.
type Pages = Arc<Mutex<BTreeMap<(String, String), String>>>;

/// Two portals of one office.
struct Town {
    pages: Pages,
    tools: Tools,
    city: Portal,
    bureau: Portal,
    visits: AtomicI64,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn start() -> Self {
        let pages: Pages = Arc::default();
        let served = Arc::clone(&pages);
        let server = Server::start(move |seen: &Seen| {
            let host = seen.host.split(':').next().unwrap_or_default().to_owned();
            match served.lock().unwrap().get(&(host, seen.path.clone())) {
                Some(text) => page(text),
                None => status(404, "没有这个页面"),
            }
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let tools = Tools {
            log: Log::open(&folder.path().join("log.db")).await.unwrap(),
            archive: Archive::open(&folder.path().join("evidence")).unwrap(),
            catalog: Arc::new(Catalog::load(None).unwrap()),
            fetch: fetch::Settings {
                resolve: [CITY, BUREAU].map(|host| (host.to_owned(), server.address)).into(),
                first_pause: Duration::from_millis(5),
                ..fetch::Settings::default()
            },
            canary: None,
        };
        let portal = |id: &str, host: &str, unit: &str, kind| Portal {
            id: id.into(),
            name: format!("{unit}网站"),
            url: format!("http://{host}/"),
            units: vec![Unit { name: unit.into(), kind, ..site::portal().units.remove(0) }],
            ..site::portal()
        };
        let town = Self {
            pages,
            tools,
            city: portal("heyuan", CITY, "河源市人民政府", UnitKind::Government),
            bureau: portal("jyj", BUREAU, "河源市教育局", UnitKind::Department),
            visits: AtomicI64::new(0),
            _server: server,
            _folder: folder,
        };
        town.lay_out(&town.city, CITY);
        town.lay_out(&town.bureau, BUREAU);
        town
    }

    /// A home page and two columns, each with a document that has its other side on its own portal.
    fn lay_out(&self, portal: &Portal, host: &str) {
        let unit = &portal.units[0].name;
        let welcome = format!("<p>欢迎访问{unit}网站，这里公开政府信息。</p>").repeat(20);
        self.put(host, "/", &format!("<title>{unit}</title>{MENU}{welcome}"));
        for (column, name) in [("zcwj", "政策文件"), ("zcjd", "政策解读")] {
            let list = format!("<title>{name}_{unit}</title>{MENU}<ul class=\"list\"></ul>");
            self.put(host, &format!("/{column}/"), &list);
        }
        let (policy, explains) = ("/zcwj/t20220901_1.html", "/zcjd/t20220901_1.html");
        let link = |to: &str, text: &str| format!("<p><a href=\"{to}\">{text}</a></p>");
        self.publish(host, policy, &format!("{unit}关于加强消防安全的实施意见"), "2022-09-01", &link(explains, "解读"));
        let title = format!("《{unit}关于加强消防安全的实施意见》解读");
        self.publish(host, explains, &title, "2022-09-01", &link(policy, "原文"));
    }

    fn put(&self, host: &str, path: &str, text: &str) {
        self.pages.lock().unwrap().insert((host.to_owned(), path.to_owned()), text.to_owned());
    }

    /// A document with its row in the list of its column.
    fn publish(&self, host: &str, path: &str, title: &str, day: &str, more: &str) {
        let text = format!("<p>{title}：各有关单位要按照要求认真组织落实，切实维护群众利益。</p>").repeat(8);
        let article = format!(
            "<title>{title}</title>{MENU}<h1>{title}</h1><div>发布时间：{day}</div><div class=\"content\">{more}{text}</div>"
        );
        self.put(host, path, &article);
        let column = path[..=path.rfind('/').unwrap()].to_owned();
        let row = format!("<ul class=\"list\"><li><a href=\"{path}\">{title}</a><span>{day}</span></li>");
        let mut pages = self.pages.lock().unwrap();
        let list = pages.get_mut(&(host.to_owned(), column)).unwrap();
        *list = list.replacen("<ul class=\"list\">", &row, 1);
    }

    fn change(&self, host: &str, path: &str, from: &str, to: &str) {
        let mut pages = self.pages.lock().unwrap();
        let text = pages.get_mut(&(host.to_owned(), path.to_owned())).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replace(from, to);
    }

    /// A moment of the night so many days after the first one, ten minutes after the last visit of it.
    fn moment(&self, days: i64) -> Timestamp {
        let visits = self.visits.fetch_add(1, Ordering::Relaxed);
        let after = SignedDuration::from_hours(24 * days) + SignedDuration::from_mins(10 * visits);
        FIRST_NIGHT.parse::<Timestamp>().unwrap() + after
    }

    fn tools(&self, as_of: Timestamp) -> Tools {
        Tools { fetch: fetch::Settings { clock: Some(as_of), ..self.tools.fetch.clone() }, ..self.tools.clone() }
    }

    async fn night(&self, portal: &Portal, days: i64) -> NightReport {
        let as_of = self.moment(days);
        let order = Order { portal, as_of: Some(as_of), job: None };
        run_portal_night(&self.tools(as_of), order, &|_| {}).await.unwrap().unwrap()
    }

    /// A night that is killed once its second page was read.
    async fn killed_night(&self, portal: &Portal, days: i64) {
        let (enough, reached) = tokio::sync::oneshot::channel();
        let enough = Mutex::new(Some(enough));
        let tell = |stage| {
            if let Stage::Visiting(Progress::Read { tally, .. }) = stage
                && tally.read >= 2
                && let Some(enough) = enough.lock().unwrap().take()
            {
                enough.send(()).unwrap();
            }
        };
        let as_of = self.moment(days);
        let tools = self.tools(as_of);
        let order = Order { portal, as_of: Some(as_of), job: None };
        tokio::select! {
            report = run_portal_night(&tools, order, &tell) => panic!("not killed: {report:?}"),
            () = async { reached.await.unwrap() } => {}
        }
    }

    async fn judged_again_says_the_same(&self, nights: &[&NightReport]) {
        let Tools { log, archive, catalog, .. } = &self.tools;
        for night in nights {
            let judged = judge_again(log, archive, catalog, &night.run.id).await.unwrap();
            assert_eq!(judged.differences, [], "{}", night.run.id);
            let text = |outcomes| serde_json::to_string(outcomes).unwrap();
            assert_eq!(text(&judged.outcomes), text(&night.outcomes), "{}", night.run.id);
        }
    }
}

const MENU: &str = "<ul class=\"menu\"><li><a href=\"/\">首页</a></li><li><a href=\"/zcwj/\">政策文件</a></li>\
                    <li><a href=\"/zcjd/\">政策解读</a></li></ul>";

const POLICY_AT: &str = "/zcwj/t20220920_5.html";
const EXPLAINED_AT: &str = "/zcjd/t20220921_5.html";

fn outcome<'a>(report: &'a NightReport, check: &str, path: &str) -> &'a Outcome {
    let subject = format!("document:{path}");
    let same = |outcome: &&Outcome| outcome.check == check && outcome.subject.key == subject;
    report.outcomes.iter().find(same).unwrap_or_else(|| panic!("{check} says nothing of {path}"))
}

fn verdict(report: &NightReport, check: &str, path: &str) -> Verdict {
    outcome(report, check, path).outcome
}

const WITHOUT: &str = "policy-without-interpretation";
const NOT_LINKED: &str = "policy-not-linked-to-interpretation";
const NOT_BACK: &str = "interpretation-not-linked-back";
const LATE: &str = "interpretation-late";

#[tokio::test]
async fn an_interpretation_on_the_bureaus_portal_is_the_citys_too() {
    let town = Town::start().await;
    town.publish(CITY, POLICY_AT, POLICY, "2022-09-20", &format!("<p>{NUMBER}</p>"));
    town.publish(BUREAU, EXPLAINED_AT, EXPLAINED, "2022-09-21", "");
    let picture = "<p><img src=\"/tu.jpg\" width=\"800\" height=\"3000\"></p>";
    town.publish(BUREAU, "/zcjd/t20220923_6.html", "一图读懂河源市校外培训管理办法", "2022-09-23", picture);

    // Nobody has looked at the bureau yet: the old behaviour, which a second night must see before it is raised.
    let alone = town.night(&town.city, 0).await;
    assert_eq!(alone.facts.neighbours, None);
    assert_eq!(verdict(&alone, WITHOUT, POLICY_AT), Verdict::Failed);
    let bureau = town.night(&town.bureau, 0).await;
    let second = town.night(&town.city, 1).await;

    let found = outcome(&second, WITHOUT, POLICY_AT);
    assert_eq!(found.outcome, Verdict::Passed, "{}", found.reason);
    let address = format!("http://{BUREAU}{EXPLAINED_AT}");
    assert!(found.reason.contains("河源市教育局网站") && found.reason.contains(&address), "{}", found.reason);
    assert!(found.reason.contains("共2篇"), "one policy, two interpretations: {}", found.reason);
    let notes: Vec<&str> = found.evidence.iter().map(|piece| piece.note.as_str()).collect();
    assert!(notes[0].starts_with("“河源市教育局网站”（2022-11-16检查所见）：解读（"), "{notes:?}");
    assert!(notes[0].contains("在文件发布后1个工作日") && notes[1].contains("在文件发布后3个工作日"), "{notes:?}");
    let capture = found.evidence[0].capture.as_ref().expect("the neighbour's page is shown");
    assert_eq!(town.tools.log.capture(capture).await.unwrap().unwrap().run, bureau.run.id);
    assert_eq!(verdict(&second, LATE, POLICY_AT), Verdict::Passed);

    // Both are of one name, so a missing link is a fault on either side.
    let unlinked = outcome(&second, NOT_LINKED, POLICY_AT);
    assert_eq!(unlinked.outcome, Verdict::Failed, "{}", unlinked.reason);
    assert!(unlinked.evidence.iter().any(|piece| piece.url == address && piece.note.contains("河源市教育局网站")));
    let bureau_second = town.night(&town.bureau, 1).await;
    let unlinked = outcome(&bureau_second, NOT_BACK, EXPLAINED_AT);
    assert_eq!(unlinked.outcome, Verdict::Failed, "{}", unlinked.reason);
    assert!(unlinked.reason.contains(&format!("http://{CITY}{POLICY_AT}")), "{}", unlinked.reason);

    // A link to the other host is a link.
    town.change(CITY, POLICY_AT, "<p>河政", &format!("<p><a href=\"{address}\">相关解读</a></p><p>河政"));
    let back = format!("<h1>{EXPLAINED}</h1><p><a href=\"http://{CITY}{POLICY_AT}\">政策原文</a></p>");
    town.change(BUREAU, EXPLAINED_AT, &format!("<h1>{EXPLAINED}</h1>"), &back);
    let third = town.night(&town.city, 2).await;
    assert_eq!(verdict(&third, NOT_LINKED, POLICY_AT), Verdict::Passed);
    let bureau_third = town.night(&town.bureau, 2).await;
    assert_eq!(verdict(&bureau_third, NOT_BACK, EXPLAINED_AT), Verdict::Passed);

    let findings = town.tools.log.findings(&FindingFilter::default()).await.unwrap();
    let of = |check: &str| findings.iter().filter(|finding| finding.identity.check == check).collect::<Vec<_>>();
    let never = |finding: &&&Finding| finding.state != FindingState::Withdrawn;
    assert_eq!(of(WITHOUT).iter().find(never), None, "suspected on the first night, never raised");
    assert!(of(NOT_LINKED).iter().all(|finding| finding.state == FindingState::FixVerified), "{:?}", of(NOT_LINKED));
    town.judged_again_says_the_same(&[&alone, &bureau, &second, &bureau_second, &third, &bureau_third]).await;
}

#[tokio::test]
async fn the_policy_may_stand_on_the_bureaus_portal() {
    let town = Town::start().await;
    let title = "河源市教育局关于印发《河源市校外培训管理办法》的通知";
    town.publish(BUREAU, POLICY_AT, title, "2022-09-20", "");
    town.publish(CITY, EXPLAINED_AT, EXPLAINED, "2022-10-10", "");
    let city = town.night(&town.city, 0).await;
    assert_eq!(verdict(&city, NOT_BACK, EXPLAINED_AT), Verdict::NotApplicable, "its policy is not known yet");
    let bureau = town.night(&town.bureau, 0).await;
    assert_eq!(verdict(&bureau, WITHOUT, POLICY_AT), Verdict::Passed);
    let late = outcome(&bureau, LATE, POLICY_AT);
    assert_eq!(late.outcome, Verdict::Failed, "{}", late.reason);
    assert!(late.reason.contains("在“河源市人民政府网站”发布，相隔11个工作日"), "{}", late.reason);
    town.judged_again_says_the_same(&[&city, &bureau]).await;
}

#[tokio::test]
async fn what_stands_on_two_portals_is_accused_once() {
    let town = Town::start().await;
    let number = format!("<p>{NUMBER}</p>");
    town.publish(CITY, POLICY_AT, POLICY, "2022-09-20", &number);
    town.publish(BUREAU, "/zcwj/t20220926_8.html", POLICY, "2022-09-26", &number);
    for days in 0..2 {
        let city = town.night(&town.city, days).await;
        let bureau = town.night(&town.bureau, days).await;
        assert_eq!(verdict(&city, WITHOUT, POLICY_AT), Verdict::Failed, "night {days}: the city issued it");
        let copy = outcome(&bureau, WITHOUT, "/zcwj/t20220926_8.html");
        assert_eq!(copy.outcome, Verdict::NotApplicable, "{}", copy.reason);
        assert!(copy.reason.contains(&format!("http://{CITY}{POLICY_AT}")), "{}", copy.reason);
        town.judged_again_says_the_same(&[&city, &bureau]).await;
    }
    // Another document of that name, of another number, is another one.
    town.change(BUREAU, "/zcwj/t20220926_8.html", NUMBER, "河教发〔2022〕8号");
    let bureau = town.night(&town.bureau, 2).await;
    assert_eq!(verdict(&bureau, WITHOUT, "/zcwj/t20220926_8.html"), Verdict::Failed);
}

#[tokio::test]
async fn a_killed_night_of_the_neighbour_leaves_what_was_known() {
    let town = Town::start().await;
    town.publish(CITY, POLICY_AT, POLICY, "2022-09-20", "");
    town.publish(BUREAU, EXPLAINED_AT, EXPLAINED, "2022-09-21", "");
    town.night(&town.bureau, 0).await;
    town.killed_night(&town.bureau, 1).await;
    town.killed_night(&town.city, 1).await;
    let city = town.night(&town.city, 1).await;
    let neighbours = city.facts.neighbours.as_ref().unwrap();
    assert_eq!(neighbours.portals[0].run, "2022-11-16/jyj", "the last run that ended");
    assert_eq!(verdict(&city, WITHOUT, POLICY_AT), Verdict::Passed);
    let again = town.night(&town.bureau, 1).await;
    assert_eq!(again.run.id, "2022-11-17/jyj");
    let explains =
        town.tools.log.known_documents("jyj").await.unwrap().into_iter().filter(|known| known.title == EXPLAINED);
    assert_eq!(explains.map(|known| known.role).collect::<Vec<_>>(), [DocumentRole::Interpretation], "nothing twice");
    town.judged_again_says_the_same(&[&city, &again]).await;
}

#[tokio::test]
async fn what_the_neighbour_took_down_is_known_no_more_but_was_known_then() {
    let town = Town::start().await;
    town.publish(CITY, POLICY_AT, POLICY, "2022-09-20", "");
    town.publish(BUREAU, EXPLAINED_AT, EXPLAINED, "2022-09-21", "");
    let mut nights = Vec::new();
    for days in 0..3 {
        nights.push(town.night(&town.bureau, days).await);
        nights.push(town.night(&town.city, days).await);
        assert_eq!(verdict(&nights[nights.len() - 1], WITHOUT, POLICY_AT), Verdict::Passed);
    }
    let row = format!("<li><a href=\"{EXPLAINED_AT}\">{EXPLAINED}</a><span>2022-09-21</span></li>");
    town.change(BUREAU, "/zcjd/", &row, "");
    town.pages.lock().unwrap().remove(&(BUREAU.to_owned(), EXPLAINED_AT.to_owned()));
    nights.push(town.night(&town.bureau, 3).await);
    nights.push(town.night(&town.city, 3).await);
    assert_eq!(verdict(&nights[7], WITHOUT, POLICY_AT), Verdict::Failed);
    town.judged_again_says_the_same(&nights.iter().collect::<Vec<_>>()).await;

    // The version with it goes with the last night that knew of it.
    let Tools { log, archive, catalog, .. } = &town.tools;
    let today = "2022-11-20T00:30:00+08:00".parse().unwrap();
    thin(log, archive, Rule { nights: 2, finding_days: 400 }, today).await.unwrap();
    town.judged_again_says_the_same(&[&nights[5], &nights[7]]).await;
    let error = judge_again(log, archive, catalog, &nights[1].run.id).await.unwrap_err().to_string();
    assert!(error.contains("by the rule of retention on 2022-11-20"), "{error}");
    thin(log, archive, Rule { nights: 0, finding_days: 400 }, today).await.unwrap();
    let mut thinning = log.begin_thinning().await.unwrap();
    let (night, day) = ("2022-12-31".parse().unwrap(), "2022-12-31".parse().unwrap());
    assert_eq!(thinning.remove_known_documents(night, day).await.unwrap(), 0, "nothing that no night needs was left");
    assert_eq!(log.known_documents("jyj").await.unwrap().len(), 2, "the newest version stays");
}

#[tokio::test]
async fn a_portal_that_cannot_be_read_takes_nothing_away() {
    let town = Town::start().await;
    town.publish(CITY, POLICY_AT, POLICY, "2022-09-20", "");
    town.publish(BUREAU, EXPLAINED_AT, EXPLAINED, "2022-09-21", "");
    town.night(&town.bureau, 0).await;
    town.pages.lock().unwrap().remove(&(BUREAU.to_owned(), "/".to_owned()));
    let down = town.night(&town.bureau, 1).await;
    assert!(down.facts.coverage.home_unread);
    let city = town.night(&town.city, 1).await;
    assert_eq!(city.facts.neighbours.as_ref().unwrap().portals[0].run, "2022-11-16/jyj");
    assert_eq!(verdict(&city, WITHOUT, POLICY_AT), Verdict::Passed);
    // What was seen more than a month ago says nothing of today.
    let later = town.night(&town.city, 40).await;
    assert_eq!(later.facts.neighbours, None);
    town.judged_again_says_the_same(&[&city, &later]).await;
}

fn facts(documents: Vec<DocumentFacts>) -> PortalFacts {
    PortalFacts { url: format!("http://{CITY}/"), documents, ..PortalFacts::default() }
}

fn document(path: &str, title: &str, role: DocumentRole, day: Date) -> DocumentFacts {
    DocumentFacts {
        key: path.into(),
        url: format!("http://{CITY}{path}"),
        title: title.into(),
        role,
        published: Some(Moment::day(day)),
        read: true,
        ..DocumentFacts::default()
    }
}

#[test]
fn what_is_left_to_others_is_bounded_and_small() {
    let night = date(2022, 11, 16);
    let portal = site::portal();
    let days = |back: i64| night.saturating_sub(back.days());
    let mut documents: Vec<DocumentFacts> = (0..1_200)
        .map(|number| {
            let title = format!("第{number}号办法");
            document(&format!("/zc/{number}.html"), &title, DocumentRole::Policy, days(number / 4))
        })
        .collect();
    documents.push(document("/tz/1.html", "停水通知", DocumentRole::Other, night));
    documents.push(document("/jd/1.html", "《第1号办法》解读", DocumentRole::Interpretation, days(600)));
    documents[0].links = vec![
        format!("http://{CITY}/zc/1.html"),
        format!("http://{CITY}/tz/1.html"),
        format!("http://{BUREAU}/jd/2.html"),
    ];
    let known = observe::known(&facts(documents), &portal, night);
    assert_eq!(known.len(), observe::MOST_KNOWN);
    assert!(known.iter().all(|known| known.role == DocumentRole::Policy), "no other documents, none of long ago");
    assert_eq!(known.iter().filter_map(|known| known.published).map(|day| day.date).min(), Some(days(249)));
    let first = known.iter().find(|known| known.url.ends_with("/zc/0.html")).unwrap();
    let kept = [format!("http://{CITY}/zc/1.html"), format!("http://{BUREAU}/jd/2.html")];
    assert_eq!(first.links, kept, "links that may be those of a pair");
    assert_eq!((first.unit.as_str(), first.unit_kind), ("河源市人民政府", Some(UnitKind::Government)));

    // A night that was cut short takes nothing away, and goes beyond no bound.
    let seen = vec![KnownDocument { title: "第0号办法（修订）".into(), ..first.clone() }];
    let with = observe::known_with(seen, known.clone(), night);
    assert_eq!(with.len(), known.len());
    assert_eq!(with.iter().filter(|known| known.title == "第0号办法（修订）").count(), 1);
    assert!(with.is_sorted_by(|a, b| a.url < b.url));
}

#[test]
fn of_what_others_know_only_what_may_belong_here_is_taken() {
    let day = date(2022, 9, 20);
    let mut policy = document("/zcwj/1.html", POLICY, DocumentRole::Policy, day);
    policy.number = Some(NUMBER.into());
    policy.links = vec![format!("http://{BUREAU}/zcjd/linked.html")];
    let own = facts(vec![policy]);
    let known = |name: &str, title: &str| KnownDocument {
        url: format!("http://{BUREAU}/zcjd/{name}.html"),
        title: title.into(),
        role: DocumentRole::Interpretation,
        ..KnownDocument::default()
    };
    let documents = vec![
        known("named", EXPLAINED),
        known("short", "《校外培训管理办法》解读"),
        known("near", "河源市校外培训监督管理办法解读"),
        known("linked", "家长关心的十个问题"),
        KnownDocument { links: vec![format!("http://{CITY}/zcwj/1.html")], ..known("back", "新规来了") },
        known("numbered", "减负新规（河政办发〔2022〕15号）解读"),
        KnownDocument {
            mentions: vec!["河源市校外培训管理办法".into()], ..known("opening", "减轻学生负担")
        },
        known("other", "《河源市城乡居民医疗保障实施细则》解读"),
        known("farther", "《河源市人民政府关于加强消防安全的实施意见》解读"),
    ];
    let portal = NeighbourPortal { portal: "jyj".into(), documents, ..NeighbourPortal::default() };
    let empty = NeighbourPortal { portal: "mzj".into(), ..NeighbourPortal::default() };
    let neighbours = observe::neighbours(&own, vec![portal, empty]).unwrap();
    assert_eq!(neighbours.portals[0].interpretations, 9, "all were compared");
    let name = |known: &KnownDocument| known.url.rsplit('/').next().unwrap().replace(".html", "");
    let taken: Vec<String> = neighbours.portals[0].documents.iter().map(name).collect();
    assert_eq!(taken, ["named", "short", "near", "linked", "back", "numbered", "opening"]);
    assert_eq!(neighbours.portals.len(), 2, "a portal without any was compared too");
    assert_eq!(observe::neighbours(&own, Vec::new()), None);
}
