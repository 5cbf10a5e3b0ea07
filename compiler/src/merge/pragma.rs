//! Pragmas that shape what follows them, as a state that travels with each chunk.

/// What a `#pragma` line between two chunks is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It changed the state.
    State,
    /// It means nothing for the program: diagnostics, poisoning.
    Nothing,
    /// It is a declaration of its own: `weak`, `redefine_extname`, what is unknown.
    Chunk,
}

/// The state that pragmas have set up at some place of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pack: String,
    packs: Vec<(String, String)>,
    visibility: Vec<String>,
    options: Vec<String>,
    option_stack: Vec<Vec<String>>,
    storage_order: String,
}

/// Lines that set a state up before a chunk and undo it behind the chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Wrap {
    pub(super) before: String,
    pub(super) behind: String,
}

impl State {
    /// Takes a whole `#pragma …` line in.
    pub(super) fn apply(&mut self, line: &str) -> Effect {
        let body = line.trim_start().trim_start_matches('#').trim_start();
        let body = body.strip_prefix("pragma").unwrap_or(body).trim();
        let (word, rest) = split_word(body);
        match word {
            "pack" => self.pack(rest),
            "scalar_storage_order" => self.storage_order = rest.trim().to_string(),
            "GCC" => return self.gcc(rest),
            "weak" | "redefine_extname" | "omp" => return Effect::Chunk,
            "once" | "message" | "ident" | "clang" | "STDC" | "region" | "endregion" | "mark" => {
                return Effect::Nothing;
            }
            _ => return Effect::Chunk,
        }
        Effect::State
    }

    fn gcc(&mut self, rest: &str) -> Effect {
        let (word, rest) = split_word(rest);
        match word {
            "visibility" if rest.contains("pop") => drop(self.visibility.pop()),
            "visibility" => self.visibility.push(rest.to_string()),
            "push_options" => self.option_stack.push(self.options.clone()),
            "pop_options" => self.options = self.option_stack.pop().unwrap_or_default(),
            "reset_options" => self.options.clear(),
            "target" | "optimize" => self.options.push(format!("#pragma GCC {word} {rest}\n")),
            "diagnostic" | "poison" | "dependency" | "system_header" | "warning" | "error" => {
                return Effect::Nothing;
            }
            _ => return Effect::Chunk,
        }
        Effect::State
    }

    /// `pack(4)`, `pack()`, `pack(push)`, `pack(push, 1)`, `pack(push, name, 1)`, `pack(pop)`, `pack(pop, name)`.
    fn pack(&mut self, rest: &str) {
        let inside = rest.trim().trim_start_matches('(').trim_end_matches(')');
        let words: Vec<&str> = inside.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let number = words.iter().find(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let name = words.iter().skip(1).find(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
        match words.first() {
            Some(&"push") => self.packs.push((name.unwrap_or(&"").to_string(), self.pack.clone())),
            Some(&"pop") => self.pop_pack(name.copied()),
            _ => self.pack.clear(),
        }
        if let Some(number) = number {
            self.pack = number.to_string();
        }
    }

    fn pop_pack(&mut self, name: Option<&str>) {
        while let Some((pushed, pack)) = self.packs.pop() {
            self.pack = pack;
            if name.is_none_or(|name| name == pushed) {
                break;
            }
        }
    }

    /// The lines that bring this state about from the default one, and back.
    pub(super) fn wrap(&self) -> Wrap {
        let mut wrap = Wrap::default();
        if !self.options.is_empty() {
            wrap.before += "#pragma GCC push_options\n";
            wrap.before += &self.options.concat();
            wrap.behind.insert_str(0, "\n#pragma GCC pop_options");
        }
        if let Some(visibility) = self.visibility.last() {
            wrap.before += &format!("#pragma GCC visibility {visibility}\n");
            wrap.behind.insert_str(0, "\n#pragma GCC visibility pop");
        }
        if !self.pack.is_empty() && self.pack != "0" {
            wrap.before += &format!("#pragma pack(push, {})\n", self.pack);
            wrap.behind.insert_str(0, "\n#pragma pack(pop)");
        }
        if !self.storage_order.is_empty() && self.storage_order != "default" {
            wrap.before += &format!("#pragma scalar_storage_order {}\n", self.storage_order);
            wrap.behind.insert_str(0, "\n#pragma scalar_storage_order default");
        }
        wrap
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(lines: &[&str]) -> String {
        let mut state = State::default();
        for line in lines {
            state.apply(line);
        }
        state.wrap().before
    }

    #[test]
    fn packs_nest() {
        assert_eq!(before(&["#pragma pack(push, 1)"]), "#pragma pack(push, 1)\n");
        assert_eq!(before(&["#pragma pack(push, 1)", "#pragma pack(pop)"]), "");
        assert_eq!(
            before(&["#pragma pack(2)", "#pragma pack(push)", "#pragma pack(4)"]),
            "#pragma pack(push, 4)\n"
        );
        assert_eq!(before(&["#pragma pack(2)", "#pragma pack()"]), "");
        let named = ["#pragma pack(push, a, 1)", "#pragma pack(push, b, 2)", "#pragma pack(pop, a)"];
        assert_eq!(before(&named), "");
    }

    #[test]
    fn visibility_and_options_nest() {
        let lines = [
            "#pragma GCC visibility push(hidden)",
            "#pragma GCC push_options",
            "#pragma GCC target(\"avx2\")",
        ];
        assert_eq!(
            before(&lines),
            "#pragma GCC push_options\n#pragma GCC target (\"avx2\")\n#pragma GCC visibility push(hidden)\n"
        );
        assert_eq!(before(&["#pragma GCC visibility push(hidden)", "#pragma GCC visibility pop"]), "");
    }

    #[test]
    fn diagnostics_mean_nothing_and_weak_declares() {
        let mut state = State::default();
        assert_eq!(state.apply("#pragma GCC diagnostic push"), Effect::Nothing);
        assert_eq!(state.apply("#pragma weak f"), Effect::Chunk);
        assert_eq!(state, State::default());
    }
}
