//! Where an entity of the merged text comes from: its name and units in the sources.

use super::Item;
use crate::clang::{Entity, Kind};
use crate::merge::MergedUnit;
use std::collections::HashMap;

/// Look-ups from the merged text back to the sources.
pub struct Origins {
    ordinary: HashMap<String, String>,
    tags: HashMap<String, String>,
}

impl Origins {
    /// Prepares the look-ups.
    pub fn new(unit: &MergedUnit) -> Self {
        let pick = |tag: bool| {
            unit.renamed
                .iter()
                .filter(|r| r.tag == tag)
                .map(|r| (r.merged.clone(), r.original.clone()))
                .collect()
        };
        Self { ordinary: pick(false), tags: pick(true) }
    }

    /// Adds name, units and header to an entity.
    pub fn item(&self, unit: &MergedUnit, mut entity: Entity) -> Item {
        let names =
            if matches!(entity.kind, Kind::Record | Kind::Enum) { &self.tags } else { &self.ordinary };
        let original = names.get(&entity.name).or_else(|| self.ordinary.get(&entity.name));
        let original = original.unwrap_or(&entity.name).clone();
        entity.shape = self.in_source_names(&entity.shape);
        for field in &mut entity.fields {
            field.shape = self.in_source_names(&field.shape);
        }
        let at = entity.definition().or(entity.declarations.first()).map_or(0, |d| d.name_at);
        let chunk = unit.chunks.partition_point(|c| c.span.end <= at);
        let chunk = unit.chunks.get(chunk);
        Item {
            original,
            units: chunk.map_or(vec![], |c| c.units.clone()),
            system: chunk.is_some_and(|c| c.system),
            origin: chunk.map(|c| c.origin).unwrap_or_default(),
            entity,
        }
    }

    /// A shape in the sources' names, so that both versions spell equal types equally.
    fn in_source_names(&self, shape: &str) -> String {
        if self.ordinary.is_empty() && self.tags.is_empty() {
            return shape.to_string();
        }
        let mut out = String::with_capacity(shape.len());
        let mut rest = shape;
        while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let word = &rest[..end];
            out.push_str(
                self.tags.get(word).or_else(|| self.ordinary.get(word)).map_or(word, String::as_str),
            );
            rest = &rest[end..];
        }
        out + rest
    }
}
