//! Excel workbooks as the offices print them: a title, a frozen header that every printed page repeats, A4 landscape.
//!
//! Excel keeps numbers as doubles of 15 digits. A decimal with more is written as text, so that what is read is what
//! was computed. The same sheets give the same bytes.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// Digits that survive in a double whatever they are.
const DIGITS: usize = 15;
/// Letters a cell may hold.
const LONGEST_TEXT: usize = 32_767;
const PAPER_A4: u8 = 9;
const NARROWEST: usize = 6;
/// What reading a cell is made comfortable by, in letters.
const MARGIN: usize = 2;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    /// Shown with all its decimals.
    Number(Decimal),
    /// A number that may still change; in italics on grey.
    Provisional(Decimal),
    /// 96.5 as 96.5%.
    Percent(Decimal),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// A sheet before it is written.
pub struct Sheet {
    pub name: &'static str,
    pub title: String,
    pub header: Vec<Vec<Cell>>,
    pub rows: Vec<Vec<Cell>>,
    /// Columns on the left that stay in sight and are printed on every page.
    pub fixed_columns: u16,
    /// No column is wider than so many letters; longer text wraps. A Chinese letter counts as two.
    pub widest: usize,
    /// Squeezed to the width of one page; else as many pages side by side as it takes.
    pub one_page_wide: bool,
}

/// Writes a workbook; `created` is the day its properties name, since a clock would make every copy another one.
pub fn write(title: &str, created: Date, sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (year, month, day) =
        (created.year().unsigned_abs(), created.month().unsigned_abs(), created.day().unsigned_abs());
    let created = ExcelDateTime::from_ymd(year, month, day)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    let mut styles = Styles::default();
    for sheet in sheets {
        fill(workbook.add_worksheet(), sheet, &mut styles)?;
    }
    workbook.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet, styles: &mut Styles) -> Result<(), XlsxError> {
    page.set_name(sheet.name)?;
    page.write_with_format(0, 0, sheet.title.as_str(), &plain_format().set_bold().set_font_size(14))?;
    let mut row = 0;
    for (cells, is_header) in
        sheet.header.iter().map(|row| (row, true)).chain(sheet.rows.iter().map(|row| (row, false)))
    {
        row += 1;
        for (column, cell) in (0..).zip(cells) {
            put(page, (row, column), cell, is_header, styles)?;
        }
    }
    for (column, width) in (0..).zip(widths(sheet)) {
        page.set_column_width(column, width)?;
    }
    let header_rows = u32::try_from(sheet.header.len()).unwrap_or_default();
    let columns = u16::try_from(sheet.header.iter().map(Vec::len).max().unwrap_or_default()).unwrap_or(u16::MAX);
    page.set_freeze_panes(header_rows + 1, sheet.fixed_columns)?;
    if header_rows > 0 && columns > 0 {
        page.set_repeat_rows(0, header_rows)?;
        page.autofilter(header_rows, 0, row.max(header_rows), columns - 1)?;
    }
    if sheet.fixed_columns > 0 && !sheet.one_page_wide {
        page.set_repeat_columns(0, sheet.fixed_columns - 1)?;
    }
    page.set_paper_size(PAPER_A4).set_landscape().set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    page.set_footer("&C第 &P 页，共 &N 页");
    if sheet.one_page_wide {
        page.set_print_fit_to_pages(1, 0);
    }
    Ok(())
}

fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    is_header: bool,
    styles: &mut Styles,
) -> Result<(), XlsxError> {
    let number = |number: &Decimal, divisor: Decimal| -> Option<f64> {
        let number = number.normalize();
        let digits = number.mantissa().unsigned_abs().to_string().len();
        if digits > DIGITS { None } else { (number / divisor).to_string().parse().ok() }
    };
    let (value, look) = match cell {
        Cell::Empty => (None, Look::Text),
        Cell::Text(_) => (None, Look::Text),
        Cell::Number(points) => (number(points, Decimal::ONE), Look::Number(points.normalize().scale())),
        Cell::Provisional(points) => (number(points, Decimal::ONE), Look::Provisional(points.normalize().scale())),
        Cell::Percent(percent) => (number(percent, Decimal::ONE_HUNDRED), Look::Percent(percent.normalize().scale())),
    };
    let format = styles.of(look, is_header);
    match (cell, value) {
        (_, Some(value)) => page.write_with_format(row, column, value, format)?,
        (Cell::Empty, None) => page.write_blank(row, column, format)?,
        _ => page.write_with_format(row, column, clipped(&shown(cell)), format)?,
    };
    Ok(())
}

/// The cell as text, as Excel shows it.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) | Cell::Provisional(number) => number.normalize().to_string(),
        Cell::Percent(percent) => format!("{}%", percent.normalize()),
    }
}

fn clipped(text: &str) -> String {
    if text.encode_utf16().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    // A letter takes at most two of Excel's units.
    let mut clipped: String = text.chars().take(LONGEST_TEXT / 2 - 1).collect();
    clipped.push('…');
    clipped
}

/// How a cell looks.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Look {
    Text,
    /// So many decimals.
    Number(u32),
    Provisional(u32),
    Percent(u32),
}

#[derive(Default)]
struct Styles(HashMap<(Look, bool), Format>);

impl Styles {
    fn of(&mut self, look: Look, is_header: bool) -> &Format {
        self.0.entry((look, is_header)).or_insert_with(|| {
            let format = plain_format().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
            let decimals = |scale: u32| match scale {
                0 => "0".to_owned(),
                scale => format!("0.{}", "0".repeat(usize::try_from(scale).unwrap_or_default())),
            };
            let format = match look {
                Look::Text => format.set_text_wrap(),
                Look::Number(scale) => format.set_num_format(decimals(scale)),
                Look::Provisional(scale) => {
                    format.set_num_format(decimals(scale)).set_italic().set_background_color(0x00ED_EDED)
                }
                Look::Percent(scale) => format.set_num_format(format!("{}%", decimals(scale))),
            };
            if is_header {
                format.set_bold().set_align(FormatAlign::Center).set_background_color(0x00D9_E2F3)
            } else {
                format
            }
        })
    }
}

fn plain_format() -> Format {
    Format::new().set_font_name("宋体").set_font_size(11)
}

/// Widths in letters of the digit 0, as Excel counts; a Chinese letter is as wide as two.
fn widths(sheet: &Sheet) -> Vec<f64> {
    let mut widths: Vec<usize> = Vec::new();
    for row in sheet.header.iter().chain(&sheet.rows) {
        widths.resize(widths.len().max(row.len()), NARROWEST);
        for (width, cell) in widths.iter_mut().zip(row) {
            let longest = shown(cell).lines().map(letters).max().unwrap_or_default() + MARGIN;
            *width = (*width).max(longest.min(sheet.widest));
        }
    }
    // Far below the numbers a double cannot hold.
    widths.into_iter().map(|width| f64::from(u32::try_from(width).unwrap_or(u32::MAX))).collect()
}

fn letters(line: &str) -> usize {
    line.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}
