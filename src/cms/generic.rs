//! No known system: paging by links, article text by the ids and classes met most often.

use std::sync::LazyLock;

use super::{Adapter, Clue, Source};
use crate::html::{Selector, selector};

pub struct Generic;

impl Adapter for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn clues(&self, _source: &Source<'_>) -> Vec<Clue> {
        Vec::new()
    }
}

/// Ids and classes of the article text, from real portals.
pub fn bodies() -> &'static Selector {
    static BODIES: LazyLock<Selector> = LazyLock::new(|| {
        selector(
            "#zoom, #Zoom, #zoomcon, #UCAP-CONTENT, .TRS_Editor, .trs_editor_view, .TRS_UEDITOR, #vsb_content, \
             .v_news_content, #info_content, .pages_content, .xxgk_content, #articlecontent, #ArticleContent, \
             .article-content, .article_content, .article-con, .articleContent, #detailContent, #ivs_content, \
             .Article_content, .news_content, .newscontent, .conTxt, .con_txt, .txt_con, .view_content, \
             .content_font, .detail-content, .detail_content, .wz_con_content, .zhengwen, #fontzoom, #textbox, \
             #mainText, #Content, .bt_content, .xl_content, .art-con, #news_content, .nr_con, .easysite-news-text",
        )
    });
    &BODIES
}
