//! One look at one address: ask, keep as evidence, read, and say whether it is the portal speaking.

use std::{num::NonZeroUsize, sync::Arc, thread::available_parallelism};

use tokio::sync::Semaphore;

use url::Url;

use crate::{
    attachment,
    evidence::{Archive, ArchiveError},
    fetch::{Client, Patience, cause_of_answer},
    model::{Capture, Cause, Lexicon, NotMeasurable, PageFacts, PageKind, Rendered, Revisit, beijing_date},
    observe::{self, PageInput},
};

use super::{
    memory::{Memory, Question},
    probe::Probe,
};

/// The answer to a conditional request for a page that has not changed.
const NOT_MODIFIED: u16 = 304;

/// What looking needs; the same for all addresses of a visit.
pub(super) struct Looker<'a> {
    pub(super) client: &'a Client,
    pub(super) lexicon: Arc<Lexicon>,
    pub(super) archive: Option<Archive>,
    pub(super) memory: Memory,
    /// As many pages are read at once as the machine has processors: more would only get into each other's way.
    desks: Semaphore,
}

/// What was seen.
pub(super) enum Seen {
    /// An answer, which may still turn out not to be a page.
    Answer(Box<Answer>),
    Nothing(NotMeasurable),
    /// The evidence cannot be kept: nothing that is seen from now on could be proven.
    NoEvidence(ArchiveError),
}

/// An answer and what it says; where a browser had to show it, the page as it was shown.
pub(super) struct Answer {
    pub(super) capture: Capture,
    pub(super) facts: PageFacts,
    /// What the portal sent, and the picture, where a browser showed the page.
    pub(super) beside: Vec<Capture>,
    /// Why a browser could not show it.
    pub(super) unshown: Option<String>,
}

/// An answer with its body, sent this night or known from an earlier one.
struct Received {
    capture: Capture,
    body: Vec<u8>,
    /// What was answered instead of the known body.
    not_modified: Option<Capture>,
}

impl<'a> Looker<'a> {
    pub(super) fn new(client: &'a Client, lexicon: &Lexicon, archive: Option<&Archive>, memory: Memory) -> Self {
        let desks = Semaphore::new(available_parallelism().map_or(1, NonZeroUsize::get));
        Self { client, lexicon: Arc::new(lexicon.clone()), archive: archive.cloned(), memory, desks }
    }

    pub(super) async fn look(&self, url: &str, patience: Patience) -> Seen {
        let received = match self.ask(url, patience).await {
            Ok(received) => received,
            Err(failure) => return Seen::Nothing(failure),
        };
        let (lexicon, archive) = (Arc::clone(&self.lexicon), self.archive.clone());
        // Never closed.
        let _desk = self.desks.acquire().await;
        // Reading a page takes milliseconds of a core; writing may wait for the disk.
        let reading = tokio::task::spawn_blocking(move || {
            let Received { mut capture, body, not_modified } = received;
            if let Some(archive) = archive {
                archive.keep(&mut capture, &body, not_modified.as_ref())?;
            }
            let facts = read(&capture, &body, &lexicon);
            // Few pages are looked at a second time; the bodies of all others end here.
            let is_shell = facts.cause == Some(Cause::NeedsBrowser) && facts.rows_at.is_none();
            let shell = (is_shell && capture.status == 200).then_some(body);
            Ok((Answer { capture, facts, beside: Vec::new(), unshown: None }, shell))
        });
        match reading.await {
            Ok(Ok((answer, None))) => Seen::Answer(Box::new(answer)),
            Ok(Ok((answer, Some(body)))) => match self.show(answer, &body).await {
                Ok(answer) => Seen::Answer(Box::new(answer)),
                Err(error) => Seen::NoEvidence(error),
            },
            Ok(Err(error)) => Seen::NoEvidence(error),
            Err(error) => Seen::Nothing(NotMeasurable {
                url: url.to_owned(),
                cause: Cause::Other,
                detail: format!("页面解析出错，属本程序故障：{error}"),
                attempts: 1,
                at: Some(self.client.now()),
                capture: None,
                linked_from: None,
            }),
        }
    }

    /// The page as a browser shows it, where there is one; what it makes is evidence beside the answer.
    async fn show(&self, answer: Answer, body: &[u8]) -> Result<Answer, ArchiveError> {
        let rendering = match self.client.render(&answer.capture, body).await {
            None => return Ok(answer),
            Some(Err(why)) => return Ok(Answer { unshown: Some(why), ..answer }),
            Some(Ok(rendering)) => rendering,
        };
        let made = self.client.rendered(&answer.capture, rendering);
        let (lexicon, archive) = (Arc::clone(&self.lexicon), self.archive.clone());
        let shown = tokio::task::spawn_blocking(move || {
            let mut captures = Vec::with_capacity(made.len());
            let mut facts = None;
            for (mut capture, content) in made {
                if let Some(archive) = &archive {
                    archive.write(&mut capture, &content)?;
                }
                // The document comes first.
                facts.get_or_insert_with(|| read(&capture, &content, &lexicon));
                captures.push(capture);
            }
            Ok((captures, facts.unwrap_or_default()))
        });
        match shown.await {
            Ok(Ok((mut captures, facts))) => {
                let capture = captures.remove(0);
                captures.insert(0, answer.capture);
                Ok(Answer { capture, facts, beside: captures, unshown: None })
            }
            Ok(Err(error)) => Err(error),
            Err(error) => {
                Ok(Answer { unshown: Some(format!("页面解析出错，属本程序故障：{error}")), ..answer })
            }
        }
    }

    /// A file that is read for the sake of the visit and not as a page; kept as evidence all the same. Nothing where it
    /// cannot be had.
    pub(super) async fn receive(&self, url: &str) -> Option<(Capture, Vec<u8>)> {
        let Received { mut capture, body, not_modified } = self.ask(url, Patience::Usual).await.ok()?;
        let archive = self.archive.clone();
        let keeping = tokio::task::spawn_blocking(move || {
            if let Some(archive) = archive {
                archive.keep(&mut capture, &body, not_modified.as_ref())?;
            }
            Ok::<_, ArchiveError>((capture, body))
        });
        keeping.await.ok()?.inspect_err(|error| tracing::warn!(url, "a file is left out: {error}")).ok()
    }

    /// Keeps an answer that proves something. Nothing where it cannot be kept.
    pub(super) async fn keep(&self, mut capture: Capture, body: Vec<u8>) -> Option<Capture> {
        let Some(archive) = self.archive.clone() else { return Some(capture) };
        let url = capture.url.clone();
        let keeping = tokio::task::spawn_blocking(move || archive.write(&mut capture, &body).map(|()| capture));
        keeping.await.ok()?.inspect_err(|error| tracing::warn!(url, "a proof cannot be kept: {error}")).ok()
    }

    /// Asks for an address, for a known one only if it has changed, as far as the portal may be believed there.
    async fn ask(&self, url: &str, patience: Patience) -> Result<Received, NotMeasurable> {
        let Some(known) = self.memory.known(url) else {
            let (capture, body) = self.client.get_with(url, patience).await?;
            return Ok(Received { capture, body, not_modified: None });
        };
        let question = self.memory.question(known);
        let (capture, body) = self.client.get_if_changed(url, patience, question.validators()).await?;
        if capture.status != NOT_MODIFIED {
            return Ok(self.compared(capture, body, known));
        }
        match question {
            Question::IfChanged(_) if capture.final_url == known.final_url => {
                if let Some(body) = self.stored(known).await {
                    let page = self.client.unchanged(&capture, known);
                    return Ok(Received { capture: page, body, not_modified: Some(capture) });
                }
            }
            Question::Trick(_) => self.memory.distrust(format!("{url} 对不存在的 ETag 也答复“未修改”")),
            _ => {}
        }
        let (capture, body) = self.client.get_with(url, patience).await?;
        Ok(self.compared(capture, body, known))
    }

    /// A whole answer; as a revisit where it brought the known body again.
    fn compared(&self, mut capture: Capture, body: Vec<u8>, known: &Capture) -> Received {
        if let Some(sameness) = self.memory.compare(&capture, known) {
            let (of, of_at) = known.source();
            capture.revisit =
                Some(Revisit { sameness, of: of.to_owned(), of_at, received: capture.at, location: None });
            capture.location.clone_from(&known.location);
        }
        Received { capture, body, not_modified: None }
    }

    /// The body of a known page, if the archive still has it.
    async fn stored(&self, known: &Capture) -> Option<Vec<u8>> {
        let (archive, known) = (self.archive.clone()?, known.clone());
        let url = known.url.clone();
        let read = tokio::task::spawn_blocking(move || archive.read(&known)).await.ok()?;
        read.inspect_err(|error| tracing::warn!(url, "an unchanged page is fetched again: {error}")).ok()
    }
}

/// What a stored answer says as a page: the same facts as on the night of the visit.
pub fn read(capture: &Capture, body: &[u8], lexicon: &Lexicon) -> PageFacts {
    if !is_text(capture) || observe::may_be_read(&capture.url) && attachment::is_file(body) {
        return file(capture, body);
    }
    let input = PageInput {
        url: &capture.url,
        final_url: &capture.final_url,
        status: capture.status,
        content_type: capture.header("content-type"),
        bytes: body,
        received: Some(beijing_date(capture.at)),
    };
    let mut facts = observe::page(&input, lexicon);
    facts.dates.extend(capture.header("last-modified").and_then(observe::date_of_header));
    if facts.cause.is_none() && capture.status == 200 && ends_abruptly(body) {
        facts.cause = Some(Cause::Truncated);
    }
    if let Some(rendered) = &capture.rendered {
        facts.cause = cause_of_rendered(&facts, rendered);
    }
    facts
}

/// Why nothing may be judged from a page that a browser showed. What its scripts did not get may be the very thing that
/// looks absent; an empty list whose scripts got everything is empty.
fn cause_of_rendered(facts: &PageFacts, rendered: &Rendered) -> Option<Cause> {
    let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
    let own = host(&facts.url);
    let incomplete = !rendered.loaded || rendered.missing.iter().any(|url| host(url) == own);
    match facts.cause {
        None => incomplete.then_some(Cause::NeedsBrowser),
        Some(Cause::NeedsBrowser)
            if facts.kind != PageKind::Shell && rendered.loaded && rendered.missing.is_empty() =>
        {
            None
        }
        cause => cause,
    }
}

/// An attached file that may be a report; nothing of any other file.
fn file(capture: &Capture, body: &[u8]) -> PageFacts {
    let nothing = PageFacts { url: capture.final_url.clone(), ..PageFacts::default() };
    if capture.status != 200 || capture.truncated || !observe::may_be_read(&capture.url) {
        return nothing;
    }
    match attachment::read(body) {
        Ok((source, paper)) => observe::file(&capture.final_url, source, &paper),
        Err(error) => {
            tracing::info!(url = capture.url, "an attached file is left to people: {error}");
            nothing
        }
    }
}

/// A page that was cut before HTTP saw it, by a wrong Content-Length or by the system that wrote it: it begins like a
/// page, has neither end tag, and its last letter belongs to no tag. What it lacks may stand in the part that is missing.
fn ends_abruptly(body: &[u8]) -> bool {
    /// The end tags stand before no more than some scripts and counters.
    const TAIL: usize = 64 * 1024;
    let body = body.trim_ascii_end();
    let has = |part: &[u8], tag: &[u8]| part.windows(tag.len()).any(|place| place.eq_ignore_ascii_case(tag));
    let is_cut = body.last().is_some_and(|last| *last != b'>');
    is_cut && {
        let (head, tail) = (&body[..body.len().min(4096)], &body[body.len().saturating_sub(TAIL)..]);
        (has(head, b"<html") || has(head, b"<body")) && !has(tail, b"</html") && !has(tail, b"</body")
    }
}

/// Whether an HTML page was sent.
pub(super) fn is_page(capture: &Capture) -> bool {
    capture.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
}

/// Pages, and the XML and JSON lists of some publishing systems.
fn is_text(capture: &Capture) -> bool {
    capture.header("content-type").is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        kind.starts_with("text/") && !kind.starts_with("text/css")
            || kind.contains("html")
            || is_xml(&kind)
            || is_json(&kind)
    })
}

fn is_json(kind: &str) -> bool {
    kind.starts_with("application/json")
}

/// Word and Excel files have XML in the name of their type, and are none.
fn is_xml(kind: &str) -> bool {
    kind.contains("xml") && !kind.contains("openxmlformats")
}

/// Why the answer is not the page that was asked for, and what shows it; `None` for a page that may be judged.
pub(super) fn trouble(capture: &Capture, facts: &PageFacts, probe: Option<&Probe>) -> Option<(Cause, String)> {
    let status = || format!("状态码{}", capture.status);
    if let Some(cause) = cause_of_answer(capture) {
        // The words of a shield or a maintenance page say more than its status, but what is gone is gone.
        let worded = facts.cause.filter(|_| facts.kind == PageKind::Block && cause != Cause::NotFound);
        return Some((worded.unwrap_or(cause), status()));
    }
    if !is_text(capture) && facts.report.is_some() {
        return None;
    }
    // JSON that is no list is there for scripts alone.
    let is_for_scripts = capture.header("content-type").is_some_and(is_json) && facts.kind != PageKind::Column;
    if !is_text(capture) || is_for_scripts {
        return Some((Cause::NotHtml, capture.header("content-type").unwrap_or_default().to_owned()));
    }
    if capture.truncated {
        return Some((Cause::TooLarge, format!("超过{}字节", capture.bytes)));
    }
    if capture.bytes == 0 {
        return Some((Cause::Truncated, "响应为空".to_owned()));
    }
    match facts.cause {
        Some(Cause::Truncated) => return Some((Cause::Truncated, "页面没有结尾，内容不完整".to_owned())),
        Some(Cause::TooLarge) => return Some((Cause::TooLarge, "页面过长或嵌套过深，未能全部读取".to_owned())),
        _ => {}
    }
    let usual = match facts.kind {
        PageKind::Block if is_login(capture) => Some(Cause::Login),
        PageKind::Block => Some(Cause::BotShield),
        PageKind::Soft404 => Some(Cause::SoftNotFound),
        PageKind::Shell => Some(Cause::NeedsBrowser),
        _ => None,
    };
    if let Some(usual) = usual {
        return Some((facts.cause.unwrap_or(usual), status()));
    }
    if !capture.hops.is_empty() && is_login(capture) {
        return Some((Cause::Login, format!("跳转到 {}", capture.final_url)));
    }
    if facts.garbled {
        return Some((Cause::Garbled, format!("按 {} 解码后仍是乱码", facts.charset)));
    }
    probe
        .is_some_and(|probe| probe.unmasks(capture, facts))
        .then(|| (Cause::SoftNotFound, "与不存在的网址的响应相同".to_owned()))
}

/// Whether the address that answered is that of a login.
fn is_login(capture: &Capture) -> bool {
    let path = capture.final_url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let mut segments = path.split('/').skip(3).map(|segment| segment.split('.').next().unwrap_or_default());
    segments.any(|segment| matches!(segment, "login" | "signin" | "sso" | "cas" | "passport" | "userlogin" | "tologin"))
}
