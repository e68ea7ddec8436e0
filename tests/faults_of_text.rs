//! Credit codes, identity numbers, amounts, and wrong forms of set phrases.

use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, date};
use mingcha::{
    catalog::Catalog,
    model::PageFacts,
    observe::{self, PageInput},
    text::{
        amounts::{self, Unit},
        credit_code::{self, CreditCode, Fault},
        identity_number, normalise,
        phrases::{Mentions, Phrase, Phrases, WordList},
    },
};
use proptest::prelude::*;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::load(None).unwrap());

const BORN_BY: Date = date(2008, 11, 16);
/// Nobody's number: region and check digit are right, the day is invented.
const NUMBER: &str = "149928197502280011";

#[test]
fn codes_that_were_handed_out_pass_their_own_arithmetic() {
    for code in ["9144030071526726XG", "91330100799655058B", "914403001922038216", "91110108551385082Q"] {
        assert_eq!(credit_code::read(code), CreditCode::Right { inner: true }, "{code}");
    }
    let wrong = credit_code::read("91110000100006921X");
    assert!(matches!(wrong, CreditCode::Wrong(Fault::Check { printed: 'X', .. })), "{wrong:?}");
}

#[test]
fn a_code_is_read_however_it_is_printed() {
    for cell in [
        "９１４４０３００７１５２６７２６ＸＧ",
        " 9144030071526726xg ",
        "91440300 71526726 XG",
        "代码：9144030071526726XG",
        "9144030071526726XG（三证合一）",
        "91440300-71526726-XG",
    ] {
        assert!(matches!(credit_code::read(cell), CreditCode::Right { .. }), "{cell}");
    }
    for (cell, wanted) in [
        ("", CreditCode::Blank),
        ("/", CreditCode::Blank),
        ("无", CreditCode::Blank),
        ("自然人", CreditCode::Blank),
        ("149***********0015", CreditCode::Masked),
        ("914403007152****XG", CreditCode::Masked),
        ("440301103097413", CreditCode::Older),
        ("71526726-X", CreditCode::Older),
        ("9.14403E+17", CreditCode::Wrong(Fault::Rounded)),
        ("9144030071526726X", CreditCode::Wrong(Fault::Length(17))),
        ("9144O30071526726XG", CreditCode::Wrong(Fault::Letter('O'))),
        ("914403007152672600", CreditCode::Wrong(Fault::Check { printed: '0', reckoned: 'H' })),
    ] {
        let read = credit_code::read(cell);
        match (&read, &wanted) {
            // Which letter would be right is the arithmetic's business.
            (CreditCode::Wrong(Fault::Check { .. }), CreditCode::Wrong(Fault::Check { .. })) => {}
            _ => assert_eq!(read, wanted, "{cell}"),
        }
    }
    let two = credit_code::read("9144030071526726XG、91110000100006921X");
    assert!(matches!(two, CreditCode::Wrong(_)), "of two codes the wrong one counts: {two:?}");
}

/// The first 17 letters of a code, and one letter.
const BODY: &str = "[0-9A-HJ-NPQRTUWXY]{17}";
const LETTER: &str = "[0-9A-HJ-NPQRTUWXY]";

proptest! {
    #[test]
    fn every_slip_of_one_letter_is_found(body in BODY, at in 0_usize..18, other in LETTER) {
        let last = credit_code::check_letter(&body).unwrap();
        let code = format!("{body}{last}");
        prop_assume!(!code.contains("XXXX"));
        let is_right = matches!(credit_code::read(&code), CreditCode::Right { .. });
        prop_assert!(is_right, "{} is right", code);
        let mut slipped: Vec<char> = code.chars().collect();
        let other = other.chars().next().unwrap();
        prop_assume!(slipped[at] != other);
        slipped[at] = other;
        let slipped: String = slipped.into_iter().collect();
        prop_assume!(!slipped.contains("XXXX"));
        let is_wrong = matches!(credit_code::read(&slipped), CreditCode::Wrong(Fault::Check { .. }));
        prop_assert!(is_wrong, "{} for {}", slipped, code);
    }

    #[test]
    fn two_neighbours_exchanged_are_found(body in BODY, at in 0_usize..16) {
        let last = credit_code::check_letter(&body).unwrap();
        let mut letters: Vec<char> = format!("{body}{last}").chars().collect();
        prop_assume!(letters[at] != letters[at + 1]);
        letters.swap(at, at + 1);
        let text: String = letters.into_iter().collect();
        prop_assume!(!text.contains("XXXX"));
        let is_wrong = matches!(credit_code::read(&text), CreditCode::Wrong(_));
        prop_assert!(is_wrong, "{}", text);
    }

    #[test]
    fn no_reader_stumbles_over_any_text(text in any::<String>()) {
        let _ = credit_code::read(&text);
        let _ = identity_number::masked(&text, BORN_BY);
        let _ = amounts::find(&text);
        let _ = CATALOG.lexicon.phrases.find(&text);
    }

    #[test]
    fn a_masked_text_holds_no_number(before in "[^0-9A-Za-z]{0,8}", after in "[，。a-z ]{0,3}[\u{4e00}-\u{4e10}]{0,5}") {
        let text = format!("{before}号码{NUMBER}，{after}");
        let masked = identity_number::masked(&text, BORN_BY).unwrap();
        prop_assert!(!masked.contains(NUMBER) && masked.contains("149***************"));
        prop_assert_eq!(identity_number::masked(&masked, BORN_BY), None);
    }
}

#[test]
fn identity_numbers_in_full_and_what_only_looks_like_one() {
    let found = |text: &str| identity_number::find(text, BORN_BY).len();
    assert_eq!(found("身份证号码：149928197502280011，住霞谷县"), 1);
    assert_eq!(found("１４９９２８１９７５０２２８００１１"), 1, "full width");
    assert_eq!(found("乔某，149928197502280011；李某，149926198001010015。"), 2);
    for near_miss in [
        "149***********0011",
        "149928********0011",
        "149928197502280012",  // another check digit
        "149928197502300019",  // 30 February
        "999928197502280011",  // no such province
        "1499281975022800110", // nineteen digits: an account
        "6222149928197502280011",
        "91149926MA0K1N2P0C", // a credit code
        "911499260123456714", // one of digits alone
        "2022-149928197502280011",
        "149928202210190013", // region, day of filing and serial number
        "霞林罚决字〔2022〕第149928197502280号",
    ] {
        assert_eq!(found(near_miss), 0, "{near_miss}");
    }
}

#[test]
fn amounts_with_their_units() {
    let read = |text: &str| -> Vec<(u64, Unit)> {
        amounts::find(text).into_iter().map(|amount| (amount.millionths / 100, amount.unit)).collect()
    };
    assert_eq!(read("罚款20000元"), [(200_000_000, Unit::Yuan)]);
    assert_eq!(read("罚款人民币 ２ 万 元整"), [(20_000, Unit::TenThousandYuan)]);
    assert_eq!(read("￥20,000.50"), [(200_005_000, Unit::Yuan)]);
    assert_eq!(read("0.36"), [(3_600, Unit::Unsaid)]);
    assert_eq!(read("第73条第1款"), [(730_000, Unit::Unsaid), (10_000, Unit::Unsaid)]);
    assert_eq!(read("99999999999999999999999元"), [], "beyond all bounds");
    assert_eq!(amounts::find("1.5万元")[0].in_yuan(), amounts::find("15000元")[0].in_yuan());
    assert_eq!(amounts::find("3")[0].in_yuan(), None);
}

fn found(text: &str) -> Vec<String> {
    CATALOG.lexicon.phrases.find(text).into_iter().map(|fault| fault.found).collect()
}

#[test]
fn wrong_forms_are_found_with_their_place() {
    let text = "全局上下大力弘扬社会主义合心价值观，增强“四个意思”，建设人名政府。";
    let faults = CATALOG.lexicon.phrases.find(text);
    assert_eq!(found(text), ["社会主义合心价值观", "“四个意思”", "人名政府"]);
    assert_eq!(faults[0].right, "社会主义核心价值观");
    assert!(faults[0].passage.starts_with("全局上下大力弘扬社会主义合心"), "{}", faults[0].passage);
    assert_eq!(found("弘 扬社 会主义　合心价\n值观"), ["社会主义合心价值观"], "blanks hide nothing");
    assert_eq!(found("习近平新时代中国特色社会主意思想"), ["习近平新时代中国特色社会主意思想"]);
    assert_eq!(found("中国共产党第二十次全国人民代表大会胜利召开").len(), 1);
}

#[test]
fn right_forms_and_longer_words_are_left_alone() {
    for text in [
        "以习近平新时代中国特色社会主义思想为指导，增强“四个意识”、坚定“四个自信”、做到“两个维护”",
        "学习近平凡人物的故事，学习进平台",
        "政策的科学发展关键在人",
        "社会主义核心价值现象学",
        "朝鲜族群众和回族群众",
        "香港等国家和地区",
        "人民法院、人民检察院、各族人民",
        "一周思来想去",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_text_about_wrong_words_does_not_use_them() {
    for text in [
        "勘误：初稿将“社会主义核心价值观”误写为“社会主义合心价值观”。",
        "不得使用“残废人”的称呼，应当使用“残疾人”。",
        "常见错别字：人名政府（人民政府）",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
    // The same words without quotation marks are used, whatever else the sentence forbids.
    assert_eq!(found("不得使用残废人专用车位").len(), 1);
    let far = format!("勘误。{}弘扬社会主义合心价值观", "县林业局组织党员志愿者开展植树活动。".repeat(4));
    assert_eq!(found(&far).len(), 1, "a correction elsewhere on the page excuses nothing");
}

#[test]
fn every_line_of_the_lists_is_found_in_a_running_text() {
    let files = ["grave-wording/set-phrases.yaml", "sensitive-slips/official-terms.yaml"];
    for file in files {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/word-lists").join(file);
        let lines: Vec<Phrase> = mingcha::catalog::yaml::read(file, &std::fs::read_to_string(path).unwrap()).unwrap();
        assert!((30..=150).contains(&lines.len()), "{file}: {}", lines.len());
        for (wrong, line) in lines.iter().flat_map(|line| line.wrong.iter().map(move |wrong| (wrong, line))) {
            let faults = CATALOG.lexicon.phrases.find(&format!("会上，{wrong}。各单位照此办理"));
            let bare = normalise(wrong);
            let is_found = faults.iter().any(|fault| fault.found.contains(&bare) || bare.contains(&fault.found));
            assert!(is_found, "{wrong}");
            let right = CATALOG.lexicon.phrases.find(&format!("会上，{}。各单位照此办理", line.right));
            assert_eq!(right, [], "{}", line.right);
            for unless in &line.unless {
                assert_eq!(CATALOG.lexicon.phrases.find(&format!("会上，{unless}。")), [], "{unless}");
            }
        }
    }
}

fn page(body: &str, bytes: Option<Vec<u8>>) -> PageFacts {
    let html = format!(
        "<html><head><meta charset=utf-8><title>局机关开展主题学习</title><meta name=ArticleTitle content=局机关开展主题学习>\
         <meta name=PubDate content=\"2022-11-03 09:30\"></head><body><h1>局机关开展主题学习</h1><div class=TRS_Editor>{body}</div></body></html>"
    );
    let url = "http://www.example.gov.cn/gzdt/202211/t20221103_1.html";
    let bytes = bytes.unwrap_or_else(|| html.into_bytes());
    let input = PageInput {
        url,
        final_url: url,
        status: 200,
        content_type: Some("text/html; charset=utf-8"),
        bytes: &bytes,
        received: Some(date(2022, 11, 16)),
    };
    observe::page(&input, &CATALOG.lexicon)
}

const PROSE: &str = "<p>本周，局机关组织全体党员干部集中学习，大家结合各自岗位谈了体会，并就下一步工作作了安排。</p>";

#[test]
fn an_article_tells_its_faults_once() {
    let facts = page(
        &format!(
            "{PROSE}<p>弘扬社会主义合心价值观。</p><p>再次弘扬社会主义合心价值观。</p><p>当事人乔某，身份证号149928197502280011。</p>"
        ),
        None,
    );
    assert_eq!(facts.wording.len(), 1, "{:?}", facts.wording);
    assert_eq!(
        (facts.wording[0].list, facts.wording[0].found.as_str()),
        (WordList::GraveWording, "社会主义合心价值观")
    );
    assert_eq!(facts.exposed, ["149***************"]);
    let clean = page(PROSE, None);
    assert!(clean.wording.is_empty() && clean.exposed.is_empty());
}

#[test]
fn garbled_text_is_not_searched() {
    let mut bytes = format!("<html><head><title>局机关开展主题学习</title></head><body><h1>局机关开展主题学习</h1><p>2022-11-03</p><div class=TRS_Editor>{PROSE}社会主义合心价值观").into_bytes();
    bytes.extend([0xE4, 0xFF, 0xFE, 0x81].repeat(400));
    bytes.extend(b"</div></body></html>");
    let facts = page("", Some(bytes));
    assert!(facts.garbled, "the fixture of this test must be garbled");
    assert_eq!(facts.wording, []);
}

#[test]
fn a_line_of_a_megabyte_is_searched_in_linear_time() {
    let begun = std::time::Instant::now();
    let long = "社会主义核心价值现".repeat(40_000);
    assert!(found(&long).len() <= 1);
    let digits = "149928197502280011".repeat(60_000);
    assert_eq!(identity_number::find(&digits, BORN_BY), Vec::<std::ops::Range<usize>>::new());
    assert_eq!(amounts::find(&digits), []);
    assert!(matches!(credit_code::read(&digits), CreditCode::Wrong(Fault::Length(_))));
    let many = "弘扬社会主义合心价值观，".repeat(30_000);
    assert_eq!(found(&many).len(), 1);
    // A hundred times what it takes unoptimised; a square would take hours.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn lists_of_an_office_add_to_the_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("word-lists/grave-wording/own.yaml", "- right: 霞谷县\n  wrong: [侠谷县]\n");
    put("word-lists/working-days/2027.yaml", "- year: 2027\n  off: [2027-01-01..2027-01-03]\n");
    let catalog = Catalog::load(Some(folder.path())).unwrap();
    let faults = catalog.lexicon.phrases.find("侠谷县人名政府");
    assert_eq!(faults.iter().map(|fault| fault.found.as_str()).collect::<Vec<_>>(), ["侠谷县", "人名政府"]);
    assert_eq!(catalog.calendar.is_working(date(2027, 1, 4)), Some(true));
    assert_eq!(catalog.calendar.is_working(date(2022, 10, 8)), Some(true), "the years that are there stay");
    // A year given again takes the place of the built-in one.
    put("word-lists/working-days/2022.yaml", "- year: 2022\n  off: [2022-01-01]\n");
    let catalog = Catalog::load(Some(folder.path())).unwrap();
    assert_eq!(catalog.calendar.is_working(date(2022, 10, 8)), Some(false));
}

#[test]
fn slips_in_word_lists_are_told_where_they_stand() {
    for (name, text, word) in [
        ("grave-wording/own.yaml", "- right: 人民政府\n  wrong: [人民政府]\n", "right form itself"),
        ("grave-wording/own.yaml", "- right: 霞谷县\n  wrong: [侠谷]\n", "too short"),
        ("grave-wording/own.yaml", "- right: 霞谷县\n  wrong: []\n", "is empty"),
        ("sensitive-slips/own.yaml", "- right: 霞谷县\n  wrong: [侠谷县]\n  unless: [峡谷县]\n", "excuses nothing"),
        ("sensitive-slips/own.yaml", "- right: 人名政府\n  wrong: [人们政府]\n", "wrong in the line of"),
        ("sensitive-slips/own.yaml", "- right: 霞谷县\n  worng: [侠谷县]\n", "worng"),
        ("working-days/2027.yaml", "- year: 2027\n  off: [2026-10-01]\n", "does not belong"),
        (
            "working-days/2027.yaml",
            "- year: 2027\n  off: [2027-01-02]\n  worked: [2027-01-02]\n",
            "both off and worked",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("word-lists").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        let problems = Catalog::load(Some(folder.path())).unwrap_err();
        let told = problems.to_string();
        assert!(told.contains(word) && told.contains(name), "{name}: {told}");
    }
}

#[test]
fn a_list_may_be_empty() {
    let none = Phrases::of(&[], Mentions::default()).unwrap();
    assert_eq!(Arc::new(none).find("人名政府"), []);
}
