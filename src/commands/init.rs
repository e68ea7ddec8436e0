//! `mingcha init`: a ready configuration from a plan's list of units, so that an office starts from a real plan.

use std::{fmt::Write, fs::OpenOptions, io::Write as _, path::PathBuf};

use anyhow::Context;
use jiff::{Timestamp, civil::Date};

use super::{Ending, Global, WrongInput, office::catalog, terminal};
use crate::{
    catalog::Catalog,
    model::{Lexicon, ListedUnit, UnitClass, UnitKind, UnitList, beijing_date},
};

/// Write a commented configuration with all units of a plan: ready to serve, crawl and score
#[derive(clap::Args)]
pub struct Args {
    /// The plan's list of units: its id, or the beginning of it, such as yuncheng
    #[arg(long, value_name = "LIST", required_unless_present = "rulebook")]
    units: Option<String>,
    /// The rulebook that scores; without --units, only the units of its class are written
    #[arg(long, value_name = "ID")]
    rulebook: Option<String>,
    /// Who runs this, with a way to reach them; sent to every portal that is visited
    #[arg(long, value_name = "TEXT", default_value = "请填写：本办公室名称和联系电话")]
    contact: String,
    /// Where to write it; a file that exists is left as it is
    #[arg(long, value_name = "FILE", default_value = "mingcha.toml")]
    out: PathBuf,
    /// A folder of rules laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    checks: Option<PathBuf>,
}

/// What is written about: a list, the classes of it, and the rulebook that scores.
struct Plan<'a> {
    list: &'a UnitList,
    classes: Vec<&'a UnitClass>,
    rulebook: &'a str,
    lexicon: &'a Lexicon,
}

#[expect(clippy::unused_async, reason = "commands are awaited")]
pub async fn run(args: Args, _: &Global) -> anyhow::Result<Ending> {
    let catalog = catalog(args.checks.as_deref())?;
    let plan = plan(&catalog, args.units.as_deref(), args.rulebook.as_deref()).map_err(WrongInput)?;
    let password = password()?;
    let text = configuration(&plan, &args, &password_auth::generate_hash(&password), beijing_date(Timestamp::now()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&args.out).map_err(|error| {
        let path = args.out.display();
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            WrongInput(format!("{path} exists already and is left as it is; name another file with --out FILE"))
        } else {
            WrongInput(format!("cannot write {path}: {error}; name another file with --out FILE"))
        }
    })?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", args.out.display()))?;
    let units: usize = plan.classes.iter().map(|class| class.units.len()).sum();
    terminal::say(format_args!("{}：{units} 个考核对象，细则 {}", args.out.display(), plan.rulebook))?;
    terminal::say(format_args!("控制台用户 admin，密码 {password}（只显示这一次，文件中只有散列值）"))?;
    terminal::say(format_args!(
        "填上各网站的 url 后开始检查；现在就可以：mingcha --config {} serve",
        args.out.display()
    ))?;
    Ok(Ending::Done)
}

fn plan<'a>(catalog: &'a Catalog, units: Option<&str>, rulebook: Option<&str>) -> Result<Plan<'a>, String> {
    let book = rulebook.map(|id| catalog.rulebook(id)).transpose()?;
    let list = match (units, book) {
        (Some(wanted), _) => find_list(catalog, wanted)?,
        (None, Some(book)) => {
            let places = || format!("the plan of {} names no units; name a list with --units", book.id);
            catalog.units_of(book).ok_or_else(places)?
        }
        (None, None) => return Err("name a list of units with --units, or a rulebook with --rulebook".to_owned()),
    };
    // A rulebook alone means its class; a list means all of it, scored by the rulebook or by that of its first class.
    let class = book.and_then(|book| book.units.as_ref()).filter(|_| units.is_none()).map(|units| &units.class);
    let classes: Vec<&UnitClass> =
        list.classes.iter().filter(|found| class.is_none_or(|class| found.class == *class)).collect();
    let first = classes.first().ok_or_else(|| format!("list {} has no classes", list.id))?;
    let rulebook = book.map_or(first.rulebook.as_str(), |book| book.id.as_str());
    Ok(Plan { list, classes, rulebook, lexicon: &catalog.lexicon })
}

fn find_list<'a>(catalog: &'a Catalog, wanted: &str) -> Result<&'a UnitList, String> {
    let fits: Vec<&UnitList> = catalog.unit_lists.iter().filter(|list| list.id.starts_with(wanted)).collect();
    let exact = fits.iter().find(|list| list.id == wanted);
    match (exact, &fits[..]) {
        (Some(list), _) | (None, [list]) => Ok(list),
        _ => {
            let known: Vec<&str> = catalog.unit_lists.iter().map(|list| list.id.as_str()).collect();
            Err(format!("{wanted:?} names no list of units; there are {}", known.join(", ")))
        }
    }
}

/// Sixteen letters and digits that nobody mistakes for each other: 80 bits.
fn password() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    Ok(letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

fn configuration(plan: &Plan<'_>, args: &Args, password_hash: &str, today: Date) -> String {
    let list = plan.list;
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!("# {}（{}）", list.title, list.source));
    line(&format!(
        "# mingcha init 于 {today} 生成。每个考核对象有一个网站，url 留空的不访问；几个单位同在一个网站的，"
    ));
    line("# 合并为一个 [[portal]]，在 units 里各写 paths（各自栏目的路径）。");
    line("");
    line("# 访问各网站时表明身份，请写明如何联系到本办公室");
    line(&format!("contact = {}", quoted(&args.contact)));
    line("# 日志、队列和证据所在的文件夹");
    line("data = \"mingcha-data\"");
    line("# 计分用的细则；mingcha rulebook list 列出全部，mingcha rulebook show 编号 显示其中一份");
    line(&format!("rulebook = {}", quoted(plan.rulebook)));
    line("# 方案未定分值的，用叠加文件给出：overlay = \"weights.yaml\"");
    line("# 方案表述不明之处要改用另一种理解的：readings = [\"编号=读法\"]");
    line("# 每夜开始检查的时间（北京时间，cron 写法）");
    line("schedule = \"30 1 * * *\"");
    if let Some(checks) = &args.checks {
        let folder = std::path::absolute(checks).unwrap_or_else(|_| checks.clone());
        line(&format!("checks = {}", quoted(&folder.display().to_string())));
    }
    line("");
    line("[probes]");
    line("# 首页可用性监测：每天等间隔打开各网站首页的次数（国办秘函〔2019〕19号：20次以上），0 为不监测");
    line("per_day = 24");
    line("# 对照网站：首页打不开时，这些网站也都打不开，即为本单位断网，不计入；请换成本单位网络平时都能打开的");
    line("control = [\"https://www.gov.cn/\", \"https://www.baidu.com/\"]");
    line("");
    line("[console]");
    line("listen = \"127.0.0.1:8080\"");
    line("administrator = \"admin\"");
    line("# 换密码：mingcha password");
    line(&format!("password_hash = {}", quoted(password_hash)));
    line("");
    line("[bulletin]");
    let place = list.place.as_deref().unwrap_or_default();
    line(&format!("office = {}", quoted(&format!("{place}政务公开工作领导小组办公室"))));
    line("rectification_days = 10");
    for (number, class) in plan.classes.iter().enumerate() {
        line("");
        line(&format!("# {}：{} 个，细则 {}", class_name(class), class.units.len(), class.rulebook));
        if class.rulebook != plan.rulebook {
            line("# 这一类用另一份细则，控制台和通报只列其问题，不计总分；计分用 mingcha score --rulebook");
        }
        if list.open || list.unnamed.is_some() || class.open {
            line("# 方案还考核名单以外的单位（见细则），请照样补充。");
        }
        for (position, unit) in class.units.iter().enumerate() {
            line("");
            portal(&mut line, plan, class, unit, &portal_id(list, class, number, position));
        }
    }
    let listed = |name: &String| {
        plan.classes.iter().flat_map(|class| &class.units).any(|unit| list.names_of(unit).contains(name))
    };
    let others: Vec<_> = list.columns.iter().filter(|column| !column.units.iter().any(listed)).collect();
    if !others.is_empty() {
        line("");
        line("# 由名单以外的单位或一组单位负责的栏目：");
        for column in others {
            let responsible: Vec<&str> = column.units.iter().chain(&column.groups).map(String::as_str).collect();
            line(&format!("#   {} {}：{}", column.kind, column.name, responsible.join("、")));
        }
    }
    text
}

/// A portal of one unit, with what the plan says it answers for.
fn portal(line: &mut impl FnMut(&str), plan: &Plan<'_>, class: &UnitClass, unit: &ListedUnit, id: &str) {
    let list = plan.list;
    let names = list.names_of(unit);
    line("[[portal]]");
    line(&format!("id = {}", quoted(id)));
    line(&format!("name = {}", quoted(&format!("{}网站", unit.name))));
    line("url = \"\"                       # 首页网址，如 http://www.example.gov.cn/");
    let aliases: Vec<String> = names.iter().filter(|name| **name != unit.name).map(|name| quoted(name)).collect();
    let kind = match class.kind {
        UnitKind::Government => "government",
        UnitKind::Department => "department",
    };
    let name = quoted(&unit.name);
    line(&format!("units = [{{ name = {name}, kind = \"{kind}\", aliases = [{}] }}]", aliases.join(", ")));
    for column in list.columns.iter().filter(|column| column.units.iter().any(|unit| names.contains(unit))) {
        line(&format!("#   责任栏目：{} {}（{}）", column.kind, column.name, column.units.join("、")));
    }
    // Whoever leads is watched for the column; where several units share a portal, the others are found there too.
    let leads = list.columns.iter().filter(|column| column.units.first().is_some_and(|lead| names.contains(lead)));
    let assigned: Vec<String> = leads
        .filter_map(|column| {
            let standard = plan.lexicon.standard(&column.name)?;
            let units: Vec<String> = column.units.iter().map(|unit| quoted(unit)).collect();
            Some(format!("  {{ name = {}, units = [{}] }},", quoted(&standard.name), units.join(", ")))
        })
        .collect();
    if !assigned.is_empty() {
        line("assigned = [");
        assigned.iter().for_each(|column| line(column));
        line("]");
    }
    for account in list.accounts.iter().filter(|account| names.contains(&account.unit)) {
        let office = account.office.as_ref().map(|office| format!("（{office}）")).unwrap_or_default();
        line(&format!("#   政务新媒体：{} {}{office}", account.kind, account.name));
    }
}

/// 全部 and B1 mean something to the plan's readers as they stand; letters are classes.
fn class_name(class: &UnitClass) -> String {
    if class.class.is_ascii() { format!("{}类", class.class) } else { class.class.clone() }
}

/// Short, stable and in letters: `yuncheng-b1-07`. Identities of findings are made of it.
fn portal_id(list: &UnitList, class: &UnitClass, number: usize, position: usize) -> String {
    let mut id = list.id.split('-').next().unwrap_or(&list.id).to_owned();
    if list.classes.len() > 1 {
        let letters = if class.class.is_ascii() { class.class.to_lowercase() } else { format!("c{}", number + 1) };
        let _ = write!(id, "-{letters}");
    }
    let _ = write!(id, "-{:02}", position + 1);
    id
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
