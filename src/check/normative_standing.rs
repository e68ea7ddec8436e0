//! Kind `normative-standing`: documents of normative force that are void or have expired and are still listed as valid,
//! and those that are not numbered as such (“规”字编号).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule,
    policy_title::exemption,
    proof,
    scope::Case,
    span::{Window, days_between},
};
use crate::{
    model::{Cause, ColumnFacts, DocumentFacts, Evidence, MatchedBy, Particulars, Standing, Subject, Verdict},
    text::normalise,
};

/// Days after which a new document is taken to be in force: rules come into force 30 days after they are published
/// (《规章制定程序条例》第三十二条).
const UNTIL_IN_FORCE: i32 = 30;
/// Documents shown as proof.
const SHOWN: usize = 30;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormativeStanding {
    pub fault: Fault,
    /// Standard name of the column that gathers them.
    pub column: String,
    /// For the numbering: documents published in this window before the day of the check are looked at.
    #[serde(default)]
    pub window: Option<Window>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Declared void, and still called valid.
    VoidListedAsValid,
    /// Its own term is over, and it is still called valid.
    ExpiredListedAsValid,
    /// Its number does not hold the mark of its kind.
    NumberWithoutMark,
}

impl Rule for NormativeStanding {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let listed = self.listed(case);
        match self.fault {
            Fault::NumberWithoutMark => vec![self.numbering(case, &listed)],
            Fault::VoidListedAsValid => listed.iter().map(|one| void(case, one)).collect(),
            Fault::ExpiredListedAsValid => listed.iter().map(|one| expired(case, one)).collect(),
        }
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

/// A document with the columns of normative documents that list it.
struct Listed<'a> {
    document: &'a DocumentFacts,
    columns: Vec<&'a ColumnFacts>,
}

impl Listed<'_> {
    fn particulars(&self) -> Option<&Particulars> {
        self.document.particulars.as_deref()
    }

    /// Every list that shows it is one of void documents.
    fn is_among_void(&self) -> bool {
        let is_void = |column: &&ColumnFacts| {
            column.path.iter().chain([&column.name]).any(|name| name.contains("废止") || name.contains("失效"))
        };
        !self.columns.is_empty() && self.columns.iter().all(is_void)
    }

    /// What calls it valid, in Chinese: the page's own label, or the name of a list.
    fn called_valid(&self) -> Option<String> {
        if self.particulars().is_some_and(|own| own.standing == Some(Standing::Valid)) {
            return Some("页面“有效性”标注为有效".to_owned());
        }
        let is_valid = |column: &&&ColumnFacts| {
            column.name.contains("有效") && !column.name.contains('失') && !self.is_among_void()
        };
        self.columns.iter().find(is_valid).map(|column| format!("列在“{}”栏目", column.name))
    }

    /// Words by which the page itself or the title says that it is void.
    fn void_mark(&self) -> Option<String> {
        let own = self.particulars();
        own.and_then(|own| own.void_note.clone())
            .or_else(|| {
                let label = own?.standing == Some(Standing::Void);
                label.then(|| "有效性标注为废止或失效".to_owned())
            })
            .or_else(|| {
                let title = normalise(&self.document.title);
                let mark = ["(已废止)", "(废止)", "(失效)", "(已失效)", "[废止]", "[失效]", "【废止】", "【失效】"];
                mark.into_iter().find(|mark| title.contains(mark)).map(ToOwned::to_owned)
            })
    }

    fn say(&self, verdict: Verdict, reason: impl Into<String>) -> Judgement {
        let subject = Subject::new(format!("document:{}", self.document.key), &self.document.title);
        Judgement::new(subject, verdict, reason).at(&self.document.url)
    }

    fn seen(&self, case: &Case<'_>, note: impl Into<String>) -> Evidence {
        proof::document(case, self.document, note)
    }

    fn unread(&self) -> Option<Judgement> {
        let cause = self.document.unread_cause.unwrap_or(Cause::Budget);
        let reason = format!("页面未读取（{cause}），不能判断是否有效");
        (!self.document.read).then(|| self.say(Verdict::NotMeasurable(cause), reason))
    }
}

impl NormativeStanding {
    fn listed<'a>(&self, case: &Case<'a>) -> Vec<Listed<'a>> {
        let fits = |column: &&&ColumnFacts| column.fits(&self.column).is_some_and(|fit| fit.by != MatchedBy::Weak);
        let mine: Vec<&ColumnFacts> = case.columns().collect();
        let mut columns: Vec<&ColumnFacts> = Vec::new();
        for column in mine.iter().filter(fits).flat_map(|column| std::iter::once(*column).chain(case.below(column))) {
            if columns.iter().all(|known| known.key != column.key) {
                columns.push(column);
            }
        }
        let rows: Vec<(BTreeSet<&str>, &ColumnFacts)> = columns
            .iter()
            .map(|column| (column.entries.iter().map(|entry| entry.url.as_str()).collect(), *column))
            .collect();
        let of = |document: &'a DocumentFacts| {
            let columns: Vec<&ColumnFacts> = rows
                .iter()
                .filter(|(urls, column)| urls.contains(document.url.as_str()) || document.column == column.key)
                .map(|(_, column)| *column)
                .collect();
            (!columns.is_empty()).then_some(Listed { document, columns })
        };
        case.documents().filter_map(of).collect()
    }

    fn numbering(&self, case: &Case<'_>, listed: &[Listed<'_>]) -> Judgement {
        let subject = Subject::new("normative:numbering", "规范性文件“规”字编号");
        let say = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason);
        let as_of = case.context.as_of;
        let first = self.window.map_or(Date::MIN, |window| window.before(as_of));
        let own: Vec<&DocumentFacts> = listed
            .iter()
            .map(|one| one.document)
            .filter(|document| document.published.is_some_and(|moment| (first..=as_of).contains(&moment.date)))
            .filter(|document| exemption(case, document).is_none())
            .collect();
        let numbered: Vec<(&DocumentFacts, &str)> =
            own.iter().filter_map(|document| Some((*document, document.number.as_deref()?))).collect();
        if numbered.is_empty() {
            return match own.iter().find(|document| !document.read) {
                Some(unread) => {
                    let cause = unread.unread_cause.unwrap_or(Cause::Budget);
                    say(
                        Verdict::NotMeasurable(cause),
                        format!("{}件规范性文件未读取（{cause}），看不到文号", own.len()),
                    )
                }
                None => say(Verdict::NotApplicable, "检查范围内没有发布带文号的本单位规范性文件".to_owned()),
            };
        }
        let without: Vec<&(&DocumentFacts, &str)> =
            numbered.iter().filter(|(_, number)| !number.contains('规')).collect();
        if without.is_empty() {
            return say(Verdict::Passed, format!("{}件规范性文件的文号均有“规”字", numbered.len()));
        }
        let reason = format!(
            "{}件规范性文件中{}件的文号没有“规”字（如{}），请对照备案登记核实",
            numbered.len(),
            without.len(),
            without[0].1
        );
        let shown =
            without.iter().take(SHOWN).map(|(document, number)| proof::document(case, document, (*number).to_owned()));
        say(Verdict::NeedsReview, reason).at(&without[0].0.url).with(shown)
    }
}

fn void(case: &Case<'_>, one: &Listed<'_>) -> Judgement {
    let list = voided_by(case, one.document);
    let mark = one.void_mark();
    if mark.is_none()
        && list.is_none()
        && let Some(judgement) = one.unread()
    {
        return judgement;
    }
    if one.is_among_void() {
        return one.say(Verdict::Passed, "列在废止失效文件栏目");
    }
    let because = match (&mark, list) {
        (Some(mark), _) => format!("页面写明“{mark}”"),
        (None, Some(list)) => format!("已由“{}”宣布废止或失效", list.title),
        (None, None) => return one.say(Verdict::Passed, "未见已废止或失效的依据"),
    };
    let mut evidence = vec![one.seen(case, because.clone())];
    evidence.extend(list.map(|list| proof::document(case, list, "宣布废止或失效的文件")));
    match one.called_valid() {
        Some(valid) => one.say(Verdict::Failed, format!("{because}，但{valid}")).with(evidence),
        None if mark.is_some() => one.say(Verdict::Passed, format!("{because}，没有再列为有效")),
        None => {
            let reason = format!("{because}，但页面没有标注已废止或失效，请人工判断是否应当下架或标注");
            one.say(Verdict::NeedsReview, reason).with(evidence)
        }
    }
}

fn expired(case: &Case<'_>, one: &Listed<'_>) -> Judgement {
    if let Some(judgement) = one.unread() {
        return judgement;
    }
    let as_of = case.context.as_of;
    let term = one.particulars().and_then(|own| own.term.as_ref());
    let Some((term, expires)) = term.and_then(|term| Some((term, term.expires?))) else {
        return one.say(Verdict::NotApplicable, "页面没有写明有效期，不推算");
    };
    if expires >= as_of {
        return one.say(Verdict::Passed, format!("有效期至{expires}，尚未届满"));
    }
    if let Some(mark) = one.void_mark() {
        return one.say(Verdict::Passed, format!("有效期至{expires}，已届满，页面写明“{mark}”"));
    }
    if one.is_among_void() {
        return one.say(Verdict::Passed, format!("有效期至{expires}，已届满，列在废止失效文件栏目"));
    }
    let over = format!("按文件自身规定（{}），有效期至{expires}，已届满", term.words);
    let evidence = [one.seen(case, format!("有效期至{expires}"))];
    if let Some(extended) = extended_by(case, one.document) {
        let reason = format!("{over}；“{}”可能已延长其有效期，请人工判断", extended.title);
        let more = proof::document(case, extended, "可能延长有效期的文件");
        return one.say(Verdict::NeedsReview, reason).with(evidence).with([more]);
    }
    match one.called_valid() {
        Some(valid) => one.say(Verdict::Failed, format!("{over}，但{valid}")).with(evidence),
        None => {
            one.say(Verdict::NeedsReview, format!("{over}，页面没有标注已失效，请人工判断是否已延期")).with(evidence)
        }
    }
}

/// The clearing list on this portal that declares the document void.
fn voided_by<'a>(case: &Case<'a>, document: &DocumentFacts) -> Option<&'a DocumentFacts> {
    let number = bare(document.number.as_deref()?);
    case.facts.documents.iter().filter(|list| may_repeal(case, list, document)).find(|list| {
        let voids = list.particulars.iter().flat_map(|own| &own.voids);
        // A number taken from a running text may have words before it.
        list.key != document.key && voids.into_iter().any(|voided| bare(voided).ends_with(&number))
    })
}

/// Whether the day fits: what a new document takes the place of is older, and the new one is in force by now. A clearing
/// list voids at once.
fn may_repeal(case: &Case<'_>, list: &DocumentFacts, document: &DocumentFacts) -> bool {
    let day = |document: &DocumentFacts| document.published.map(|moment| moment.date);
    let is_clearing = ["废止", "失效"].iter().any(|word| list.title.contains(word));
    let in_force = || day(list).is_some_and(|day| days_between(day, case.context.as_of) >= UNTIL_IN_FORCE);
    let signed = document.written.map(|moment| moment.date).or(day(document));
    let is_later = || day(list).zip(signed).is_none_or(|(list, document)| list >= document);
    is_clearing || (in_force() && is_later())
}

/// A later document whose title says that this one goes on.
fn extended_by<'a>(case: &Case<'a>, document: &DocumentFacts) -> Option<&'a DocumentFacts> {
    let title = normalise(&document.title);
    let name = title.split_once("关于印发").map_or(title.as_str(), |(_, rest)| rest);
    let name = name.trim_end_matches("的通知").trim_matches(['《', '》']);
    case.facts.documents.iter().find(|other| {
        let other_title = normalise(&other.title);
        other.key != document.key
            && ["延长", "延期", "继续有效", "继续执行", "继续施行"].iter().any(|word| other_title.contains(word))
            && (other_title.contains(name) || other.mentions.iter().any(|mention| normalise(mention).contains(name)))
    })
}

/// A document number without brackets, which are written in many ways.
fn bare(number: &str) -> String {
    normalise(number).chars().filter(|letter| letter.is_alphanumeric()).filter(|letter| *letter != '第').collect()
}
