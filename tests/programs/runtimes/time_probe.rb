# Prints the clock, and how long waits take by that clock and by the wall clock.
def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def timed(name)
  virtual, wall = now, Time.now
  yield
  puts "wait #{name} #{(now - virtual) * 1e3} #{(Time.now - wall) * 1e3}"
end

puts format('clock=%.9f', now)
puts format('date=%.6f', Time.now)
timed('sleep') { sleep 0.3 }
timed('ConditionVariable.wait') do
  mutex = Mutex.new
  mutex.synchronize { ConditionVariable.new.wait(mutex, 0.3) }
end
timed('Thread.join') { Thread.new { sleep }.join(0.3) }
