// Prints the clock, and how long waits take by that clock and by the wall clock.
const nanoseconds = () => Number(process.hrtime.bigint());
const [seconds, fraction] = process.hrtime();
console.log(`clock=${seconds}.${String(fraction).padStart(9, '0')}`);
console.log(`date=${(Date.now() / 1000).toFixed(3)}`);

const time = (name, read, wait) => {
  const virtual = read(), wall = Date.now();
  return wait().then(() => console.log('wait', name, read() - virtual, Date.now() - wall));
};
const timeout = () => new Promise(resolve => setTimeout(resolve, 300));

time('setTimeout', () => performance.now(), timeout)
  .then(() => time('hrtime', () => nanoseconds() / 1e6, timeout))
  .then(() => time('Atomics.wait', () => nanoseconds() / 1e6, async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  }));
