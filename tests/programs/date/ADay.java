import java.util.concurrent.locks.LockSupport;

/** Waits for each full hour of a day by the date, and prints what it saw: hours, waits that ended early, and the latest arrival in seconds. */
class ADay {
    public static void main(String[] arguments) {
        long hour = (System.currentTimeMillis() / 3_600_000 + 1) * 3_600_000, backwards = 0, late = 0, before = 0;
        for (int i = 0; i < 24; i++) {
            long now;
            while ((now = System.currentTimeMillis()) < hour) {
                backwards += now < before ? 1 : 0;
                before = now;
                LockSupport.parkUntil(hour);
            }
            late = Math.max(late, now - hour);
            hour += 3_600_000;
        }
        System.out.printf("hours=24%nbackwards=%d%nlate=%.1f%n", backwards, late / 1e3);
    }
}
