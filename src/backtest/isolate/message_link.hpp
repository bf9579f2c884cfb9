// Messages over a socket between two processes: a length of four bytes, the lowest first, then so many bytes. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts::backtest {

enum class LinkState : std::uint8_t {
  kOpen,
  kLate,    // the time is over
  kClosed,  // the other end is gone
  kBroken,  // a message of more than kMostMessageBytes, or the system failed
};

// A bound of waiting that the system keeps: no clock is read here.
class TimeLimit {
 public:
  // Errors: kStorage: the system has no timers left.
  static Result<TimeLimit> make();
  ~TimeLimit();
  TimeLimit(TimeLimit&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  TimeLimit& operator=(TimeLimit&&) = delete;
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  // Runs out so long from now; positive.
  void start(Nanos span);
  // Readable once it has run out.
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_over() const;

 private:
  explicit TimeLimit(int fd) : fd_(fd) {}
  int fd_;
};

class MessageLink {
 public:
  // Takes `fd`, a stream socket, and closes it.
  explicit MessageLink(int fd) : fd_(fd) {}
  ~MessageLink();
  MessageLink(MessageLink&& other) noexcept;
  MessageLink& operator=(MessageLink&&) = delete;
  MessageLink(const MessageLink&) = delete;
  MessageLink& operator=(const MessageLink&) = delete;

  // Whoever holds the other end: once this process (a descriptor of pidfd_open(), which is taken and closed) is over
  // and nothing more is to be read, the link is closed, though another one may have the other end as well.
  void watch(int process);

  // Both wait until the limit runs out (null: as long as it takes). Once not kOpen, it stays so.
  LinkState send(std::string_view message, const TimeLimit* limit);
  // `message` is valid until the next call.
  LinkState receive(std::string_view& message, const TimeLimit* limit);

 private:
  LinkState wait(short events, const TimeLimit* limit);
  LinkState fill(std::size_t wanted, const TimeLimit* limit);

  int fd_;
  int process_ = -1;
  LinkState state_ = LinkState::kOpen;
  std::string out_;
  std::string in_;
  std::size_t taken_ = 0;  // of in_, with the last message
};

}  // namespace acts::backtest
