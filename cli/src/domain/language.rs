//! What the document for a domain's administrator says, in Dutch and in English.
//!
//! `{domain}` and the like are filled in where a text is used.

use super::ask::Remark;
use super::records::Purpose;
use super::state::{State, Why};
use crate::dns::dmarc::Policy;

/// A language.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Language {
    /// Dutch
    Nl,
    /// English
    En,
}

impl Language {
    /// Returns its code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// Returns what the document says around the records.
    pub(crate) fn frame(self) -> &'static Frame {
        match self {
            Self::Nl => &NL,
            Self::En => &EN,
        }
    }

    /// Returns what the records for a purpose are called, why they are needed, and what happens without them.
    pub(crate) fn purpose(self, purpose: Purpose) -> [&'static str; 3] {
        match (self, purpose) {
            (Self::En, Purpose::Dkim) => [
                "DKIM: the signature",
                "Every mail is signed, and under these names receivers find the key to check the signature with; they are CNAME records so that the key can be renewed without asking you again.",
                "Without them no mail can be sent from {domain} at all.",
            ],
            (Self::En, Purpose::MailFromMx) => [
                "MAIL FROM: where bounces go",
                "Notices of mail that could not be delivered go to a subdomain of their own, {mail_from}, and this record hands them to Amazon; the mailboxes of {domain} are not touched.",
                "Without it Amazon's own domain becomes the return address, and SPF no longer counts for {domain}.",
            ],
            (Self::En, Purpose::MailFromSpf) => [
                "SPF: who may send",
                "It says that Amazon SES may send mail with a return address at {mail_from}; the SPF record of {domain} itself needs no change.",
                "Without it receivers take that return address for forged.",
            ],
            (Self::En, Purpose::Dmarc) => [
                "DMARC: what to do with mail that proves nothing",
                "It tells receivers what to do with mail that claims to come from {domain} and can prove it neither by SPF nor by DKIM, and where to report it.",
                "Without it Gmail, Yahoo and Microsoft refuse the mail of larger senders, and nobody tells you who misuses your name.",
            ],
            (Self::En, Purpose::Tracking) => [
                "Links: where a click leads first",
                "Where a mail is measured, its links lead through {tracking}, and from there at once to where they should; this record hands them to Amazon.",
                "Without it those links lead nowhere. Links in mails that were sent need it for as long as somebody keeps the mail.",
            ],
            (Self::Nl, Purpose::Dkim) => [
                "DKIM: de handtekening",
                "Elke mail wordt ondertekend, en onder deze namen vinden ontvangers de sleutel om die handtekening te controleren; het zijn CNAME-records, zodat de sleutel vernieuwd kan worden zonder u opnieuw iets te vragen.",
                "Zonder deze records kan er helemaal geen mail vanaf {domain} worden verstuurd.",
            ],
            (Self::Nl, Purpose::MailFromMx) => [
                "MAIL FROM: waar onbestelbare mail heen gaat",
                "Berichten over mail die niet bezorgd kon worden gaan naar een eigen subdomein, {mail_from}, en dit record geeft ze aan Amazon door; de mailboxen van {domain} blijven buiten schot.",
                "Zonder dit record wordt een domein van Amazon het retouradres, en telt SPF niet meer mee voor {domain}.",
            ],
            (Self::Nl, Purpose::MailFromSpf) => [
                "SPF: wie er mag versturen",
                "Het zegt dat Amazon SES mail mag versturen met een retouradres op {mail_from}; het SPF-record van {domain} zelf hoeft niet te veranderen.",
                "Zonder dit record houden ontvangers dat retouradres voor vervalst.",
            ],
            (Self::Nl, Purpose::Dmarc) => [
                "DMARC: wat te doen met mail die niets bewijst",
                "Het vertelt ontvangers wat ze moeten doen met mail die van {domain} zegt te komen en dat niet met SPF en niet met DKIM kan bewijzen, en waar ze dat kunnen melden.",
                "Zonder dit record weigeren Gmail, Yahoo en Microsoft de mail van grotere afzenders, en vertelt niemand u wie uw naam misbruikt.",
            ],
            (Self::Nl, Purpose::Tracking) => [
                "Links: waar een klik eerst langs gaat",
                "Waar een mail gemeten wordt, gaan de links erin langs {tracking}, en vandaar meteen naar waar ze horen; dit record geeft ze aan Amazon door.",
                "Zonder dit record leiden die links nergens heen. Links in verstuurde mails hebben het nodig zolang iemand de mail bewaart.",
            ],
        }
    }

    /// Returns how DNS stands with a record.
    pub(crate) fn state(self, state: &State) -> &'static str {
        match (self, state) {
            (Self::En, State::Found) => "already right",
            (Self::En, State::Missing) => "please add",
            (Self::En, State::Wrong { .. }) => "please change",
            (Self::En, State::Unread(_)) => "not checked",
            (Self::Nl, State::Found) => "al goed",
            (Self::Nl, State::Missing) => "graag toevoegen",
            (Self::Nl, State::Wrong { .. }) => "graag aanpassen",
            (Self::Nl, State::Unread(_)) => "niet nagegaan",
        }
    }

    /// Returns why what is there will not do.
    pub(crate) fn why(self, why: Why) -> &'static str {
        match (self, why) {
            (Self::En, Why::Other) => {
                "Now there is another value; please put this one in its place:"
            }
            (Self::En, Why::Several) => {
                "Now there are several, and then none of them counts; please keep this one only:"
            }
            (Self::En, Why::DomainTwice) => {
                "Now it stands under a name that has the domain twice, because the form adds the domain itself; please type the first part of the name only:"
            }
            (Self::En, Why::Kind) => "Now there is a record of another kind; it has to be a CNAME:",
            (Self::En, Why::Unreadable) => {
                "Now there is one that receivers cannot read, so it does not count:"
            }
            (Self::En, Why::TooLong) => {
                "Now there is one that needs more than ten other look-ups, so it does not count:"
            }
            (Self::En, Why::Everybody) => {
                "Now there is one that ends in +all and lets everybody send:"
            }
            (Self::Nl, Why::Other) => "Nu staat er een andere waarde; vervang die door deze:",
            (Self::Nl, Why::Several) => {
                "Nu staan er meerdere, en dan telt er geen enkele; laat alleen deze staan:"
            }
            (Self::Nl, Why::DomainTwice) => {
                "Nu staat het onder een naam met tweemaal het domein, omdat het formulier het domein zelf toevoegt; vul alleen het eerste deel van de naam in:"
            }
            (Self::Nl, Why::Kind) => "Nu staat er een ander soort record; het moet een CNAME zijn:",
            (Self::Nl, Why::Unreadable) => {
                "Nu staat er een dat ontvangers niet kunnen lezen, en daarom telt het niet:"
            }
            (Self::Nl, Why::TooLong) => {
                "Nu staat er een waarvoor meer dan tien andere namen opgezocht moeten worden, en daarom telt het niet:"
            }
            (Self::Nl, Why::Everybody) => {
                "Nu staat er een dat op +all eindigt en iedereen laat versturen:"
            }
        }
    }

    /// Returns what to know about a DMARC record that is kept.
    pub(crate) fn remark(self, remark: &Remark) -> String {
        let (text, value) = match (self, remark) {
            (Self::En, Remark::Above(domain)) => (
                "It is the record of {}, which holds for its subdomains too.",
                domain.as_str(),
            ),
            (Self::En, Remark::Policy(Policy::None)) => (
                "It asks for p=none: deliver all the same. That is enough to begin with.",
                "",
            ),
            (Self::En, Remark::Policy(policy)) => (
                "It asks for p={} already. That is more than enough, and the records above must be there before the first mail is sent.",
                policy.name(),
            ),
            (Self::En, Remark::Testing) => ("It says t=y: receivers do not act on it yet.", ""),
            (Self::En, Remark::NoReports) => (
                "It names nobody to report to (rua=), so nobody sees who misuses the name.",
                "",
            ),
            (Self::En, Remark::StrictSpf) => (
                "It says aspf=s, so that only the signature counts here, not SPF: the DKIM records matter all the more.",
                "",
            ),
            (Self::En, Remark::Ignored(tags)) => {
                ("Receivers pass over this in it: {}", tags.as_str())
            }
            (Self::Nl, Remark::Above(domain)) => (
                "Het is het record van {}, dat ook voor de subdomeinen daarvan geldt.",
                domain.as_str(),
            ),
            (Self::Nl, Remark::Policy(Policy::None)) => (
                "Het vraagt om p=none: toch bezorgen. Om te beginnen is dat genoeg.",
                "",
            ),
            (Self::Nl, Remark::Policy(policy)) => (
                "Het vraagt al om p={}. Dat is meer dan genoeg, en de records hierboven moeten er zijn voordat de eerste mail wordt verstuurd.",
                policy.name(),
            ),
            (Self::Nl, Remark::Testing) => {
                ("Er staat t=y in: ontvangers doen er nog niets mee.", "")
            }
            (Self::Nl, Remark::NoReports) => (
                "Het noemt niemand om aan te melden (rua=), en dus ziet niemand wie de naam misbruikt.",
                "",
            ),
            (Self::Nl, Remark::StrictSpf) => (
                "Er staat aspf=s in, zodat hier alleen de handtekening telt en SPF niet: des te meer komt het op de DKIM-records aan.",
                "",
            ),
            (Self::Nl, Remark::Ignored(tags)) => {
                ("Ontvangers slaan dit erin over: {}", tags.as_str())
            }
        };
        text.replace("{}", value)
    }
}

/// What the document says around the records.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) title: &'static str,
    pub(crate) reader: &'static str,
    pub(crate) intro: &'static str,
    pub(crate) untouched: &'static str,
    /// Nothing is left to do.
    pub(crate) done: &'static str,
    /// The headings of a record's parts.
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) value: &'static str,
    pub(crate) ttl: &'static str,
    pub(crate) state: &'static str,
    /// There is a DMARC record already.
    pub(crate) kept: &'static str,
    pub(crate) policies: [(&'static str, &'static str); 3],
    pub(crate) reports: &'static str,
    pub(crate) tips_title: &'static str,
    pub(crate) tips: [&'static str; 4],
    pub(crate) zone_title: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) end: &'static str,
}

const EN: Frame = Frame {
    title: "DNS records for mail from {domain}",
    reader: "For whoever looks after the DNS of {registered}",
    intro: "Mail with a sender at {domain} is going to be sent through Amazon SES. Gmail, Outlook and the others refuse or hide mail that cannot prove where it comes from. The records below are that proof.",
    untouched: "Your present mail stays as it is: the MX and SPF records of {domain} itself are not changed.",
    done: "All records are there and right. Nothing is left to do.",
    name: "Name",
    kind: "Type",
    value: "Value",
    ttl: "TTL",
    state: "Now",
    kept: "There is a DMARC record already, at {at}. It is kept as it is:",
    policies: [
        (
            "p=none",
            "Deliver all the same. The first step: nothing changes, and the reports show who sends in your name.",
        ),
        ("p=quarantine", "Put it where spam goes."),
        (
            "p=reject",
            "Refuse it. The aim: then nobody can send in your name any more.",
        ),
    ],
    reports: "Receivers mail a report every day to the address after rua=, which has to exist: who sent in your name, and which mail had neither SPF nor DKIM. Move on to the next policy once the reports show that all of your own mail proves itself, usually after some weeks.",
    tips_title: "When you type them",
    tips: [
        "Many forms add {registered} to the name themselves. Then type only what stands before it: {short} instead of {full}.",
        "Leave out quotation marks and a dot at the end, unless your form asks for them.",
        "At Cloudflare the proxy has to be off for these records (“DNS only”).",
        "A TTL of one hour (3600) is fine; so is what your provider proposes.",
    ],
    zone_title: "The same as a zone file",
    zone: "For those who keep their zone as a file. What is right already is commented out.",
    end: "It takes from minutes to some hours, and at most three days, until everybody sees new records. Please say when they are in; we check them then.",
};

const NL: Frame = Frame {
    title: "DNS-records voor mail vanaf {domain}",
    reader: "Voor wie de DNS van {registered} beheert",
    intro: "Mail met een afzender op {domain} gaat via Amazon SES verstuurd worden. Gmail, Outlook en de andere weigeren of verbergen mail die niet kan bewijzen waar die vandaan komt. De records hieronder zijn dat bewijs.",
    untouched: "Uw huidige mail blijft zoals die is: aan de MX- en SPF-records van {domain} zelf verandert niets.",
    done: "Alle records zijn er en kloppen. Er is niets meer te doen.",
    name: "Naam",
    kind: "Type",
    value: "Waarde",
    ttl: "TTL",
    state: "Nu",
    kept: "Er is al een DMARC-record, bij {at}. Dat blijft zoals het is:",
    policies: [
        (
            "p=none",
            "Toch bezorgen. De eerste stap: er verandert niets, en de rapporten laten zien wie er in uw naam verstuurt.",
        ),
        ("p=quarantine", "In de map met spam leggen."),
        (
            "p=reject",
            "Weigeren. Het doel: dan kan niemand anders meer in uw naam versturen.",
        ),
    ],
    reports: "Ontvangers mailen elke dag een rapport naar het adres achter rua=, dat dus moet bestaan: wie er in uw naam verstuurde, en welke mail zonder SPF en DKIM was. Ga naar de volgende stap zodra de rapporten laten zien dat al uw eigen mail zich bewijst, meestal na enkele weken.",
    tips_title: "Bij het invullen",
    tips: [
        "Veel formulieren voegen {registered} zelf aan de naam toe. Vul dan alleen in wat ervoor staat: {short} in plaats van {full}.",
        "Laat aanhalingstekens en een punt aan het eind weg, tenzij uw formulier erom vraagt.",
        "Bij Cloudflare moet de proxy voor deze records uit staan (“DNS only”).",
        "Een TTL van een uur (3600) is prima; wat uw provider voorstelt ook.",
    ],
    zone_title: "Hetzelfde als zonebestand",
    zone: "Voor wie de zone als bestand beheert. Wat al klopt, staat er als commentaar.",
    end: "Het duurt van enkele minuten tot enkele uren, en hoogstens drie dagen, voordat iedereen nieuwe records ziet. Laat het weten als ze erin staan; dan controleren wij ze.",
};
