#include "backtest/isolate/message_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "backtest/isolate/protocol.hpp"

namespace acts::backtest {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kReadAtOnce = std::size_t{4} << 10U;

// Of poll(): -1: without end.
int millis_until(MessageLink::Deadline deadline) {
  if (!deadline) return -1;
  constexpr std::int64_t kMostMillis = 60'000;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kMostMillis));
}

}  // namespace

MessageLink::~MessageLink() {
  if (fd_ >= 0) ::close(fd_);
}

MessageLink::MessageLink(MessageLink&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      state_(other.state_),
      out_(std::move(other.out_)),
      in_(std::move(other.in_)),
      taken_(std::exchange(other.taken_, 0)) {}

LinkState MessageLink::wait(short events, Deadline deadline) {
  for (;;) {
    pollfd watched{.fd = fd_, .events = events, .revents = 0};
    const int count = ::poll(&watched, 1, millis_until(deadline));
    if (count > 0) return LinkState::kOpen;
    if (count < 0 && errno != EINTR) return LinkState::kBroken;
    if (deadline && std::chrono::steady_clock::now() >= *deadline) return LinkState::kLate;
  }
}

LinkState MessageLink::send(std::string_view message, Deadline deadline) {
  if (state_ != LinkState::kOpen) return state_;
  if (message.size() > kMostMessageBytes) return state_ = LinkState::kBroken;
  out_.clear();
  for (std::size_t i = 0; i < kLengthBytes; ++i) out_ += static_cast<char>(message.size() >> (8 * i));
  out_ += message;
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t sent = ::send(fd_, left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const LinkState waited = wait(POLLOUT, deadline); waited != LinkState::kOpen) return state_ = waited;
    } else if (errno != EINTR) {
      return state_ = errno == EPIPE || errno == ECONNRESET ? LinkState::kClosed : LinkState::kBroken;
    }
  }
  return LinkState::kOpen;
}

LinkState MessageLink::fill(std::size_t wanted, Deadline deadline) {
  while (in_.size() < wanted) {
    const std::size_t held = in_.size();
    in_.resize(held + std::max(wanted - held, kReadAtOnce));
    const ssize_t got = ::recv(fd_, in_.data() + held, in_.size() - held, MSG_DONTWAIT);
    const int error = errno;
    in_.resize(held + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) continue;
    if (got == 0 || error == ECONNRESET) return state_ = LinkState::kClosed;
    if (error == EINTR) continue;
    if (error != EAGAIN && error != EWOULDBLOCK) return state_ = LinkState::kBroken;
    if (const LinkState waited = wait(POLLIN, deadline); waited != LinkState::kOpen) return state_ = waited;
  }
  return LinkState::kOpen;
}

LinkState MessageLink::receive(std::string_view& message, Deadline deadline) {
  if (state_ != LinkState::kOpen) return state_;
  in_.erase(0, std::exchange(taken_, 0));
  if (const LinkState filled = fill(kLengthBytes, deadline); filled != LinkState::kOpen) return filled;
  std::size_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) size |= std::size_t{static_cast<unsigned char>(in_[i])} << (8 * i);
  if (size > kMostMessageBytes) return state_ = LinkState::kBroken;
  if (const LinkState filled = fill(kLengthBytes + size, deadline); filled != LinkState::kOpen) return filled;
  message = std::string_view(in_).substr(kLengthBytes, size);
  taken_ = kLengthBytes + size;
  return LinkState::kOpen;
}

}  // namespace acts::backtest
