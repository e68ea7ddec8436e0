//! Annual reports on pages: parts, tables and cells, through the habits of real pages.

use mingcha::{
    catalog::Catalog,
    model::{Balance, Cell, Lexicon, PageKind, Report, Sum},
    observe::{self, PageInput},
};

use crate::support::annual_report::{DISPUTES, html, plain, rows};

fn report(page: &str) -> Report {
    let input = PageInput {
        url: "http://www.qinghe.example.gov.cn/nb/202303/t20230328_1.html",
        final_url: "http://www.qinghe.example.gov.cn/nb/202303/t20230328_1.html",
        status: 200,
        content_type: Some("text/html; charset=utf-8"),
        bytes: page.as_bytes(),
        received: None,
    };
    let facts = observe::page(&input, &Lexicon::default());
    assert_eq!(facts.kind, PageKind::Report);
    *facts.report.unwrap()
}

fn number(figure: &str) -> Cell {
    Cell::Number(figure.parse().unwrap())
}

/// Sums that do not hold, by kind and place.
fn wrong(report: &Report) -> Vec<(Sum, String, Balance)> {
    let wrong = report.identities().into_iter().filter(|identity| identity.balance != Balance::Holds);
    wrong.map(|identity| (identity.sum, identity.place, identity.balance)).collect()
}

#[test]
fn the_form_is_read_through_its_merged_cells() {
    let report = report(&html(plain));
    assert_eq!(report.year, Some(2022));
    let numbers: Vec<u8> = report.parts.iter().map(|part| part.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    assert_eq!(report.part(5).unwrap().text, "主要问题是解读形式单一，下一步增加图解和问答。");
    assert_eq!(report.part(3).unwrap().text, "");
    assert_eq!(report.tables.requests.len(), rows().len());
    assert_eq!(*report.tables.request("3.6.3", 0), number("1"));
    assert_eq!(*report.tables.request("3.3.4", 6), number("2"));
    assert_eq!(*report.tables.request("3.7", 6), number("1239"));
    assert_eq!(report.tables.disputes, DISPUTES.map(number));
    assert_eq!(report.tables.disclosure["规范性文件"], ["7", "1", "16"].map(number));
    assert_eq!(report.tables.disclosure["行政许可"], [number("34100")]);
    assert_eq!(report.tables.disclosure["行政强制"], [Cell::Blank]);
    assert_eq!(report.tables.disclosure["行政事业性收费"], [number("46.50")]);
    assert_eq!(report.identities().len(), 7 + 7 + rows().len() + 3);
    assert_eq!(wrong(&report), []);
}

#[test]
fn pages_exported_from_word_are_read_alike() {
    let wide = |figure: &str| figure.chars().map(|letter| char::from_u32(letter as u32 + 0xFEE0).unwrap()).collect();
    let habits = |row: usize, column: usize, figure: &str| {
        let figure = match (row, column) {
            (0, 0) => "1，234".to_owned(),
            (0, 6) => "1,240 ".to_owned(),
            (2, 0) => "<span lang=EN-US>1</span><span lang=EN-US>2</span>\n<span>00</span>".to_owned(),
            (23, 0) => wide(figure),
            _ if figure == "0" && column.is_multiple_of(2) => "—".to_owned(),
            _ if figure == "0" => "&nbsp;".to_owned(),
            _ => figure.to_owned(),
        };
        format!(
            "<td width=50 valign=top><p class=MsoNormal align=center><span style='font-size:10pt'>{figure}<o:p></o:p></span></p></td>"
        )
    };
    let report = report(&html(habits));
    assert_eq!(*report.tables.request("1", 0), number("1234"));
    assert_eq!(*report.tables.request("3.1", 0), number("1200"));
    assert_eq!(*report.tables.request("3.7", 0), number("1233"));
    assert_eq!(*report.tables.request("3.3.1", 0), Cell::Blank);
    assert_eq!(*report.tables.request("3.3.1", 1), Cell::Blank);
    assert_eq!(wrong(&report), []);
}

#[test]
fn wrong_spans_and_stray_cells_do_not_shift_the_figures() {
    // Spans that reach too far hang into the rows below; Word leaves empty cells at the ends of rows.
    let too_long = html(plain).replace("rowspan=3><p>（六）", "rowspan=5><p>（六）");
    assert_eq!(wrong(&report(&too_long)), []);
    let stray = html(|row, column, figure| {
        let cell = plain(row, column, figure);
        if column == 6 && row % 3 == 0 { format!("{cell}<td>&nbsp;</td>") } else { cell }
    });
    assert_eq!(wrong(&report(&stray)), []);
    let headless = html(plain).replace("社会公益组织", "公益").replace("法律服务机构", "法律");
    assert_eq!(wrong(&report(&headless)), []);
}

#[test]
fn a_wrong_figure_is_told_with_its_column_and_row() {
    let report = report(&html(|row, column, figure| match (row, column) {
        (24, 0) => plain(row, column, "7"),
        _ => plain(row, column, figure),
    }));
    let found: Vec<String> =
        report.identities().into_iter().filter(|one| one.balance == Balance::Differs).map(|one| one.shown).collect();
    assert_eq!(found, ["一（1234）+二（5）=1239，三（七）（1233）+四（7）=1240", "自然人（7）=7，总计（6）"],);
}

#[test]
fn blank_missing_and_wordy_cells_are_three_things() {
    let blank_total =
        report(&html(|row, column, figure| plain(row, column, if (row, column) == (0, 6) { "" } else { figure })));
    assert_eq!(
        wrong(&blank_total),
        [(Sum::Flow, "总计".to_owned(), Balance::NotFilled), (Sum::Row, "一、本年新收".to_owned(), Balance::NotFilled),]
    );
    let words =
        report(&html(|row, column, figure| plain(row, column, if (row, column) == (1, 0) { "若干" } else { figure })));
    assert_eq!(*words.tables.request("2", 0), Cell::Words("若干".to_owned()));
    assert_eq!(
        wrong(&words),
        [
            (Sum::Flow, "自然人".to_owned(), Balance::Unreadable),
            (Sum::Row, "二、上年结转".to_owned(), Balance::Unreadable),
        ]
    );
    // A cell over two columns leaves none for the second.
    let merged = report(&html(|row, column, figure| match (row, column) {
        (16, 1) => "<td colspan=2>0</td>".to_owned(),
        (16, 2) => String::new(),
        _ => plain(row, column, figure),
    }));
    assert_eq!(*merged.tables.request("3.5.2", 1), number("0"));
    assert_eq!(*merged.tables.request("3.5.2", 2), Cell::Missing);
}

#[test]
fn headings_are_known_by_number_and_words() {
    let page = html(plain)
        .replace("五、存在的主要问题及改进情况", "五、工作不足和下一步打算")
        .replace("<strong>二、", "<strong>第二部分　")
        .replace("六、其他需要报告的事项", "六、其他需要报告的事项 本年无。");
    let report = report(&page);
    let found: Vec<(u8, bool)> = report.parts.iter().map(|part| (part.number, part.unusual)).collect();
    assert_eq!(found, [(1, false), (2, false), (3, false), (4, false), (5, true), (6, false)]);
    let missing = self::report(&html(plain).replace("<p><strong>五、存在的主要问题及改进情况</strong></p>", ""));
    assert_eq!(missing.parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2, 3, 4, 6]);
}

#[test]
fn ordinary_pages_are_not_read_for_reports() {
    let page = html(plain).replace("政府信息公开工作年度报告", "关于年度报告的若干说明");
    let input = PageInput {
        url: "http://www.qinghe.example.gov.cn/a.html",
        final_url: "http://www.qinghe.example.gov.cn/a.html",
        status: 200,
        content_type: None,
        bytes: page.as_bytes(),
        received: None,
    };
    assert_eq!(observe::page(&input, &Catalog::load(None).unwrap().lexicon).report, None);
}
