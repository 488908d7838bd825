#!/bin/sh
# stress.sh DIRECTORY: timers, timerfds, semaphores and futexes for ten seconds, whose results are verified.
cd "$1" || exit 1
timeout 60 stress-ng --timer 2 --timerfd 2 --sem 2 --futex 2 --verify --timeout 10s >stress.log 2>&1
echo "exit=$?"
