import java.util.concurrent.locks.LockSupport;

// Prints how long a loop of clock reads and short parks took, in nanoseconds by the wall clock.
class NanoTimeLoop {
    public static void main(String[] args) {
        long sum = 0;
        long start = 0;
        for (int round = 0; round < 3; round++) {
            start = System.currentTimeMillis();
            for (int i = 0; i < 2000; i++) {
                for (int j = 0; j < 2000; j++)
                    sum += System.nanoTime();
                LockSupport.parkNanos(10_000);
            }
        }
        System.out.println((System.currentTimeMillis() - start) * 1_000_000 + (sum == 0 ? 1 : 0));
    }
}
