//! Usage: config-example create FILE SECONDS | read FILE | adjust FILE SECONDS
//!
//! How to make, read and change a VirtTime config file from Rust, without any crate: `rustc config-example.rs`.
//! libvirttime(7) has the format. SECONDS is what the virtual monotonic clock is to read now.

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
const SEQUENCE: u64 = BLOCK + 48;
const BOOT_ID: u64 = BLOCK + 56;
const SLOT_CLOCKS: u64 = 67117056; // uint8_t per_thread_clock[4194304]: clock id + 1
const FILE_SIZE: u64 = SLOT_CLOCKS + 4194304;

// From libc, which the standard library links anyway.
extern "C" {
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    fn flock(fd: i32, operation: i32) -> i32;
    fn lseek(fd: i32, position: i64, whence: i32) -> i64;
}

const CLOCK_MONOTONIC: i32 = 1;
const CLOCK_BOOTTIME: i32 = 7;
const CLOCK_BOOTTIME_ALARM: i32 = 9;
const LOCK_EX: i32 = 2;
const SEEK_DATA: i32 = 3;
const SEEK_HOLE: i32 = 4;

fn host_clock() -> i128 {
    let mut time = [0i64; 2];
    unsafe { clock_gettime(CLOCK_MONOTONIC, &mut time) };
    time[0] as i128 * SECOND + time[1] as i128
}

fn boot_id() -> io::Result<Vec<u8>> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id")?.replace('-', "");
    let digits = text.trim();
    (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).map_err(|e| Error::new(ErrorKind::InvalidData, e)))
        .collect()
}

/// A timespec: 0 <= tv_nsec < 10^9, also for times below zero.
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

/// Nobody sees half a file: it is filled under another name. An existing file is left alone.
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
    file.write_all_at(&1u32.to_ne_bytes(), BLOCK + 8)?;
    file.write_all_at(&boot_id()?, BOOT_ID)?;
    write_time(file, 0, host_clock() - clock)
}

fn read(path: &str) -> io::Result<i128> {
    let file = File::open(path)?;
    Ok(host_clock() - read_time(&file, 0)?)
}

/// The slots that are not zero: position and deadline. Most of the file is a hole, which is not read.
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

fn is_boottime(file: &File, slot: u64) -> bool {
    let mut clock = [0];
    let known = file.read_exact_at(&mut clock, SLOT_CLOCKS + (slot - SLOTS) / 16).is_ok();
    known && [CLOCK_BOOTTIME + 1, CLOCK_BOOTTIME_ALARM + 1].contains(&((clock[0] & 15) as i32))
}

/// The offset, and by as much each deadline in flight; what waits on a clock with an offset of its own stays.
fn change(file: &File, clock: i128, own_boottime: bool) -> io::Result<()> {
    let old = read_time(file, 0)?;
    let slots = slots_in_use(file)?;
    let offset = host_clock() - clock;
    write_time(file, 0, offset)?;
    for (slot, deadline) in slots {
        if !(own_boottime && is_boottime(file, slot)) {
            // {0, 0} would mean "none", and a deadline that has passed has passed at 1 ns as well.
            write_time(file, slot, (deadline + offset - old).clamp(1, FARTHEST))?;
        }
    }
    Ok(())
}

/// The programs that use the file are to be stopped: calls inside the kernel keep the deadline they were given.
fn adjust(path: &str, clock: i128) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if unsafe { flock(file.as_raw_fd(), LOCK_EX) } != 0 {
        return Err(Error::last_os_error());
    }

    let mut block = [0; 64];
    let has_block = file.read_exact_at(&mut block, BLOCK).is_ok() && block.starts_with(b"VIRTTIME");
    if !has_block {
        return change(&file, clock, false); // made by a tool that knows the offset and the slots only
    }

    let at = |position: u64| (position - BLOCK) as usize;
    let flags = u32::from_ne_bytes(block[at(FLAGS)..][..4].try_into().unwrap());
    // Not the number that a dead writer left.
    let odd = (u64::from_ne_bytes(block[at(SEQUENCE)..][..8].try_into().unwrap()) + 1) | 1;
    file.write_all_at(&odd.to_ne_bytes(), SEQUENCE)?; // odd: readers wait
    let changed = change(&file, clock, flags & BOOTTIME_FLAG != 0).and_then(|_| file.write_all_at(&boot_id()?, BOOT_ID));
    file.write_all_at(&(odd + 1).to_ne_bytes(), SEQUENCE)?;
    changed
}

/// Nanoseconds, from decimal seconds.
fn parse(text: &str) -> io::Result<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<9}");
    let valid = fraction.len() <= 9 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let time = digits.parse().ok().filter(|_| valid);
    time.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("\"{text}\" is not a number of seconds")))
}

fn run(arguments: &[&str]) -> io::Result<()> {
    match arguments {
        ["create", path, seconds] => create(path, parse(seconds)?),
        ["adjust", path, seconds] => adjust(path, parse(seconds)?),
        ["read", path] => {
            let clock = read(path)?;
            println!("{}.{:09}", clock.div_euclid(SECOND), clock.rem_euclid(SECOND));
            Ok(())
        }
        _ => Err(Error::new(ErrorKind::InvalidInput, "usage: config-example create FILE SECONDS | read FILE | adjust FILE SECONDS")),
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
