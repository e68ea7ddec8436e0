//! An invented annual report in the form of 国办公开办函〔2021〕30号, to be written as page, Word, Excel or PDF file.

/// Rows of the table of requests: the labels with their spans (columns, rows), and the seven cells.
pub struct Row {
    pub labels: Vec<(&'static str, usize, usize)>,
    pub cells: [&'static str; 7],
}

const NONE: [&str; 7] = ["0", "0", "0", "0", "0", "0", "0"];

/// All twenty-five rows; everything balances: 1240 + 5 received and carried, 1239 answered, 6 left.
pub fn rows() -> Vec<Row> {
    let row =
        |labels: &[(&'static str, usize, usize)], cells: [&'static str; 7]| Row { labels: labels.to_vec(), cells };
    vec![
        row(&[("一、本年新收政府信息公开申请数量", 3, 1)], ["1234", "6", "0", "0", "0", "0", "1240"]),
        row(&[("二、上年结转政府信息公开申请数量", 3, 1)], ["5", "0", "0", "0", "0", "0", "5"]),
        row(&[("三、本年度办理结果", 1, 22), ("（一）予以公开", 2, 1)], ["1200", "6", "0", "0", "0", "0", "1206"]),
        row(
            &[("（二）部分公开（区分处理的，只计这一情形，不计其他答复情形）", 2, 1)],
            ["10", "0", "0", "0", "0", "0", "10"],
        ),
        row(&[("（三）不予公开", 1, 8), ("1.属于国家秘密", 1, 1)], NONE),
        row(&[("2.其他法律行政法规禁止公开", 1, 1)], NONE),
        row(&[("3.危及“三安全一稳定”", 1, 1)], NONE),
        row(&[("4.保护第三方合法权益", 1, 1)], ["2", "0", "0", "0", "0", "0", "2"]),
        row(&[("5.属于三类内部事务信息", 1, 1)], NONE),
        row(&[("6.属于四类过程性信息", 1, 1)], ["1", "0", "0", "0", "0", "0", "1"]),
        row(&[("7.属于行政执法案卷", 1, 1)], NONE),
        row(&[("8.属于行政查询事项", 1, 1)], NONE),
        row(&[("（四）无法提供", 1, 3), ("1.本机关不掌握相关政府信息", 1, 1)], ["9", "0", "0", "0", "0", "0", "9"]),
        row(&[("2.没有现成信息需要另行制作", 1, 1)], NONE),
        row(&[("3.补正后申请内容仍不明确", 1, 1)], NONE),
        row(&[("（五）不予处理", 1, 5), ("1.信访举报投诉类申请", 1, 1)], ["3", "0", "0", "0", "0", "0", "3"]),
        row(&[("2.重复申请", 1, 1)], ["4", "0", "0", "0", "0", "0", "4"]),
        row(&[("3.要求提供公开出版物", 1, 1)], NONE),
        row(&[("4.无正当理由大量反复申请", 1, 1)], NONE),
        row(&[("5.要求行政机关确认或重新出具已获取信息", 1, 1)], NONE),
        row(
            &[("（六）其他处理", 1, 3), ("1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", 1, 1)],
            ["3", "0", "0", "0", "0", "0", "3"],
        ),
        row(&[("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", 1, 1)], NONE),
        row(&[("3.其他", 1, 1)], ["1", "0", "0", "0", "0", "0", "1"]),
        row(&[("（七）总计", 2, 1)], ["1233", "6", "0", "0", "0", "0", "1239"]),
        row(&[("四、结转下年度继续办理", 3, 1)], ["6", "0", "0", "0", "0", "0", "6"]),
    ]
}

/// Headings and paragraphs; the tables stand after parts two, three and four.
pub const PARTS: [(&str, &str); 6] = [
    ("一、总体情况", "2022年，青禾市收到政府信息公开申请1240件。"),
    ("二、主动公开政府信息情况", ""),
    ("三、收到和处理政府信息公开申请情况", ""),
    ("四、政府信息公开行政复议、行政诉讼情况", ""),
    ("五、存在的主要问题及改进情况", "主要问题是解读形式单一，下一步增加图解和问答。"),
    ("六、其他需要报告的事项", "本年度未收取政府信息处理费。"),
];

pub const TITLE: &str = "青禾市人民政府2022年政府信息公开工作年度报告";

pub const DISPUTES: [&str; 15] = ["3", "1", "0", "2", "6", "0", "0", "0", "0", "0", "1", "0", "0", "0", "1"];

/// The page with every cell written by `cell`, which gets the row, the column and the figure.
pub fn html(cell: impl Fn(usize, usize, &str) -> String) -> String {
    let mut page = format!(
        "<html><head><meta charset=utf-8><title>{TITLE}</title></head><body><div class=crumb>首页 &gt; 政府信息公开年报 &gt; 正文</div>\
         <h1>{TITLE}</h1><p class=info>发布日期：2023-03-28</p><div class=content id=zoom>\
         <p>本报告所列数据的统计期限自2022年1月1日起至2022年12月31日止。</p>"
    );
    for (number, (heading, text)) in PARTS.iter().enumerate() {
        page.push_str(&format!("<p><strong>{heading}</strong></p><p>{text}</p>"));
        page.push_str(&match number {
            1 => disclosure_html(),
            2 => requests_html(&cell),
            3 => disputes_html(),
            _ => String::new(),
        });
    }
    page.push_str("</div></body></html>");
    page
}

fn disclosure_html() -> String {
    "<table border=1><tr><td colspan=4>第二十条第（一）项</td></tr>\
     <tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr>\
     <tr><td>规章</td><td>0</td><td>0</td><td>2</td></tr><tr><td>行政规范性文件</td><td>7</td><td>1</td><td>16</td></tr>\
     <tr><td colspan=4>第二十条第（五）项</td></tr><tr><td>信息内容</td><td colspan=3>本年处理决定数量</td></tr>\
     <tr><td>行政许可</td><td colspan=3>34,100</td></tr><tr><td colspan=4>第二十条第（六）项</td></tr>\
     <tr><td>信息内容</td><td colspan=3>本年处理决定数量</td></tr><tr><td>行政处罚</td><td colspan=3>93</td></tr>\
     <tr><td>行政强制</td><td colspan=3>/</td></tr><tr><td colspan=4>第二十条第（八）项</td></tr>\
     <tr><td>信息内容</td><td colspan=3>本年收费金额（单位：万元）</td></tr>\
     <tr><td>行政事业性收费</td><td colspan=3>46.50</td></tr></table>"
        .to_owned()
}

fn requests_html(cell: &impl Fn(usize, usize, &str) -> String) -> String {
    let mut table = "<table border=1><tbody><tr><td colspan=3 rowspan=3>（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）</td>\
         <td colspan=7>申请人情况</td></tr><tr><td rowspan=2>自然人</td><td colspan=5>法人或其他组织</td><td rowspan=2>总计</td></tr>\
         <tr><td>商业企业</td><td>科研机构</td><td>社会公益组织</td><td>法律服务机构</td><td>其他</td></tr>"
        .to_owned();
    for (at, row) in rows().iter().enumerate() {
        table.push_str("<tr>");
        for (label, across, down) in &row.labels {
            table.push_str(&format!("<td colspan={across} rowspan={down}><p>{label}</p></td>"));
        }
        for (column, figure) in row.cells.iter().enumerate() {
            table.push_str(&cell(at, column, figure));
        }
        table.push_str("</tr>");
    }
    table + "</tbody></table>"
}

fn disputes_html() -> String {
    let results = "<td>结果维持</td><td>结果纠正</td><td>其他结果</td><td>尚未审结</td><td>总计</td>";
    let tall = results.replace("<td>", "<td rowspan=2>");
    let figures: String = DISPUTES.iter().map(|figure| format!("<td><p align=center>{figure}</p></td>")).collect();
    format!(
        "<table border=1><tr><td colspan=5>行政复议</td><td colspan=10>行政诉讼</td></tr>\
         <tr>{tall}<td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td></tr><tr>{results}{results}</tr>\
         <tr>{figures}</tr></table>"
    )
}

/// A plain cell.
pub fn plain(_: usize, _: usize, figure: &str) -> String {
    format!("<td>{figure}</td>")
}
