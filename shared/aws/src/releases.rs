//! The releases table: immutable texts under their content hash, and one pointer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow};
use engine::{Clock, Plans, Releases, Templates};
use jiff::{SignedDuration, Timestamp};
use journey::{Plan, Release};
use mail::{Source, Template};
use wire::TemplateDoc;

use crate::item::{Item, take_text, text};
use crate::{Aws, Setting};

/// The key of the item that names the release in force.
pub(crate) const POINTER: &str = "current";

/// What was read and compiled; immutable, so it is read once a process.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    current: Mutex<Option<(Timestamp, String)>>,
    releases: Kept<Release>,
    plans: Kept<Plan>,
    templates: Kept<Template>,
}

impl Releases for Aws {
    async fn current(&self) -> anyhow::Result<Option<(String, Arc<Release>)>> {
        let now = self.now();
        let known = lock(&self.releases.current).clone();
        let fresh = known.filter(|(read, _)| now.duration_since(*read) < POINTER_AGE_MAX);
        let hash = match fresh {
            Some((_, hash)) => hash,
            None => {
                let Some(mut item) = self.release_item(POINTER).await? else {
                    return Ok(None);
                };
                let hash = take_text(&mut item, "release")?;
                *lock(&self.releases.current) = Some((now, hash.clone()));
                hash
            }
        };
        let release = self.release(&hash).await?;
        Ok(Some((hash, release)))
    }

    async fn release(&self, hash: &str) -> anyhow::Result<Arc<Release>> {
        if let Some(release) = self.releases.releases.find(hash) {
            return Ok(release);
        }
        let release = wire::release_from_json(&self.release_doc(hash).await?)?;
        Ok(self.releases.releases.keep(hash, release))
    }
}

impl Plans for Aws {
    async fn plan(&self, hash: &str) -> anyhow::Result<Arc<Plan>> {
        if let Some(plan) = self.releases.plans.find(hash) {
            return Ok(plan);
        }
        let plan = wire::plan_from_json(&self.release_doc(hash).await?)?;
        Ok(self.releases.plans.keep(hash, plan))
    }
}

impl Templates for Aws {
    async fn template(&self, hash: &str) -> anyhow::Result<Arc<Template>> {
        if let Some(template) = self.releases.templates.find(hash) {
            return Ok(template);
        }
        let doc = TemplateDoc::from_json(&self.release_doc(hash).await?)?;
        let template = Template::compile(&Source {
            subject: doc.subject,
            preheader: doc.preheader,
            html: doc.html,
            text: doc.text,
        })?;
        Ok(self.releases.templates.keep(hash, template))
    }
}

impl Aws {
    pub(crate) async fn release_item(&self, hash: &str) -> anyhow::Result<Option<Item>> {
        let get = self.dynamodb.get_item().consistent_read(true);
        let get = get
            .table_name(self.setting(Setting::ReleasesTable))
            .key("hash", text(hash));
        Ok(get.send().await?.item)
    }

    pub(crate) async fn release_doc(&self, hash: &str) -> anyhow::Result<String> {
        let item = self.release_item(hash).await?;
        let mut item = item.ok_or_else(|| anyhow!("nothing is published as {hash}"))?;
        take_text(&mut item, "doc").with_context(|| format!("published as {hash}"))
    }
}

/// Things by content hash; when there are too many, it starts over.
#[derive(Debug)]
struct Kept<T>(Mutex<BTreeMap<String, Arc<T>>>);

impl<T> Kept<T> {
    fn find(&self, hash: &str) -> Option<Arc<T>> {
        lock(&self.0).get(hash).cloned()
    }

    fn keep(&self, hash: &str, thing: T) -> Arc<T> {
        let thing = Arc::new(thing);
        let mut kept = lock(&self.0);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(hash.to_owned(), Arc::clone(&thing));
        thing
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const POINTER_AGE_MAX: SignedDuration = SignedDuration::from_secs(5);
const KEPT_MAX: usize = 512;
