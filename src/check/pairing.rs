//! Which interpretation belongs to which policy document: by links either way, by title, by document number.

use super::scope::host_of;
use crate::{
    model::{DocumentFacts, DocumentRole},
    text::{
        document_name::{NEAR, Name, essence, quoted},
        likeness::likeness,
        normalise,
    },
};

/// Policies and interpretations of a portal with the pairs among them.
#[derive(Debug)]
pub struct Pairing<'a> {
    pub policies: Vec<&'a DocumentFacts>,
    pub interpretations: Vec<&'a DocumentFacts>,
    pairs: Vec<Pair>,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    policy: usize,
    interpretation: usize,
    certain: bool,
}

/// What is known of an interpretation's relation to one policy.
#[derive(Clone, Copy, Debug, Default)]
struct Tie {
    /// Its own title names the policy, or it carries the policy's number.
    title: bool,
    /// The policy links to it.
    forward: bool,
    /// It links to the policy.
    back: bool,
    /// Its opening names the policy.
    opening: bool,
    /// Its title or opening contains or resembles the policy's title, but so may others.
    near: bool,
}

impl<'a> Pairing<'a> {
    pub fn of(documents: &'a [DocumentFacts]) -> Self {
        let of_role = |role| documents.iter().filter(|document| document.role == role).collect::<Vec<_>>();
        let policies = of_role(DocumentRole::Policy);
        let interpretations = of_role(DocumentRole::Interpretation);
        let names: Vec<Name> = policies.iter().map(|policy| Name::of(&policy.title)).collect();
        let mut pairs = Vec::new();
        for (number, interpretation) in interpretations.iter().enumerate() {
            let ties = ties_of(interpretation, &policies, &names);
            let named = ties.iter().any(|tie| tie.title);
            let linked = named || ties.iter().any(|tie| tie.forward || tie.back);
            let opened = linked || ties.iter().any(|tie| tie.opening);
            for (policy, tie) in ties.iter().enumerate() {
                // A page that names its policy in the title only mentions the others it links to or opens with.
                let certain = tie.title || tie.forward || (tie.back && !named) || (tie.opening && !linked);
                if certain || (tie.near && !opened) {
                    pairs.push(Pair { policy, interpretation: number, certain });
                }
            }
        }
        Self { policies, interpretations, pairs }
    }

    /// The interpretations that surely belong to the policy of that key.
    pub fn of_policy(&self, key: &str) -> Vec<&'a DocumentFacts> {
        self.select(
            |pair| pair.certain && self.policies[pair.policy].key == key,
            |pair| self.interpretations[pair.interpretation],
        )
    }

    /// Interpretations that may belong to it.
    pub fn perhaps_of_policy(&self, key: &str) -> Vec<&'a DocumentFacts> {
        self.select(
            |pair| !pair.certain && self.policies[pair.policy].key == key,
            |pair| self.interpretations[pair.interpretation],
        )
    }

    /// The policies that an interpretation surely belongs to.
    pub fn of_interpretation(&self, key: &str) -> Vec<&'a DocumentFacts> {
        self.select(
            |pair| pair.certain && self.interpretations[pair.interpretation].key == key,
            |pair| self.policies[pair.policy],
        )
    }

    fn select(
        &self,
        wanted: impl Fn(&Pair) -> bool,
        pick: impl Fn(&Pair) -> &'a DocumentFacts,
    ) -> Vec<&'a DocumentFacts> {
        self.pairs.iter().filter(|pair| wanted(pair)).map(pick).collect()
    }
}

/// Whether one page links to the other.
pub fn links_to(from: &DocumentFacts, to: &DocumentFacts) -> bool {
    from.links.iter().any(|link| same_page(link, &to.url))
}

/// Whether two addresses are those of one page.
pub(super) fn same_page(a: &str, b: &str) -> bool {
    fn path(url: &str) -> &str {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
        path.split('#').next().unwrap_or(path).trim_end_matches('/')
    }
    // Hosts are seldom different where paths are equal, and asking for them costs more.
    path(a) == path(b) && host_of(a) == host_of(b)
}

fn ties_of(interpretation: &DocumentFacts, policies: &[&DocumentFacts], names: &[Name]) -> Vec<Tie> {
    let title = normalise(&interpretation.title);
    let subject = essence(&title);
    let mentions: Vec<String> = interpretation.mentions.iter().map(|mention| essence(&normalise(mention))).collect();
    let mut ties: Vec<Tie> = policies
        .iter()
        .zip(names)
        .map(|(policy, names)| Tie {
            title: names.essence == subject
                || quoted(&title).any(|name| names.is(name))
                || (policy.number.is_some() && policy.number == interpretation.number)
                || policy.number.as_ref().is_some_and(|number| title.contains(&normalise(number))),
            forward: links_to(policy, interpretation),
            back: links_to(interpretation, policy),
            opening: mentions.contains(&names.essence),
            near: likeness(&names.essence, &subject) >= NEAR,
        })
        .collect();
    // A name inside a longer title decides only where it stands in one title alone.
    for (name, in_title) in std::iter::once((&subject, true)).chain(mentions.iter().map(|mention| (mention, false))) {
        let inside: Vec<usize> = (0..names.len()).filter(|number| names[*number].shares(name)).collect();
        let exact = names.iter().any(|names| names.essence == *name);
        match inside[..] {
            _ if exact => {}
            [only] if in_title => ties[only].title = true,
            [only] => ties[only].opening = true,
            _ => inside.iter().for_each(|number| ties[*number].near = true),
        }
    }
    ties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_beside_the_own_policy_makes_no_pair() {
        let policy = |key: &str, title: &str| DocumentFacts {
            key: key.into(),
            url: format!("http://www.example.gov.cn{key}"),
            title: title.into(),
            role: DocumentRole::Policy,
            ..DocumentFacts::default()
        };
        let documents = [
            policy("/a", "青河市优化营商环境条例实施办法"),
            policy("/b", "青河市促进民营经济发展若干措施"),
            DocumentFacts {
                key: "/i".into(),
                title: "《青河市促进民营经济发展若干措施》解读".into(),
                role: DocumentRole::Interpretation,
                mentions: vec!["青河市优化营商环境条例实施办法".into()],
                ..DocumentFacts::default()
            },
        ];
        let pairing = Pairing::of(&documents);
        assert_eq!(pairing.of_policy("/b").len(), 1);
        assert!(pairing.of_policy("/a").is_empty());
        assert!(pairing.perhaps_of_policy("/a").is_empty());
    }
}
