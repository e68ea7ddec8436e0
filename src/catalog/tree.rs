//! A YAML document as a tree whose every value knows its line and column, also where it is not what was expected.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Location, Spanned, options::DuplicateKeyPolicy};

/// Line and column, both from 1, in characters.
pub type Place = (u64, u64);

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Tree {
    pub place: Place,
    pub value: Value,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    /// A plain number; in quotes it is a text.
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<Pair>),
}

/// A key with its value; a key may stand several times in a mapping.
#[derive(Clone, Debug)]
pub struct Pair {
    pub key: String,
    pub key_place: Place,
    pub value: Tree,
}

/// Reads a document, lenient about keys that stand twice.
pub fn parse(text: &str) -> Result<Tree, serde_saphyr::Error> {
    // The last one wins only where somebody keeps one: the visitor below is given all.
    let lenient = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options::<Spanned<Node>>(text, lenient).map(Tree::from)
}

impl Tree {
    /// In words, for messages.
    pub fn in_words(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => format!("the number {text}"),
            Value::Text(text) => format!("the text {text:?}"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping of keys".to_owned(),
        }
    }
}

impl From<Spanned<Node>> for Tree {
    fn from(node: Spanned<Node>) -> Self {
        let value = match node.value {
            Node::Leaf(value) => value,
            Node::List(items) => Value::List(items.into_iter().map(Tree::from).collect()),
            Node::Map(pairs) => Value::Map(
                pairs
                    .into_iter()
                    .map(|(key, value)| Pair {
                        key_place: place(key.referenced),
                        key: key.value,
                        value: Tree::from(value),
                    })
                    .collect(),
            ),
        };
        Tree { place: place(node.referenced), value }
    }
}

fn place(location: Location) -> Place {
    (location.line(), location.column())
}

/// Any YAML value while it is read.
enum Node {
    Leaf(Value),
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

/// Numbers of every type are kept as they are written out.
macro_rules! numbers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method<E: de::Error>(self, number: $type) -> Result<Node, E> {
            Ok(Node::Leaf(Value::Number(number.to_string())))
        })*
    };
}

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    numbers! { visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64 }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Bool(value)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Text(text.to_owned())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            map.push(pair);
        }
        Ok(Node::Map(map))
    }
}
