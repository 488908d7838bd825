// Prints the date, waits by tokio and by the standard library, and prints how long each wait took, in milliseconds of a clock that is not shifted.
use std::sync::{mpsc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const WAIT: Duration = Duration::from_millis(300);

fn timed(name: &str, wait: impl Fn(Duration)) {
    let start = Instant::now();
    let deadline = start + WAIT;
    // These functions may return early.
    while let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        wait(left);
    }
    println!("wait {} {}", name, start.elapsed().as_secs_f64() * 1e3);
}

fn main() {
    println!("date={:.9}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64());
    timed("thread::sleep", thread::sleep);
    timed("thread::park_timeout", thread::park_timeout);
    timed("Condvar::wait_timeout", |left| {
        let mutex = Mutex::new(());
        drop(Condvar::new().wait_timeout(mutex.lock().unwrap(), left).unwrap());
    });
    timed("recv_timeout", |left| {
        let (_sender, receiver) = mpsc::channel::<()>();
        receiver.recv_timeout(left).unwrap_err();
    });
}
