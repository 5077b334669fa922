//! Mistakes in audiences.yaml and in `to:`.

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn audiences_are_checked() {
    table(
        "audiences/audiences_are_checked",
        "audiences.yaml",
        &[
            ("sot: { role: SOT }", "sot: { rol: SOT }"),
            ("sot: { role: SOT }", "sot: { role: SOT, tag: x }"),
            ("sot: { role: SOT }", "sot: { role: de SOT }"),
            ("sot: { role: SOT }", "sot: { role: SOT, linked: ja }"),
            ("sot: { role: SOT }", "sot: { linked: true }"),
            ("sot: { role: SOT }", "sot: { tag: x, linked: true }"),
            ("sot: { role: SOT }", "sot: {}"),
            ("sot: { role: SOT }", "sot: [betrokkenen]"),
            ("sot: { role: SOT }", "sot: []"),
            ("sot: { role: SOT }", "sot:"),
            ("sot: { role: SOT }", "sot: { role: Any }"),
            ("sot: { role: SOT }", "betrokkenen: { role: SOT }"),
            ("[sot, { role: any }]", "[sott, { role: any }]"),
            ("[sot, { role: any }]", "sot"),
            ("{ role: any }]", "{ role: any, standing: true }]"),
            ("event.Request.Email", "Request.Email"),
            ("event.Request.Email", "event.Request.Mail"),
            ("event.Request.Email", "event.Person.FullName"),
            ("{ tag: oud }", "{ list: vip }"),
            ("{ tag: oud }", "{ where: contact.membr }"),
            ("{ tag: oud }", "{ where: \"contact.first_name == 'x'\" }"),
        ],
    );
}

#[test]
fn a_mail_goes_to_people_that_can_be_counted() {
    table(
        "audiences/a_mail_goes_to_people_that_can_be_counted",
        "journeys/start.yaml",
        &[
            (
                "[betrokkenen, aanvrager]",
                "[betrokkenen, { list: vips }, aanvrager]",
            ),
            (
                "[betrokkenen, aanvrager]",
                "[{ all_of: [{ tag: vip }, { where: contact.member }] }, aanvrager]",
            ),
            (
                "[betrokkenen, aanvrager]",
                "[{ not: betrokkenen }, aanvrager]",
            ),
            ("[betrokkenen, aanvrager]", "[betrokken, aanvrager]"),
            (
                "[betrokkenen, aanvrager]",
                "[{ role: SOT, role: COPA }, aanvrager]",
            ),
            ("to: commissie", "to: commisie"),
            ("to: commissie", "to: []"),
        ],
    );
}

#[test]
fn an_audience_that_contains_itself_is_refused() {
    good()
        .put("audiences.yaml", "betrokkenen: [sot]\nsot: { any_of: [copa] }\ncopa: [{ all_of: [betrokkenen, { address: event.Request.Email }] }]\naanvrager: { role: any }\ncommissie: copa\n")
        .check(expect![[r#"
            audiences.yaml:3:19 the audience `betrokkenen` contains itself: `betrokkenen` -> `sot` -> `copa` -> `betrokkenen`
              = take one of them out of the circle"#]]);
}

#[test]
fn an_audience_that_no_journey_uses_is_checked_too() {
    good()
        .put(
            "audiences.yaml",
            "betrokkenen: { role: any }\naanvrager: { address: event.Request.Email }\ncommissie: { role: X }\n\
a: [sott]\nb: { list: vip }\nc: { where: contact.membr }\nd: { address: event.Mail }\n",
        )
        .check(expect![[r#"
            audiences.yaml:4:5 no audience is called `sott`
              = there are `a`, `aanvrager`, `b`, `betrokkenen`, `c`, `commissie` and `d`; declare it in audiences.yaml
            audiences.yaml:5:12 no list is called `vip`
              = did you mean `vips`?
            audiences.yaml:6:13 nothing is called `contact.membr`
              = did you mean `contact.member`?"#]]);
}

#[test]
fn names_of_names_cannot_explode() {
    let mut bomb =
        "aanvrager: { address: event.Request.Email }\ncommissie: { role: X }\n".to_owned();
    for level in 1..12 {
        let inner = vec![format!("a{level}"); 10].join(", ");
        let name = if level == 1 {
            "betrokkenen".to_owned()
        } else {
            format!("a{}", level - 1)
        };
        bomb += &format!("{name}: [{inner}]\n");
    }
    bomb += "a11: { role: any }\n";
    good().put("audiences.yaml", bomb).check(expect![[r#"
        journeys/start.yaml:5:5 this audience has more than 1000 parts, names written out
          = name fewer audiences"#]]);
}
