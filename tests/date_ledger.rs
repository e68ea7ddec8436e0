//! The ledger of dates: each candidate with its place and meaning, one chosen, disagreement told; what is no date of the
//! page is left alone.

use mingcha::{
    catalog::Catalog,
    model::{DateMeaning, DateSource, PageFacts},
    observe::{self, PageInput},
};

const ADDRESS: &str = "http://www.heyuan.gov.cn/zwgk/t20220118_77.html";

fn read(head: &str, beside_title: &str, text: &str) -> PageFacts {
    let filler = "<p>各县区人民政府，市政府各部门：现将有关事项通知如下，请结合实际认真贯彻落实。</p>".repeat(6);
    let html = format!(
        "<html><head><meta charset=\"utf-8\"><title>关于做好养老服务工作的通知</title>{head}</head><body>\
         <h1>关于做好养老服务工作的通知</h1>{beside_title}<div class=\"TRS_Editor\">{filler}{text}</div></body></html>"
    );
    let input = PageInput {
        url: ADDRESS,
        final_url: ADDRESS,
        status: 200,
        content_type: Some("text/html"),
        bytes: html.as_bytes(),
        received: None,
    };
    observe::page(&input, &Catalog::load(None).unwrap().lexicon)
}

fn claims(facts: &PageFacts) -> Vec<(DateSource, DateMeaning, String)> {
    let mut claims: Vec<_> =
        facts.dates.iter().map(|claim| (claim.source, claim.meaning, claim.value.to_string())).collect();
    claims.sort_by_key(|(source, _, day)| (*source, day.clone()));
    claims
}

#[test]
fn every_candidate_is_kept_with_its_place_and_meaning() {
    let facts = read(
        "<meta name=\"PubDate\" content=\"2022-01-20 10:19\">",
        "<div>成文日期：2022年1月5日</div><div>发布时间：2022-01-19</div>",
        "<p>附件：<a href=\"/files/P020220117.pdf\">办法全文</a></p><p>2022年1月5日</p>",
    );
    let day = |source, meaning, day: &str| (source, meaning, day.to_owned());
    assert_eq!(
        claims(&facts),
        [
            day(DateSource::Meta, DateMeaning::Published, "2022-01-20T10:19"),
            day(DateSource::Visible, DateMeaning::Written, "2022-01-05"),
            day(DateSource::Visible, DateMeaning::Published, "2022-01-19"),
            day(DateSource::Url, DateMeaning::Published, "2022-01-18"),
            day(DateSource::Body, DateMeaning::Written, "2022-01-05"),
            day(DateSource::Attachment, DateMeaning::Generated, "2022-01-17"),
        ]
    );
    assert_eq!(facts.published.unwrap().to_string(), "2022-01-19", "what readers see counts");
    let disagree: Vec<_> = facts.disagreement.iter().map(|claim| claim.source).collect();
    assert_eq!(disagree, [DateSource::Meta, DateSource::Url]);
    let told = serde_json::to_value(&facts).unwrap();
    let meta = told["dates"].as_array().unwrap().iter().find(|claim| claim["source"] == "meta").unwrap();
    assert_eq!(meta["meaning"], "published");
    assert_eq!(told["disagreement"][0]["value"], "2022-01-20T10:19");
}

#[test]
fn the_same_day_at_two_places_is_no_disagreement() {
    let facts = read("<meta name=\"PubDate\" content=\"2022-01-18 10:19\">", "<div>发布时间：2022年1月18日</div>", "");
    assert_eq!(facts.published.unwrap().to_string(), "2022-01-18T10:19");
    assert_eq!(facts.disagreement, []);
}

#[test]
fn references_numbers_and_deadlines_are_no_dates_of_the_page() {
    for beside in [
        "<div>2019年5月15日起施行</div>",
        "<div>（2019年4月3日修订）</div>",
        "<div>2018年12月29日修正</div>",
        "<div>有效期：2020年1月1日至2025年1月1日</div>",
        "<div>截止日期：2022年3月1日</div>",
        "<div>文号：河政办发〔2021〕20210305号</div>",
        "<div>联系电话：0393-2021-11-12345</div>",
        "<div>身份证号：410105199003072217</div>",
    ] {
        let facts = read("", beside, "<p>本办法自2019年5月15日起施行。依据《条例》（2017年10月1日起施行）制定。</p>");
        assert_eq!(claims(&facts), [(DateSource::Url, DateMeaning::Published, "2022-01-18".to_owned())], "{beside}");
    }
}

#[test]
fn the_transport_tells_when_a_page_was_last_made() {
    let claim = observe::date_of_header("Tue, 18 Jan 2022 18:30:00 GMT").unwrap();
    assert_eq!((claim.source, claim.meaning), (DateSource::Header, DateMeaning::Updated));
    assert_eq!(claim.value.to_string(), "2022-01-19", "the Beijing day");
    assert_eq!(observe::date_of_header("yesterday"), None);
}
