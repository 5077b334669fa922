//! How a measurement is printed.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Measured;
use super::bill::Item;
use super::prices::PRICES;

impl Measured {
    /// Shows it to people.
    pub(crate) fn show(&self) -> String {
        let bill = &self.bill;
        let mut lines = vec![format!(
            "{}: {} events, {} mails",
            self.scenario.name(),
            self.events,
            self.mails
        )];
        lines.extend(self.times());
        lines.push("  a mail uses              a million mails cost".to_owned());
        lines.extend(bill.items.iter().map(line));
        let (over, ses) = (bill.over_ses(), PRICES.mails);
        lines.push(format!("    {:>9}  {:<22} $ {over:>6.2}", "", "over SES"));
        lines.push(line(&bill.front));
        lines.push(format!(
            "    with SES $ {:.2}, on its plan ESSENTIALS $ {:.2}",
            over + ses,
            over + PRICES.mails_essentials
        ));
        lines.push("  a mail, in detail".to_owned());
        for (name, units) in &bill.units {
            lines.push(format!("    {units:>9.3}  units of {name}"));
        }
        for (name, count) in &bill.requests {
            lines.push(format!("    {count:>9.3}  {name}"));
        }
        for (name, (count, ms)) in &bill.invocations {
            lines.push(format!(
                "    {count:>9.3}  invocations of {name}, {ms:.1} ms each"
            ));
        }
        lines.join("\n")
    }

    fn times(&self) -> Vec<String> {
        let rate = self.mails as f64 / self.settled.as_secs_f64();
        let cpu = |cpu: Option<Duration>| {
            let ms = cpu.map(|cpu| 1000.0 * cpu.as_secs_f64() / self.mails as f64);
            ms.map_or_else(|| "not known here".to_owned(), |ms| format!("{ms:.2} ms"))
        };
        vec![
            format!("  posted in            {:.1} s", self.posted.as_secs_f64()),
            format!("  settled in           {:.1} s", self.settled.as_secs_f64()),
            format!("  mails a second       {rate:.0}"),
            format!("  a mail, functions    {} of CPU", cpu(self.functions_cpu)),
            format!(
                "  a mail, local cloud  {} of CPU, the sender's included",
                cpu(self.own_cpu)
            ),
        ]
    }

    /// Describes it to programs.
    pub(crate) fn describe(&self) -> Value {
        let bill = &self.bill;
        let all = || bill.items.iter().chain([&bill.front]);
        let used: Map<_, _> = all()
            .map(|item| (item.name.to_owned(), item.used.into()))
            .collect();
        let dollars: Map<_, _> = all()
            .map(|item| (item.name.to_owned(), item.dollars().into()))
            .collect();
        let ms = bill.invocations.iter().map(|(name, (_, ms))| (name, ms));
        json!({
            "scenario": self.scenario.name(),
            "events": self.events,
            "mails": self.mails,
            "per_mail": used,
            "units_per_mail": bill.units,
            "requests_per_mail": bill.requests,
            "milliseconds_per_invocation": ms.collect::<std::collections::BTreeMap<_, _>>(),
            "dollars_per_million": dollars,
            "dollars_per_million_over_ses": bill.over_ses(),
            "settled_s": self.settled.as_secs_f64(),
        })
    }
}

fn line(item: &Item) -> String {
    format!(
        "    {:>9.4}  {:<22} $ {:>6.2}",
        item.used,
        item.title,
        item.dollars()
    )
}
