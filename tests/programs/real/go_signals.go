// usage: go_signals SECONDS
// Reads the clocks in many goroutines, while signals arrive at 10 kHz in each thread: SIGPROF, after which Go walks the stack, and SIGURG, by which Go
// preempts a goroutine. The garbage collector preempts them too. Fails if a monotonic clock goes back.
package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

var (
	reads, signals, collections atomic.Int64
	stop                        atomic.Bool
)

func readClocks() {
	last := time.Now()
	for !stop.Load() {
		now := time.Now()
		if now.Sub(last) < 0 {
			panic("the clock went back")
		}
		last = now
		reads.Add(1)
	}
}

func collectGarbage() {
	for !stop.Load() {
		runtime.GC()
		collections.Add(1)
	}
}

// Makes its system calls without the runtime, which would give the processor to another goroutine.
func sendSignals() {
	runtime.LockOSThread()
	own, process := syscall.Gettid(), syscall.Getpid()
	pause := syscall.Timespec{Nsec: 100_000}
	for !stop.Load() {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			panic(err)
		}
		for round := 0; round < 1000 && !stop.Load(); round++ {
			signal := []syscall.Signal{syscall.SIGPROF, syscall.SIGURG}[round%2]
			for _, thread := range threads {
				id, _ := strconv.Atoi(thread.Name())
				if id == own {
					continue
				}
				if _, _, err := syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(process), uintptr(id), uintptr(signal)); err == 0 {
					signals.Add(1)
				}
			}
			syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
		}
	}
}

func main() {
	seconds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GOMAXPROCS(2 + runtime.NumCPU())
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		panic(err)
	}
	var group sync.WaitGroup
	start := func(function func()) {
		group.Add(1)
		go func() {
			defer group.Done()
			function()
		}()
	}
	for i := 0; i < 4*runtime.NumCPU(); i++ {
		start(readClocks)
	}
	start(collectGarbage)
	start(sendSignals)
	time.Sleep(time.Duration(seconds) * time.Second)
	stop.Store(true)
	group.Wait()
	pprof.StopCPUProfile()
	fmt.Printf("reads=%d\nsignals=%d\ncollections=%d\nprofile=%d\nyear=%d\n", reads.Load(), signals.Load(), collections.Load(), profile.Len(), time.Now().Year())
}
