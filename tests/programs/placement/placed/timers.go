package main

import (
	"context"
	"fmt"
	"net"
	"time"
)

const length = 300 * time.Millisecond

// Waits of 300 ms in several ways. Each line has the milliseconds that the program's own clock and the host's clock show.
func timers() {
	measure("sleep", func() { time.Sleep(length) })
	measure("after", func() { <-time.After(length) })
	measure("until", func() { time.Sleep(time.Until(time.Now().Add(length))) })
	measure("timer", func() {
		timer := time.NewTimer(time.Hour)
		timer.Reset(length)
		<-timer.C
	})
	measure("ticker", func() {
		ticker := time.NewTicker(length / 3)
		defer ticker.Stop()
		for i := 0; i < 3; i++ {
			<-ticker.C
		}
	})
	measure("after_func", func() {
		done := make(chan bool)
		time.AfterFunc(length, func() { close(done) })
		<-done
	})
	measure("context", func() {
		limited, cancel := context.WithTimeout(context.Background(), length)
		defer cancel()
		<-limited.Done()
	})
	measure("context_deadline", func() {
		limited, cancel := context.WithDeadline(context.Background(), time.Now().Add(length))
		defer cancel()
		<-limited.Done()
	})
	measure("net_deadline", func() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		defer listener.Close()
		listener.(*net.TCPListener).SetDeadline(time.Now().Add(length))
		listener.Accept()
	})
}

func measure(name string, wait func()) {
	start, host := time.Now(), raw()
	wait()
	fmt.Printf("%s=%d\n", name, time.Since(start).Milliseconds())
	fmt.Printf("%s_host=%d\n", name, (raw()-host)/1e6)
}
