// Prints the date that Go's runtime reads, which finds the vDSO itself, and the date that C reads.
package main

// #include <time.h>
import "C"

import (
	"fmt"
	"time"
)

func main() {
	start := time.Now()
	fmt.Printf("date=%d.%09d\n", start.Unix(), start.Nanosecond())
	fmt.Printf("c=%d\n", int64(C.time(nil)))
	time.Sleep(300 * time.Millisecond)
	fmt.Printf("wait time.Sleep %f\n", float64(time.Since(start))/1e6)
	start = time.Now()
	<-time.After(300 * time.Millisecond)
	fmt.Printf("wait time.After %f\n", float64(time.Since(start))/1e6)
}
