package main

import (
	"fmt"
	"io/ioutil"
	"os"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"time"
)

// Reads the clocks in several goroutines, while SIGPROF comes up to 10,000 times a second, and garbage collections preempt the goroutines by SIGURG.
func stress(length string) {
	duration, err := time.ParseDuration(length)
	if err != nil {
		panic(err)
	}
	os.Stderr.Close() // the profiler reports there that its rate is already set
	runtime.SetCPUProfileRate(10000)
	pprof.StartCPUProfile(ioutil.Discard)
	var readings, backwards, stops int64
	for i := 0; i < 4; i++ {
		go func() {
			before := nanotime()
			date := time.Now()
			for atomic.LoadInt64(&stops) == 0 {
				now, today := nanotime(), time.Now()
				if now < before || today.UnixNano() < date.UnixNano() {
					atomic.AddInt64(&backwards, 1)
				}
				before, date = now, today
				atomic.AddInt64(&readings, 1)
			}
		}()
	}
	for end := time.Now().Add(duration); time.Now().Before(end); {
		garbage := make([][]byte, 100)
		for i := range garbage {
			garbage[i] = make([]byte, 10000)
		}
		runtime.GC()
	}
	atomic.StoreInt64(&stops, 1)
	pprof.StopCPUProfile()
	fmt.Printf("readings=%d\nbackwards=%d\n", atomic.LoadInt64(&readings), atomic.LoadInt64(&backwards))
}
