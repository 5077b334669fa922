//! `waypost schema`: lets an editor complete, explain and underline what people write.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use super::{EXIT_CODES, Verdict};
use crate::output::{Form, Terminal};

/// Writes a JSON Schema for each kind of file into .waypost/, so that an editor completes and explains the keys.
///
/// An editor that reads YAML schemas, such as VS Code with the extension YAML, finds it by the first line of a file:
///
///   # yaml-language-server: $schema=../.waypost/journey.schema.json
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost schema                 in the folder with waypost.yaml in it
  waypost schema my-release

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder: the one with waypost.yaml in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Prints what was written as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Writes the schemas.
pub(super) fn schema(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    anyhow::ensure!(
        args.dir.is_dir(),
        "{} is no folder: name the one with waypost.yaml in it",
        args.dir.display()
    );
    let folder = args.dir.join(".waypost");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut written = Vec::new();
    for (name, schema) in release::schemas() {
        let path = folder.join(name);
        let text = serde_json::to_string_pretty(&schema)? + "\n";
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        written.push(path.display().to_string());
    }
    match Form::asked(args.json) {
        Form::People => terminal.say(format!(
            "Wrote {} schemas into {}.\nPut this on top of a journey: # yaml-language-server: \
             $schema=../.waypost/journey.schema.json\n",
            written.len(),
            folder.display()
        ))?,
        Form::Programs => terminal.say_json(&json!({ "written": written }))?,
    }
    Ok(Verdict::Fine)
}
