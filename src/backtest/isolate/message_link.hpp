// Messages over a socket between two processes: a length of four bytes, the lowest first, then so many bytes. Not
// thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acts::backtest {

enum class LinkState : std::uint8_t {
  kOpen,
  kLate,    // the time is over
  kClosed,  // the other end is gone
  kBroken,  // a message of more than kMostMessageBytes, or the system failed
};

class MessageLink {
 public:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  // Takes `fd`, a stream socket, and closes it.
  explicit MessageLink(int fd) : fd_(fd) {}
  ~MessageLink();
  MessageLink(MessageLink&& other) noexcept;
  MessageLink& operator=(MessageLink&&) = delete;
  MessageLink(const MessageLink&) = delete;
  MessageLink& operator=(const MessageLink&) = delete;

  // Both wait until the deadline (nothing: as long as it takes). Once not kOpen, it stays so.
  LinkState send(std::string_view message, Deadline deadline);
  // `message` is valid until the next call.
  LinkState receive(std::string_view& message, Deadline deadline);

 private:
  LinkState wait(short events, Deadline deadline);
  LinkState fill(std::size_t wanted, Deadline deadline);

  int fd_;
  LinkState state_ = LinkState::kOpen;
  std::string out_;
  std::string in_;
  std::size_t taken_ = 0;  // of in_, with the last message
};

}  // namespace acts::backtest
