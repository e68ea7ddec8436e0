//! Annual reports in attached files: Word, Excel and PDF, well made and hostile, and how the night gets at them.

use std::io::{Cursor, Write};

use mingcha::{
    attachment::{self, Unreadable},
    catalog::Catalog,
    check::{self, Context},
    crawl::{Limits, visit_within},
    fetch::{Client, Settings},
    model::{Balance, Cell, Outcome, Paper, Portal, Report, ReportSource, Unit, UnitKind, Verdict},
    observe,
};
use rust_xlsxwriter::{Format, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{
    annual_report::{DISPUTES, PARTS, TITLE, rows},
    server::{Server, answer, page, status},
};

fn report(bytes: &[u8], source: ReportSource) -> Report {
    let (found, paper) = attachment::read(bytes).unwrap();
    assert_eq!(found, source);
    *observe::file("http://www.qinghe.example.gov.cn/nb/1.bin", source, &paper).report.unwrap()
}

fn number(figure: &str) -> Cell {
    Cell::Number(figure.parse().unwrap())
}

fn holds(report: &Report) -> bool {
    let identities = report.identities();
    assert_eq!(identities.len(), 7 + 7 + rows().len() + 3, "{:?}", report.tables);
    identities.iter().all(|identity| identity.balance == Balance::Holds)
}

// -- Word --

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        file.start_file(*name, SimpleFileOptions::default()).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap().into_inner()
}

fn paragraph(text: &str) -> String {
    // Word breaks a line into runs as it likes.
    let runs: String =
        text.chars().map(|letter| format!("<w:r><w:t xml:space=\"preserve\">{letter}</w:t></w:r>")).collect();
    format!("<w:p>{runs}</w:p>")
}

fn word_cell(text: &str, across: usize, merge: &str) -> String {
    format!("<w:tc><w:tcPr><w:gridSpan w:val=\"{across}\"/>{merge}</w:tcPr>{}</w:tc>", paragraph(text))
}

fn word_row(cells: &[String]) -> String {
    format!("<w:tr>{}</w:tr>", cells.concat())
}

fn word_requests(figure: impl Fn(usize, usize, &str) -> String) -> String {
    let head = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"];
    let mut head_cells = vec![word_cell("项目", 3, "")];
    head_cells.extend(head.iter().map(|name| word_cell(name, 1, "")));
    let mut table = word_row(&head_cells);
    // Cells that go on below: the rows left, and the columns they take.
    let mut hanging: Vec<usize> = Vec::new();
    for (at, row) in rows().iter().enumerate() {
        hanging.retain(|left| *left > 0);
        let mut cells: Vec<String> = hanging.iter().map(|_| word_cell("", 1, "<w:vMerge/>")).collect();
        hanging.iter_mut().for_each(|left| *left -= 1);
        for (label, across, down) in &row.labels {
            let merge = if *down > 1 { "<w:vMerge w:val=\"restart\"/>" } else { "" };
            cells.push(word_cell(label, *across, merge));
            if *down > 1 {
                hanging.push(down - 1);
            }
        }
        cells.extend(row.cells.iter().enumerate().map(|(column, cell)| word_cell(&figure(at, column, cell), 1, "")));
        table.push_str(&word_row(&cells));
    }
    format!("<w:tbl>{table}</w:tbl>")
}

fn word(figure: impl Fn(usize, usize, &str) -> String) -> Vec<u8> {
    let mut body = paragraph(TITLE);
    for (number, (heading, text)) in PARTS.iter().enumerate() {
        body.push_str(&paragraph(heading));
        body.push_str(&paragraph(text));
        match number {
            2 => body.push_str(&word_requests(&figure)),
            3 => {
                let results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"];
                let head: Vec<String> = results.iter().cycle().take(15).map(|name| word_cell(name, 1, "")).collect();
                let groups = ["行政复议", "未经复议直接起诉", "复议后起诉"].map(|name| word_cell(name, 5, ""));
                let figures = DISPUTES.map(|figure| word_cell(figure, 1, ""));
                let rows = [word_row(&groups), word_row(&head), word_row(&figures)].concat();
                body.push_str(&format!("<w:tbl>{rows}</w:tbl>"));
            }
            _ => {}
        }
    }
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())])
}

fn as_written(_: usize, _: usize, figure: &str) -> String {
    figure.to_owned()
}

#[test]
fn word_files_are_read_to_the_cell() {
    let report = report(&word(as_written), ReportSource::Word);
    assert_eq!(report.parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(report.part(5).unwrap().text, PARTS[4].1);
    assert_eq!(*report.tables.request("3.6.3", 0), number("1"));
    assert!(holds(&report));
}

// -- Excel --

#[test]
fn workbooks_are_read_to_the_cell() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let merged = Format::new();
    sheet.write(0, 0, TITLE).unwrap();
    for (at, (heading, _)) in PARTS.iter().enumerate().take(3) {
        sheet.write(u32::try_from(at).unwrap() + 1, 0, *heading).unwrap();
    }
    let head = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"];
    sheet.merge_range(5, 0, 5, 2, "项目", &merged).unwrap();
    for (column, name) in (3..).zip(head) {
        sheet.write(5, column, name).unwrap();
    }
    let mut until = [0_u32; 3];
    for (line, row) in (6_u32..).zip(rows()) {
        let mut column = 0_u16;
        for (label, across, down) in row.labels {
            while until[usize::from(column)] > line {
                column += 1;
            }
            let (across, down) = (u16::try_from(across).unwrap(), u32::try_from(down).unwrap());
            if across * u16::try_from(down).unwrap() > 1 {
                sheet.merge_range(line, column, line + down - 1, column + across - 1, label, &merged).unwrap();
            } else {
                sheet.write(line, column, label).unwrap();
            }
            for covered in column..column + across {
                until[usize::from(covered)] = line + down;
            }
            column += across;
        }
        for (column, figure) in (3..).zip(row.cells) {
            // Noughts are often left out.
            if figure != "0" {
                sheet.write(line, column, figure.parse::<u32>().unwrap()).unwrap();
            }
        }
    }
    let second = workbook.add_worksheet();
    let names = ["行政复议", "未经复议直接起诉", "复议后起诉"];
    for (group, name) in (0_u16..).zip(names) {
        second.merge_range(0, group * 5, 0, group * 5 + 4, name, &merged).unwrap();
        for (column, result) in (group * 5..).zip(["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"])
        {
            second.write(1, column, result).unwrap();
        }
    }
    for (column, figure) in (0..).zip(DISPUTES) {
        second.write(2, column, figure.parse::<u32>().unwrap()).unwrap();
    }
    let report = report(&workbook.save_to_buffer().unwrap(), ReportSource::Workbook);
    assert_eq!(*report.tables.request("1", 0), number("1234"));
    assert_eq!(*report.tables.request("3.3.1", 0), Cell::Blank);
    assert_eq!(report.tables.disputes, DISPUTES.map(number));
    assert!(holds(&report));
}

// -- PDF --

/// A PDF of one page whose lines stand at their places; each word of a line stands apart.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let hex = |text: &str| text.encode_utf16().map(|unit| format!("{unit:04X}")).collect::<String>();
    let mut content = String::from("BT /F1 10 Tf\n");
    for (at, line) in lines.iter().enumerate() {
        let mut x = 40.0;
        for word in line.split(' ') {
            content.push_str(&format!("1 0 0 1 {x} {} Tm <{}> Tj\n", 800 - at * 20, hex(word)));
            x += word.chars().count() as f64 * 10.0 + 12.0;
        }
    }
    content.push_str("ET");
    let mut letters: Vec<char> = lines.concat().chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n",
    );
    for block in letters.chunks(90) {
        map.push_str(&format!("{} beginbfchar\n", block.len()));
        for letter in block {
            map.push_str(&format!("<{0}> <{0}>\n", hex(&letter.to_string())));
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap CMapName currentdict /CMap defineresource pop end end");
    let stream = |text: &str| format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len());
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        stream(&content),
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>".to_owned(),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>".to_owned(),
        stream(&map),
    ];
    let mut file = String::from("%PDF-1.5\n");
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}

const PDF_LINES: [&str; 14] = [
    TITLE,
    "一、总体情况",
    "2022年，青禾市收到政府信息公开申请9件。",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "一、本年新收政府信息公开申请数量 7 2 0 0 0 0 9",
    "二、上年结转政府信息公开申请数量 1 0 0 0 0 0 1",
    "（一）予以公开 6 2 0 0 0 0 8",
    "（七）总计 6 2 0 0 0 0 8",
    "四、结转下年度继续办理 2 0 0 0 0 0 2",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "主要问题是解读形式单一。",
    "六、其他需要报告的事项",
];

#[test]
fn lines_of_a_pdf_are_read_as_far_as_they_are_plain() {
    let report = report(&pdf(&PDF_LINES), ReportSource::Pdf);
    assert_eq!(report.parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(report.part(5).unwrap().text, "主要问题是解读形式单一。");
    assert_eq!(*report.tables.request("1", 6), number("9"));
    assert_eq!(*report.tables.request("4", 0), number("2"));
    assert!(report.identities().iter().all(|identity| identity.balance == Balance::Holds));
}

// -- hostile files --

#[test]
fn hostile_files_are_refused_and_break_nothing() {
    let bomb = zipped(&[("word/document.xml", &vec![b' '; 50 * 1024 * 1024])]);
    assert!(bomb.len() < 200_000);
    assert_eq!(attachment::read(&bomb), Err(Unreadable::Bomb));
    assert_eq!(attachment::read(&zipped(&[("a.txt", b"a")])), Err(Unreadable::OtherFormat));
    assert_eq!(attachment::read(b"\xD0\xCF\x11\xE0 an old Word file"), Err(Unreadable::OtherFormat));
    assert_eq!(attachment::read(b""), Err(Unreadable::OtherFormat));

    // Tables in tables without end, and a table as wide as it can be said to be.
    let nested = zipped(&[("word/document.xml", "<w:tbl><w:tr><w:tc>".repeat(100_000).as_bytes())]);
    assert!(!matches!(attachment::read(&nested), Err(Unreadable::Panicked)));
    let wide =
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"4000000000\"/></w:tcPr></w:tc></w:tr></w:tbl>".repeat(1000);
    assert_eq!(attachment::read(&zipped(&[("word/document.xml", wide.as_bytes())])), Err(Unreadable::Bomb));

    // A cell at the far corner must not make a sheet of seventeen thousand million cells.
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(1_048_575, 16_383, "角").unwrap();
    let (_, paper) = attachment::read(&workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(paper, Paper::default());
}

#[test]
fn damaged_files_never_break_the_reader() {
    for whole in [word(as_written), pdf(&PDF_LINES)] {
        for step in 1..60 {
            let at = whole.len() * step / 60;
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            for bytes in [&whole[..at], &damaged] {
                assert_ne!(attachment::read(bytes), Err(Unreadable::Panicked), "at byte {at}");
            }
        }
    }
}

// -- the night --

fn portal() -> Portal {
    let unit = Unit {
        name: "青禾市人民政府".into(),
        kind: UnitKind::Government,
        aliases: vec!["青禾市".into()],
        paths: Vec::new(),
        licences: false,
        penalties: false,
        founded: None,
    };
    Portal {
        id: "qinghe".into(),
        name: "青禾市人民政府".into(),
        url: "http://www.qinghe.example.gov.cn/".into(),
        units: vec![unit],
        pins: Vec::new(),
        column_map: None,
        assigned: Vec::new(),
        attestations: Vec::new(),
        max_pages: 100,
        rate: 1,
        allow_private: false,
        window: None,
    }
}

#[tokio::test]
async fn the_night_reads_the_file_that_a_report_consists_of() {
    const TYPE: &str = "Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document\r\n";
    // Longer than what is read of files that are only sniffed at.
    let wrong = word(|row, column, figure| if (row, column) == (24, 0) { "8".into() } else { figure.into() });
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/" => page(
            "<html><title>青禾市人民政府</title><body><ul><li><a href=/xxgk/>政府信息公开</a></li><li><a href=/nb/>政府信息公开年报</a></li>\
             <li><a href=/a/>要闻</a></li><li><a href=/b/>公告</a></li><li><a href=/c/>解读</a></li></ul></body></html>",
        ),
        "/nb/" => page(format!(
            "<html><title>政府信息公开年报-青禾市人民政府</title><meta name=ColumnName content=政府信息公开年报><body><ul>\
             <li><a href=t20230328_1.html>{TITLE}</a><span>2023-03-28</span></li>\
             <li><a href=t20220328_1.html>青禾市人民政府2021年政府信息公开工作年度报告</a><span>2022-03-28</span></li></ul></body></html>"
        )),
        "/nb/t20230328_1.html" => page(format!(
            "<html><title>{TITLE}</title><body><h1>{TITLE}</h1><p>发布时间：2023-03-28</p><div id=zoom><p>附件：<a href=w1.docx>{TITLE}</a></p></div></body></html>"
        )),
        "/nb/w1.docx" => answer(200, TYPE, &wrong),
        _ => status(404, "<html><title>404</title><body>not found</body></html>"),
    })
    .await;
    let as_of = "2023-11-16T02:00:00+08:00".parse().unwrap();
    let mut settings = Settings { clock: Some(as_of), rate_per_host: 100, ..Settings::default() };
    settings.resolve.insert("www.qinghe.example.gov.cn".into(), server.address);
    let client = Client::new(settings).unwrap();
    let catalog = Catalog::load(None).unwrap();
    let portal = portal();
    let limits = Limits::of(&portal, &client);
    let visited = visit_within(&limits, &portal, &catalog.lexicon, as_of, &client, None, &|_| {}).await;
    let facts = observe::portal(&portal, &catalog.lexicon, &visited.pages, &visited.failures, visited.cut_short);
    let content = facts.reports.iter().find(|report| report.year == Some(2022)).unwrap().content.as_ref().unwrap();
    assert_eq!(content.source, ReportSource::Word);
    assert!(content.unread_files.is_empty());
    // The file is no report beside its page's.
    assert_eq!(facts.reports.iter().filter(|report| report.year == Some(2022)).count(), 1);

    let context = Context {
        portal: &portal,
        as_of: "2023-11-16".parse().unwrap(),
        calendar: &catalog.calendar,
        lexicon: &catalog.lexicon,
    };
    let outcomes = check::judge(&catalog.checks, &facts, &context);
    let verdict = |check: &str| {
        let of_the_year = |outcome: &&Outcome| outcome.check == check && outcome.subject.key == "report:2022";
        outcomes.iter().find(of_the_year).map(|outcome| outcome.outcome)
    };
    assert_eq!(verdict("annual-report-arithmetic"), Some(Verdict::Failed));
    assert_eq!(verdict("annual-report-part-missing"), Some(Verdict::Passed));
    assert_eq!(verdict("annual-report-only-picture"), Some(Verdict::Passed));
    assert_eq!(verdict("annual-report-table-missing"), Some(Verdict::Failed));
}
