// Waits until dates. Prints how long each wait took, in milliseconds of a clock that is not shifted, and how long after the date it ended.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

template <typename Wait> static void timed(const char *name, Wait wait)
{
    auto until = system_clock::now() + milliseconds(300);
    auto start = steady_clock::now();
    wait(until);
    printf("wait %s %f\n", name, Milliseconds(steady_clock::now() - start).count());
    printf("%s_after=%f\n", name, Milliseconds(system_clock::now() - until).count());
}

int main()
{
    std::mutex mutex;
    std::condition_variable condition;
    std::condition_variable_any any_condition;
    std::timed_mutex held;
    std::shared_timed_mutex shared;
    std::promise<void> promise;
    auto future = promise.get_future();

    timed("condition_variable::wait_until", [&](auto until) {
        std::unique_lock<std::mutex> lock(mutex);
        condition.wait_until(lock, until, [] { return false; });
    });
    timed("condition_variable_any::wait_until", [&](auto until) {
        std::unique_lock<std::mutex> lock(mutex);
        any_condition.wait_until(lock, until, [] { return false; });
    });
    held.lock();
    shared.lock();
    timed("timed_mutex::try_lock_until", [&](auto until) { std::thread([&] { held.try_lock_until(until); }).join(); });
    timed("shared_timed_mutex::try_lock_shared_until", [&](auto until) { std::thread([&] { shared.try_lock_shared_until(until); }).join(); });
    timed("future::wait_until", [&](auto until) { future.wait_until(until); });
    timed("this_thread::sleep_until", [&](auto until) { std::this_thread::sleep_until(until); });
    timed("this_thread::sleep_for", [&](auto) { std::this_thread::sleep_for(milliseconds(300)); });
}
