// The timed waits of Rust's standard library, which use syscall(2) and the pthread functions.
use std::sync::{mpsc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_millis(100);

fn report(what: &str, wait: impl FnOnce()) {
    let start = Instant::now();
    wait();
    let elapsed = start.elapsed();
    println!("{}={}", what, elapsed >= WAIT - Duration::from_millis(5) && elapsed < WAIT + Duration::from_secs(10));
}

fn main() {
    report("thread::sleep", || thread::sleep(WAIT));
    report("Condvar::wait_timeout", || {
        let (mutex, condition) = (Mutex::new(()), Condvar::new());
        let mut guard = mutex.lock().unwrap();
        let deadline = Instant::now() + WAIT;
        while let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            guard = condition.wait_timeout(guard, left).unwrap().0;
        }
    });
    report("thread::park_timeout", || {
        let deadline = Instant::now() + WAIT;
        while let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            thread::park_timeout(left);
        }
    });
    report("recv_timeout", || {
        let (_sender, receiver) = mpsc::channel::<()>();
        receiver.recv_timeout(WAIT).unwrap_err();
    });
    let waiter = thread::spawn(|| thread::park_timeout(Duration::from_secs(3600)));
    waiter.thread().unpark();
    println!("unpark={}", waiter.join().is_ok());
}
