//! Writes what the engine carries without what only people and the page read: tables without the page's texts, shaders
//! without comments and indents.

use serde_json::Value;
use std::path::Path;
use std::{env, fs};

const TABLES: [&str; 2] = ["src/study/hyperparameters.json", "src/dataset/catalog.json"];
const FOR_THE_PAGE: [&str; 5] = ["label", "help", "about", "sweep", "group"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let to = env::var("OUT_DIR")?;
    for table in TABLES {
        println!("cargo::rerun-if-changed={table}");
        let mut rows: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&fs::read_to_string(table)?)?;
        for row in &mut rows {
            row.retain(|key, _| !FOR_THE_PAGE.contains(&key.as_str()));
        }
        let name = Path::new(table).file_name().ok_or("a table is a file")?;
        fs::write(Path::new(&to).join(name), serde_json::to_string(&rows)?)?;
    }
    for folder in ["shaders", "shaders/functions", "shaders/bindings"] {
        println!("cargo::rerun-if-changed={folder}");
        let to = Path::new(&to).join(folder);
        fs::create_dir_all(&to)?;
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "wgsl") {
                let name = path.file_name().ok_or("a shader is a file")?;
                fs::write(to.join(name), bare(&fs::read_to_string(&path)?))?;
            }
        }
    }
    Ok(())
}

/// A shader's code; comments that begin with @ are places that a generator fills.
fn bare(shader: &str) -> String {
    let code = |line: &str| match line.split_once("//") {
        Some((code, comment)) if !comment.starts_with('@') => code.trim().to_owned(),
        _ => line.trim().to_owned(),
    };
    shader.lines().map(code).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n".to_owned()]).collect()
}
