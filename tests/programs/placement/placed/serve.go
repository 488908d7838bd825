package main

import (
	"bytes"
	"context"
	"fmt"
	"io/ioutil"
	"net"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A web server and its clients for the given time, with a CPU profile, garbage collections, and goroutines that sleep and read the clock.
func serve(length string) {
	duration, err := time.ParseDuration(length)
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := &http.Server{ReadTimeout: time.Minute, WriteTimeout: time.Minute, Handler: http.HandlerFunc(answer)}
	go server.Serve(listener)

	var profile bytes.Buffer
	pprof.StartCPUProfile(&profile)
	end, cancel := context.WithTimeout(context.Background(), duration)
	defer cancel()
	var requests, wrong, steps int64
	var workers sync.WaitGroup
	for i := 0; i < 8; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for end.Err() == nil {
				if ask(end, listener.Addr().String()) {
					atomic.AddInt64(&requests, 1)
				} else if end.Err() == nil {
					atomic.AddInt64(&wrong, 1)
				}
			}
		}()
	}
	for i := 0; i < 2000; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			last := nanotime()
			for end.Err() == nil {
				time.Sleep(20 * time.Millisecond)
				if now := nanotime(); now < last+int64(20*time.Millisecond) {
					atomic.AddInt64(&wrong, 1)
				} else {
					last = now
				}
				atomic.AddInt64(&steps, 1)
			}
		}()
	}
	for end.Err() == nil {
		runtime.GC()
	}
	workers.Wait()
	pprof.StopCPUProfile()
	fmt.Printf("requests=%d\nwrong=%d\nsteps=%d\nprofile=%d\n", requests, wrong, steps, profile.Len())
	clocks()
}

func answer(writer http.ResponseWriter, request *http.Request) {
	fmt.Fprint(writer, time.Now().UnixNano())
}

// Whether the server's date lies between two readings of the client's.
func ask(end context.Context, address string) bool {
	before := time.Now().UnixNano()
	request, _ := http.NewRequestWithContext(end, "GET", "http://"+address+"/", nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	text, err := ioutil.ReadAll(response.Body)
	response.Body.Close()
	now, _ := strconv.ParseInt(string(text), 10, 64)
	return err == nil && before <= now && now <= time.Now().UnixNano()
}
