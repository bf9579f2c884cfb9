// For net/ itself: the names of Asio it uses, and how its coroutines are started. No public header includes this.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace acts {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Executor = asio::any_io_executor;
using SteadyTime = std::chrono::steady_clock::time_point;

template <typename T>
using Task = asio::awaitable<T>;

// In a co_await expression stands no temporary lambda: g++ 12 destroys what it holds twice. The same goes for
// aggregates made in place.
//
// The completion token of nearly every wait: resumes the coroutine, the outcome is in `error`.
[[nodiscard]] inline auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

// `owner`, whose member the task is, lives as long as that: the task starts later than this call. An exception that
// ends it leaves through EventLoop::run(): it is a defect, and must not vanish.
template <typename Owner>
void spawn(const Executor& executor, std::shared_ptr<Owner> owner, Task<void> task) {
  asio::co_spawn(executor, std::move(task), [owner = std::move(owner)](const std::exception_ptr& exception) {
    if (exception) std::rethrow_exception(exception);
  });
}

}  // namespace acts
