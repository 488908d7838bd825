// Ends at once: for the time of a launch.
package main

func main() {
}
