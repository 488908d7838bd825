// Prints the clock that Go's runtime reads.
package main

import "C"

import (
	"fmt"
	_ "unsafe"
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

func main() {
	now := nanotime()
	fmt.Printf("clock=%d.%09d\n", now/1e9, now%1e9)
}
