//! Where the stack pointer stands, modulo 16, at each instruction of a function.

use iced_x86::{Instruction, Mnemonic, OpKind, Register};

use super::flow::{Flow, Next};

/// A register's value modulo 16; `None`: not known.
type Place = Option<u8>;

/// The stack pointer and the frame pointer before an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    rsp: Place,
    rbp: Place,
}

/// Of every instruction; none where it is not reached.
pub(crate) struct Stack(Vec<Option<State>>);

impl Stack {
    /// Of a function that is itself called with an aligned stack.
    pub fn of(flow: &Flow, entry: u64) -> Stack {
        let mut states: Vec<Option<State>> = vec![None; flow.code.len()];
        let Some(first) = flow.index(entry) else { return Stack(states) };
        states[first] = Some(State { rsp: Some(8), rbp: None });
        let mut open = vec![first];
        while let Some(at) = open.pop() {
            let Some(before) = states[at] else { continue };
            let after = step(before, &flow.code[at]);
            let (Next::Inside(next) | Next::Call(_, next) | Next::TailCall(_, next)) = &flow.next[at] else {
                continue;
            };
            for &next in next {
                let joined = states[next].map_or(after, |known| join(known, after));
                if states[next] != Some(joined) {
                    states[next] = Some(joined);
                    open.push(next);
                }
            }
        }
        Stack(states)
    }

    /// The stack is known to be aligned wherever `callee` is called, or jumped to.
    pub fn is_aligned_at_calls(&self, flow: &Flow, callee: u64) -> bool {
        (0..flow.code.len()).all(|at| {
            let rsp = self.0[at].and_then(|state| state.rsp);
            match &flow.next[at] {
                Next::Call(Some(target), _) if *target == callee => rsp == Some(0),
                Next::TailCall(Some(target), _) if *target == callee => rsp == Some(8),
                _ => true,
            }
        })
    }
}

fn join(a: State, b: State) -> State {
    let same = |a: Place, b: Place| a.filter(|a| Some(*a) == b);
    State { rsp: same(a.rsp, b.rsp), rbp: same(a.rbp, b.rbp) }
}

fn moved(place: Place, by: i64) -> Place {
    place.map(|at| (i64::from(at) + by).rem_euclid(16) as u8)
}

fn step(before: State, instruction: &Instruction) -> State {
    let rsp = match instruction.mnemonic() {
        // The callee takes the return address away again.
        Mnemonic::Call => before.rsp,
        Mnemonic::Leave => moved(before.rbp, 8),
        Mnemonic::Push | Mnemonic::Pop => moved(before.rsp, i64::from(instruction.stack_pointer_increment())),
        _ if instruction.op_count() > 0 && instruction.op0_register() == Register::RSP => {
            changed(before, instruction)
        }
        _ => before.rsp,
    };
    let writes_rbp = instruction.op_count() > 0 && instruction.op0_register() == Register::RBP;
    let copies = instruction.mnemonic() == Mnemonic::Mov && instruction.op1_register() == Register::RSP;
    let rbp = match instruction.mnemonic() {
        Mnemonic::Leave => None,
        Mnemonic::Push | Mnemonic::Cmp | Mnemonic::Test => before.rbp,
        _ if writes_rbp && copies => before.rsp,
        Mnemonic::Lea if writes_rbp && instruction.memory_base() == Register::RSP => {
            moved(before.rsp, instruction.memory_displacement64() as i64)
        }
        _ if writes_rbp => None,
        _ => before.rbp,
    };
    State { rsp, rbp }
}

/// An instruction that computes the stack pointer.
fn changed(before: State, instruction: &Instruction) -> Place {
    let immediate =
        instruction.op_count() > 1 && !matches!(instruction.op1_kind(), OpKind::Register | OpKind::Memory);
    let by = if immediate { instruction.immediate(1) as i64 } else { 0 };
    let displacement = instruction.memory_displacement64() as i64;
    match instruction.mnemonic() {
        Mnemonic::Sub if immediate => moved(before.rsp, -by),
        Mnemonic::Add if immediate => moved(before.rsp, by),
        // A variable array takes multiples of 16 bytes.
        Mnemonic::Sub => before.rsp,
        Mnemonic::And if immediate && by % 16 == 0 => Some(0),
        Mnemonic::Lea if instruction.memory_index() == Register::None => match instruction.memory_base() {
            Register::RSP => moved(before.rsp, displacement),
            Register::RBP => moved(before.rbp, displacement),
            _ => None,
        },
        Mnemonic::Mov if instruction.op1_register() == Register::RBP => before.rbp,
        Mnemonic::Cmp | Mnemonic::Test => before.rsp,
        _ => None,
    }
}
