//! What docs/coming-from.md shows is held against the checks.

use std::fs;
use std::path::Path;

use crate::command::said;
use crate::releases;

#[test]
fn every_snippet_of_the_page_is_sound() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coming-from.md");
    let page = fs::read_to_string(page).unwrap();
    let snippets: Vec<_> = page
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(snippets.len(), 3, "one for each product that has journeys");
    for snippet in snippets {
        let name = snippet.lines().next().unwrap();
        let name = name.strip_prefix("journey: ").unwrap();
        let mail = "---\nsubject: Hello\nlayout: plain\n---\nHello {{recipient.full_name}}, [read on](https://school.example)\n";
        let journey = format!("journeys/{name}.yaml");
        let mut files = FILES.to_vec();
        files.push((&journey, snippet));
        for template in ["hello", "story", "offer", "note"] {
            if snippet.contains(template) {
                files.push((
                    match template {
                        "hello" => "templates/hello.md",
                        "story" => "templates/story.md",
                        "offer" => "templates/offer.md",
                        _ => "templates/note.md",
                    },
                    mail,
                ));
            }
        }
        let release = releases::of(&files);
        let checked = said(release.path(), &["check"]);
        assert_eq!(checked.code, 0, "{name}: {checked:?}");
        // Nothing of it waits for a later version.
        assert!(!checked.out.contains("yet"), "{name}: {checked:?}");
    }
}

const FILES: [(&str, &str); 4] = [
    (
        "waypost.yaml",
        "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
         senders:\n  default: { name: School, address: mail@school.example }\n\
         contact:\n  vip: { type: bool, default: false }\n  score: { type: number, default: 0 }\n  born: date?\n\
         topics: { news: News }\nlists: { members: Members }\n\
         calendars:\n  nl: { closed: [2026-12-25] }\n\
         marketing:\n  at_most: [1 per day, 3 per 7 days]\n  holdout: { name: h, share: 5 }\n",
    ),
    (
        "events.yaml",
        "ORDER:\n  params: { amount: number }\n  example: { amount: 30 }\n\
         DONATION:\n  params: { fund: string, amount: number }\n  example: { fund: winter, amount: 30 }\n\
         SIGNUP:\n  params: { form: string }\n  example: { form: friends }\n",
    ),
    (
        "audiences.yaml",
        "vips: { where: contact.vip }\nhot: { where: contact.score >= 50 }\nstaff: { role: STAFF, standing: true }\n",
    ),
    (
        "layouts/plain.mjml",
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}{{#if links.unsubscribe}}\
         <a href=\"{{links.unsubscribe}}\">Stop</a>{{/if}}</mj-text></mj-column></mj-section></mj-body></mjml>",
    ),
];
