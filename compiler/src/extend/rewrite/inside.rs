//! Objects that lie inside of others which new code makes: they begin as new ones, too.

use super::Work;
use crate::extend::provide;
use crate::model::ItemId;

/// Some objects at one place inside of another.
pub(super) struct Inside {
    path: String,
    count: u64,
    descriptor: String,
}

impl Work<'_> {
    /// The descriptor of a type whose existing objects do not begin with zero.
    pub(super) fn starting(&self, id: ItemId) -> Option<String> {
        let extended = self.extended(id)?;
        extended.started_layer().map(|layer| provide::descriptor(extended, layer))
    }

    /// All objects inside of one of `id` whose existing ones do not begin with zero.
    ///
    /// # Errors
    /// Such a type at a place that has no path.
    fn starting_inside(&self, id: ItemId) -> Result<Vec<Inside>, ItemId> {
        let mut found = vec![];
        for field in &self.new.items[id].entity.fields {
            let Some(held) = field.record.filter(|held| *held != id) else { continue };
            let inner = self.starting_inside(held)?;
            let own = self.starting(held);
            if inner.is_empty() && own.is_none() {
                continue;
            }
            let array = !field.dimensions.is_empty() && !inner.is_empty();
            let beside = self.records.get(&id).is_some_and(|fields| fields.beside.contains_key(&field.name));
            if field.name.is_empty() || field.size == 0 || array || beside || self.new.items[id].entity.union
            {
                return Err(held);
            }
            let count = field.dimensions.iter().product();
            found.extend(own.map(|descriptor| Inside { path: field.name.clone(), count, descriptor }));
            let under = |part: Inside| Inside { path: format!("{}.{}", field.name, part.path), ..part };
            found.extend(inner.into_iter().map(under));
        }
        Ok(found)
    }

    /// What gives a fresh object of so many bytes, with the objects inside of it begun as new ones.
    pub(super) fn begun_inside(&mut self, id: ItemId, at: usize, object: String, bytes: &str) -> String {
        let spelled = self.spelled(id);
        match self.starting_inside(id) {
            Ok(all) => all.iter().fold(object, |object, Inside { path, count, descriptor }| {
                format!(
                    "polus_extension_inside({object}, {bytes}, sizeof({spelled}), __builtin_offsetof({spelled}, {path}), {count}, &{descriptor})"
                )
            }),
            Err(inner) => {
                let why = "an object is made that holds one: its new fields would begin as in old objects";
                self.refuse(inner, at, why);
                object
            }
        }
    }

    /// Nothing inside of a record has to be begun.
    pub(super) fn is_plain_inside(&self, id: ItemId) -> bool {
        self.starting_inside(id).is_ok_and(|all| all.is_empty())
    }
}
