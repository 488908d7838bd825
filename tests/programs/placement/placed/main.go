// A static Go program, into which the launcher places the library. Its argument says what it does; each case prints lines key=value. The tests also
// build it with Go 1.15, which has only io/ioutil.
package main

import (
	"fmt"
	"io/ioutil"
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

func main() {
	switch os.Args[1] {
	case "clocks":
		clocks()
	case "timers":
		timers()
	case "wait":
		wait(os.Args[2])
	case "serve":
		serve(os.Args[2])
	case "state":
		state()
	case "starts":
		starts(os.Args[2:])
	case "execs":
		clocks()
		fmt.Println(syscall.Exec("/proc/self/exe", []string{os.Args[0], "clocks"}, os.Environ()))
	case "reads":
		reads()
	case "stress":
		stress(os.Args[2])
	}
}

// What the runtime reads, and what a system call of the program itself reads.
func clocks() {
	now := nanotime()
	fmt.Printf("clock=%d.%09d\n", now/1e9, now%1e9)
	fmt.Printf("date=%d\n", time.Now().Unix())
	fmt.Printf("raw=%.3f\n", float64(raw())/1e9)
}

// CLOCK_MONOTONIC by a system call.
func raw() int64 {
	const monotonic = 1
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

// Waits until a timer of the given length ends.
func wait(length string) {
	duration, err := time.ParseDuration(length)
	if err != nil {
		panic(err)
	}
	timer := time.After(duration)
	start := raw()
	fmt.Printf("pid=%d\n", os.Getpid())
	<-timer
	fmt.Printf("waited=%.3f\n", float64(raw()-start)/1e9)
	clocks()
}

// What a program can see of its start.
func state() {
	fmt.Printf("pid=%d\n", os.Getpid())
	exe, _ := os.Readlink("/proc/self/exe")
	fmt.Printf("exe=%s\n", exe)
	const all = 0x40000000
	var status syscall.WaitStatus
	child, err := syscall.Wait4(-1, &status, syscall.WNOHANG|all, nil)
	fmt.Printf("child=%d %v\n", child, err)
	files, _ := ioutil.ReadDir("/proc/self/fd")
	for _, file := range files {
		name, err := os.Readlink("/proc/self/fd/" + file.Name())
		if err == nil {
			fmt.Printf("file=%s\n", name)
		}
	}
	text, _ := ioutil.ReadFile("/proc/self/status")
	os.Stdout.Write(text)
}

// Runs a command; its output is this program's.
func starts(command []string) {
	child := exec.Command(command[0], command[1:]...)
	child.Stdout = os.Stdout
	child.Stderr = os.Stderr
	if err := child.Run(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// Nanoseconds that time.Now takes, the best of many short rounds: a busy machine interrupts some of them.
func reads() {
	const count = 1000
	best := int64(1 << 62)
	for round := 0; round < 5000; round++ {
		start := raw()
		for i := 0; i < count; i++ {
			time.Now()
		}
		if time := raw() - start; time < best {
			best = time
		}
	}
	fmt.Printf("read=%.1f\n", float64(best)/count)
}
