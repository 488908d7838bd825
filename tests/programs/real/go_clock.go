// A program that reads the clock in two ways: Go's runtime reads the vDSO itself, C calls libc.
package main

// #include <time.h>
import "C"

import (
	"context"
	"fmt"
	"time"
	_ "unsafe"
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

func inC() int64 {
	var t C.struct_timespec
	C.clock_gettime(C.CLOCK_MONOTONIC, &t)
	return int64(t.tv_sec)*1e9 + int64(t.tv_nsec)
}

func report(what string, start time.Time, expected time.Duration) {
	elapsed := time.Since(start)
	fmt.Printf("%s=%t\n", what, elapsed >= expected-5*time.Millisecond && elapsed < expected+10*time.Second)
}

func main() {
	before, c, after := nanotime(), inC(), nanotime()
	fmt.Printf("one clock=%t\n", before <= c && c <= after)

	start := time.Now()
	time.Sleep(100 * time.Millisecond)
	report("sleep", start, 100*time.Millisecond)

	start = time.Now()
	<-time.After(100 * time.Millisecond)
	report("after", start, 100*time.Millisecond)

	start = time.Now()
	ticker := time.NewTicker(50 * time.Millisecond)
	<-ticker.C
	<-ticker.C
	report("ticker", start, 100*time.Millisecond)

	start = time.Now()
	ctx, cancel := context.WithDeadline(context.Background(), start.Add(100*time.Millisecond))
	defer cancel()
	<-ctx.Done()
	report("deadline", start, 100*time.Millisecond)
}
