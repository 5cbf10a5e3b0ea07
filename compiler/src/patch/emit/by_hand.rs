//! Hand-written code in the patch: the callbacks file's own text, in its order.

use super::Emit;
use crate::callbacks::{Purpose, Subject};
use crate::clang::Kind;
use crate::cross::ByHand;
use crate::diag::Diagnostic;
use crate::merge::{Chunk, Origin};
use crate::model::{ItemId, Syntax};
use crate::patch::cut::{self, Form, Function, Place};
use crate::patch::{Block, Patch};

const VETO: &str = "\
static char polus_veto_reason[256];

static __attribute__((unused)) void polus_veto(const char *reason)
{
    unsigned i;
    if (polus_veto_reason[0])
        return;
    if (!reason || !reason[0])
        reason = \"polus_pre_update gives no reason\";
    for (i = 0; i + 1 < sizeof polus_veto_reason && reason[i]; i++)
        polus_veto_reason[i] = reason[i];
    polus_veto_reason[i] = 0;
}";

const FRESH: &str = "\
static void polus__pre_update(void)
{
    polus_veto_reason[0] = 0;
    polus_pre_update();
}";

impl Emit<'_> {
    /// The section of hand-written code.
    pub fn by_hand(&mut self, patch: &mut Patch) {
        let early = self.callbacks.has(Purpose::PreUpdate);
        if early {
            let why = "keeps the first reason for which the update is forbidden".to_string();
            patch.callbacks.push(Block::new(why, VETO));
        }
        for called in self.callbacks.called.iter().filter(|called| called.written.purpose == Purpose::Extend)
        {
            let Subject::Type(id) = called.subject else { continue };
            let text =
                format!("static void {}({} *object);", called.written.name, self.versions.new.type_name(id));
            patch.prototypes.push(self.block(id, "sets the new fields of objects that existed before", text));
        }
        let own = |c: &&Chunk| c.origin == Origin::ByHand && !c.system;
        for chunk in self.versions.new.unit.chunks.iter().filter(own) {
            if let Some(text) = self.written(chunk) {
                let place = self.versions.new.place_at(chunk.span.start);
                let why = format!("{}:{}: hand-written", place.file, place.line);
                patch.callbacks.push(Block::new(why, &text));
            }
        }
        if early {
            let why = "each attempt begins without a veto".to_string();
            patch.callbacks.push(Block::new(why, FRESH));
        }
    }

    /// The text of a chunk, its functions and objects static; `None` if it only repeats the program's.
    fn written(&self, chunk: &Chunk) -> Option<String> {
        let new = self.versions.new;
        let verbatim = || self.edits.cut(new, chunk.span.clone()).trim().to_string();
        let Some(syntax) = Syntax::at(new, chunk.span.start) else { return Some(verbatim()) };
        if let Some(function) = Function::of(new, &syntax) {
            return Some(function.definition(function.name(), Place::Own, &self.edits));
        }
        let Some(declaration) = syntax.variables() else { return Some(verbatim()) };
        if declaration.declarators.is_empty() || super::is_typedef(declaration) {
            return Some(verbatim());
        }
        let mut text: Vec<String> =
            cut::type_part(new, &syntax, declaration, &self.edits).into_iter().collect();
        for declarator in &declaration.declarators {
            let range = syntax.range(declarator.span);
            let declares = |id: &ItemId| {
                let declarations = &new.items[*id].entity.declarations;
                declarations.iter().any(|d| range.contains(&d.name_at))
            };
            let Some(id) = new.by_hand().find(declares) else { continue };
            let entity = &new.items[id].entity;
            let length = entity.dimensions.first().copied().filter(|_| entity.size.is_some());
            let form = match entity.kind {
                Kind::Function => Form::Tentative(&entity.name),
                _ => Form::Static(&entity.name),
            };
            text.push(format!("{};", cut::object(new, &syntax, declarator, &form, length, &self.edits)));
        }
        (!text.is_empty()).then(|| text.join("\n"))
    }

    /// The statements of one direction: a call of the hand-written function, or what is generated.
    pub fn carried(
        &self,
        by_hand: Option<ItemId>,
        generate: impl FnOnce() -> Result<Vec<String>, String>,
    ) -> Result<Vec<String>, String> {
        let Some(function) = by_hand else { return generate() };
        let name = &self.versions.new.items[function].entity.name;
        Ok([
            "    if (was && !__builtin_memcmp(was, from, sizeof *from))".to_string(),
            "        return;".to_string(),
            format!("    {name}(from, to);"),
        ]
        .into())
    }

    /// Says which direction can be neither generated nor called.
    pub fn not_carried(
        &self,
        (ours, theirs): (ItemId, ItemId),
        by_hand: &ByHand,
        to_new: Option<String>,
        to_old: Option<String>,
    ) -> Diagnostic {
        let (old, new) = (self.versions.old, self.versions.new);
        let name = &new.items[theirs].entity.name;
        let missing: Vec<String> = [("to_new", &to_new), ("to_old", &to_old)]
            .into_iter()
            .filter_map(|(way, why)| why.as_ref().map(|_| format!("polus_{way}_{name}")))
            .collect();
        let back = if by_hand.to_new.is_some() { " back" } else { "" };
        let why = to_new.or(to_old).unwrap_or_default();
        Diagnostic::error(format!("{} cannot be migrated{back}: {why}", new.title(theirs)))
            .at(old.place(ours), "the old declaration")
            .at(new.place(theirs), "the new declaration")
            .help(format!("write {} in a file for --callbacks", missing.join(" and ")))
    }
}
