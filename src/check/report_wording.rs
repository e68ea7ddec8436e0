//! Kind `report-wording`: parts of the annual report that repeat those of earlier years (雷同).

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    report_content::{content_of, subject},
    scope::Case,
};
use crate::{
    model::{ReportPart, Verdict, report::PARTS},
    text::similarity::{letters_only, similarity},
};

/// Letters of the shared passage that are shown.
const SHOWN: usize = 80;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportWording {
    /// Numbers of the parts that are told in the unit's own words.
    pub parts: Vec<u8>,
    /// With how many years before it is compared.
    pub years: i16,
    /// From this share of common wording on (percent) a person must look.
    pub from_percent: usize,
    /// Parts with fewer letters than this say too little to be compared.
    pub least_letters: usize,
    /// Words of sentences that the format itself asks for; such sentences are left out.
    pub prescribed: Vec<String>,
}

/// The most similar pair of parts so far.
struct Repetition {
    percent: usize,
    part: u8,
    year: i16,
    passage: String,
    url: String,
}

impl Rule for ReportWording {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let year = case.context.as_of.year() - 1;
        let subject = subject(year);
        let Some((facts, report)) = content_of(case, year) else {
            let reason = format!("没有读到{year}年度报告的正文");
            return vec![Judgement::new(subject, Verdict::NotApplicable, reason)];
        };
        let earlier: Vec<_> =
            (1..=self.years).filter_map(|back| Some((year - back, content_of(case, year - back)?))).collect();
        if earlier.is_empty() {
            let reason = format!("没有读到{year}年以前的报告，不能比对");
            return vec![Judgement::new(subject, Verdict::NotApplicable, reason).at(&facts.url)];
        }
        let mut most: Option<Repetition> = None;
        for (earlier_year, (earlier_facts, earlier)) in &earlier {
            for number in &self.parts {
                let (Some(own), Some(other)) = (report.part(*number), earlier.part(*number)) else { continue };
                let (own, other) = (self.own_words(own), self.own_words(other));
                if letters_only(&own).len().min(letters_only(&other).len()) < self.least_letters {
                    continue;
                }
                let found = similarity(&own, &other);
                if most.as_ref().is_none_or(|most| found.percent > most.percent) {
                    most = Some(Repetition {
                        percent: found.percent,
                        part: *number,
                        year: *earlier_year,
                        passage: found.passage.chars().take(SHOWN).collect(),
                        url: earlier_facts.url.clone(),
                    });
                }
            }
        }
        let Some(most) = most else {
            let reason = format!("{year}年度报告的叙述部分过短，不作比对");
            return vec![Judgement::new(subject, Verdict::NotApplicable, reason).at(&facts.url)];
        };
        let name = PARTS.get(usize::from(most.part).saturating_sub(1)).copied().unwrap_or_default();
        let Repetition { percent, year: other, .. } = most;
        if percent < self.from_percent {
            let reason =
                format!("{year}年度报告与前{}年相比，最相近的“{name}”与{other}年度相同{percent}%", earlier.len());
            return vec![Judgement::new(subject, Verdict::Passed, reason).at(&facts.url)];
        }
        let reason = format!(
            "{year}年度报告的“{name}”与{other}年度报告相同{percent}%，如“{}”，请人工判断是否雷同",
            most.passage
        );
        let evidence = [
            proof::report(case, facts, format!("相同的文字：{}", most.passage)),
            proof::seen(case, &most.url, most.passage.clone(), format!("{other}年度报告的相同文字")),
        ];
        vec![Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence)]
    }
}

impl ReportWording {
    /// The part without sentences that the format asks for.
    fn own_words(&self, part: &ReportPart) -> String {
        let is_own = |sentence: &&str| !self.prescribed.iter().any(|words| sentence.contains(words.as_str()));
        part.text.split_inclusive(['。', '；', '\n']).filter(is_own).collect()
    }
}
