// A Go program that uses cgo, to be linked statically with a C library. Prints the date.
package main

import "C"

import (
	"fmt"
	"time"
)

func main() {
	fmt.Printf("date=%d\n", time.Now().Unix())
}
