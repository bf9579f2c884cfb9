// For net/ itself: host names to addresses. getaddrinfo() blocks and cannot be stopped, so each name under way has a
// thread of its own: one that hangs holds up no other. Whoever asks for a name that is under way shares its answer.
// Nothing waits for a thread that hangs, the end of the process included. On the event loop's thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/asio.hpp"

namespace acts {

class NameLookups {
 public:
  struct Answer {
    std::vector<asio::ip::address> addresses;
    std::string problem;  // empty: there are addresses
  };
  // Called on a thread of its own.
  using Resolve = std::function<Answer(const std::string& host)>;
  // Threads that hang, at most; a run knows some ten names.
  static constexpr std::size_t kMaxUnderWay = 32;

  // Whoever waits for one answer: wakes by a cancelled timer.
  struct Waiter {
    explicit Waiter(const Executor& executor) : arrived(executor, SteadyTime::max()) {}
    asio::steady_timer arrived;
    std::optional<Answer> answer;  // none: not there yet
  };

  // `resolve`: empty: getaddrinfo(), of which the tests make another one.
  explicit NameLookups(Executor executor, Resolve resolve = {});
  ~NameLookups();
  NameLookups(const NameLookups&) = delete;
  NameLookups& operator=(const NameLookups&) = delete;

  // False: as many names as may be are under way.
  bool ask(const std::string& host, const std::shared_ptr<Waiter>& waiter);
  [[nodiscard]] std::size_t under_way() const { return waiters_.size(); }
  void set_resolve(Resolve resolve) { resolve_ = std::move(resolve); }

 private:
  struct Mailbox;

  void finish(const std::string& host, const Answer& answer);

  Executor executor_;
  Resolve resolve_;
  std::shared_ptr<Mailbox> mailbox_;
  std::map<std::string, std::vector<std::weak_ptr<Waiter>>> waiters_;
};

}  // namespace acts
