// Prints the clock, and how long waits take by that clock and by the wall clock.
public class TimeProbe {
    interface Wait {
        void run() throws Exception;
    }

    static void time(String name, Wait wait) throws Exception {
        long virtual = System.nanoTime();
        long wall = System.currentTimeMillis();
        wait.run();
        System.out.println("wait " + name + " " + (System.nanoTime() - virtual) / 1e6 + " " + (System.currentTimeMillis() - wall));
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("clock=" + java.math.BigDecimal.valueOf(System.nanoTime(), 9).toPlainString());
        java.time.Instant now = java.time.Instant.now();
        System.out.printf("date=%d.%09d\n", now.getEpochSecond(), now.getNano());
        System.out.printf("milliseconds=%d\n", System.currentTimeMillis());
        Object monitor = new Object();
        time("Thread.sleep", () -> Thread.sleep(300));
        time("Object.wait", () -> {
            synchronized (monitor) {
                monitor.wait(300);
            }
        });
        time("LinkedBlockingQueue.poll", () ->
            new java.util.concurrent.LinkedBlockingQueue<Object>().poll(300, java.util.concurrent.TimeUnit.MILLISECONDS));
    }
}
