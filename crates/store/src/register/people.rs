//! Who stands behind the hashes, and texts that the lake does not hold.

use std::collections::HashMap;

use sqlx::Row;

use super::Register;
use super::imports::unreadable;
use crate::error::Result;
use crate::people::{People, Person, PersonHash};
use crate::prepare::{PersonName, PrivateText};

impl Register {
    /// The key of the hashes; none in a new folder.
    pub(crate) async fn person_key(&self) -> Result<Option<[u8; 32]>> {
        let sql = "SELECT key FROM person_key";
        let key: Option<Vec<u8>> = sqlx::query_scalar(sql).fetch_optional(&mut *self.lock().await).await?;
        Ok(key.and_then(|key| key.try_into().ok()))
    }

    /// Keeps the key for ever.
    pub(crate) async fn keep_person_key(&self, key: &[u8; 32]) -> Result<()> {
        let sql = "INSERT INTO person_key (one, key) VALUES (1, ?1)";
        sqlx::query(sql).bind(&key[..]).execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// Keeps vendors' ids behind hashes; those known stay.
    pub(crate) async fn keep_people(&self, people: &[(PersonHash, String)]) -> Result<()> {
        let rows: Vec<_> = people.iter().map(|(hash, id)| (hash.as_str(), id)).collect();
        let json = unreadable("person", serde_json::to_string(&rows))?;
        let sql = "INSERT OR IGNORE INTO people SELECT value ->> 0, value ->> 1 FROM json_each(?1)";
        sqlx::query(sql).bind(json).execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// Keeps names of people, each with the import that gave it.
    pub(crate) async fn keep_names(&self, import: i64, names: &[PersonName]) -> Result<()> {
        let rows: Vec<_> = names
            .iter()
            .map(|name| (&name.hash, name.role, name.content, name.revision, name.since, &name.name, &name.email))
            .collect();
        let json = unreadable("name", serde_json::to_string(&rows))?;
        let sql = "INSERT OR REPLACE INTO names
            SELECT value ->> 0, value ->> 1, ?1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
            FROM json_each(?2)";
        sqlx::query(sql).bind(import).bind(json).execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// Keeps free texts.
    pub(crate) async fn keep_texts(&self, table: &str, texts: &[PrivateText]) -> Result<()> {
        let rows: Vec<_> = texts.iter().map(|text| (text.content, text.column, &text.text)).collect();
        let json = unreadable("text", serde_json::to_string(&rows))?;
        let sql = "INSERT OR IGNORE INTO texts
            SELECT ?1, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2)";
        sqlx::query(sql).bind(table).bind(json).execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// All people; of several names the latest of what is not forgotten.
    pub(crate) async fn people(&self) -> Result<People> {
        let mut connection = self.lock().await;
        let mut by_hash: HashMap<String, Person> = HashMap::new();
        for row in sqlx::query("SELECT hash, vendor_id FROM people").fetch_all(&mut *connection).await? {
            let person = Person { vendor_id: row.try_get("vendor_id")?, ..Person::default() };
            by_hash.insert(row.try_get("hash")?, person);
        }
        let sql = "SELECT hash, role, name, email FROM names JOIN imports ON imports.id = names.import
            WHERE forgotten_at IS NULL ORDER BY names.since, names.revision, names.content";
        for row in sqlx::query(sql).fetch_all(&mut *connection).await? {
            let (name, email): (Option<String>, Option<String>) = (row.try_get("name")?, row.try_get("email")?);
            let person = by_hash.entry(row.try_get("hash")?).or_default();
            let (known_name, known_email) = match row.try_get("role")? {
                "agent" => (&mut person.agent_name, &mut person.agent_email),
                _ => (&mut person.customer_name, &mut person.customer_email),
            };
            *known_name = name.or(known_name.take());
            *known_email = email.or(known_email.take());
        }
        Ok(People { by_hash })
    }

    /// A free text by the content hash of its row.
    pub(crate) async fn texts_of(&self, table: &str, content: &[i64]) -> Result<HashMap<(i64, String), String>> {
        let json = unreadable("list of rows", serde_json::to_string(content))?;
        let sql = "SELECT content, column_name, text FROM texts
            WHERE table_name = ?1 AND content IN (SELECT value FROM json_each(?2))";
        let rows = sqlx::query(sql).bind(table).bind(json).fetch_all(&mut *self.lock().await).await?;
        rows.iter()
            .map(|row| Ok(((row.try_get("content")?, row.try_get("column_name")?), row.try_get("text")?)))
            .collect()
    }
}
