//! A real browser, without a window.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Finds a Chromium, under any of its names.
pub(crate) fn chromium() -> Option<PathBuf> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let found = names.into_iter().find(|name| {
        let asked = Command::new(name)
            .arg("--version")
            .stdin(Stdio::null())
            .output();
        asked.is_ok_and(|said| said.status.success())
    });
    found.map(PathBuf::from)
}

/// Shows pages, each a name and its HTML, as wide as a telephone and as a desk, by day or by night: returns what the
/// script's `look(page, width)` finds. What else it needs lies in `folder`.
pub(crate) fn found(
    browser: &Path,
    folder: &Path,
    (pages, look): (&[(String, String)], &str),
    night: bool,
) -> Vec<Value> {
    let file = folder.join("show.html");
    let pages = script(&json!(pages));
    let all = format!("<script>const pages = {pages};\n{look}{EACH}</script></body></html>");
    fs::write(&file, format!("{BEFORE}{all}")).unwrap();
    let profile = TempDir::new().unwrap();
    let scheme = format!("--blink-settings=preferredColorScheme={}", u8::from(!night));
    let ended = Command::new(browser)
        // A sandbox asks for rights that not every machine gives, and the pages are ours.
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args(["--no-first-run", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(scheme)
        // Time is as long as the script takes, and not longer.
        .args([&format!("--virtual-time-budget={BUDGET_MS}"), "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&ended.stdout);
    let written = dom
        .split_once("<pre>[")
        .and_then(|(_, rest)| rest.split_once("]</pre>"));
    let Some((findings, _)) = written else {
        panic!(
            "the script said nothing: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
    };
    serde_json::from_str(&format!("[{findings}]")).unwrap()
}

/// Writes data as a script in HTML may have it: only the end of a script, and a comment, have to be hidden.
fn script(data: &Value) -> String {
    let data = data.to_string().replace("</", "<\\/");
    data.replace("<!--", "<\\u0021--")
}

const BUDGET_MS: u32 = 600_000;
const BEFORE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"color-scheme\" content=\"light dark\"><title>Show</title></head><body>";
/// Looks at all of them, and leaves what is found in a `<pre>` of ASCII.
const EACH: &str = r#"
(async () => {
  const found = [];
  for (const page of pages) for (const width of [320, 1200]) found.push(...await look(page, width));
  const code = (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0");
  const written = document.createElement("pre");
  written.textContent = JSON.stringify(found).replace(/[^ -~]|[&<>]/g, code);
  document.body.replaceChildren(written);
})();
"#;
