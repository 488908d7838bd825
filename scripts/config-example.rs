//! Usage: config-example create FILE SECONDS | read FILE | adjust FILE SECONDS | date FILE SECONDS
//!
//! How to make, read and change a VirtTime config file from Rust, without any crate: `rustc config-example.rs`. libvirttime(7) describes the format.
//! SECONDS is the new reading of the virtual monotonic clock; with date, of the virtual realtime clock, which counts from 1970.

use std::convert::TryInto; // plain rustc means edition 2015
use std::fs::{self, File, OpenOptions};
use std::io::{self, Error, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::os::unix::io::AsRawFd;
use std::process::ExitCode;

const SECOND: i128 = 1_000_000_000;
const FARTHEST: i128 = (1 << 61) * SECOND;

const SLOTS: u64 = 16; // struct timespec per_thread_ts[4194304]
const SLOTS_END: u64 = SLOTS + 4194304 * 16;
const BLOCK: u64 = 67112960; // the extension block
const FLAGS: u64 = BLOCK + 12;
const BOOTTIME_FLAG: u32 = 1; // the boottime clocks have an offset of their own
const REALTIME_FLAG: u32 = 2; // the realtime clocks have an offset of their own; without it they are the host's
const KNOWN_FLAGS: u32 = 15; // with other flags, or a later version, the contents may have another meaning
const VERSION: u32 = 1;
const REALTIME_OFFSET: u64 = BLOCK + 32;
const SEQUENCE: u64 = BLOCK + 48;
const BOOT_ID: u64 = BLOCK + 56;
const SLOT_CLOCKS: u64 = 67117056; // uint8_t per_thread_clock[4194304]: clock id + 1
const FILE_SIZE: u64 = SLOT_CLOCKS + 4194304;

// Functions of libc, which the standard library links anyway.
extern "C" {
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    fn flock(fd: i32, operation: i32) -> i32;
    fn lseek(fd: i32, position: i64, whence: i32) -> i64;
}

const CLOCK_REALTIME: i32 = 0;
const CLOCK_MONOTONIC: i32 = 1;
const LOCK_EX: i32 = 2;
const SEEK_DATA: i32 = 3;
const SEEK_HOLE: i32 = 4;

/// A group of clocks with a common offset.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    Monotonic,
    Boottime,
    Realtime,
}

fn host_clock(clock: i32) -> i128 {
    let mut time = [0i64; 2];
    unsafe { clock_gettime(clock, &mut time) };
    time[0] as i128 * SECOND + time[1] as i128
}

fn boot_id() -> io::Result<Vec<u8>> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id")?.replace('-', "");
    let digits = text.trim();
    (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).map_err(|e| Error::new(ErrorKind::InvalidData, e)))
        .collect()
}

/// Writes a timespec: 0 <= tv_nsec < 10^9, also for times below zero.
fn write_time(file: &File, position: u64, time: i128) -> io::Result<()> {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(time.div_euclid(SECOND) as i64).to_ne_bytes());
    bytes[8..].copy_from_slice(&(time.rem_euclid(SECOND) as i64).to_ne_bytes());
    file.write_all_at(&bytes, position)
}

fn to_time(bytes: &[u8]) -> i128 {
    let number = |part: &[u8]| i64::from_ne_bytes(part.try_into().unwrap()) as i128;
    number(&bytes[..8]) * SECOND + number(&bytes[8..16])
}

fn read_time(file: &File, position: u64) -> io::Result<i128> {
    let mut bytes = [0; 16];
    file.read_exact_at(&mut bytes, position)?;
    Ok(to_time(&bytes))
}

/// Creates a file. It is filled under another name, so that no program sees a half-made file. An existing file is not changed.
fn create(path: &str, clock: i128) -> io::Result<()> {
    let unfinished = format!("{path}.{}", std::process::id());
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let filled = fill(&file, clock).and_then(|_| fs::hard_link(&unfinished, path));
    fs::remove_file(&unfinished)?;
    filled
}

fn fill(file: &File, clock: i128) -> io::Result<()> {
    file.set_len(FILE_SIZE)?; // a hole; writing zeros would take 70 MB
    file.write_all_at(b"VIRTTIME", BLOCK)?;
    file.write_all_at(&VERSION.to_ne_bytes(), BLOCK + 8)?;
    file.write_all_at(&boot_id()?, BOOT_ID)?;
    write_time(file, 0, host_clock(CLOCK_MONOTONIC) - clock)
}

fn read(path: &str) -> io::Result<i128> {
    let file = File::open(path)?;
    Ok(host_clock(CLOCK_MONOTONIC) - read_time(&file, 0)?)
}

/// Returns the slots that are not zero: position and deadline. Most of the file is a hole, which is not read.
fn slots_in_use(file: &File) -> io::Result<Vec<(u64, i128)>> {
    let end = file.metadata()?.len().min(SLOTS_END);
    let mut slots = Vec::new();
    let mut position = SLOTS;
    while position < end {
        let data = unsafe { lseek(file.as_raw_fd(), position as i64, SEEK_DATA) };
        if data < 0 {
            break; // ENXIO: only a hole is left
        }
        let hole = unsafe { lseek(file.as_raw_fd(), data, SEEK_HOLE) } as u64;
        position = (data as u64 & !15).max(SLOTS);
        let mut chunk = vec![0; hole.min(end).saturating_sub(position) as usize & !15];
        file.read_exact_at(&mut chunk, position)?;
        for (i, slot) in chunk.chunks(16).enumerate() {
            if slot.iter().any(|byte| *byte != 0) {
                slots.push((position + 16 * i as u64, to_time(slot)));
            }
        }
        position = hole;
    }
    Ok(slots)
}

/// Returns the family of the clock that a slot's deadline is on. A file of another tool has no marks, and only monotonic deadlines.
fn family(file: &File, slot: u64) -> Family {
    let mut mark = [0];
    let known = file.read_exact_at(&mut mark, SLOT_CLOCKS + (slot - SLOTS) / 16).is_ok();
    match (mark[0] & 15) as i32 - 1 {
        7 | 9 if known => Family::Boottime,
        0 | 5 | 8 | 11 if known => Family::Realtime,
        _ => Family::Monotonic,
    }
}

/// Changes an offset, and adds the difference to each deadline in flight on its clocks.
fn change(file: &File, position: u64, old: i128, clock: i32, reading: i128, families: &[Family]) -> io::Result<()> {
    let slots = slots_in_use(file)?;
    let offset = host_clock(clock) - reading;
    write_time(file, position, offset)?;
    for (slot, deadline) in slots {
        if families.contains(&family(file, slot)) {
            // {0, 0} would mean "none". A deadline in the past may as well be at 1 ns.
            write_time(file, slot, (deadline + offset - old).clamp(1, FARTHEST))?;
        }
    }
    Ok(())
}

/// Also returns the beginning of the extension block; None for files of tools that know only the offset and the slots.
fn open_locked(path: &str) -> io::Result<(File, Option<[u8; 64]>)> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if unsafe { flock(file.as_raw_fd(), LOCK_EX) } != 0 {
        return Err(Error::last_os_error());
    }

    let mut block = [0; 64];
    let has_block = file.read_exact_at(&mut block, BLOCK).is_ok() && block.starts_with(b"VIRTTIME");
    let number = |at: usize| u32::from_ne_bytes(block[at..at + 4].try_into().unwrap());
    if has_block && (number(8) > VERSION || number(12) & !KNOWN_FLAGS != 0) {
        return Err(Error::new(ErrorKind::InvalidData, format!("{path} is of a newer version")));
    }
    Ok((file, if has_block { Some(block) } else { None }))
}

/// Makes a change while the sequence is odd. Readers wait meanwhile.
fn change_in_block(file: &File, block: &[u8; 64], changing: impl FnOnce(u32) -> io::Result<()>) -> io::Result<()> {
    let at = |position: u64| (position - BLOCK) as usize;
    let flags = u32::from_ne_bytes(block[at(FLAGS)..][..4].try_into().unwrap());
    // Different from the number that a dead writer left.
    let odd = (u64::from_ne_bytes(block[at(SEQUENCE)..][..8].try_into().unwrap()) + 1) | 1;
    file.write_all_at(&odd.to_ne_bytes(), SEQUENCE)?;
    let changed = changing(flags);
    file.write_all_at(&(odd + 1).to_ne_bytes(), SEQUENCE)?;
    changed
}

/// Sets the monotonic clock. Stop the programs that use the file first: a call inside the kernel keeps its old deadline.
fn adjust(path: &str, reading: i128) -> io::Result<()> {
    let (file, block) = open_locked(path)?;
    let to = |families: &[Family]| change(&file, 0, read_time(&file, 0)?, CLOCK_MONOTONIC, reading, families);
    let block = match block {
        Some(block) => block,
        None => return to(&[Family::Monotonic]),
    };
    change_in_block(&file, &block, |flags| {
        let own_boottime = flags & BOOTTIME_FLAG != 0;
        to(if own_boottime { &[Family::Monotonic] } else { &[Family::Monotonic, Family::Boottime] })?;
        file.write_all_at(&boot_id()?, BOOT_ID)
    })
}

/// Sets the date. Stop the programs first, as for `adjust`. A date does not depend on the boot.
fn set_date(path: &str, reading: i128) -> io::Result<()> {
    let (file, block) = open_locked(path)?;
    let block = block.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("{path} has no room for a date")))?;
    change_in_block(&file, &block, |flags| {
        let old = if flags & REALTIME_FLAG != 0 { read_time(&file, REALTIME_OFFSET)? } else { 0 };
        change(&file, REALTIME_OFFSET, old, CLOCK_REALTIME, reading, &[Family::Realtime])?;
        file.write_all_at(&(flags | REALTIME_FLAG).to_ne_bytes(), FLAGS)
    })
}

/// Returns nanoseconds for decimal seconds.
fn parse(text: &str) -> io::Result<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<9}");
    let valid = fraction.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let time = digits.parse().ok().filter(|_| valid);
    time.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("\"{text}\" is not a number of seconds")))
}

const USAGE: &str = "usage: config-example create FILE SECONDS | read FILE | adjust FILE SECONDS | date FILE SECONDS";

fn run(arguments: &[&str]) -> io::Result<()> {
    match arguments {
        ["create", path, seconds] => create(path, parse(seconds)?),
        ["adjust", path, seconds] => adjust(path, parse(seconds)?),
        ["date", path, seconds] => set_date(path, parse(seconds)?),
        ["read", path] => {
            let clock = read(path)?;
            println!("{}.{:09}", clock.div_euclid(SECOND), clock.rem_euclid(SECOND));
            Ok(())
        }
        ["-h" | "--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(Error::new(ErrorKind::InvalidInput, USAGE)),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("config-example: {error}");
            ExitCode::FAILURE
        }
    }
}
