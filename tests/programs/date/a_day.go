// Waits for each full hour of a day by the date, and prints what it saw: hours, readings that went back, and the latest arrival in seconds.
package main

// #include <time.h>
// static double date(void) { struct timespec now; clock_gettime(CLOCK_REALTIME, &now); return now.tv_sec + now.tv_nsec / 1e9; }
import "C"

import (
	"fmt"
	"time"
)

func main() {
	hour := time.Now().Truncate(time.Hour).Add(time.Hour)
	before, backwards, late := time.Now().UnixNano(), 0, time.Duration(0)
	for i := 0; i < 24; i++ {
		for time.Now().UnixNano() < hour.UnixNano() {
			now := time.Now().UnixNano()
			if now < before || float64(C.date())*1e9 < float64(now)-1e3 {
				backwards++
			}
			before = now
			time.Sleep(5 * time.Millisecond)
		}
		if over := time.Duration(time.Now().UnixNano() - hour.UnixNano()); over > late {
			late = over
		}
		hour = hour.Add(time.Hour)
	}
	fmt.Printf("hours=24\nbackwards=%d\nlate=%.1f\n", backwards, late.Seconds())
}
