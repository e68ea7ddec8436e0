//! What the names of elements mean while a tree is built (WHATWG HTML, 13.2.4.2 and 13.2.6.4).

/// Elements that are treated alike share a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Html,
    Head,
    Body,
    /// `div`, `section`, `center` and their like.
    Block,
    /// `p`
    Paragraph,
    /// `h1` … `h6`
    Heading,
    /// `ul`, `ol`
    List,
    Li,
    /// `dd`, `dt`
    Item,
    Pre,
    Form,
    Button,
    /// `a`
    Link,
    /// `b`, `font`, `strong` and their like.
    Formatting,
    /// `nobr`
    NoBreak,
    Table,
    Caption,
    ColGroup,
    Col,
    /// `tbody`, `thead`, `tfoot`
    Section,
    /// `tr`
    Row,
    /// `td`, `th`
    Cell,
    Select,
    OptGroup,
    Option,
    /// `br`
    Break,
    /// `hr`
    Rule,
    /// `img`, `input` and other elements without content.
    Void,
    /// `meta`, `link`, `base`
    HeadVoid,
    Title,
    TextArea,
    Script,
    Style,
    /// `noscript`: with scripts on, its content is no markup.
    NoScript,
    /// `iframe`, `noframes`, `noembed`
    Frame,
    /// Elements with rules of their own that are left to the full parser.
    Foreign,
    /// Everything without special rules.
    Other,
}

/// The name of a tag in lower case.
pub(super) fn name(words: &str) -> Name {
    match words {
        "div" | "address" | "article" | "aside" | "blockquote" | "center" | "details" | "dialog" | "dir" | "dl"
        | "fieldset" | "figcaption" | "figure" | "footer" | "header" | "hgroup" | "main" | "menu" | "nav"
        | "section" | "summary" => Name::Block,
        "a" => Name::Link,
        "li" => Name::Li,
        "ul" | "ol" => Name::List,
        "p" => Name::Paragraph,
        "b" | "big" | "code" | "em" | "font" | "i" | "s" | "small" | "strike" | "strong" | "tt" | "u" => {
            Name::Formatting
        }
        "td" | "th" => Name::Cell,
        "tr" => Name::Row,
        "tbody" | "thead" | "tfoot" => Name::Section,
        "table" => Name::Table,
        "img" | "area" | "embed" | "wbr" | "input" | "param" | "source" | "track" => Name::Void,
        "br" => Name::Break,
        "hr" => Name::Rule,
        "meta" | "link" | "base" => Name::HeadVoid,
        "script" => Name::Script,
        "style" => Name::Style,
        "title" => Name::Title,
        "noscript" => Name::NoScript,
        "textarea" => Name::TextArea,
        "iframe" | "noframes" | "noembed" => Name::Frame,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Name::Heading,
        "dd" | "dt" => Name::Item,
        "pre" | "listing" => Name::Pre,
        "form" => Name::Form,
        "button" => Name::Button,
        "nobr" => Name::NoBreak,
        "caption" => Name::Caption,
        "colgroup" => Name::ColGroup,
        "col" => Name::Col,
        "select" => Name::Select,
        "optgroup" => Name::OptGroup,
        "option" => Name::Option,
        "html" => Name::Html,
        "head" => Name::Head,
        "body" => Name::Body,
        "applet" | "marquee" | "object" | "template" | "svg" | "math" | "plaintext" | "xmp" | "frameset" | "frame"
        | "image" | "isindex" | "ruby" | "rb" | "rp" | "rt" | "rtc" | "keygen" | "basefont" | "bgsound" | "search"
        | "selectedcontent" => Name::Foreign,
        _ => Name::Other,
    }
}

/// The tag of an element that may stand without one.
pub(super) fn implied_words(name: Name) -> &'static str {
    match name {
        Name::Html => "html",
        Name::Head => "head",
        Name::Body => "body",
        Name::Paragraph => "p",
        Name::ColGroup => "colgroup",
        Name::Section => "tbody",
        Name::Row => "tr",
        _ => "",
    }
}

pub(super) fn is_foreign(name: Name) -> bool {
    name == Name::Foreign
}

pub(super) fn belongs_in_head(name: Name) -> bool {
    matches!(name, Name::Title | Name::HeadVoid | Name::Script | Name::Style | Name::NoScript)
}

pub(super) fn is_void(name: Name) -> bool {
    matches!(name, Name::Void | Name::HeadVoid | Name::Break | Name::Rule | Name::Col)
}

/// Whether the content is no markup.
pub(super) fn is_raw(name: Name) -> bool {
    matches!(name, Name::Title | Name::Script | Name::Style | Name::NoScript | Name::TextArea | Name::Frame)
}

pub(super) fn is_formatting(name: Name) -> bool {
    matches!(name, Name::Link | Name::Formatting | Name::NoBreak)
}

/// Whether the start tag ends an open paragraph.
pub(super) fn closes_paragraph(name: Name) -> bool {
    matches!(
        name,
        Name::Block
            | Name::Paragraph
            | Name::Heading
            | Name::List
            | Name::Li
            | Name::Item
            | Name::Pre
            | Name::Form
            | Name::Rule
    )
}

/// Whether the end tag may be left out.
pub(super) fn end_is_implied(name: Name) -> bool {
    matches!(name, Name::Paragraph | Name::Li | Name::Item | Name::OptGroup | Name::Option)
}

/// Elements that plain end tags do not reach through.
pub(super) fn is_special(name: Name) -> bool {
    !matches!(name, Name::Link | Name::Formatting | Name::NoBreak | Name::Other | Name::OptGroup | Name::Option)
}

/// Elements whose content nobody sees.
pub(super) fn is_unseen(words: &str) -> bool {
    matches!(words, "script" | "style" | "noscript" | "template" | "head" | "title" | "textarea" | "select")
}

/// Elements that stand in the line.
#[rustfmt::skip]
pub(super) fn is_inline(words: &str) -> bool {
    matches!(
        words,
        "a" | "abbr" | "b" | "big" | "bdo" | "cite" | "code" | "em" | "font" | "i" | "ins" | "label" | "nobr" | "s" | "small"
            | "span" | "strong" | "sub" | "sup" | "u" | "wbr"
    )
}
