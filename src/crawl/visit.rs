//! The loop of a visit.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use futures_util::{StreamExt, stream::FuturesOrdered};
use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

use super::{
    Limits, Progress, address,
    frontier::{Frontier, Wanted},
    interest::{Compass, Interest},
    keep::Keeper,
    links,
    look::{Answer, Looker, Seen, trouble},
    memory::Memory,
    probe::{self, Probe},
    progress::Tally,
    sitemap::{self, Listed},
};
use crate::{
    evidence::Archive,
    fetch::{Client, Patience, RobotsRecord, is_transient},
    model::{
        Capture, Cause, Lexicon, Load, NotMeasurable, ObservedPage, PageFacts, Portal, Sameness::NotModified, Soundings,
    },
};

/// What a visit brought home.
#[derive(Clone, Debug, Default)]
pub struct Visited {
    /// In the order of reading.
    pub pages: Vec<ObservedPage>,
    /// Addresses that could not be looked at, each with its cause; sorted by address.
    pub failures: Vec<NotMeasurable>,
    /// Answers that are no pages (block pages, error pages, the soft-404 probe): evidence of failures.
    pub other_captures: Vec<Capture>,
    /// True where the visit ended before everything that checks need was read: absence may not be judged.
    pub cut_short: bool,
    /// How the visit ended, for people: budgets that were used up, addresses that were left out.
    pub note: String,
    /// What was asked for beside the pages.
    pub soundings: Soundings,
    pub robots: Option<RobotsRecord>,
    pub load: Load,
    /// Why the portal was not believed when it said that pages had not changed.
    pub distrust: Option<String>,
}

/// Visits a portal within the limits of its configuration.
pub async fn visit(
    portal: &Portal,
    lexicon: &Lexicon,
    as_of: Timestamp,
    client: &Client,
    archive: Option<&Archive>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Visited {
    visit_within(&Limits::of(portal, client), portal, lexicon, as_of, client, archive, progress).await
}

/// Visits a portal of which earlier nights are remembered: what has not changed since is not transferred again, and is
/// observed all the same.
pub async fn visit_again(
    portal: &Portal,
    lexicon: &Lexicon,
    as_of: Timestamp,
    client: &Client,
    archive: &Archive,
    memory: Memory,
    progress: &(dyn Fn(Progress) + Sync),
) -> Visited {
    let looker = Looker::new(client, lexicon, Some(archive), memory);
    go(&Limits::of(portal, client), portal, as_of, &looker, progress).await
}

/// Visits a portal within the given limits.
pub async fn visit_within(
    limits: &Limits,
    portal: &Portal,
    lexicon: &Lexicon,
    as_of: Timestamp,
    client: &Client,
    archive: Option<&Archive>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Visited {
    let looker = Looker::new(client, lexicon, archive, Memory::default());
    go(limits, portal, as_of, &looker, progress).await
}

async fn go(
    limits: &Limits,
    portal: &Portal,
    as_of: Timestamp,
    looker: &Looker<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Visited {
    progress(Progress::Began { portal: portal.name.clone(), url: portal.url.clone(), budget: limits.pages });
    let Some(home) = address::canonical(&portal.url) else {
        let failure = NotMeasurable {
            url: portal.url.clone(),
            cause: Cause::BadAddress,
            detail: "网站的网址不是 http(s) 网址".to_owned(),
            attempts: 0,
            at: None,
            capture: None,
            linked_from: None,
        };
        let note = failure.detail.clone();
        return Visited { failures: vec![failure], cut_short: true, note, ..Visited::default() };
    };
    let mut visit = Visit {
        limits,
        deadline: Instant::now() + limits.wall_clock,
        compass: Compass::new(portal, home.clone(), &looker.lexicon, as_of),
        frontier: Frontier::new(limits.waiting, limits.barren),
        texts: HashSet::new(),
        keeper: Keeper::default(),
        probe: None,
        home: home.clone(),
        asked: 0,
        bytes: 0,
        failed_in_a_row: 0,
        second_looks: 0,
        failed: BTreeMap::new(),
        again: Vec::new(),
        unproven: Vec::new(),
        listed: Listed::default(),
        stop: None,
        brought: Visited::default(),
        progress,
    };
    visit.begin(looker).await;
    visit.read_on(looker).await;
    if visit.reread(looker).await {
        visit.read_on(looker).await;
    }
    while visit.look_again(looker).await {
        visit.read_on(looker).await;
    }
    visit.sound(looker).await;
    visit.brought.robots = looker.client.robots(home.as_str()).await;
    visit.brought.distrust = looker.memory.distrusted().map(ToOwned::to_owned);
    if let Some(Err(error)) = looker.archive.as_ref().map(Archive::sync) {
        visit.stop = Some(Stop::loss(format!("证据无法保存：{error}")));
    }
    visit.end(looker.client.load())
}

struct Visit<'a> {
    limits: &'a Limits,
    deadline: Instant,
    compass: Compass<'a>,
    frontier: Frontier,
    /// Wordings of the texts that were read.
    texts: HashSet<u64>,
    keeper: Keeper,
    probe: Option<Probe>,
    home: Url,
    /// Addresses asked for, second looks left out.
    asked: usize,
    bytes: u64,
    failed_in_a_row: usize,
    second_looks: usize,
    /// By address.
    failed: BTreeMap<String, NotMeasurable>,
    /// To be asked for once more at the end.
    again: Vec<Wanted>,
    /// Pages that were not sent because the portal said that they had not changed.
    unproven: Vec<Wanted>,
    /// Addresses of the sitemaps, as long as they are not offered.
    listed: Listed,
    /// Why nothing more is asked for.
    stop: Option<Stop>,
    brought: Visited,
    progress: &'a (dyn Fn(Progress) + Sync),
}

/// The end of asking.
struct Stop {
    why: String,
    /// True where something is certainly missing. Budgets are no loss as long as what checks need was read.
    loss: bool,
    /// True where the portal may not be asked any more, whatever is missing.
    hours_over: bool,
}

impl Stop {
    fn budget(why: String) -> Self {
        Self { why, loss: false, hours_over: false }
    }

    fn loss(why: String) -> Self {
        Self { why, loss: true, hours_over: false }
    }
}

impl Visit<'_> {
    /// The home page, with a second look at once where it fails; then the probe.
    async fn begin(&mut self, looker: &Looker<'_>) {
        for pin in self.compass.pins() {
            self.frontier.offer(pin);
        }
        let home = Wanted {
            url: self.home.clone(),
            interest: Interest::Home,
            text: String::new(),
            from: None,
            depth: 0,
            column: None,
        };
        self.frontier.mark_read(&home.url);
        self.asked += 1;
        let seen = looker.look(home.url.as_str(), Patience::Usual).await;
        self.settle(home, seen, Patience::Usual);
        if let Some(home) = self.again.pop() {
            (self.progress)(Progress::SecondLook { addresses: 1 });
            tokio::time::sleep(self.limits.second_look_pause).await;
            let seen = looker.look(home.url.as_str(), Patience::Longer).await;
            self.settle(home, seen, Patience::Longer);
        }
        if self.brought.pages.is_empty() {
            self.lose("首页无法读取".to_owned());
        } else if let Some(address) = probe::address(&self.home) {
            self.ask_for_nothing(looker, &address).await;
        }
        if self.stop.is_none() {
            self.listed = sitemap::listed(looker, &self.home, self.limits.pages).await;
            self.brought.other_captures.append(&mut self.listed.captures);
        }
    }

    /// Asks for an address that cannot exist.
    async fn ask_for_nothing(&mut self, looker: &Looker<'_>, address: &str) {
        self.brought.soundings.nowhere = match looker.look(address, Patience::Usual).await {
            Seen::Answer(answer) => {
                let Answer { capture, facts, beside, .. } = *answer;
                self.probe = Probe::new(&capture, &facts);
                let home = self.brought.pages.first().map(|page| page.capture.sha256.as_str());
                let said = probe::nowhere(&self.home, home, &capture, &facts);
                self.brought.other_captures.extend(beside);
                self.brought.other_captures.push(capture);
                Some(said)
            }
            Seen::Nothing(failure) => Some(probe::unanswered(failure)),
            Seen::NoEvidence(_) => None,
        };
    }

    /// Reads what waits, the most interesting first. Several requests may be under way where the client allows it, but
    /// answers are settled in the order of asking, so that timing never decides what is read.
    async fn read_on(&mut self, looker: &Looker<'_>) {
        let slots = looker.client.settings().concurrency_per_host.max(1);
        let mut under_way = FuturesOrdered::new();
        loop {
            while under_way.len() < slots {
                let Some(wanted) = self.take() else { break };
                under_way.push_back(async move {
                    let seen = looker.look(wanted.url.as_str(), Patience::Usual).await;
                    (wanted, seen)
                });
            }
            match under_way.next().await {
                Some((wanted, seen)) => self.settle(wanted, seen, Patience::Usual),
                None => return,
            }
        }
    }

    /// The next address, while the budgets last.
    fn take(&mut self) -> Option<Wanted> {
        if self.stop.is_none() && self.frontier.is_down_to_the_rest() {
            // Only now: a link says more of a page than a sitemap does.
            for (address, sitemap) in std::mem::take(&mut self.listed.addresses) {
                if let Some(wanted) = self.compass.listed(&address, sitemap) {
                    self.frontier.offer(wanted);
                }
            }
        }
        if self.stop.is_some() || self.frontier.waiting() == 0 {
            return None;
        }
        let used_up = if self.asked >= self.limits.pages {
            Some(format!("{}页的限额已用完", self.limits.pages))
        } else if self.bytes >= self.limits.bytes {
            Some(format!("{}字节的限额已用完", self.limits.bytes))
        } else if Instant::now() >= self.deadline {
            Some(format!("{}秒的限时已到", self.limits.wall_clock.as_secs()))
        } else {
            None
        };
        if let Some(why) = used_up {
            self.stop = Some(Stop::budget(why));
            return None;
        }
        let wanted = self.frontier.next()?;
        self.asked += 1;
        Some(wanted)
    }

    /// Reads whole what was taken on the word of a portal that proved unreliable. True where there was any.
    async fn reread(&mut self, looker: &Looker<'_>) -> bool {
        let unproven = std::mem::take(&mut self.unproven);
        if looker.memory.distrusted().is_none() || unproven.is_empty() {
            return false;
        }
        let taken = |page: &ObservedPage| page.capture.revisit.as_ref().is_some_and(|how| how.sameness == NotModified);
        self.brought.pages.retain(|page| !taken(page));
        self.compass.begin_anew();
        self.texts.clear();
        for wanted in unproven {
            if self.may_not_ask() {
                self.lose("部分页面未能重新读取".to_owned());
                break;
            }
            let seen = looker.look(wanted.url.as_str(), Patience::Usual).await;
            self.settle(wanted, seen, Patience::Usual);
        }
        true
    }

    /// Asks once more, with longer limits, for what failed for a passing reason. True where something was asked for.
    async fn look_again(&mut self, looker: &Looker<'_>) -> bool {
        let mut again = std::mem::take(&mut self.again);
        again.sort_by_key(|wanted| wanted.interest);
        again.truncate(self.limits.second_looks - self.second_looks);
        if again.is_empty() || self.may_not_ask() {
            return false;
        }
        (self.progress)(Progress::SecondLook { addresses: again.len() });
        let rest = self.limits.second_look_pause.min(self.deadline.saturating_duration_since(Instant::now()));
        tokio::time::sleep(rest).await;
        for wanted in again {
            if self.may_not_ask() {
                break;
            }
            self.second_looks += 1;
            let seen = looker.look(wanted.url.as_str(), Patience::Longer).await;
            self.settle(wanted, seen, Patience::Longer);
        }
        true
    }

    /// Something is certainly missing; a budget that was used up before is told with it.
    fn lose(&mut self, why: String) {
        match &mut self.stop {
            Some(stop) if stop.loss => {}
            Some(stop) => *stop = Stop { hours_over: stop.hours_over, ..Stop::loss(format!("{}；{why}", stop.why)) },
            None => self.stop = Some(Stop::loss(why)),
        }
    }

    /// Asks for what is no page: how the home page answers over IPv6, where the links lead that were not followed.
    async fn sound(&mut self, looker: &Looker<'_>) {
        if self.may_not_ask() || self.stop.as_ref().is_some_and(|stop| stop.loss) {
            return;
        }
        let answered = self.brought.pages.first().map_or(self.home.as_str(), |page| &page.capture.final_url).to_owned();
        self.brought.soundings.certificate = looker.client.certificate(&answered);
        self.brought.soundings.ipv6 = links::over_ipv6(looker, &answered, self.brought.pages.first()).await;
        let asked: HashSet<&str> = self.failed.keys().map(String::as_str).collect();
        let wanted = links::choose(&self.home, &self.brought.pages, &asked, self.limits);
        (self.progress)(Progress::Links { addresses: wanted.len() });
        let (links, mut captures) = links::sound(looker, wanted, self.probe.as_ref(), self.limits, self.deadline).await;
        self.brought.soundings.links = links;
        self.brought.other_captures.append(&mut captures);
    }

    /// Whether even what was asked for before may not be asked for again.
    fn may_not_ask(&self) -> bool {
        let over = self.stop.as_ref().is_some_and(|stop| stop.hours_over);
        over || Instant::now() >= self.deadline || self.failed_in_a_row >= self.limits.dead_after
    }

    fn settle(&mut self, wanted: Wanted, seen: Seen, patience: Patience) {
        match seen {
            Seen::Answer(answer) => {
                let Answer { capture, facts, beside, unshown } = *answer;
                if capture.revisit.as_ref().is_none_or(|how| how.sameness != NotModified) {
                    self.bytes += capture.bytes;
                }
                self.brought.other_captures.extend(beside);
                let probe = self.probe.as_ref().filter(|_| wanted.interest != Interest::Home);
                match trouble(&capture, &facts, probe) {
                    None => self.page(wanted, capture, facts),
                    Some((cause, detail)) => {
                        let failure = NotMeasurable {
                            url: wanted.url.to_string(),
                            cause,
                            detail: unshown.unwrap_or(detail),
                            attempts: capture.attempts,
                            at: Some(capture.at),
                            capture: Some(capture.id.clone()),
                            linked_from: None,
                        };
                        self.brought.other_captures.push(capture);
                        self.failure(wanted, failure, patience);
                    }
                }
            }
            Seen::Nothing(failure) => self.failure(wanted, failure, patience),
            Seen::NoEvidence(error) => {
                self.stop = Some(Stop::loss(format!("证据无法保存：{error}")));
            }
        }
    }

    fn page(&mut self, wanted: Wanted, capture: Capture, mut facts: PageFacts) {
        self.failed_in_a_row = 0;
        self.failed.remove(wanted.url.as_str());
        let mut wanted = wanted;
        let answered = address::canonical(&capture.final_url).unwrap_or_else(|| wanted.url.clone());
        let at_home = address::is_of_portal(&self.home, &answered);
        if at_home
            && answered != wanted.url
            && let Some(other) = self.frontier.mark_read(&answered)
        {
            // The redirect led to a page that was waiting itself: this is its reading.
            wanted.interest = wanted.interest.min(other.interest);
            wanted.column = wanted.column.or(other.column);
        }
        self.keeper.share(&mut facts.anchors);
        if self.keeper.links() > self.limits.links {
            self.lose(format!("超过{}个不同的链接，不再继续", self.limits.links));
        }
        if at_home {
            self.follow(&wanted, &answered, &facts);
        }
        self.keeper.thin(&mut facts);
        if capture.revisit.as_ref().is_some_and(|how| how.sameness == NotModified) {
            self.unproven.push(wanted.clone());
        }
        let page =
            ObservedPage { capture, facts, linked_from: wanted.from, link_text: wanted.text, depth: wanted.depth };
        let (title, kind) = (page.facts.title.clone(), page.facts.kind);
        self.brought.pages.push(page);
        (self.progress)(Progress::Read { url: wanted.url.to_string(), title, kind, tally: self.tally() });
    }

    /// Takes in where the page leads to, and notes a page that says and shows nothing new.
    fn follow(&mut self, wanted: &Wanted, url: &Url, facts: &PageFacts) {
        let leads = self.compass.leads(wanted, url, facts, |url| self.frontier.has_seen(url));
        let own_shape = address::shape(url);
        let mut fruitful = self.texts.insert(wording(facts.title.as_deref().unwrap_or_default(), &facts.body));
        // A list that shows other rows than all lists before it is none of a trap, even where each row is known by now.
        let dated = facts.entries.iter().filter(|entry| entry.date.is_some());
        let mut rows: Vec<&str> = dated.map(|entry| entry.url.as_str()).collect();
        rows.sort_unstable();
        fruitful |= rows.len() >= LEAST_ROWS && self.texts.insert(number_of_all(&rows));
        for lead in leads {
            let deepest = self.limits.depth * if lead.interest.is_needed() { 3 } else { 1 };
            let elsewhere = address::shape(&lead.url) != own_shape;
            let text = wording(&lead.text, "");
            if lead.depth <= deepest && self.frontier.offer(lead) {
                // A link that is called as others were is no news: traps whose shapes lead to each other end too.
                fruitful |= elsewhere && self.texts.insert(text);
            }
        }
        if !fruitful {
            self.frontier.note_barren(url);
        }
    }

    fn failure(&mut self, wanted: Wanted, mut failure: NotMeasurable, patience: Patience) {
        failure.linked_from = wanted.from.clone();
        let cause = failure.cause;
        if cause == Cause::OutsideHours {
            self.stop = Some(Stop { hours_over: true, ..Stop::loss(failure.detail.clone()) });
        }
        self.failed_in_a_row = if is_of_the_host(cause) { self.failed_in_a_row + 1 } else { 0 };
        if self.failed_in_a_row >= self.limits.dead_after {
            let why = format!("连续{}个页面访问失败，不再继续（{}：{}）", self.failed_in_a_row, cause, failure.detail);
            self.lose(why);
        }
        if cause == Cause::NotFound
            && let Some(other) = self.frontier.other_spelling(&wanted.url)
        {
            self.frontier.requeue(Wanted { url: other, ..wanted.clone() });
        }
        let url = wanted.url.to_string();
        if patience == Patience::Usual && is_transient(cause) {
            self.again.push(wanted);
        }
        self.failed.insert(url.clone(), failure);
        (self.progress)(Progress::Failed { url, cause, tally: self.tally() });
    }

    fn tally(&self) -> Tally {
        Tally {
            read: self.brought.pages.len(),
            failed: self.failed.len(),
            waiting: self.frontier.waiting(),
            budget: self.limits.pages,
        }
    }

    fn end(mut self, load: Load) -> Visited {
        let needed = self.frontier.needed();
        let mut notes: Vec<String> = self.stop.iter().map(|stop| stop.why.clone()).collect();
        if needed > 0 {
            notes.push(format!("检查所需的{needed}个页面未读取"));
        }
        let others = self.frontier.others() + self.frontier.dropped;
        if others > 0 {
            notes.push(format!("其他{others}个页面未读取"));
        }
        let tally = self.tally();
        self.brought.cut_short = needed > 0 || self.stop.is_some_and(|stop| stop.loss);
        self.brought.note = notes.join("；");
        self.brought.failures = self.failed.into_values().collect();
        self.brought.load = load;
        let cut_short = self.brought.cut_short.then(|| self.brought.note.clone());
        (self.progress)(Progress::Ended { tally, cut_short, load });
        self.brought
    }
}

/// Fewer dated rows are no list.
const LEAST_ROWS: usize = 3;

/// One number for all addresses of a list.
fn number_of_all(rows: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    hasher.finish()
}

/// Title and text without their numbers: every month of a calendar is worded alike.
fn wording(title: &str, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for piece in [title, text].iter().flat_map(|text| text.split(|letter: char| letter.is_ascii_digit())) {
        hasher.write(piece.as_bytes());
    }
    hasher.finish()
}

/// Failures that say something of the host rather than of the one page.
fn is_of_the_host(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Dns
            | Cause::Refused
            | Cause::Reset
            | Cause::Tls
            | Cause::TlsExpired
            | Cause::TlsWrongHost
            | Cause::TlsUnknownIssuer
            | Cause::TlsNoCommonCipher
            | Cause::TlsGuomiOnly
            | Cause::ConnectTimeout
            | Cause::Timeout
            | Cause::BodyTimeout
            | Cause::MalformedHttp
            | Cause::Forbidden
            | Cause::Throttled
            | Cause::BotShield
            | Cause::Maintenance
            | Cause::OurOutage
    )
}
