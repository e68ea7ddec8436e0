//! A document in reading order, whatever file it came in: what pages and attached files have in common.

/// Paragraphs and tables as a reader meets them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    pub blocks: Vec<Block>,
    /// Pictures large enough to hold text, as far as the file tells.
    pub pictures: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(String),
    /// Rows of places; a merged cell stands in each place it covers.
    Table(Vec<Vec<PaperCell>>),
}

/// One place of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaperCell {
    /// Its text; paragraphs within a cell are parted by line breaks.
    pub text: String,
    /// True where the cell began in a place further left or above.
    pub repeated: bool,
}

impl PaperCell {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), repeated: false }
    }
}

impl Paper {
    /// All its words, for asking whether it says anything.
    pub fn letters(&self) -> usize {
        let count = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count();
        let of_block = |block: &Block| match block {
            Block::Paragraph(text) => count(text),
            Block::Table(rows) => rows.iter().flatten().map(|place| count(&place.text)).sum(),
        };
        self.blocks.iter().map(of_block).sum()
    }
}
