//! Puts releases in force, and reads what is.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, ensure};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use engine::Stored;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use wire::{History, Publication, Published};

use crate::item::{Item, take_text, text};
use crate::releases::POINTER;
use crate::{Aws, Setting, Settings};

/// Puts a release in force on a laptop, whatever is in force there: `serve` has the last word.
///
/// # Errors
///
/// Fails where a text is larger than an item may be, and where AWS does.
pub async fn publish(table: &str, publication: &Publication, now: Timestamp) -> anyhow::Result<()> {
    let told = |name: &str| (name == Setting::ReleasesTable.variable()).then(|| table.to_owned());
    let settings = Settings::read(told, &[Setting::ReleasesTable], &[]);
    let aws = Aws::connect(settings.map_err(|missing| anyhow!(missing))?).await?;
    for _ in 0..RACES_MAX {
        let before = aws.in_force().await?;
        if before
            .as_ref()
            .is_some_and(|one| one.release == publication.release)
        {
            return Ok(());
        }
        let published = Published {
            release: publication.release.clone(),
            at: now,
            by: "waypost serve".to_owned(),
        };
        let stored = aws.put_in_force(publication, before.as_ref(), published);
        if stored.await? == Stored::Done {
            return Ok(());
        }
    }
    Err(anyhow!("others publish there all the time"))
}

/// The release in force: what the pointer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InForce {
    /// Its content hash.
    pub release: String,
    /// Since when.
    pub since: Timestamp,
    /// The content hash of the history up to here; none from before there were any.
    history: Option<String>,
}

impl Aws {
    /// Returns the release in force, read strongly consistent.
    ///
    /// # Errors
    ///
    /// Fails where AWS does.
    pub async fn in_force(&self) -> anyhow::Result<Option<InForce>> {
        let Some(mut item) = self.release_item(POINTER).await? else {
            return Ok(None);
        };
        Ok(Some(InForce {
            release: take_text(&mut item, "release")?,
            since: take_text(&mut item, "since")?.parse()?,
            history: take_text(&mut item, "history").ok(),
        }))
    }

    /// Returns what was published up to a release.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or a newer version of Waypost wrote it.
    pub async fn history(&self, in_force: Option<&InForce>) -> anyhow::Result<History> {
        match in_force.and_then(|in_force| in_force.history.as_ref()) {
            None => Ok(History::default()),
            Some(hash) => Ok(History::from_json(&self.release_doc(hash).await?)?),
        }
    }

    /// Returns published texts by their content hashes.
    ///
    /// # Errors
    ///
    /// Fails where AWS does, or one of them is not there.
    pub async fn published_texts(
        &self,
        hashes: &[String],
    ) -> anyhow::Result<BTreeMap<String, String>> {
        let items = self.release_items(hashes, "#h, #d").await?;
        let texts = items.into_iter().map(|mut item| {
            let hash = take_text(&mut item, "hash")?;
            Ok((hash, take_text(&mut item, "doc")?))
        });
        let texts: BTreeMap<_, _> = texts.collect::<anyhow::Result<_>>()?;
        match hashes.iter().find(|hash| !texts.contains_key(*hash)) {
            None => Ok(texts),
            Some(hash) => Err(anyhow!("nothing is published as {hash}")),
        }
    }

    /// Puts a release in force: its texts first, those that are absent, then the pointer, so that it
    /// appears all at once.
    ///
    /// The pointer moves only from `before`: where somebody else was faster, nothing is changed.
    ///
    /// # Errors
    ///
    /// Fails where a text is larger than an item may be, and where AWS does.
    pub async fn put_in_force(
        &self,
        publication: &Publication,
        before: Option<&InForce>,
        published: Published,
    ) -> anyhow::Result<Stored> {
        let mut history = self.history(before).await?;
        let release = publication.texts.iter();
        let mut release = release.filter(|(hash, _)| *hash == publication.release);
        let (_, release) = release
            .next()
            .context("a publication holds its own release")?;
        let release = wire::release_from_json(release)?;
        let journeys = release.journeys.iter();
        let at = published.at;
        history.note(
            published,
            journeys.map(|(name, entrance)| (name.as_str(), entrance.plan.as_str())),
        );
        let mut texts = publication.clone();
        let history = texts.add(history.to_json());
        self.store(&texts).await?;
        self.swap(&publication.release, &history, before, at).await
    }

    /// Writes those texts that are absent.
    async fn store(&self, publication: &Publication) -> anyhow::Result<()> {
        for (_, doc) in &publication.texts {
            ensure!(
                doc.len() <= TEXT_BYTES_MAX,
                "a text of the release has {} bytes; at most {TEXT_BYTES_MAX} fit",
                doc.len()
            );
        }
        let hashes: Vec<_> = publication
            .texts
            .iter()
            .map(|(hash, _)| hash.clone())
            .collect();
        let there = self.release_items(&hashes, "#h").await?.into_iter();
        let there = there.map(|mut item| take_text(&mut item, "hash"));
        let there = there.collect::<anyhow::Result<Vec<_>>>()?;
        let absent = publication.texts.iter();
        let absent = absent.filter(|(hash, _)| !there.contains(hash));
        stream::iter(absent.map(|(hash, doc)| self.put_text(hash, doc)))
            .buffer_unordered(AT_ONCE_MAX)
            .try_collect()
            .await
    }

    async fn put_text(&self, hash: &str, doc: &str) -> anyhow::Result<()> {
        let item = named([("hash", text(hash)), ("doc", text(doc))]);
        let put = self.dynamodb.put_item();
        put.table_name(self.setting(Setting::ReleasesTable))
            .set_item(Some(item))
            .send()
            .await
            .context("the releases table")?;
        Ok(())
    }

    /// Moves the pointer from where it was.
    async fn swap(
        &self,
        release: &str,
        history: &str,
        before: Option<&InForce>,
        now: Timestamp,
    ) -> anyhow::Result<Stored> {
        let pointer = named([
            ("hash", text(POINTER)),
            ("release", text(release)),
            ("since", text(now.to_string())),
            ("history", text(history)),
        ]);
        let put = self.dynamodb.put_item();
        let put = put
            .table_name(self.setting(Setting::ReleasesTable))
            .set_item(Some(pointer));
        let put = match before {
            None => put
                .condition_expression("attribute_not_exists(#r)")
                .expression_attribute_names("#r", "release"),
            // Both: the release of before may have been in force, out of it, and in force again.
            Some(before) => put
                .condition_expression("#r = :r AND #s = :s")
                .expression_attribute_names("#r", "release")
                .expression_attribute_names("#s", "since")
                .expression_attribute_values(":r", text(&before.release))
                .expression_attribute_values(":s", text(before.since.to_string())),
        };
        match put.send().await.map_err(|error| error.into_service_error()) {
            Ok(_) => Ok(Stored::Done),
            Err(error) if error.is_conditional_check_failed_exception() => {
                // When DynamoDB's answer is lost, the SDK asks again and meets its own write.
                let ours = InForce {
                    release: release.to_owned(),
                    since: now,
                    history: Some(history.to_owned()),
                };
                let found = self.in_force().await?;
                Ok(if found == Some(ours) {
                    Stored::Done
                } else {
                    Stored::Conflict
                })
            }
            Err(error) => Err(anyhow!(error).context("the releases table")),
        }
    }

    /// Reads those items that are there; `attributes` may name `#h`, the hash, and `#d`, the text.
    async fn release_items(
        &self,
        hashes: &[String],
        attributes: &str,
    ) -> anyhow::Result<Vec<Item>> {
        let table = self.setting(Setting::ReleasesTable);
        let mut items = Vec::new();
        for chunk in hashes.chunks(BATCH_MAX) {
            let keys = chunk.iter().map(|hash| named([("hash", text(hash))]));
            let mut ask = KeysAndAttributes::builder()
                .set_keys(Some(keys.collect()))
                .projection_expression(attributes)
                .consistent_read(true)
                .expression_attribute_names("#h", "hash");
            if attributes.contains("#d") {
                ask = ask.expression_attribute_names("#d", "doc");
            }
            let mut ask = Some(ask.build()?);
            // An answer holds 16 MB; what did not fit is asked for again.
            for _ in 0..ROUNDS_MAX {
                let Some(asked) = ask.take() else {
                    break;
                };
                let get = self.dynamodb.batch_get_item().request_items(table, asked);
                let answer = get.send().await.context("the releases table")?;
                let found = answer.responses.unwrap_or_default().remove(table);
                items.extend(found.unwrap_or_default());
                ask = answer.unprocessed_keys.unwrap_or_default().remove(table);
            }
            ensure!(ask.is_none(), "DynamoDB does not answer for all texts");
        }
        Ok(items)
    }
}

fn named<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// An item has at most 400 KB, its keys included.
const TEXT_BYTES_MAX: usize = 390 * 1024;
const BATCH_MAX: usize = 100;
const RACES_MAX: u8 = 5;
const ROUNDS_MAX: u8 = 20;
const AT_ONCE_MAX: usize = 8;
