//! What the READMEs promise: their configuration can be used as it stands, and their links lead somewhere.

use std::{fs, path::Path};

use mingcha::{catalog::Catalog, config};

fn readme(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_configuration_of_both_readmes_can_be_used() {
    let catalog = Catalog::load(None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["README.md", "README.zh-CN.md"] {
        let text = readme(name);
        let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let path = folder.path().join(format!("{name}.toml"));
        fs::write(&path, example).unwrap();
        let settings = config::load(&path).unwrap();
        assert_eq!(settings.portals.len(), 2, "{name}");
        assert_eq!(settings.portals[1].unit_of_path("/bmxxgk/mzj/x.html").unwrap().name, "市民政局");
        assert_eq!(settings.bulletin.rectification_days, 10);
        catalog.rulebook(&settings.rulebook).unwrap();
        let pin = &settings.portals[0].pins[0].name;
        assert!(catalog.lexicon.term(pin).is_some(), "{name}: {pin} is no standard name");
    }
}

#[test]
fn links_between_files_lead_somewhere() {
    for name in ["README.md", "README.zh-CN.md"] {
        for target in readme(name).split("](").skip(1).filter_map(|rest| rest.split(')').next().map(str::to_owned)) {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&target).exists(), "{name}: {target}");
        }
    }
}
