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

fn signed(text: &str) -> Option<String> {
    let facts = read("", "", text);
    facts.dates.iter().find(|claim| claim.source == DateSource::Body).map(|claim| claim.value.to_string())
}

#[test]
fn a_signature_is_no_date_of_a_table_an_annex_or_a_term() {
    const SIGNED: &str = "<p>河源市民政局</p><p>2022年1月14日</p>";
    const TABLE: &str =
        "<table><tr><td>任务</td><td>完成时限</td></tr><tr><td>制定方案</td><td>2022-01-10</td></tr></table>";
    let day = Some("2022-01-14".to_owned());
    for after in [
        TABLE,
        "<p>附件</p><p>任务分工</p><p>2022年1月10日</p>",
        "<p>附件2</p><p>河源市财政局</p><p>2022年1月10日</p>",
        "<p>有效期至：2022-01-10</p>",
        "<p>2022年1月10日</p>",
        "<p>河源市财政局</p><p>2022年1月25日</p>",
    ] {
        assert_eq!(signed(&format!("{SIGNED}{after}")), day, "{after}");
    }
    assert_eq!(
        signed(&format!("<p>附件：1.任务分工</p><p>2.办法</p>{SIGNED}")),
        day,
        "files are named above a signature"
    );
    assert_eq!(signed("<p>附件：任务分工</p><p>各单位分工</p><p>2022年1月10日</p>"), None);
    assert_eq!(signed("<p>有效期至：2022-01-10</p>"), None);
    assert_eq!(signed(TABLE), None);
    assert_eq!(signed("<p>2022年1月25日</p>"), None, "after it was published");
    assert_eq!(signed("<table><tr><td>河源市民政局（印章）<br>2022年1月14日</td></tr></table>"), day);
}

#[test]
fn a_time_after_the_source_is_the_publications() {
    for beside in [
        "<div>来源：县民政局　时间：2022-01-19</div>",
        "<div>来源：县民政局 &nbsp;&nbsp;时间：2022-01-19 10:11</div>",
        "<div>作者：张三 日期：2022-01-19</div>",
        "<div><span>来源：县民政局</span><span>时间：2022-01-19</span></div>",
        "<div><span>作者：张三</span><span>日期：2022-01-19</span></div>",
    ] {
        assert_eq!(read("", beside, "").published.unwrap().date.to_string(), "2022-01-19", "{beside}");
    }
    for beside in [
        "<div>来源：县民政局　开标时间：2022-01-19</div>",
        "<div>来源：县民政局　截止 时间：2022-01-19</div>",
        "<div><span>来源：县民政局</span><span>会议时间：2022-01-19</span></div>",
        "<div><span>来源：县民政局</span><span>培训时间：2022-01-19</span></div>",
        "<div>地点：县政府 时间：2022-01-19</div>",
        "<div>征集日期：2022-01-03 ~ 2022-01-19　状态：已结束</div>",
        "<div>2022-01-03 — 2022-01-19</div>",
    ] {
        assert_eq!(claims(&read("", beside, "")).len(), 1, "only that of the address: {beside}");
    }
}

#[test]
fn a_day_of_sending_out_counts_where_it_is_the_only_one_shown() {
    for beside in [
        "<div>发文时间：2022-01-16 来源：县民政局</div>",
        "<table><tr><td>发文日期</td><td>2022-01-16</td></tr></table>",
    ] {
        let facts = read("", beside, "");
        assert_eq!(facts.published.unwrap().to_string(), "2022-01-16", "{beside}");
        assert_eq!(facts.disagreement, [], "it is no claim of publication");
    }
    let facts = read("", "<div>成文日期：2022-01-16</div>", "");
    assert_eq!(facts.published.unwrap().to_string(), "2022-01-18");
    let facts = read("", "<div>发文日期：2022-01-16</div><div>发布日期：2022-01-19</div>", "");
    assert_eq!(facts.published.unwrap().to_string(), "2022-01-19");
}
