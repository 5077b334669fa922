//! Reads hours: `mon-fri 09:00-12:00`, a list of such, or `{ windows: […], calendar: nl }`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use journey::{Hours, Window};

use crate::names::Names;
use crate::phrases::window;
use crate::yaml::{At, Data, Keys, Node};
use crate::{Defect, Place};

/// Hours as they were written.
#[derive(Clone, Debug)]
pub(crate) struct HoursDoc {
    /// Where they stand.
    pub(crate) place: Place,
    /// The windows; none where one could not be read.
    windows: Option<Vec<Window>>,
    /// The calendar whose closed days they leave out.
    calendar: Option<At<String>>,
}

impl HoursDoc {
    /// Looks up the calendar.
    pub(crate) fn resolve(
        &self,
        calendars: &Names<BTreeSet<Date>>,
        defects: &mut Vec<Defect>,
    ) -> Option<Hours> {
        let closed = match &self.calendar {
            Some(name) => calendars.find(name, defects)?.value.clone(),
            None => BTreeSet::new(),
        };
        let windows = self.windows.clone()?;
        Some(Hours { windows, closed })
    }
}

/// Reads hours; `calendar` may stand beside them.
pub(crate) fn hours(
    node: &Node,
    calendar: Option<&Node>,
    defects: &mut Vec<Defect>,
) -> Option<HoursDoc> {
    let mut calendar = calendar;
    let mut windows = Some(node);
    if matches!(node.data, Data::Mapping(_)) {
        let keys = Keys::of(node, "a window", &["windows", "calendar"], defects)?;
        let help = "write `windows: [mon-fri 09:00-17:00]`";
        windows = keys.required("windows", help, defects);
        calendar = keys.get("calendar").or(calendar);
    }
    let calendar = calendar.map(|node| match &node.data {
        Data::List(_) => {
            let expected = "one calendar; write its name, and put every closed day into that one";
            node.wrong("`calendar`", expected, defects);
            None
        }
        Data::Broken | Data::Mapping(_) | Data::Null | Data::Plain(_) | Data::Quoted(_) => {
            node.line("`calendar`", defects)
        }
    });
    let windows = windows?;
    if matches!(&windows.data, Data::List(items) if items.is_empty()) {
        let defect = Defect::new(windows.place.clone(), "there is no window here");
        defects.push(defect.help("write one such as `mon-fri 09:00-12:00`, or leave it out"));
        return None;
    }
    let read = windows.items().iter().map(|item| window(item, defects));
    let read: Vec<_> = read.collect();
    let place = node.place.clone();
    let windows = read.into_iter().map(|read| Some(read?.value)).collect();
    match calendar {
        Some(None) => None,
        Some(calendar @ Some(_)) => Some(HoursDoc {
            place,
            windows,
            calendar,
        }),
        None => Some(HoursDoc {
            place,
            windows,
            calendar: None,
        }),
    }
}

/// Says so if hours are never open together.
pub(crate) fn meet(hours: &[&Hours], place: &Place, defects: &mut Vec<Defect>) {
    if hours.len() > 1 && !journey::meet(hours) {
        let what = "these hours and those of `marketing.send_window` never come together";
        defects.push(
            Defect::new(place.clone(), what)
                .help("no mail of this journey could ever leave: let them overlap"),
        );
    }
}
