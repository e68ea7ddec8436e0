//! What a title tells of a document: whether it names a policy (印发《…办法》, …实施意见), and whether documents of its
//! kind need no interpretation. The words are data: `word-lists/policy-forms.yaml` and `exempt-titles.yaml`.

use super::scope::Case;
use crate::{
    model::{DocumentFacts, ExemptTitle, PolicyForm, PolicyForms},
    text::normalise,
};

/// Letters between 关于 and 印发 (关于重新印发); more tell of something else.
const BEFORE_ISSUE: usize = 4;
/// Letters of the name of an authority before 令.
const AUTHORITY: usize = 24;

/// Whether the title says for certain that the document is a policy or puts one into force.
pub(super) fn names_policy(case: &Case<'_>, document: &DocumentFacts) -> bool {
    is_policy(&case.context.lexicon.policy_forms, &normalise(&document.title))
}

/// The exempt kind a document belongs to, by the words of its title or by its issuer.
pub(super) fn exemption<'a>(case: &Case<'a>, document: &DocumentFacts) -> Option<&'a ExemptTitle> {
    let lexicon = case.context.lexicon;
    let title = normalise(&document.title);
    let act = act_of(&lexicon.policy_forms, &title);
    let stated = document.issuer.as_deref().map(normalise);
    let stated = stated.as_deref().or_else(|| title.split_once("关于").map(|(before, _)| before));
    let issuers = [stated, ordered_by(&title)];
    let unit = normalise(&case.unit.name);
    lexicon.exempt_titles.iter().find(|exempt| {
        let is_of = |name: &String| {
            issuers.iter().flatten().any(|issuer| issuer.contains(name.as_str())) && !unit.contains(name.as_str())
        };
        exempt.words.iter().any(|word| act.contains(word.as_str()))
            || exempt.acts.iter().any(|word| says(&act, word))
            || exempt.issuers.iter().any(is_of)
    })
}

/// The organ of another place that issued a document, by its statement or else by its title: on a city's portal the
/// province's, on a county's the city's. It is explained where it was drawn up.
pub(super) fn issuer_elsewhere(case: &Case<'_>, document: &DocumentFacts) -> Option<String> {
    const ORGANS: [&str; 8] = ["厅", "局", "委", "委员会", "办公室", "人民政府", "办", "院"];
    let title = normalise(&document.title);
    let stated = document.issuer.as_deref().map(normalise).filter(|issuer| !issuer.is_empty());
    let issuer = stated.or_else(|| Some(title.split_once("关于")?.0.to_owned()))?;
    let place = place_of(&issuer).filter(|_| ORGANS.iter().any(|organ| issuer.ends_with(organ)))?;
    let unit = normalise(&case.unit.name);
    let own = place_of(&unit)?;
    (!unit.contains(place) && !issuer.contains(own)).then_some(issuer)
}

/// The place at the beginning of an organ's name: 青河县 of 青河县财政局. None for 全市 and 我县, which are no names.
fn place_of(name: &str) -> Option<&str> {
    let (at, level) = name.char_indices().take(8).skip(2).find(|(_, letter)| "省市县区旗州".contains(*letter))?;
    let is_name = !name.starts_with(['全', '我', '本', '各', '《', '转']);
    is_name.then(|| &name[..at + level.len_utf8()])
}

fn is_policy(forms: &PolicyForms, title: &str) -> bool {
    let bare = without_notes(title);
    let Some((before, rest)) = bare.split_once('《') else {
        return form_of(forms, issued(forms, bare).unwrap_or(bare)).is_some();
    };
    let Some((names, after)) = rest.rsplit_once('》') else { return false };
    let issues = forms.issues.iter().any(|issue| before.ends_with(issue.as_str()));
    if issues || ordered_by(bare).is_some() || (before.is_empty() && after.is_empty()) {
        return names.split(['《', '》']).any(|name| form_of(forms, name).is_some());
    }
    // 关于贯彻《…条例》的实施意见
    !after.is_empty() && form_of(forms, bare).is_some()
}

/// The title without the names of rules, which tell what is ruled and not what is done.
fn act_of(forms: &PolicyForms, title: &str) -> String {
    let is_rule = |name: &str| form_of(forms, name).is_some_and(|form| form.rule);
    let bare = without_notes(title);
    let mut act = bare.to_owned();
    for name in bare.split('《').skip(1).filter_map(|rest| rest.split('》').next()).filter(|name| is_rule(name)) {
        act = act.replace(name, "");
    }
    match issued(forms, bare) {
        Some(name) if is_rule(name) => act.replace(name, ""),
        None if !bare.contains("关于") && !bare.contains('《') && is_rule(bare) => String::new(),
        _ => act,
    }
}

/// What stands between 印发 and 的通知, where the title gives the name without 《》.
fn issued<'t>(forms: &PolicyForms, title: &'t str) -> Option<&'t str> {
    let about = title.split_once("关于").map_or(title, |(_, about)| about);
    let is_whole = about.len() == title.len();
    let places = forms.issues.iter().filter_map(|issue| Some((about.find(issue.as_str())?, issue.len())));
    let (start, length) = places.min()?;
    if !is_whole && about[..start].chars().count() > BEFORE_ISSUE {
        return None;
    }
    let rest = &about[start + length..];
    let ends = ["的通知", "的公告", "的通告", "的决定"];
    ends.iter().find_map(|end| rest.strip_suffix(end)).filter(|name| !name.contains('《'))
}

fn form_of<'f>(forms: &'f PolicyForms, name: &str) -> Option<&'f PolicyForm> {
    let holds = |words: &[String]| words.iter().any(|word| name.contains(word.as_str()));
    if holds(&forms.drafts) || holds(&forms.internal) {
        return None;
    }
    let name = without_notes(name);
    forms.forms.iter().find(|form| {
        name.ends_with(form.form.as_str()) && !form.not.iter().any(|longer| name.ends_with(longer.as_str()))
    })
}

/// Without brackets at the end: (试行), (青政发〔2022〕3号).
fn without_notes(title: &str) -> &str {
    let mut title = title;
    while title.ends_with([')', '）']) {
        match title.rfind(['(', '（']) {
            Some(start) if start > 0 => title = &title[..start],
            _ => break,
        }
    }
    title
}

/// Whether the word is what is done: at the end of the title, or right behind 关于.
fn says(act: &str, word: &str) -> bool {
    act.ends_with(word) || act.split_once("关于").is_some_and(|(_, about)| about.starts_with(word))
}

/// The authority of a title such as 国家市场监督管理总局令第49号 食品安全抽样检验管理办法.
fn ordered_by(title: &str) -> Option<&str> {
    let (authority, rest) = title.split_once('令')?;
    let is_order = rest.starts_with(|letter: char| letter == '第' || "([〔《:".contains(letter) || letter.is_numeric());
    let is_authority = authority.ends_with(['局', '部', '委', '会', '署', '府', '院', '行', '办'])
        && authority.chars().count() <= AUTHORITY
        && !authority.contains("关于");
    (is_order && is_authority).then_some(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms() -> PolicyForms {
        let form = |form: &str, not: &[&str], rule| PolicyForm {
            form: form.to_owned(),
            not: not.iter().map(|word| (*word).to_owned()).collect(),
            rule,
        };
        PolicyForms {
            issues: ["印发", "公布"].map(str::to_owned).to_vec(),
            forms: vec![form("办法", &[], true), form("意见", &["征求意见"], false), form("方案", &[], false)],
            drafts: vec!["征求意见稿".to_owned()],
            internal: vec!["印章".to_owned()],
        }
    }

    #[test]
    fn a_place_begins_the_name_of_an_organ() {
        for (name, place) in [
            ("青河县财政局", Some("青河县")),
            ("晋北省财政厅", Some("晋北省")),
            ("城东区人民政府办公室", Some("城东区")),
            ("全市各部门", None),
            ("财政部", None),
        ] {
            assert_eq!(place_of(name), place, "{name}");
        }
    }

    #[test]
    fn policies_are_known_by_what_is_issued_or_by_the_last_word() {
        let forms = forms();
        for title in [
            "青河县人民政府关于印发《青河县停车管理办法》的通知",
            "青河县人民政府关于印发青河县停车管理办法(试行)的通知(青政发〔2022〕3号)",
            "关于重新印发停车办法的通知",
            "《青河县停车管理办法》",
            "青河县停车管理办法",
            "关于加强停车管理的实施意见",
            "关于贯彻《停车条例》的实施意见",
            "青河县人民政府令第3号 青河县停车管理办法",
        ] {
            assert!(is_policy(&forms, &normalise(title)), "{title}");
        }
        for title in [
            "关于成立防汛抗旱指挥部的通知",
            "关于公布第五批非遗名录的通知",
            "关于做好《停车管理办法》宣传工作的通知",
            "关于印发《停车管理办法(征求意见稿)》的通知",
            "关于印发《印章管理办法》的通知",
            "停车管理征求意见",
            "关于做好信息公布方案报送的通知",
        ] {
            assert!(!is_policy(&forms, &normalise(title)), "{title}");
        }
    }

    #[test]
    fn the_name_of_a_rule_is_not_what_is_done() {
        let forms = forms();
        let act = |title: &str| act_of(&forms, &normalise(title));
        assert!(!act("关于印发《企业信用信息公示管理办法》的通知").contains("公示"));
        assert!(!act("关于印发企业信用信息公示管理办法的通知").contains("公示"));
        assert!(!act("企业信用信息公示管理办法").contains("公示"));
        assert!(act("关于延长《停车办法》有效期的通知").contains("有效期"));
        assert!(act("关于印发春节值班方案的通知").contains("值班"));
        assert!(says("拟任职人员的公示", "公示") && says("关于公示名单的通知", "公示"));
        assert!(!says("关于开展年报公示信息抽查的通知", "公示"));
    }

    #[test]
    fn orders_name_their_authority() {
        assert_eq!(ordered_by("国家市场监督管理总局令第49号食品安全办法"), Some("国家市场监督管理总局"));
        assert_eq!(ordered_by("青河县人民政府禁火令"), None);
        assert_eq!(ordered_by("关于清明节禁火的命令"), None);
    }
}
