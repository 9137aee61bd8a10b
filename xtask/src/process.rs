//! Running other programs: every call is printed, and one that fails is an error that names it.

use crate::paths;
use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The cargo that runs this.
pub fn cargo() -> Command {
    in_root(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())))
}

/// Node.
pub fn node() -> Command {
    in_root(Command::new("node"))
}

/// npm, in a folder with a lock file.
pub fn npm(folder: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder);
    command
}

/// Any other program.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    in_root(Command::new(name))
}

fn in_root(mut command: Command) -> Command {
    command.current_dir(paths::root());
    command
}

/// Prints and runs a command, to its success.
pub fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("`{line}` could not be started"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command quietly and gives what it printed, or nothing when it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as a person would type it, with paths below the root made relative.
fn describe(command: &Command) -> String {
    let root = format!("{}{}", paths::root().display(), std::path::MAIN_SEPARATOR);
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let mut line = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        let argument = argument.to_string_lossy().replace(&root, "");
        line.push(' ');
        line.push_str(&argument);
    }
    line
}

/// The first program of that name in PATH.
pub fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// Whether an environment variable is set to something other than nothing, 0 or false.
pub fn env_flag(name: &str) -> bool {
    env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
