//! Usage: config-example create FILE SECONDS | read FILE | adjust FILE SECONDS | date FILE [SECONDS]
//!
//! How to make, read and change a VirtTime config file from Rust, without any crate: `rustc config-example.rs`. libvirttime(7) describes the format.
//! SECONDS is the new reading of the virtual monotonic clock; with date, of the virtual realtime clock, which counts from 1970.
//! Without SECONDS, date prints that clock.

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
const RATE_FLAG: u32 = 16; // the realtime clocks have a rate; the file's version is 2 then, otherwise 1
const KNOWN_FLAGS: u32 = 0x11f; // with other flags, or a later version, the contents may have another meaning
const VERSION: u32 = 1;
const NEWEST_VERSION: u32 = 2;
const REALTIME_OFFSET: u64 = BLOCK + 32;
const SEQUENCE: u64 = BLOCK + 48;
const RATE_BIT: u64 = 1 << 31; // of the sequence: the same as RATE_FLAG
const COUNT_BITS: u64 = RATE_BIT - 2; // the count of changes in the sequence; the lowest bit is set while a writer is at work
const BOOT_ID: u64 = BLOCK + 56;
const RATE: u64 = BLOCK + 1088; // uint64_t rate, uint64_t 0, struct timespec reference
const REFERENCE: u64 = RATE + 16;
const RATE_BITS: u32 = 40; // of a rate, behind the point
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
const CLOCK_TAI: i32 = 11;
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

/// How the realtime clocks follow the host's. The offset is host - virtual when the host's clock reads the reference.
#[derive(Clone, Copy)]
struct Line {
    offset: i128,
    reference: i128,
    rate: i128,
}

impl Line {
    fn to_virtual(&self, host: i128) -> i128 {
        // The seconds are multiplied on their own, as the product with nanoseconds may need more than 128 bits.
        let passed = host - self.reference;
        let seconds = passed.div_euclid(SECOND) * self.rate;
        let rest = (seconds & ((1 << RATE_BITS) - 1)) * SECOND + passed.rem_euclid(SECOND) * self.rate;
        self.reference - self.offset + (seconds >> RATE_BITS) * SECOND + (rest >> RATE_BITS)
    }

    /// When a deadline has come, rounded up. A clock that stands still never comes there; then the host's time that is left counts.
    fn to_host(&self, clock: i128, now: i128) -> i128 {
        let ahead = clock - (self.reference - self.offset);
        if self.rate == 0 {
            return now + ahead;
        }
        let seconds = ahead.div_euclid(SECOND) << RATE_BITS;
        let rest = seconds.rem_euclid(self.rate) * SECOND + (ahead.rem_euclid(SECOND) << RATE_BITS);
        self.reference + seconds.div_euclid(self.rate) * SECOND + (rest + self.rate - 1) / self.rate
    }

    /// What a host deadline becomes when the clocks change to another line.
    fn moved(&self, new: &Line, now: i128, deadline: i128) -> i128 {
        let clock = if self.rate == 0 { self.reference - self.offset + deadline - now } else { self.to_virtual(deadline) };
        new.to_host(clock, now)
    }
}

fn read_line(file: &File, flags: u32) -> io::Result<Line> {
    let offset = if flags & REALTIME_FLAG != 0 { read_time(file, REALTIME_OFFSET)? } else { 0 };
    if flags & RATE_FLAG == 0 {
        return Ok(Line { offset, reference: 0, rate: 1 << RATE_BITS });
    }
    let mut rate = [0; 8];
    file.read_exact_at(&mut rate, RATE)?;
    Ok(Line { offset, reference: read_time(file, REFERENCE)?, rate: u64::from_ne_bytes(rate) as i128 })
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

/// Returns the clock that a slot's deadline is on. A file of another tool has no marks, and only monotonic deadlines.
fn clock_of(file: &File, slot: u64) -> i32 {
    let mut mark = [0];
    match file.read_exact_at(&mut mark, SLOT_CLOCKS + (slot - SLOTS) / 16) {
        Ok(()) if mark[0] != 0 => (mark[0] & 15) as i32 - 1,
        _ => CLOCK_MONOTONIC,
    }
}

fn family(clock: i32) -> Family {
    match clock {
        7 | 9 => Family::Boottime,
        0 | 5 | 8 | CLOCK_TAI => Family::Realtime,
        _ => Family::Monotonic,
    }
}

/// Sets a clock, and moves each deadline in flight on its clocks. `set_clock` returns what a deadline on a clock becomes.
fn change<M: Fn(i128, i32) -> i128>(file: &File, families: &[Family], set_clock: impl FnOnce() -> io::Result<M>) -> io::Result<()> {
    let slots = slots_in_use(file)?;
    let moved = set_clock()?;
    for (slot, deadline) in slots {
        let clock = clock_of(file, slot);
        if families.contains(&family(clock)) {
            // {0, 0} would mean "none". A deadline in the past may as well be at 1 ns.
            write_time(file, slot, moved(deadline, clock).clamp(1, FARTHEST))?;
        }
    }
    Ok(())
}

/// Also returns the beginning of the extension block; None for files of tools that know only the offset and the slots.
fn open_locked(path: &str, to_write: bool) -> io::Result<(File, Option<[u8; 64]>)> {
    let file = OpenOptions::new().read(true).write(to_write).open(path)?;
    if unsafe { flock(file.as_raw_fd(), LOCK_EX) } != 0 {
        return Err(Error::last_os_error());
    }

    let mut block = [0; 64];
    let has_block = file.read_exact_at(&mut block, BLOCK).is_ok() && block.starts_with(b"VIRTTIME");
    let number = |at: usize| u32::from_ne_bytes(block[at..at + 4].try_into().unwrap());
    if has_block && (number(8) > NEWEST_VERSION || number(12) & !KNOWN_FLAGS != 0) {
        return Err(Error::new(ErrorKind::InvalidData, format!("{path} is of a newer version")));
    }
    Ok((file, if has_block { Some(block) } else { None }))
}

fn flags_in(block: &[u8; 64]) -> u32 {
    u32::from_ne_bytes(block[(FLAGS - BLOCK) as usize..][..4].try_into().unwrap())
}

/// Makes a change while the sequence is odd. Readers wait meanwhile.
fn change_in_block(file: &File, block: &[u8; 64], changing: impl FnOnce(u32) -> io::Result<()>) -> io::Result<()> {
    let flags = flags_in(block);
    let rate_bit = if flags & RATE_FLAG != 0 { RATE_BIT } else { 0 };
    // Different from the number that a dead writer left.
    let sequence = u64::from_ne_bytes(block[(SEQUENCE - BLOCK) as usize..][..8].try_into().unwrap());
    let count = sequence.wrapping_add(1) & COUNT_BITS;
    file.write_all_at(&(count | 1 | rate_bit).to_ne_bytes(), SEQUENCE)?;
    let changed = changing(flags);
    file.write_all_at(&((count + 2) & COUNT_BITS | rate_bit).to_ne_bytes(), SEQUENCE)?;
    changed
}

/// Sets the monotonic clock. Stop the programs that use the file first: a call inside the kernel keeps its old deadline.
fn adjust(path: &str, reading: i128) -> io::Result<()> {
    let (file, block) = open_locked(path, true)?;
    let set_clock = || {
        let old = read_time(&file, 0)?;
        let offset = host_clock(CLOCK_MONOTONIC) - reading;
        write_time(&file, 0, offset)?;
        Ok(move |deadline, _| deadline + offset - old)
    };
    let block = match block {
        Some(block) => block,
        None => return change(&file, &[Family::Monotonic], set_clock),
    };
    change_in_block(&file, &block, |flags| {
        let own_boottime = flags & BOOTTIME_FLAG != 0;
        change(&file, if own_boottime { &[Family::Monotonic] } else { &[Family::Monotonic, Family::Boottime] }, set_clock)?;
        file.write_all_at(&boot_id()?, BOOT_ID)
    })
}

/// Sets the date, which keeps its rate. Stop the programs first, as for `adjust`. A date does not depend on the boot.
fn set_date(path: &str, reading: i128) -> io::Result<()> {
    let (file, block) = open_locked(path, true)?;
    let block = block.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("{path} has no room for a date")))?;
    change_in_block(&file, &block, |flags| {
        change(&file, &[Family::Realtime], || {
            let old = read_line(&file, flags)?;
            let now = host_clock(CLOCK_REALTIME);
            let leap = (host_clock(CLOCK_TAI) - now + SECOND / 2).div_euclid(SECOND) * SECOND;
            let has_rate = flags & RATE_FLAG != 0;
            let new = Line { offset: now - reading, reference: if has_rate { now } else { 0 }, rate: old.rate };
            write_time(&file, REALTIME_OFFSET, new.offset)?;
            if has_rate {
                write_time(&file, REFERENCE, new.reference)?;
            }
            Ok(move |deadline, clock| {
                let ahead = if clock == CLOCK_TAI { leap } else { 0 };
                old.moved(&new, now, deadline - ahead) + ahead
            })
        })?;
        file.write_all_at(&(flags | REALTIME_FLAG).to_ne_bytes(), FLAGS)
    })
}

fn read_date(path: &str) -> io::Result<i128> {
    let (file, block) = open_locked(path, false)?;
    let flags = block.map_or(0, |block| flags_in(&block));
    Ok(read_line(&file, flags)?.to_virtual(host_clock(CLOCK_REALTIME)))
}

/// Returns nanoseconds for decimal seconds.
fn parse(text: &str) -> io::Result<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<9}");
    let valid = fraction.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let time = digits.parse().ok().filter(|_| valid);
    time.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("\"{text}\" is not a number of seconds")))
}

const USAGE: &str = "usage: config-example create FILE SECONDS | read FILE | adjust FILE SECONDS | date FILE [SECONDS]";

fn run(arguments: &[&str]) -> io::Result<()> {
    match arguments {
        ["create", path, seconds] => create(path, parse(seconds)?),
        ["adjust", path, seconds] => adjust(path, parse(seconds)?),
        ["date", path, seconds] => set_date(path, parse(seconds)?),
        [action @ ("read" | "date"), path] => {
            let clock = if *action == "read" { read(path)? } else { read_date(path)? };
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
