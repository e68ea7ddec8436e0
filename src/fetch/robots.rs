//! What robots.txt permits (RFC 9309). Absent (4xx): everything. Unreachable or 5xx: nothing for now.

use std::time::Duration;

use robotxt::{AccessResult, Agent, Robots};
use sha2::{Digest, Sha256};
use url::{Position, Url};

use super::failure::Failure;
use crate::model::Cause;

/// What was learnt from one host's robots.txt: part of the evidence, for it explains what was not visited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsRecord {
    /// The address of the file.
    pub url: String,
    pub access: RobotsAccess,
    /// Least time between requests that the file asks for.
    pub crawl_delay: Option<Duration>,
    pub sitemaps: Vec<String>,
    /// The status of the answer; none where there was none.
    pub status: Option<u16>,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: Option<String>,
    /// The rules for this visitor, such as `Disallow: /search`.
    pub rules: Vec<String>,
}

/// Most rules that are noted.
const MOST_RULES: usize = 100;

/// How reading the file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RobotsAccess {
    /// Its rules apply.
    Read,
    /// There is none (status 4xx): everything is allowed.
    Absent { status: u16 },
    /// It could not be read: nothing is allowed for now.
    Unreachable { cause: Cause, detail: String },
}

impl RobotsRecord {
    /// What a file at `url` with these contents says to a visitor of that name.
    pub fn of_file(url: &Url, contents: Vec<u8>, user_agent: &str) -> Self {
        HostRules::new(url, Ok((200, contents)), user_agent).record
    }
}

/// The record together with the rules themselves.
pub(super) struct HostRules {
    pub(super) record: RobotsRecord,
    robots: Robots,
}

impl HostRules {
    /// From the answer to the request for the file, or from its failure.
    pub(super) fn new(url: &Url, answer: Result<(u16, Vec<u8>), Failure>, user_agent: &str) -> Self {
        let agent = Agent::Exact(user_agent.split(['/', ' ']).next().unwrap_or(user_agent));
        let status = answer.as_ref().ok().map(|(status, _)| *status);
        let read = answer.as_ref().ok().filter(|(status, _)| (200..=299).contains(status));
        let sha256 = read.map(|(_, bytes)| super::client::hex(&Sha256::digest(bytes)));
        let (access, robots) = match answer {
            Ok((200..=299, bytes)) => {
                (RobotsAccess::Read, Robots::from_access(AccessResult::Successful(&bytes), agent))
            }
            // A host that is told "too many" about this very file has not said yes to anything.
            Ok((status @ 400..=499, _)) if status != 429 => {
                (RobotsAccess::Absent { status }, Robots::from_access(AccessResult::Unavailable, agent))
            }
            Ok((status, _)) => {
                let cause = if status == 429 { Cause::Throttled } else { Cause::ServerError };
                unreachable(cause, format!("状态码{status}"), agent)
            }
            Err(Failure { cause: Cause::TooManyRedirects, .. }) => {
                (RobotsAccess::Absent { status: 302 }, Robots::from_access(AccessResult::TooManyRedirects, agent))
            }
            Err(failure) => unreachable(failure.cause, failure.detail, agent),
        };
        let record = RobotsRecord {
            url: url.to_string(),
            access,
            crawl_delay: robots.crawl_delay(),
            sitemaps: robots.sitemaps().iter().map(ToString::to_string).collect(),
            status,
            sha256,
            rules: robots.rules().iter().take(MOST_RULES).map(worded).collect(),
        };
        Self { record, robots }
    }

    /// Ok where the address may be asked for.
    pub(super) fn permit(&self, url: &Url) -> Result<(), Failure> {
        if let RobotsAccess::Unreachable { cause, detail } = &self.record.access {
            let detail = format!("robots.txt 无法读取（{detail}），因此未访问其他页面");
            return Err(Failure::unasked(*cause, detail));
        }
        let path = &url[Position::BeforePath..Position::AfterQuery];
        if self.robots.is_allowed(path) {
            return Ok(());
        }
        let rule = self.robots.matching_rule(path).map_or("", robotxt::Rule::pattern);
        Err(Failure::unasked(Cause::RobotsForbidden, format!("robots.txt 规定 Disallow: {rule}")))
    }
}

fn worded(rule: &robotxt::Rule) -> String {
    format!("{}: {}", if rule.is_allow() { "Allow" } else { "Disallow" }, rule.pattern())
}

fn unreachable(cause: Cause, detail: String, agent: Agent<'_>) -> (RobotsAccess, Robots) {
    (RobotsAccess::Unreachable { cause, detail }, Robots::from_access(AccessResult::Unreachable, agent))
}

/// The address of the file that rules over `url`.
pub(super) fn file_of(url: &Url) -> Option<Url> {
    robotxt::robots_url(url).ok()
}
