//! Tests: the tree of [`build`](super::build) is the full parser's tree, for the fixture pages and for arbitrary markup.

use proptest::prelude::*;

use super::{
    build::build,
    parsed,
    tree::{Kind, Tree},
};

/// Every node with its depth, and attributes by name.
fn written(tree: &Tree) -> String {
    let mut lines = String::new();
    let mut depths: Vec<usize> = Vec::new();
    for (at, node) in tree.nodes.iter().enumerate() {
        let depth = depths.get(node.parent as usize).map_or(0, |depth| depth + 1);
        depths.push(depth);
        let words = match node.kind {
            Kind::Text(words) => format!("{:?}", tree.words(words)),
            Kind::Element { name, .. } => {
                let at = u32::try_from(at).unwrap_or_default();
                let mut attributes: Vec<(&str, &str)> =
                    tree.attributes(at).iter().map(|one| (tree.words(one.name), tree.words(one.value))).collect();
                attributes.sort_unstable();
                format!("<{}> {attributes:?} ends {}", tree.words(name), node.end)
            }
        };
        lines.push_str(&format!("{}{words} after {}\n", "  ".repeat(depth), node.after));
    }
    lines
}

/// Whether the page was read quickly; fails where the two trees differ.
fn agrees(text: &str) -> bool {
    let Ok(quick) = build(text) else { return false };
    let full = parsed::parse(text).0;
    assert_eq!(written(&quick), written(&full), "{text}");
    true
}

#[test]
fn pages_of_portals() {
    for page in [
        include_str!("../../fixtures/portals/trs-county-government/site/index.html"),
        include_str!("../../fixtures/portals/vsb-county-health/site/index.htm"),
        include_str!("../../fixtures/portals/shared-city-portal/site/bmxxgk/sjyj/nb/content/post_52115.html"),
        include_str!("../../fixtures/portals/ucap-city-government/site/doc/2021/03/30/448053.shtml"),
    ] {
        assert!(agrees(page), "{page}");
    }
}

#[test]
fn what_needs_repair_is_left_to_the_full_parser() {
    for text in ["<b><p>x</b>y</p>", "<table>x<tr><td>y</table>", "<svg><a></svg>", "<p>&notit;", "<a>x<a>y</a>"] {
        assert!(build(text).is_err(), "{text}");
    }
}

#[test]
fn tags_that_may_be_left_out() {
    for text in [
        "",
        "x",
        "<title>a &amp; b</title><p>one<p>two<ul><li>x<li>y</ul>",
        "<!DOCTYPE html><html lang=zh><head><meta charset=gbk></head>\n<body class='a b'>\n<div>x</div>\n</body>\n</html>\n",
        "<table><tr><td>a<td>b<tr><td><b>c</table><p>after",
        "<p>x</div></p></p><dl><dt>a<dd>b<dt>c</dl>",
        "<select><option>a<option selected>b</select>",
        "<a href='?a=1&b=2'>&#20013;&nbsp;</a><br/><IMG SRC=x.png ALT=\"y\">",
        "<div><form><p>x</form></div><script>if (a<b) { x = '<p>'; }</script>",
    ] {
        assert!(agrees(text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn arbitrary_markup(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
        agrees(&pieces.concat());
    }
}

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "x", " ", "\n", "中&nbsp;", "&amp;", "a & b", "&copy", "<", "</", "<!-- c -->", "<!DOCTYPE html>", "\r\n",
    "<html>", "</html>", "<head>", "</head>", "<body class=a>", "</body>", "<title>t</title>", "<meta name=a content='b'>",
    "<script>1<2</script>", "<style>p{}</style>", "<noscript><p>x</p></noscript>", "<textarea>\n<p></textarea>",
    "<div>", "</div>", "<div id=a class=\"b c\">", "<section>", "</section>", "<center>", "</center>", "<p>", "</p>", "<p >",
    "<span>", "</span>", "<b>", "</b>", "<font color=red>", "</font>", "<a href=x>", "</a>", "<h1>", "</h1>", "<h2>", "</h2>",
    "<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>", "<dl>", "</dl>", "<dt>", "</dt>", "<dd>", "</dd>", "<pre>", "</pre>",
    "<table>", "</table>", "<tbody>", "</tbody>", "<thead>", "</thead>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "</th>",
    "<caption>", "</caption>", "<colgroup>", "</colgroup>", "<col>", "<form>", "</form>", "<button>", "</button>",
    "<select>", "</select>", "<option>", "</option>", "<optgroup>", "</optgroup>", "<br>", "<br/>", "</br>", "<hr>", "<img src=a>",
    "<input type=hidden>", "<iframe src=x></iframe>", "<label>", "</label>", "<em>", "</em>", "<nobr>", "</nobr>", "<o:p>", "</o:p>",
    "<UL>", "</UL>", "<search>", "</search>", "<custom>", "</custom>", "<base href=/x/>", "<nav>", "</nav>",
];
