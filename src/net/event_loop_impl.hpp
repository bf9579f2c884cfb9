// For net/ itself: what is behind EventLoop.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "net/asio.hpp"
#include "net/event_loop.hpp"
#include "net/name_lookups.hpp"

namespace acts {

class TlsContext;

struct EventLoop::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  NameLookups names{context.get_executor()};
  std::map<TimerId, asio::steady_timer> timers;
  TimerId last_timer = 0;
  std::optional<asio::signal_set> signals;
  std::function<void(int)> on_signal;
  // By CA file. Reading the system's authorities takes longer than a handshake; connections share them while one of
  // them lives.
  std::map<std::string, std::weak_ptr<TlsContext>> client_tls;
  // By "host:port", of those that the last attempt had no time to try all addresses of: at which one the next begins.
  static constexpr std::size_t kMaxNextAddresses = 32;  // then they are forgotten; a run knows some ten hosts
  std::map<std::string, std::size_t> next_address;

  [[nodiscard]] Executor executor() { return context.get_executor(); }
  void wait_for_signal();
};

}  // namespace acts
