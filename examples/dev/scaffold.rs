//! What each addition needs: new files from `templates/`, and a line in the files that name them all.
//! Nothing is written where anything is in the way.

use std::{fs, path::Path};

/// What was written, and what is to be done next.
#[derive(Debug)]
pub struct Made {
    pub files: Vec<String>,
    pub next: String,
}

pub const USAGE: &str = "write one of
  cargo dev new-check TOPIC/FAULT LIKE    a check; kind and parameters are begun with those of the check LIKE
  cargo dev new-kind KIND TOPIC/FAULT     a kind of check, with its first check
  cargo dev new-rulebook ID               a rulebook with its worked cases
  cargo dev new-cms NAME                  a publishing system with a saved page";

/// Writes what `arguments` ask for below `root`, the folder of Cargo.toml.
pub fn make(root: &Path, arguments: &[&str]) -> Result<Made, String> {
    let mut plan = Plan { root, new: Vec::new(), changed: Vec::new() };
    let next = match arguments {
        ["new-check", name, like] => plan.check(name, like)?,
        ["new-kind", kind, name] => plan.kind(kind, name)?,
        ["new-rulebook", id] => plan.rulebook(id)?,
        ["new-cms", name] => plan.cms(name)?,
        _ => return Err(USAGE.to_owned()),
    };
    Ok(Made { files: plan.write()?, next })
}

/// Files to be written: path below the root, and text.
struct Plan<'a> {
    root: &'a Path,
    new: Vec<(String, String)>,
    changed: Vec<(String, String)>,
}

impl Plan<'_> {
    fn check(&mut self, name: &str, like: &str) -> Result<String, String> {
        let model = self.check_like(like)?;
        let kind = model.lines().find_map(|line| line.strip_prefix("kind: ")).unwrap_or_default().trim();
        let params: Vec<&str> = model
            .lines()
            .skip_while(|line| !line.starts_with("params:"))
            .enumerate()
            .take_while(|(number, line)| *number == 0 || line.starts_with(' '))
            .map(|(_, line)| line)
            .collect();
        if kind.is_empty() || params.is_empty() {
            return Err(format!("{like} has no kind: and params: to begin with; name another check"));
        }
        self.check_file(name, kind, &params.join("\n"), ("", "待填"))?;
        Ok("Fill in what says 待填, then: cargo test --test all checks::
Show it on saved pages (fixtures/checks/README.md) and in a story (fixtures/portals/README.md).
To score it, name it under checks: of a step in a rulebook, and work a case in fixtures/rulebooks/."
            .to_owned())
    }

    fn check_file(&mut self, name: &str, kind: &str, params: &str, example: (&str, &str)) -> Result<(), String> {
        let (topic, fault) = name.split_once('/').ok_or_else(|| format!("{name:?} is no TOPIC/FAULT"))?;
        good_name(topic)?;
        good_name(fault)?;
        let (facts, subject) = example;
        let text = include_str!("templates/check.yaml")
            .replace("__ID__", fault)
            .replace("__KIND__", kind)
            .replace("__PARAMS__", params)
            .replace("__FACTS__", facts)
            .replace("__SUBJECT__", subject);
        self.new.push((format!("checks/{topic}/{fault}.yaml"), text));
        Ok(())
    }

    fn kind(&mut self, kind: &str, name: &str) -> Result<String, String> {
        good_name(kind)?;
        let (module, variant) = (kind.replace('-', "_"), camel(kind));
        let code = include_str!("templates/kind.rs.txt").replace("__KIND__", kind).replace("__TYPE__", &variant);
        self.new.push((format!("src/check/{module}.rs"), code));
        self.edit("src/check/mod.rs", |text| with_module(text, &module))?;
        self.edit("src/check/definition.rs", |text| {
            let text = after_last(text, "pub enum Kind {", "    ", &format!("    {variant},"))?;
            let arm = format!("            Kind::{variant} => Self::of::<super::{module}::{variant}, S>(source),");
            after_last(&text, "match source.read::<KindOnly>()", "            ", &arm)
        })?;
        let facts = "columns: [{key: /zcjd/, name: 政策解读}]";
        self.check_file(name, kind, "params:\n  column: 政策解读", (facts, "column:/zcjd/"))?;
        Ok("Fill in what says FILL IN and 待填, then: cargo fmt; cargo test --test all checks::".to_owned())
    }

    fn rulebook(&mut self, id: &str) -> Result<String, String> {
        good_name(id)?;
        let fill = |template: &str| template.replace("__ID__", id);
        self.new.push((format!("checks/rulebooks/{id}.yaml"), fill(include_str!("templates/rulebook.yaml"))));
        self.new.push((format!("fixtures/rulebooks/{id}.yaml"), fill(include_str!("templates/cases.yaml"))));
        Ok("Fill in what says 待填 (checks/rulebooks/README.md explains the keys), then:
  cargo run -- rulebook validate
  cargo run -- rulebook coverage --format markdown > coverage.md; mv coverage.md checks/rulebooks/COVERAGE.md
  cargo test --test all rulebook"
            .to_owned())
    }

    fn cms(&mut self, name: &str) -> Result<String, String> {
        good_name(name)?;
        let (module, adapter) = (name.replace('-', "_"), camel(name));
        let code = include_str!("templates/cms.rs.txt").replace("__NAME__", name).replace("__TYPE__", &adapter);
        self.new.push((format!("src/cms/{module}.rs"), code));
        self.new.push((format!("fixtures/cms/{name}/list.html"), include_str!("templates/list.html").to_owned()));
        self.edit("src/cms/mod.rs", |text| {
            let text = with_module(text, &module)?;
            let (before, rest) = text.split_once("const ADAPTERS: &[&dyn Adapter] =")?;
            let (indent, rest) = rest.split_once("&[")?;
            let (adapters, after) = rest.split_once("];")?;
            let adapters = adapters.trim_end().trim_end_matches(',');
            Some(format!(
                "{before}const ADAPTERS: &[&dyn Adapter] ={indent}&[{adapters}, &{module}::{adapter}];{after}"
            ))
        })?;
        Ok("Save a page of it in place of the list, fill in what says FILL IN, then: cargo fmt; cargo test cms::"
            .to_owned())
    }

    /// The text of an existing check.
    fn check_like(&self, like: &str) -> Result<String, String> {
        let mut known = Vec::new();
        for topic in names_in(&self.root.join("checks"))? {
            let folder = self.root.join("checks").join(&topic);
            for file in if folder.is_dir() { names_in(&folder)? } else { Vec::new() } {
                let text = fs::read_to_string(folder.join(&file)).unwrap_or_default();
                let Some(id) = file.strip_suffix(".yaml").filter(|_| text.contains("\nkind: ")) else { continue };
                if id == like {
                    return Ok(text);
                }
                known.push(id.to_owned());
            }
        }
        Err(format!("there is no check {like:?}; there are {}", known.join(", ")))
    }

    /// Changes a file that must have a place for the change.
    fn edit(&mut self, path: &str, change: impl Fn(&str) -> Option<String>) -> Result<(), String> {
        let text =
            fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path} cannot be read: {error}"))?;
        let changed = change(&text).ok_or_else(|| format!("{path} has no place for the new line any more"))?;
        self.changed.push((path.to_owned(), changed));
        Ok(())
    }

    fn write(self) -> Result<Vec<String>, String> {
        if let Some((path, _)) = self.new.iter().find(|(path, _)| self.root.join(path).exists()) {
            return Err(format!("{path} exists already; choose another name"));
        }
        let mut written = Vec::new();
        for (path, text) in self.new.into_iter().chain(self.changed) {
            let file = self.root.join(&path);
            let folder = file.parent().unwrap_or(self.root);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&file, text))
                .map_err(|error| format!("{path} cannot be written: {error}"))?;
            written.push(path);
        }
        Ok(written)
    }
}

/// Small letters, digits and hyphens, beginning with a letter: fit for a file, an id and a Rust name.
fn good_name(name: &str) -> Result<(), String> {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let good = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(fits)
        && !name.ends_with('-')
        && !name.contains("--");
    if good { Ok(()) } else { Err(format!("{name:?}: write small letters, digits and hyphens, a letter first")) }
}

/// `annual-report` as `AnnualReport`.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(capital).collect()
}

/// The file with `mod NAME;` in its alphabetical place among the others.
fn with_module(text: &str, module: &str) -> Option<String> {
    let new = format!("mod {module};");
    let mut lines: Vec<&str> = text.lines().collect();
    let is_module = |line: &&str| line.starts_with("mod ") && line.ends_with(';');
    let last = lines.iter().rposition(is_module)?;
    let later = lines.iter().position(|line| is_module(line) && *line > new.as_str());
    lines.insert(later.unwrap_or(last + 1), &new);
    Some(lines.join("\n") + "\n")
}

/// The file with `line` after the last of the lines that follow `head` and begin as `kin` does.
fn after_last(text: &str, head: &str, kin: &str, line: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.contains(head))? + 1;
    let count = lines[start..].iter().take_while(|line| line.starts_with(kin)).count();
    lines.insert(start + count, line);
    (count > 0).then(|| lines.join("\n") + "\n")
}

fn names_in(folder: &Path) -> Result<Vec<String>, String> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    let mut names = Vec::new();
    for item in fs::read_dir(folder).map_err(unreadable)? {
        names.push(item.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
