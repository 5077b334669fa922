//! Names: what is decided twice is called the same, today and for ever.

use std::collections::BTreeSet;
use std::str::FromStr;

use expect_test::expect;

use crate::{CallId, ChangeId, ContactId, DateId, EnrollmentId, EntryId, SendId};

#[test]
fn a_name_is_pinned_for_ever() {
    // What is stored under a name must be found under it when the program is updated.
    let anna = ContactId::of("anna");
    let run = EnrollmentId::of("welcome", Some("pupil"), &anna, Some("e1"));
    let names = [
        anna.to_string(),
        run.to_string(),
        EnrollmentId::of("welcome", None, &anna, None).to_string(),
        SendId::of(&run, "hello", &anna).to_string(),
        CallId::of(&["mail.sent", "hello"]).to_string(),
        ChangeId::of(&anna, "e1").to_string(),
        DateId::of("birthday", "contact.born", &anna).to_string(),
        EntryId::of("welcome", Some("pupil"), &anna).to_string(),
    ];
    expect![[r#"
        con_b7ojxcnjai2mxsp2ca55uwj5yg
        enr_o43yim5bck4so7ldxkl4hvvpzu
        enr_btt4ykfnohlthcikoghfqrabkg
        snd_uolht3oea4l5h7mgbbw6kyqws4
        cal_6bnql7g76w47ycd6zoieqzckke
        chg_nybogpd64k5hbvoqipyr3p6emz
        dat_mr35olxm7qhsv3yihl3gkmarif
        ent_wlayndi4fn6dkvqz3rbsdynzl4"#]]
    .assert_eq(&names.join("\n"));
    assert_eq!(names[0], anna.as_str());
}

#[test]
fn whatever_a_name_is_made_of_makes_another_one() {
    let people = ["anna", "els"].map(ContactId::of);
    let mut names = BTreeSet::new();
    let mut made = 0;
    for contact in &people {
        for journey in ["a", "ab"] {
            for subject in [None, Some("b"), Some("bc")] {
                names.insert(EntryId::of(journey, subject, contact).to_string());
                made += 1;
                for event in [None, Some("c"), Some("cd")] {
                    let run = EnrollmentId::of(journey, subject, contact, event);
                    names.insert(run.to_string());
                    names.insert(SendId::of(&run, "hello", contact).to_string());
                    names.insert(SendId::of(&run, "other", contact).to_string());
                    made += 3;
                }
            }
            names.insert(DateId::of(journey, "contact.born", contact).to_string());
            names.insert(DateId::of(journey, "contact.died", contact).to_string());
            names.insert(ChangeId::of(contact, journey).to_string());
            made += 3;
        }
    }
    // Parts do not run into each other.
    for parts in [["a", "bc"], ["ab", "c"], ["abc", ""]] {
        names.insert(CallId::of(&parts).to_string());
        made += 1;
    }
    assert_eq!(names.len(), made);
}

#[test]
fn a_name_is_read_back_and_nothing_else_is_one() {
    let anna = ContactId::of("anna");
    assert_eq!(ContactId::from_str(anna.as_str()), Ok(anna.clone()));
    let key = anna.as_str().strip_prefix("con_").unwrap();
    assert_eq!(key.len(), 26);
    for text in [
        key.to_owned(),
        format!("enr_{key}"),
        format!("con{key}"),
        format!("con_{}", &key[1..]),
        format!("con_{key}a"),
        format!("con_{}", key.to_uppercase()),
        format!("con_{}1", &key[1..]),
        format!("con_{}é", &key[2..]),
        String::new(),
    ] {
        let refused = ContactId::from_str(&text).unwrap_err();
        let said = "an identifier looks like con_ and 26 letters and digits";
        assert_eq!(refused.to_string(), said, "{text}");
    }
}

#[test]
fn names_are_spread_over_the_shards_of_an_index_alike_each_time() {
    let shards = (0..1_000).map(|number| ContactId::of(&number.to_string()).shard(16));
    let mut held = [0_u32; 16];
    for shard in shards {
        held[usize::from(shard)] += 1;
    }
    assert!(
        held.iter().all(|count| (30..100).contains(count)),
        "{held:?}"
    );
    let first = ["anna", "els", "joris"].map(|name| ContactId::of(name).shard(16));
    expect!["[13, 0, 10]"].assert_eq(&format!("{first:?}"));
}
