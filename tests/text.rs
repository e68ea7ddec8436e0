//! Decoding, dates, working days, normalising.

use jiff::civil::{Date, Time, date};
use mingcha::{
    catalog::Catalog,
    text::{
        dates::{self, Cell},
        decode, normalise, tidy,
        workdays::{Calendar, DaySpan},
    },
};
use proptest::prelude::*;

fn calendar() -> Calendar {
    Catalog::load(None).unwrap().calendar
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn the_nth_working_day_after_a_decision() {
    let calendar = calendar();
    // Decision, limit, last day in time; worked out by hand from the notices, two independent calendars agree.
    for (from, n, to) in [
        ("2022-09-29", 7, "2022-10-13"),
        ("2022-01-27", 7, "2022-02-10"),
        ("2020-01-22", 7, "2020-02-10"),
        ("2023-04-28", 7, "2023-05-11"),
        ("2024-02-08", 7, "2024-02-23"),
        ("2019-04-30", 7, "2019-05-13"),
        ("2025-01-24", 7, "2025-02-10"),
        ("2026-02-13", 7, "2026-03-02"),
        ("2026-09-24", 7, "2026-10-12"),
        ("2022-01-27", 20, "2022-03-01"),
        ("2020-01-20", 20, "2020-02-25"),
    ] {
        assert_eq!(calendar.add(day(from), n), Some(day(to)), "{n} working days after {from}");
        assert_eq!(calendar.between(day(from), day(to)), Some(n), "from {from} to {to}");
    }
}

#[test]
fn every_announced_year_has_its_number_of_working_days() {
    let calendar = calendar();
    let expected = [249, 250, 250, 249, 250, 249, 249, 251, 248, 248];
    for (year, days) in (2017..).zip(expected) {
        assert_eq!(calendar.working_days_of(year), Some(days), "{year}");
    }
}

#[test]
fn a_notice_may_touch_the_december_before_its_year() {
    let calendar = calendar();
    assert_eq!(calendar.is_working(date(2018, 12, 29)), Some(true), "a Saturday, worked for the New Year of 2019");
    assert_eq!(calendar.is_working(date(2018, 12, 31)), Some(false), "a Monday, off for the New Year of 2019");
    assert_eq!(calendar.is_working(date(2022, 12, 30)), Some(true));
}

#[test]
fn a_year_without_data_is_unknown() {
    let calendar = calendar();
    assert_eq!(calendar.is_working(date(2027, 3, 1)), None);
    assert_eq!(calendar.add(date(2026, 12, 30), 5), None);
    assert_eq!(calendar.between(date(2016, 12, 1), date(2016, 12, 9)), None);
    assert_eq!(calendar.between(date(2026, 12, 9), date(2026, 12, 1)), Some(0), "nothing lies after the end");
}

#[test]
fn spans_of_days_off_are_checked() {
    assert_eq!("2022-01-31..2022-02-06".parse::<DaySpan>().unwrap().to_string(), "2022-01-31..2022-02-06");
    for wrong in ["2022-02-06..2022-01-31", "2022-01-01..2022-12-31", "2022-13-01", "Spring"] {
        assert!(wrong.parse::<DaySpan>().is_err(), "{wrong}");
    }
}

#[test]
fn dates_in_all_their_forms() {
    let expected = date(2022, 1, 18);
    for text in [
        "2022-01-18",
        "2022-1-18",
        "2022/01/18",
        "2022.01.18",
        "2022年1月18日",
        "2022年01月18",
        "[2022-01-18]",
        "（2022-01-18）",
        "２０２２－０１－１８",
        "2022—01—18",
        "发布时间：2022-01-18",
        "发布日期 : 2022-01-18",
        "20220118",
        "二〇二二年一月十八日",
        "二○二二年一月十八日",
        "二零二二年一月十八日",
        "22-01-18",
        "[22/1/18]",
        "18 2022-01",
        "18 2022年01月",
        "2022-01 18",
        "01-18 2022",
        "2022-01-18T10:19:33+08:00",
    ] {
        match dates::read_cell(text) {
            Some(Cell::Full { date, .. }) => assert_eq!(date, expected, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn times_stand_behind_dates_in_several_ways() {
    for text in [
        "2022-01-18 10:19",
        "2022-01-18 10:19:33",
        "2022-01-18　10：19",
        "2022年1月18日10时19分",
        "2022年1月18日 10:19",
        "2022-01-18-10:19:00",
        "Tue Jan 18 10:19:00 CST 2022",
    ] {
        assert_eq!(dates::first(text), Some((date(2022, 1, 18), Some(Time::constant(10, 19, 0, 0)))), "{text}");
    }
}

#[test]
fn month_and_day_wait_for_their_year() {
    for text in ["01-18", "[01-18]", "1月18日", "(1/18)", "01.18"] {
        assert_eq!(dates::read_cell(text), Some(Cell::MonthDay { month: 1, day: 18 }), "{text}");
    }
}

#[test]
fn numbers_that_only_look_like_dates() {
    for text in [
        "0359-2022118",
        "电话：0359-2022-0118",
        "云政办发〔2022〕48号",
        "192.168.2022.1",
        "2022.1.18.3",
        "2022-13-01",
        "2022-02-30",
        "1.2.3",
        "2022-01-189",
        "12022-01-18",
        "13-45",
        "99",
    ] {
        assert_eq!(dates::read_cell(text), None, "{text}");
        assert!(dates::find(text).is_empty(), "{text}");
    }
}

#[test]
fn dates_are_found_inside_text_with_their_place() {
    let text = "来源：县政府办　发布时间：2022-01-18 10:19　浏览：35";
    let found = dates::find(text);
    assert_eq!(found.len(), 1);
    assert_eq!(&text[found[0].start..found[0].end], "2022-01-18 10:19");
    let two = dates::find("自2021年5月1日起至2022年4月30日止");
    assert_eq!(two.iter().map(|found| found.date).collect::<Vec<_>>(), [date(2021, 5, 1), date(2022, 4, 30)]);
}

#[test]
fn addresses_carry_dates() {
    for path in [
        "/zwgk/202201/t20220118_123.html",
        "/art/2022/1/18/art_12_34.html",
        "/doc/2022/01/18/448911.shtml",
        "/2022-01/18/c_1128.htm",
        "/xwzx/20220118101933.html",
    ] {
        assert_eq!(dates::in_path(path), Some(date(2022, 1, 18)), "{path}");
    }
    for path in ["/info/1019/12345.htm", "/col/col1229381708/index.html", "/content/post_20229999.html"] {
        assert_eq!(dates::in_path(path), None, "{path}");
    }
    assert_eq!(dates::year_in_path("/zwgk/202201/index.html"), Some(2022));
}

#[test]
fn text_is_brought_into_one_form() {
    assert_eq!(normalise(" 政府\u{3000}信息 公开\u{200B}（ＡＢＣ） "), "政府信息公开(abc)");
    assert_eq!(tidy("\n 政府 \u{a0}\t信息\u{3000}公开 "), "政府 信息 公开");
}

fn gbk(text: &str) -> Vec<u8> {
    // 明察 and its neighbours, so that no encoder is needed here.
    let table = [
        ("明", [0xC3, 0xF7]),
        ("察", [0xB2, 0xEC]),
        ("政", [0xD5, 0xFE]),
        ("务", [0xCE, 0xF1]),
        ("公", [0xB9, 0xAB]),
        ("开", [0xBF, 0xAA]),
    ];
    text.chars()
        .flat_map(|letter| {
            let known = table.iter().find(|(name, _)| name.starts_with(letter)).map(|(_, bytes)| bytes.to_vec());
            known.unwrap_or_else(|| vec![u8::try_from(letter).unwrap()])
        })
        .collect()
}

#[test]
fn the_byte_order_mark_comes_first() {
    let mut bytes = vec![0xEF, 0xBB, 0xBF];
    bytes.extend("<meta charset=gb2312>政务公开".as_bytes());
    let decoded = decode(&bytes, Some("text/html; charset=gbk"));
    assert_eq!((decoded.charset.as_str(), decoded.garbled), ("utf-8", false));
    assert!(decoded.text.ends_with("政务公开"));
    let wide: Vec<u8> = "\u{FEFF}政务公开".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(decode(&wide, None).charset, "utf-16le");
}

#[test]
fn labels_of_the_gb_family_read_as_gb18030() {
    for label in ["gb2312", "GBK", "gb18030"] {
        let bytes = gbk(&format!("<meta http-equiv=Content-Type content='text/html; charset={label}'>政务公开"));
        let decoded = decode(&bytes, None);
        assert_eq!(decoded.charset, "gb18030");
        assert!(decoded.text.ends_with("政务公开") && !decoded.garbled);
    }
}

#[test]
fn a_western_label_on_foreign_bytes_is_not_believed() {
    for label in ["iso-8859-1", "windows-1252"] {
        let decoded = decode(&gbk(&format!("<meta charset={label}>政务公开政务公开政务公开")), None);
        assert_eq!((decoded.charset.as_str(), decoded.garbled), ("gb18030", false));
        assert!(decoded.text.ends_with("政务公开") && decoded.contradiction.is_some());
    }
    let header = Some("text/html; charset=iso-8859-1");
    assert_eq!(decode(&gbk("<meta charset=gbk>政务公开"), header).charset, "gb18030");
    assert_eq!(decode(b"<p>ASCII</p>", header).charset, "windows-1252");
}

#[test]
fn a_header_that_contradicts_the_bytes_gives_way_to_meta() {
    let bytes = gbk("<meta charset=\"gbk\">政务公开政务公开政务公开");
    let decoded = decode(&bytes, Some("text/html; charset=UTF-8"));
    assert_eq!(decoded.charset, "gb18030");
    assert!(decoded.text.ends_with("政务公开") && !decoded.garbled);
    assert!(decoded.contradiction.is_some_and(|said| said.contains("header") && said.contains("META")));
}

#[test]
fn utf8_bytes_are_utf8_whatever_the_page_says() {
    let page = format!("<meta charset=gb2312>{}", "政务公开".repeat(10));
    let decoded = decode(page.as_bytes(), None);
    assert_eq!((decoded.charset.as_str(), decoded.text.as_str()), ("utf-8", page.as_str()));
    assert!(decoded.contradiction.is_some());
}

#[test]
fn without_any_word_the_bytes_are_looked_at() {
    assert_eq!(decode(&gbk(&"政务公开明察".repeat(20)), None).charset, "gb18030");
    assert_eq!(decode("政务公开".as_bytes(), None).charset, "utf-8");
}

#[test]
fn a_last_character_cut_in_two_garbles_nothing() {
    let whole = "政务公开".repeat(20);
    let decoded = decode(&whole.as_bytes()[..whole.len() - 1], Some("text/html; charset=utf-8"));
    assert_eq!((decoded.charset.as_str(), decoded.garbled), ("utf-8", false));
}

#[test]
fn text_that_cannot_be_read_is_garbled() {
    let mut bytes = b"<meta charset=utf-8>".to_vec();
    bytes.extend([0xFF, 0xFE, 0x80, 0x81].repeat(50));
    assert!(decode(&bytes, None).garbled);
    assert!(decode("锟斤拷".repeat(5).as_bytes(), None).garbled);
}

proptest! {
    #[test]
    fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..2000), header in proptest::option::of(".{0,40}")) {
        decode(&bytes, header.as_deref());
    }

    #[test]
    fn any_text_is_searched_for_dates(text in ".{0,200}") {
        for found in dates::find(&text) {
            prop_assert!(text.get(found.start..found.end).is_some());
        }
        dates::read_cell(&text);
        dates::in_path(&text);
    }

    #[test]
    fn a_written_date_is_read_back(year in 1990_i16..2030, month in 1_i8..=12, day in 1_i8..=28) {
        let expected = date(year, month, day);
        for text in [format!("{year}-{month}-{day}"), format!("{year}年{month:02}月{day:02}日"), format!("[{year}/{month:02}/{day}]")] {
            prop_assert_eq!(dates::read_cell(&text), Some(Cell::Full { date: expected, time: None }));
        }
    }
}
