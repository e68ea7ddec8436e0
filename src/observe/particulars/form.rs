//! The form of an interpretation: what its title calls it, and what stands on the page beside text.

use std::sync::LazyLock;

use crate::{
    html::{Element, Selector, selector},
    model::{InterpretationForm as Form, PageFacts},
};

/// With less text than this (letters) beside a picture, the picture is the interpretation.
const LITTLE_TEXT: usize = 200;
/// With less text than this and nothing beside it, the interpretation is an attached file or stands elsewhere.
const NO_TEXT: usize = 60;
/// Parts of the addresses and classes of pictures that are no content.
const ICONS: [&str; 20] = [
    "icon",
    "ico_",
    ".ico",
    "logo",
    "qrcode",
    "qr_code",
    "ewm",
    "erweima",
    "2wm",
    "weixin",
    "wechat",
    "weibo",
    "share",
    "print",
    "close",
    "btn",
    "button",
    "arrow",
    "/images/dot",
    "spacer",
];
/// Pictures that are said to be smaller than this (pixels) are icons.
const ICON_SIDE: u32 = 120;

/// None where neither title nor page shows it.
pub(super) fn read(title: &str, facts: &PageFacts, body: Option<Element<'_>>) -> Option<Form> {
    let says = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let on_page = body.map(seen).unwrap_or_default();
    let letters = facts.body.chars().count();
    match () {
        () if says(&["动漫", "动画", "h5"]) => Some(Form::Animation),
        () if on_page.video || says(&["视频", "微课"]) => Some(Form::Video),
        () if on_page.audio || says(&["音频", "听政策", "有声"]) => Some(Form::Audio),
        () if says(&["图解", "一图", "读懂", "长图", "图说", "漫画", "海报", "图表"]) => {
            Some(Form::Picture)
        }
        () if says(&["访谈"]) => Some(Form::Interview),
        () if says(&["新闻发布会", "吹风会", "发布会"]) => Some(Form::PressConference),
        () if on_page.picture && letters < LITTLE_TEXT => Some(Form::Picture),
        () if on_page.picture => Some(Form::Illustrated),
        () if letters < NO_TEXT => None,
        () if says(&["答记者问", "问答", "十问", "问题解答"]) => Some(Form::Questions),
        () if says(&["专家"]) => Some(Form::Expert),
        () if says(&["负责人", "局长", "主任", "县长", "市长"]) => Some(Form::Official),
        () if says(&["媒体"]) => Some(Form::Media),
        () => Some(Form::Text),
    }
}

/// What a text has in it beside words.
#[derive(Default)]
struct Seen {
    picture: bool,
    video: bool,
    audio: bool,
}

fn seen(body: Element<'_>) -> Seen {
    static PARTS: LazyLock<Selector> =
        LazyLock::new(|| selector("img, video, audio, embed, object, iframe, source, a"));
    let mut seen = Seen::default();
    for part in body.select(&PARTS) {
        let address = ["src", "data-src", "href", "data", "value", "data-original"]
            .iter()
            .find_map(|name| part.attr(name))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_named = |endings: &[&str]| endings.iter().any(|ending| address.contains(ending));
        match part.name() {
            "img" => seen.picture |= is_content(part, &address),
            "video" => seen.video = true,
            "audio" => seen.audio = true,
            "a" | "source" | "embed" | "object" | "iframe" => {
                seen.audio |= is_named(&[".mp3", ".wav", ".m4a"]);
                seen.video |= is_named(&[".mp4", ".m3u8", ".flv", ".mov", ".wmv"]);
                let is_player = is_named(&["video", "player", "v.qq.com", "youku", ".swf"]);
                seen.video |= part.name() != "a" && is_player;
            }
            _ => {}
        }
    }
    seen
}

fn is_content(picture: Element<'_>, address: &str) -> bool {
    let class = picture.attr("class").unwrap_or_default().to_ascii_lowercase();
    let is_icon = ICONS.iter().any(|part| address.contains(part) || class.contains(part));
    let is_small = |name| {
        let stated = picture.attr(name).map(|side| side.trim_end_matches("px").trim());
        stated.and_then(|side| side.parse::<u32>().ok()).is_some_and(|side| side < ICON_SIDE)
    };
    // Editors leave file-type pictures before attached files.
    !address.is_empty() && !is_icon && !address.contains("/fileicon") && !is_small("width") && !is_small("height")
}
