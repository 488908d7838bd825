#!/bin/sh
# Erlang: receive ... after, timers, and the monotonic clock of its scheduler.
exec timeout 30 erl -noshell -eval '
    Wait = fun(Name, Act) ->
        Start = erlang:monotonic_time(millisecond),
        Act(),
        Elapsed = erlang:monotonic_time(millisecond) - Start,
        io:format("~s=~p~n", [Name, Elapsed >= 95 andalso Elapsed < 10000])
    end,
    Wait("receive after", fun() -> receive never -> ok after 100 -> ok end end),
    Wait("send_after", fun() -> erlang:send_after(100, self(), now), receive now -> ok end end),
    Wait("timer:sleep", fun() -> timer:sleep(100) end),
    Wait("absolute timer", fun() ->
        erlang:start_timer(erlang:monotonic_time(millisecond) + 100, self(), due, [{abs, true}]),
        receive {timeout, _, due} -> ok end
    end),
    halt().'
