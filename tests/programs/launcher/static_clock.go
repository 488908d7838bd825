// Prints the clock that the kernel gives to a program without libc.
package main

import (
	"fmt"
	"syscall"
	"unsafe"
)

func main() {
	const monotonic = 1
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&now)), 0)
	fmt.Printf("clock=%d.%09d\n", now.Sec, now.Nsec)
}
