//! CSS selectors of the simple kind that reading needs: `div`, `.class`, `#id`, `[name]`, `[name=v]`, `[name*=v]`,
//! `[name^=v]`, an element name before any of them, and lists of these.

use super::Element;

/// A list of simple selectors.
#[derive(Clone, Debug)]
pub struct Selector(Vec<Simple>);

#[derive(Clone, Debug)]
struct Simple {
    name: Option<&'static str>,
    test: Option<Test>,
}

#[derive(Clone, Debug)]
enum Test {
    Class(&'static str),
    Has(&'static str),
    Is(&'static str, &'static str),
    Contains(&'static str, &'static str),
    Begins(&'static str, &'static str),
}

/// The compiled form of a selector literal of ours.
///
/// # Panics
/// On a literal of another kind, which the first test that touches it shows.
#[expect(clippy::expect_used, reason = "the literals are ours; a wrong one fails the first test that touches it")]
pub fn selector(literal: &'static str) -> Selector {
    Selector(literal.split(',').map(|one| Simple::read(one.trim()).expect("a simple selector literal")).collect())
}

impl Selector {
    pub(super) fn matches(&self, element: Element<'_>) -> bool {
        self.0.iter().any(|simple| simple.matches(element))
    }
}

impl Simple {
    fn read(text: &'static str) -> Option<Self> {
        let end = text.find(['.', '#', '[']).unwrap_or(text.len());
        let (name, test) = text.split_at(end);
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
        let name = (!name.is_empty()).then_some(name);
        if name.is_some_and(|name| !is_word(name)) {
            return None;
        }
        let test = match test.split_at_checked(1) {
            None => None,
            Some((".", class)) if is_word(class) => Some(Test::Class(class)),
            Some(("#", id)) if is_word(id) => Some(Test::Is("id", id)),
            Some(("[", inner)) => {
                let inner = inner.strip_suffix(']')?;
                Some(match inner.split_once('=') {
                    None if is_word(inner) => Test::Has(inner),
                    Some((name, value)) if is_word(value) => match name.as_bytes().last()? {
                        b'*' => Test::Contains(&name[..name.len() - 1], value),
                        b'^' => Test::Begins(&name[..name.len() - 1], value),
                        _ => Test::Is(name, value),
                    },
                    _ => return None,
                })
            }
            Some(_) => return None,
        };
        (name.is_some() || test.is_some()).then_some(Self { name, test })
    }

    fn matches(&self, element: Element<'_>) -> bool {
        self.name.is_none_or(|name| element.is(name))
            && match self.test {
                None => true,
                Some(Test::Class(class)) => {
                    element.attr("class").is_some_and(|own| own.split_ascii_whitespace().any(|one| one == class))
                }
                Some(Test::Has(name)) => element.attr(name).is_some(),
                Some(Test::Is(name, value)) => element.attr(name) == Some(value),
                Some(Test::Contains(name, value)) => element.attr(name).is_some_and(|own| own.contains(value)),
                Some(Test::Begins(name, value)) => element.attr(name).is_some_and(|own| own.starts_with(value)),
            }
    }
}
