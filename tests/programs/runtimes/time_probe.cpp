// Prints the clock, and how long waits take by that clock and by the wall clock.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

template <typename Wait> static void timed(const char *name, Wait wait)
{
    auto virtual_start = steady_clock::now();
    auto wall_start = system_clock::now();
    wait();
    printf("wait %s %f %f\n", name, Milliseconds(steady_clock::now() - virtual_start).count(),
           Milliseconds(system_clock::now() - wall_start).count());
}

int main()
{
    std::mutex mutex;
    std::condition_variable condition;

    printf("clock=%.9f\n", std::chrono::duration<double>(steady_clock::now().time_since_epoch()).count());
    printf("date=%.6f\n", std::chrono::duration<double>(system_clock::now().time_since_epoch()).count());
    timed("condition_variable::wait_for", [&] {
        std::unique_lock<std::mutex> lock(mutex);
        condition.wait_for(lock, milliseconds(300), [] { return false; });
    });
    timed("condition_variable::wait_until", [&] {
        std::unique_lock<std::mutex> lock(mutex);
        condition.wait_until(lock, steady_clock::now() + milliseconds(300), [] { return false; });
    });
    timed("this_thread::sleep_until", [&] { std::this_thread::sleep_until(steady_clock::now() + milliseconds(300)); });
}
