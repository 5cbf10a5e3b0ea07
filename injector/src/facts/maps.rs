//! /proc/PID/maps, and holes between mappings.

use crate::error::{Fault, Result};
use crate::facts::process;
use std::fs;

/// Bytes of a page.
pub const PAGE: u64 = 4096;
/// How far a 5-byte jump reaches, less a margin for the sizes at both ends.
const REACH: u64 = (1 << 31) - (1 << 24);
/// Room left for the heap to grow, bytes.
const HEAP_GROWTH: u64 = 1 << 29;
/// Lowest address that a mapping may have.
const LOWEST: u64 = 0x10000;

/// One line of /proc/PID/maps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// Address after the last.
    pub end: u64,
    /// `r-xp`.
    pub access: String,
    /// Offset in the file.
    pub offset: u64,
    /// Device and inode, as text.
    pub file: String,
    /// Path, `[stack]` or nothing.
    pub path: String,
}

/// All mappings of process `pid`, in order of address.
pub fn read(pid: i32) -> Result<Vec<Mapping>> {
    let path = format!("/proc/{}/maps", process::view(pid));
    let text = fs::read_to_string(&path)
        .map_err(|error| Fault::environment(format!("process {pid}: cannot read {path}: {error}")))?;
    Ok(text.lines().filter_map(parse_line).collect())
}

fn parse_line(line: &str) -> Option<Mapping> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let access = fields.next()?.to_string();
    let offset = fields.next()?;
    let (device, inode) = (fields.next()?, fields.next()?);
    Some(Mapping {
        start: u64::from_str_radix(start, 16).ok()?,
        end: u64::from_str_radix(end, 16).ok()?,
        access,
        offset: u64::from_str_radix(offset, 16).ok()?,
        file: format!("{device} {inode}"),
        path: fields.next().unwrap_or("").trim_start().to_string(),
    })
}

/// The mapping that holds `address`.
pub fn find(maps: &[Mapping], address: u64) -> Option<&Mapping> {
    let index = maps.partition_point(|map| map.end <= address);
    maps.get(index).filter(|map| map.start <= address)
}

/// A free address for `size` bytes from which 5-byte jumps reach all of
/// `image` and back: below the image where possible, else far above it, so
/// that the heap behind the image can go on growing.
pub fn hole_near(maps: &[Mapping], image: (u64, u64), size: u64) -> Option<u64> {
    let size = size.next_multiple_of(PAGE) + 2 * PAGE;
    let lowest = image.1.saturating_sub(REACH).max(LOWEST);
    below(maps, lowest, image.0, size).or_else(|| above(maps, image, size)).map(|start| start + PAGE)
}

/// 5-byte jumps reach from all of either range to all of the other.
pub fn reaches(left: (u64, u64), right: (u64, u64)) -> bool {
    left.1.max(right.1) - left.0.min(right.0) <= REACH
}

/// Highest start in `[lowest, limit)` of a hole of `size` bytes.
fn below(maps: &[Mapping], lowest: u64, limit: u64, size: u64) -> Option<u64> {
    let mut end = limit;
    for map in maps.iter().rev().filter(|map| map.start < limit) {
        if end.checked_sub(size).is_some_and(|start| start >= map.end.max(lowest)) {
            return Some(end - size);
        }
        end = end.min(map.start);
    }
    end.checked_sub(size).filter(|start| *start >= lowest)
}

/// Lowest start of a hole above the image and its heap's room.
fn above(maps: &[Mapping], image: (u64, u64), size: u64) -> Option<u64> {
    let heap = maps.iter().find(|map| map.path == "[heap]").map_or(image.1, |map| map.end);
    let mut start = heap.max(image.1) + HEAP_GROWTH;
    let highest = image.0.checked_add(REACH)?;
    for map in maps {
        if map.end <= start {
            continue;
        }
        if map.start >= start + size {
            break;
        }
        start = map.end;
    }
    (start + size <= highest).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(start: u64, end: u64, path: &str) -> Mapping {
        let (access, file) = ("r-xp".to_string(), String::new());
        Mapping { start, end, access, offset: 0, file, path: path.to_string() }
    }

    #[test]
    fn a_line_of_maps() {
        let line = "55d0c0000000-55d0c0001000 r-xp 00002000 08:01 4242                       /usr/sbin/a b";
        let found = parse_line(line).expect("a mapping");
        assert_eq!((found.start, found.end, found.offset), (0x55d0c0000000, 0x55d0c0001000, 0x2000));
        assert_eq!((found.path.as_str(), found.file.as_str()), ("/usr/sbin/a b", "08:01 4242"));
    }

    #[test]
    fn the_hole_is_below_the_image() {
        let maps = [map(0x55d0c0000000, 0x55d0c0010000, "/exe"), map(0x7f0000000000, 0x7f0000001000, "/lib")];
        let hole = hole_near(&maps, (0x55d0c0000000, 0x55d0c0010000), 0x5000).expect("a hole");
        assert!(hole + 0x5000 < 0x55d0c0000000 && hole > 0x55d0bf000000);
    }

    #[test]
    fn above_leaves_room_for_the_heap() {
        let maps = [map(0x10000, 0x500000, "/exe"), map(0x600000, 0x700000, "[heap]")];
        let hole = hole_near(&maps, (0x10000, 0x500000), 0x5000).expect("a hole");
        assert!((0x700000 + HEAP_GROWTH..REACH).contains(&hole));
    }

    #[test]
    fn no_hole_within_reach() {
        let maps = [map(0x10000, 0x8000_0000, "/exe"), map(0x8000_0000, 0x1_8000_0000, "/data")];
        assert_eq!(hole_near(&maps, (0x10000, 0x500000), 0x5000), None);
    }
}
