//! Writes the tables that the engine reads without the texts that only the page shows: they would be loaded twice.

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
    Ok(())
}
